//! Putting a customer on a plan.

use super::lock::{check_midnight, refuse_overlap, schedule};
use crate::{
    Error, Result,
    auth::{CustomerAccess, archived_customer},
    db, limits, terms,
};
use app::billing::{Decimal, PriceAdjustment};
use chrono::{DateTime, Datelike, Duration, SecondsFormat, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Years in which a plan may start and end: what is counted from there has a year of four digits as well.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9000;

/// How far ahead the finalization of past periods can be put off.
const LONGEST_WAIT: Duration = Duration::days(90);

/// A customer to be put on a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCustomerPlan {
    /// Who.
    pub access: CustomerAccess,
    /// On which plan.
    pub plan_id: Uuid,
    /// Inclusive, at midnight UTC; may lie in the past.
    pub starting_on: DateTime<Utc>,
    /// Exclusive, at midnight UTC; `None` for an open end.
    pub ending_before: Option<DateTime<Utc>>,
    /// Days after issue when an invoice is due.
    pub net_payment_terms_days: Option<i64>,
    /// What the customer's prices differ by.
    pub price_adjustments: Vec<PriceAdjustment>,
    /// The end of a trial, exclusive, at midnight UTC; `None` for no trial.
    pub trial_ending_before: Option<DateTime<Utc>>,
    /// Up to how much the usage of the trial is free; all of it without a cap.
    pub trial_spending_cap: Option<NewSpendingCap>,
    /// Until when periods that are over wait; `None` for the grace period from now on.
    pub finalize_after: Option<DateTime<Utc>>,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}

/// The most that a trial waives.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSpendingCap {
    /// How much.
    pub amount: Decimal,
    /// Of what: the plan's own credit type.
    pub credit_type_id: Uuid,
}

/// Puts a customer on a plan. Periods that are over by then are not finalized before the grace period from `now` on, or
/// the instant that the caller chose, has passed: what was used in them is often sent after the plan was added.
///
/// # Errors
/// 404 for an unknown customer; 400 for an unknown plan, dates or a cap that cannot be; 409 when the customer is on another
/// plan in that time.
pub async fn add(pool: &PgPool, new: NewCustomerPlan, now: DateTime<Utc>, grace: Duration) -> Result<Uuid> {
    for (field, at) in [("starting_on", Some(new.starting_on)), ("ending_before", new.ending_before)] {
        check_midnight(field, at)?;
        if let Some(year) = at.map(|at| at.year()).filter(|year| !YEARS.contains(year)) {
            return Err(Error::field(field, format!("must be in the years 1970 to 9000, not {year}")));
        }
    }
    if new.ending_before.is_some_and(|end| end <= new.starting_on) {
        return Err(Error::field("ending_before", "must be after starting_on"));
    }
    if let Some(days) = new.net_payment_terms_days.filter(|days| !(0..=3_650).contains(days)) {
        return Err(Error::field("net_payment_terms_days", format!("must be from 0 to 3650, not {days}")));
    }
    if let Some(latest) = Some(now + LONGEST_WAIT).filter(|latest| new.finalize_after > Some(*latest)) {
        let problem = format!(
            "is more than {} days ahead: choose an instant until {}",
            LONGEST_WAIT.num_days(),
            latest.to_rfc3339_opts(SecondsFormat::Secs, true)
        );
        return Err(Error::field("finalize_after", problem));
    }
    limits::check_custom_fields(&new.custom_fields).map_err(|(path, problem)| Error::field(path, problem))?;
    let customer_id = new.access.customer_id();
    let mut tx = db::begin(pool).await?;
    if db::customer::hold(&mut tx, new.access).await?.is_archived {
        return Err(archived_customer());
    }
    let plan = sqlx::query!(
        "select p.billing_frequency, p.billing_anchor, ch.credit_type_id
        from plan p
        join charge ch on ch.plan_id = p.id and ch.position = 0
        where p.id = $1",
        new.plan_id,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(plan) = plan else {
        return Err(Error::field("plan_id", "is not a plan: see GET /v1/plans"));
    };
    check_adjustments(&mut tx, &new).await?;
    check_cap(new.trial_spending_cap.as_ref(), plan.credit_type_id)?;
    let id = db::new_id(now);
    refuse_overlap(&mut tx, customer_id, id, new.starting_on, new.ending_before).await?;
    let schedule = schedule(
        &plan.billing_frequency,
        &plan.billing_anchor,
        new.starting_on,
        new.ending_before,
        new.trial_ending_before,
    )?;
    let period_end = schedule.period_at(new.starting_on).map(|period| period.end);
    sqlx::query!(
        "insert into customer_plan (id, customer_id, plan_id, starting_on, ending_before, net_payment_terms_days,
            custom_fields, created_at, billed_until, period_end, price_adjustments, trial_ending_before,
            trial_spending_cap, finalize_after)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $4, $9, $10, $11, $12::text::numeric, $13)",
        id,
        customer_id,
        new.plan_id,
        new.starting_on,
        new.ending_before,
        new.net_payment_terms_days,
        Json(new.custom_fields) as _,
        now,
        period_end,
        Json(new.price_adjustments) as _,
        new.trial_ending_before,
        new.trial_spending_cap.map(|cap| cap.amount.to_string()),
        // Not before now, or an invoice would be issued before its plan was there.
        new.finalize_after.unwrap_or(now + grace).max(now),
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

async fn check_adjustments(connection: &mut PgConnection, new: &NewCustomerPlan) -> Result<()> {
    if new.price_adjustments.is_empty() {
        return Ok(());
    }
    let charges = db::plan::all_charges(connection, new.plan_id).await?;
    let problems = terms::check_adjustments(&new.price_adjustments, &charges);
    if problems.is_empty() { Ok(()) } else { Err(Error::BadRequest(db::plan::listed(problems))) }
}

fn check_cap(cap: Option<&NewSpendingCap>, credit_type_id: Uuid) -> Result<()> {
    let Some(cap) = cap else { return Ok(()) };
    let field =
        |name: &str, problem: String| Err(Error::field(format!("trial_spec.spending_cap.{name}"), problem));
    if cap.amount <= Decimal::zero() {
        return field("amount", "must be above 0, or the trial waives nothing".to_owned());
    }
    if let Err(problem) = limits::check_price(&cap.amount) {
        return field("amount", problem);
    }
    if cap.credit_type_id != credit_type_id {
        let problem = format!("must be the credit type of the plan's charges, {credit_type_id}");
        return field("credit_type_id", problem);
    }
    Ok(())
}
