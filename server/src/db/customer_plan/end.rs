//! Ending a customer's plan, and clearing its end.

use super::lock::{Locked, check_midnight, lock, lock_customer, refuse_overlap};
use crate::{
    Error, Result,
    auth::{CustomerAccess, archived_customer},
    db,
    rating::Rhythm,
};
use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// Ends a customer's plan at `ending_before`, or with `None` clears its end.
///
/// Periods that are finalized stay as they are: ending a plan before their end takes `void_invoices`, which voids
/// them and bills again what is left of the first of them.
///
/// Where that changes periods that are over, they wait for the grace period from `now` on, as those of a plan that is
/// added do.
///
/// # Errors
/// 404 when the customer has no such plan; 400 for a date that cannot be; 409 when another plan is in the way.
pub async fn end(
    pool: &PgPool,
    access: CustomerAccess,
    customer_plan_id: Uuid,
    ending_before: Option<DateTime<Utc>>,
    void_invoices: bool,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<()> {
    let customer_id = access.customer_id();
    check_midnight("ending_before", ending_before)?;
    let mut tx = db::begin(pool).await?;
    if lock_customer(&mut tx, customer_id).await?.is_some() {
        return Err(archived_customer());
    }
    let Locked { rhythm, mut billed_until, has_capped_trial, .. } =
        lock(&mut tx, customer_id, customer_plan_id).await?;
    let starting_on = rhythm.starting_on;
    if ending_before.is_some_and(|end| end <= starting_on) {
        return Err(Error::field("ending_before", "must be after the plan's starting_on"));
    }
    refuse_overlap(&mut tx, customer_id, customer_plan_id, starting_on, ending_before).await?;
    let mut revised = 0;
    if let Some(end) = ending_before.filter(|end| *end < billed_until) {
        if !void_invoices {
            let problem = format!(
                "lies before {}, up to which invoices are finalized: send void_invoices to void those after it",
                billed_until.format("%Y-%m-%d")
            );
            return Err(Error::field("ending_before", problem));
        }
        // What was void before stays so: it is not owed, or billed anew by its successor.
        (billed_until,) = sqlx::query_as(
            "with covered as (
                select id, start_timestamp
                from invoice
                where customer_id = $4 and customer_plan_id = $1 and end_timestamp > $2 and status = 'FINALIZED'
            ), voided as (
                update invoice
                set status = 'VOID', voided_at = $3
                where customer_id = $4 and id in (select id from covered)
            )
            select least(min(start_timestamp), $2) from covered",
        )
        .bind(customer_plan_id)
        .bind(end)
        .bind(now)
        .bind(customer_id)
        .fetch_one(&mut *tx)
        .await?;
        revised = 1;
    }
    // It would begin a second time to count up to its cap.
    if has_capped_trial
        && starting_on < billed_until
        && rhythm.is_in_trial(billed_until)
        && ending_before.is_none_or(|end| end > billed_until)
    {
        return Err(Error::Conflict(format!(
            "the plan's trial was billed up to {}, and a trial with a spending cap does not go on: put the customer on \
             the plan again",
            billed_until.format("%Y-%m-%d")
        )));
    }
    let is_in_past = rhythm.ending_before != ending_before
        && [rhythm.ending_before, ending_before].into_iter().flatten().any(|end| end <= now);
    let rhythm = Rhythm { ending_before, ..rhythm };
    let period_end = rhythm.periods_from(billed_until).next().map(|period| period.end);
    sqlx::query(
        "update customer_plan
        set ending_before = $2, billed_until = $3, period_end = $4, revision = revision + $5,
            finalize_after = greatest(finalize_after, $6)
        where id = $1 and customer_id = $7",
    )
    .bind(customer_plan_id)
    .bind(ending_before)
    .bind(billed_until)
    .bind(period_end)
    .bind(revised)
    .bind(is_in_past.then_some(now + grace))
    .bind(customer_id)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}
