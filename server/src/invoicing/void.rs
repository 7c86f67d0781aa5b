//! Voiding an invoice.

use super::draft::begun;
use crate::{Error, Result, db, rating};
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// Voids a finalized invoice. Voiding it again changes nothing.
///
/// # Errors
/// 400 for a draft, 404 when there is no such invoice.
pub async fn void(pool: &PgPool, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    if db::invoice::void(pool, id, now).await? {
        return Ok(());
    }
    // The id of a draft is a hash, so it is found by making those of all drafts: slow, but only a mistake comes here.
    let is_draft = db::customer_plan::open(pool, now).await?.into_iter().any(|plan| {
        begun(plan.rhythm.periods_from(plan.billed_until), now).any(|period| {
            id == rating::invoice_id(plan.customer_plan_id, plan.credit_type_id, plan.revision, period.start)
        })
    });
    if is_draft {
        return Err(Error::field("id", "is a draft: only a finalized invoice can be voided"));
    }
    Err(Error::NotFound("the invoice"))
}
