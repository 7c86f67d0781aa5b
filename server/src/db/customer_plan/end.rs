//! Ending a customer's plan, and clearing its end.

use super::lock::{LockedPlan, check_midnight, lock, refuse_overlap};
use crate::{
    Error, Result,
    auth::{CustomerAccess, archived_customer},
    db::{self, invoice::invoice_number},
    rating::{BillingSchedule, Period},
};
use app::billing::InvoiceName;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// What the end of a plan did beside ending it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanEndEffects {
    /// The finalized invoices that it voided, by number, each with the period that it billed.
    pub voided: Vec<(InvoiceName, Period)>,
    /// Since when the customer's usage is on no plan, where that is before today.
    pub without_plan_since: Option<DateTime<Utc>>,
}

/// Invoices that a refusal names; of more it says how many.
const NAMED: usize = 5;

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
) -> Result<PlanEndEffects> {
    let customer_id = access.customer_id();
    check_midnight("ending_before", ending_before)?;
    let mut tx = db::begin(pool).await?;
    let held = db::customer::hold(&mut tx, access).await?;
    if held.is_archived {
        return Err(archived_customer());
    }
    let LockedPlan { schedule, mut billed_until, has_capped_trial, .. } =
        lock(&mut tx, held.access, customer_plan_id).await?;
    let starting_on = schedule.starting_at;
    if ending_before.is_some_and(|end| end <= starting_on) {
        return Err(Error::field("ending_before", "must be after the plan's starting_on"));
    }
    refuse_overlap(&mut tx, customer_id, customer_plan_id, starting_on, ending_before).await?;
    let (mut revised, mut voided) = (0, Vec::new());
    if let Some(end) = ending_before.filter(|end| *end < billed_until) {
        voided = finalized_beyond(&mut tx, access, customer_plan_id, end).await?;
        if !void_invoices {
            return Err(invoices_in_the_way(billed_until, &voided));
        }
        // What was void before stays so: it is not owed, or billed anew by its successor.
        let ids: Vec<Uuid> = voided.iter().map(|(name, _)| name.id).collect();
        db::invoice::void(&mut tx, held.access, &ids, now).await?;
        billed_until =
            voided.iter().map(|(_, period)| period.start).min().map_or(end, |first| first.min(end));
        revised = 1;
    }
    // It would begin a second time to count up to its cap.
    if has_capped_trial
        && starting_on < billed_until
        && schedule.is_in_trial(billed_until)
        && ending_before.is_none_or(|end| end > billed_until)
    {
        return Err(Error::Conflict(format!(
            "the plan's trial was billed up to {}, and a trial with a spending cap does not go on: put the customer on \
             the plan again",
            billed_until.format("%Y-%m-%d")
        )));
    }
    let is_in_past = schedule.ending_before != ending_before
        && [schedule.ending_before, ending_before].into_iter().flatten().any(|end| end <= now);
    let schedule = BillingSchedule { ending_before, ..schedule };
    let period_end = schedule.periods_from(billed_until).next().map(|period| period.end);
    sqlx::query!(
        "update customer_plan
        set ending_before = $2, billed_until = $3, period_end = $4, revision = revision + $5,
            finalize_after = greatest(finalize_after, $6)
        where id = $1 and customer_id = $7",
        customer_plan_id,
        ending_before,
        billed_until,
        period_end,
        revised,
        is_in_past.then_some(now + grace),
        customer_id,
    )
    .execute(&mut *tx)
    .await?;
    let without_plan_since = match ending_before.filter(|end| *end < midnight(now)) {
        Some(end) => (!goes_on(&mut tx, access, end).await?).then_some(end),
        None => None,
    };
    tx.commit().await?;
    Ok(PlanEndEffects { voided, without_plan_since })
}

fn midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    now.date_naive().and_time(NaiveTime::MIN).and_utc()
}

/// The finalized invoices of a plan that bill something at or after `end`, by number.
async fn finalized_beyond(
    connection: &mut PgConnection,
    access: CustomerAccess,
    customer_plan_id: Uuid,
    end: DateTime<Utc>,
) -> Result<Vec<(InvoiceName, Period)>> {
    let rows = sqlx::query!(
        "select id, number, start_timestamp, end_timestamp
        from invoice
        where customer_id = $3 and customer_plan_id = $1 and end_timestamp > $2 and status = 'FINALIZED'
        order by number",
        customer_plan_id,
        end,
        access.customer_id(),
    )
    .fetch_all(connection)
    .await?;
    let named = rows.into_iter().map(|row| {
        let name = InvoiceName { id: row.id, invoice_number: invoice_number(row.number) };
        (name, Period { start: row.start_timestamp, end: row.end_timestamp })
    });
    Ok(named.collect())
}

fn invoices_in_the_way(billed_until: DateTime<Utc>, beyond: &[(InvoiceName, Period)]) -> Error {
    let names = beyond.iter().take(NAMED).map(|(name, _)| format!("{} ({})", name.invoice_number, name.id));
    let mut names: Vec<String> = names.collect();
    if beyond.len() > NAMED {
        names.push(format!("{} more", beyond.len() - NAMED));
    }
    let these = if names.is_empty() { String::new() } else { format!(", {},", names.join(", ")) };
    let problem = format!(
        "lies before {}, up to which invoices are finalized: send void_invoices to void those after it{these} and bill \
         what is left",
        billed_until.format("%Y-%m-%d")
    );
    Error::field("ending_before", problem)
}

/// Whether another plan of the customer begins on the day.
async fn goes_on(connection: &mut PgConnection, access: CustomerAccess, day: DateTime<Utc>) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select 1 from customer_plan where customer_id = $1 and starting_on = $2) as "exists!""#,
        access.customer_id(),
        day,
    )
    .fetch_one(connection)
    .await?)
}
