//! How far customers' plans are billed.

use super::lock::schedule;
use crate::{
    Result,
    db::{Access as _, BillingAccess},
    rating::BillingSchedule,
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// How far a customer plan is billed.
#[derive(Clone, Copy, Debug)]
pub struct Advance {
    /// The right to bill the customer.
    pub access: BillingAccess,
    /// The stretch of time of the customer on a plan.
    pub customer_plan_id: Uuid,
    /// The start of its first period without a finalized invoice.
    pub billed_until: DateTime<Utc>,
    /// The end of that period; `None` when nothing is left to bill.
    pub period_end: Option<DateTime<Utc>>,
}

/// Moves customer plans on to their next periods; what is there already is not written.
pub async fn advance(connection: &mut PgConnection, advances: &[Advance]) -> Result<()> {
    sqlx::query!(
        "update customer_plan
        set billed_until = advance.billed_until, period_end = advance.period_end
        from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
            as advance (customer_id, id, billed_until, period_end)
        where customer_plan.id = advance.id and customer_plan.customer_id = advance.customer_id
            and (customer_plan.billed_until, customer_plan.period_end)
                is distinct from (advance.billed_until, advance.period_end)",
        &advances.iter().map(|one| one.access.customer_id()).collect::<Vec<_>>()[..],
        &advances.iter().map(|one| one.customer_plan_id).collect::<Vec<_>>()[..],
        &advances.iter().map(|one| one.billed_until).collect::<Vec<_>>()[..],
        &advances.iter().map(|one| one.period_end).collect::<Vec<_>>()[..] as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Terms with drafts, reduced to what the ids of their drafts are made of.
pub struct OpenTerms {
    /// The id of the terms: of the stretch of time of a customer on a plan.
    pub id: Uuid,
    /// What their invoices are counted in.
    pub credit_type_id: Uuid,
    /// How often periods that had been finalized were opened again.
    pub revision: i32,
    /// The start of their first draft.
    pub billed_until: DateTime<Utc>,
    /// When they bill.
    pub schedule: BillingSchedule,
}

/// The terms of every customer plan that has a draft.
pub async fn open(pool: &PgPool, now: DateTime<Utc>) -> Result<Vec<OpenTerms>> {
    let rows = sqlx::query!(
        "select cp.id, ch.credit_type_id, cp.revision, cp.billed_until, p.billing_frequency, p.billing_anchor,
            cp.starting_on, cp.ending_before, cp.trial_ending_before
        from customer_plan cp
        join plan p on p.id = cp.plan_id
        join charge ch on ch.plan_id = p.id and ch.position = 0
        where cp.period_end is not null and cp.billed_until <= $1",
        now,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OpenTerms {
                id: row.id,
                credit_type_id: row.credit_type_id,
                revision: row.revision,
                billed_until: row.billed_until,
                schedule: schedule(
                    &row.billing_frequency,
                    &row.billing_anchor,
                    row.starting_on,
                    row.ending_before,
                    row.trial_ending_before,
                )?,
            })
        })
        .collect()
}
