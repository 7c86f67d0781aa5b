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
    let mut tx = db::begin(pool).await?;
    let Some(held) = db::customer::hold_of_invoice(&mut tx, id).await? else {
        tx.rollback().await?;
        return Err(not_stored(pool, "id", id, now, "voided").await?);
    };
    db::invoice::void(&mut tx, held.access, &[id], now).await?;
    Ok(tx.commit().await?)
}

/// What to say of an id that no stored invoice has, by the `field` that it stands in: it may be that of a draft, which
/// cannot be `done` yet.
///
/// # Errors
/// When the database refuses.
pub async fn not_stored(
    pool: &PgPool,
    field: &str,
    id: Uuid,
    now: DateTime<Utc>,
    done: &str,
) -> Result<Error> {
    // The id of a draft is a hash, so it is found by making those of all drafts: slow, but only a mistake comes here.
    let is_draft = db::customer_plan::open(pool, now).await?.into_iter().any(|open| {
        begun(open.schedule.periods_from(open.billed_until), now)
            .any(|period| id == rating::invoice_id(open.id, open.credit_type_id, open.revision, period.start))
    });
    Ok(match is_draft {
        true => Error::field(field, format!("is a draft: only a finalized invoice can be {done}")),
        false => Error::NotFound("the invoice"),
    })
}
