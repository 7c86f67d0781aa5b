//! The plan of a held customer, and what every change of its plans checks.

use crate::{
    Error, Result,
    db::{Access as _, BillingAccess},
    rating::BillingSchedule,
    terms::PlanSchedule,
    timestamp,
};
use app::billing::{BillingAnchor, BillingFrequency};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A plan of a held customer.
pub(in crate::db) struct LockedPlan {
    /// The plan that the customer is on.
    pub(in crate::db) plan_id: Uuid,
    /// When the plan bills the customer.
    pub(in crate::db) schedule: BillingSchedule,
    /// The start of the first period without a finalized invoice.
    pub(in crate::db) billed_until: DateTime<Utc>,
    /// True when it starts with a trial that is free up to a cap.
    pub(super) has_capped_trial: bool,
}

/// Locks one of the plans of a held customer: a server of before, which is replaced while this one runs, finalizes
/// under that lock alone.
///
/// # Errors
/// 404 when the customer has no such plan.
pub(in crate::db) async fn lock(
    connection: &mut PgConnection,
    access: BillingAccess,
    customer_plan_id: Uuid,
) -> Result<LockedPlan> {
    let row = sqlx::query!(
        r#"select p.id, p.billing_frequency, p.billing_anchor, cp.starting_on, cp.ending_before,
            cp.trial_ending_before, cp.billed_until, cp.trial_spending_cap is not null as "has_capped_trial!"
        from customer_plan cp
        join plan p on p.id = cp.plan_id
        where cp.id = $1 and cp.customer_id = $2
        for no key update of cp"#,
        customer_plan_id,
        access.customer_id(),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Error::NotFound("the customer's plan"))?;
    Ok(LockedPlan {
        plan_id: row.id,
        schedule: schedule(
            &row.billing_frequency,
            &row.billing_anchor,
            row.starting_on,
            row.ending_before,
            row.trial_ending_before,
        )?,
        billed_until: row.billed_until,
        has_capped_trial: row.has_capped_trial,
    })
}

pub(super) fn schedule(
    frequency: &str,
    anchor: &str,
    starting_on: DateTime<Utc>,
    ending_before: Option<DateTime<Utc>>,
    trial_ending_before: Option<DateTime<Utc>>,
) -> Result<BillingSchedule> {
    let unknown = |problem: String| Error::Internal(format!("a plan's schedule: {problem}"));
    let plan = PlanSchedule {
        billing_frequency: frequency.parse::<BillingFrequency>().map_err(unknown)?,
        billing_anchor: anchor.parse::<BillingAnchor>().map_err(unknown)?,
        starting_on,
        ending_before,
        trial_ending_before,
    };
    Ok(plan.in_force())
}

pub(super) async fn refuse_overlap(
    connection: &mut PgConnection,
    customer_id: Uuid,
    customer_plan_id: Uuid,
    starting_on: DateTime<Utc>,
    ending_before: Option<DateTime<Utc>>,
) -> Result<()> {
    let row = sqlx::query!(
        "select cp.id, p.name, cp.starting_on, cp.ending_before
        from customer_plan cp
        join plan p on p.id = cp.plan_id
        where cp.customer_id = $1
            and cp.id <> $2
            and tstzrange(cp.starting_on, cp.ending_before) && tstzrange($3, $4)
        order by cp.starting_on
        limit 1",
        customer_id,
        customer_plan_id,
        starting_on,
        ending_before,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let (id, name) = (row.id, row.name);
    let end = row
        .ending_before
        .map_or("with an open end".to_owned(), |end| format!("to {}", end.format("%Y-%m-%d")));
    Err(Error::Conflict(format!(
        "the customer is on the plan \"{name}\" from {} {end}: plans of one customer must not overlap. End it by \
         POST /v1/customers/{customer_id}/plans/{id}/end",
        row.starting_on.format("%Y-%m-%d")
    )))
}

pub(super) fn check_midnight(field: &str, at: Option<DateTime<Utc>>) -> Result<()> {
    match at {
        Some(at) if !timestamp::is_midnight(at) => Err(Error::field(field, timestamp::not_midnight(at))),
        _ => Ok(()),
    }
}
