//! The terms in force of customers: their plans with charges, minimums and price adjustments.

use super::{Access as _, BillingAccess};
use crate::{Error, Result, auth::CustomerAccess, rating, terms::PlanRow};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// When the latest plan of a customer ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PlanEnd {
    /// The plan's name.
    pub plan_name: String,
    /// Until when, exclusive.
    pub ending_before: DateTime<Utc>,
}

/// What of a customer is not billed yet.
#[derive(Clone, Debug)]
pub struct Unbilled {
    /// The terms under which it has periods that have begun and are not finalized.
    pub terms: Vec<rating::Terms>,
    /// The end of its latest plan; `None` while it runs, and for a customer that never had one.
    pub ended: Option<PlanEnd>,
}

/// The terms under which a customer has periods that have begun and are not finalized; `None` when the customer is
/// unknown, or archived where only an active one is asked for.
///
/// # Errors
/// 401 for a reader who is revoked.
pub async fn unbilled(
    pool: &PgPool,
    access: CustomerAccess,
    active_only: bool,
    now: DateTime<Utc>,
) -> Result<Option<Vec<rating::Terms>>> {
    Ok(unbilled_and_end(pool, access, active_only, now).await?.map(|unbilled| unbilled.terms))
}

/// The same with the end of the customer's latest plan, from the same query.
///
/// # Errors
/// As [`unbilled`].
pub async fn unbilled_and_end(
    pool: &PgPool,
    access: CustomerAccess,
    active_only: bool,
    now: DateTime<Utc>,
) -> Result<Option<Unbilled>> {
    let pass = access.pass();
    let rows = sqlx::query!(
        r#"select case when p.id is not null then terms end as "terms: Json<PlanRow>", plan_end as "plan_end: Json<PlanEnd>",
            is_revoked as "is_revoked!"
        from customer c
        cross join lateral revocation_of(c.id, $4, $5, $6, $7)
        left join customer_plan cp on cp.customer_id = c.id and cp.period_end is not null and cp.billed_until <= $2
        left join plan p on p.id = cp.plan_id
        cross join lateral terms_of(c, cp, p)
        cross join lateral plan_end_of(c.id, $2)
        where c.id = $1 and (c.archived_at is null or not $3)
        order by cp.starting_on"#,
        access.customer_id(),
        now,
        active_only,
        pass.session_id,
        pass.viewer,
        pass.seen,
        pass.valid_from,
    )
    .fetch_all(pool)
    .await?;
    if rows.iter().any(|row| row.is_revoked) {
        return Err(Error::Unauthorized);
    }
    let (terms, ends): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.terms, row.plan_end)).unzip();
    let ended = ends.into_iter().next().flatten().map(|end| end.0);
    Ok(of_customer(terms)?.map(|terms| Unbilled { terms, ended }))
}

/// The terms under which a customer was at any time from `start` to before `end`, billed or not; `None` when the
/// customer is unknown, or archived where only an active one is asked for.
///
/// # Errors
/// 401 for a reader who is revoked.
pub async fn during(
    pool: &PgPool,
    access: CustomerAccess,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    active_only: bool,
) -> Result<Option<Vec<rating::Terms>>> {
    let pass = access.pass();
    let rows = sqlx::query!(
        r#"select case when p.id is not null then terms end as "terms: Json<PlanRow>", is_revoked as "is_revoked!"
        from customer c
        cross join lateral revocation_of(c.id, $5, $6, $7, $8)
        left join customer_plan cp on cp.customer_id = c.id
            and cp.starting_on < $3 and (cp.ending_before is null or cp.ending_before > $2)
        left join plan p on p.id = cp.plan_id
        cross join lateral terms_of(c, cp, p)
        where c.id = $1 and (c.archived_at is null or not $4)
        order by cp.starting_on"#,
        access.customer_id(),
        start,
        end,
        active_only,
        pass.session_id,
        pass.viewer,
        pass.seen,
        pass.valid_from,
    )
    .fetch_all(pool)
    .await?;
    if rows.iter().any(|row| row.is_revoked) {
        return Err(Error::Unauthorized);
    }
    of_customer(rows.into_iter().map(|row| row.terms).collect())
}

/// The terms of a customer, of which a row has one or none; `None` without a row, which says that there is no such
/// customer.
fn of_customer(rows: Vec<Option<Json<PlanRow>>>) -> Result<Option<Vec<rating::Terms>>> {
    if rows.is_empty() {
        return Ok(None);
    }
    rows.into_iter().flatten().map(|row| in_force(row.0)).collect::<Result<_>>().map(Some)
}

/// The terms of one plan of a customer that billing holds.
pub async fn of_customer_plan(
    connection: &mut PgConnection,
    access: BillingAccess,
    customer_plan_id: Uuid,
) -> Result<rating::Terms> {
    let terms = sqlx::query_scalar!(
        r#"select terms as "terms!: Json<PlanRow>"
        from customer c
        join customer_plan cp on cp.customer_id = c.id
        join plan p on p.id = cp.plan_id
        cross join lateral terms_of(c, cp, p)
        where c.id = $1 and cp.id = $2"#,
        access.customer_id(),
        customer_plan_id,
    )
    .fetch_one(connection)
    .await?;
    in_force(terms.0)
}

/// The terms under which customers that billing holds have periods that are not finalized, by customer in the order of
/// `held`.
pub async fn of_customers(
    connection: &mut PgConnection,
    held: &[BillingAccess],
) -> Result<Vec<(BillingAccess, Vec<rating::Terms>)>> {
    let rows = sqlx::query_scalar!(
        r#"select terms as "terms!: Json<PlanRow>"
        from customer c
        join customer_plan cp on cp.customer_id = c.id and cp.period_end is not null
        join plan p on p.id = cp.plan_id
        cross join lateral terms_of(c, cp, p)
        where c.id = any($1)"#,
        &held.iter().map(|one| one.customer_id()).collect::<Vec<_>>()[..],
    )
    .fetch_all(connection)
    .await?;
    let mut found: BTreeMap<Uuid, Vec<rating::Terms>> = BTreeMap::new();
    for row in rows {
        let terms = in_force(row.0)?;
        found.entry(terms.customer_id).or_default().push(terms);
    }
    let of_each = held.iter().map(|one| (*one, found.remove(&one.customer_id()).unwrap_or_default()));
    Ok(of_each.collect())
}

/// The terms that a row states.
///
/// # Errors
/// 500 when something is missing without which an amount would be a guess.
pub(super) fn in_force(row: PlanRow) -> Result<rating::Terms> {
    let id = row.customer_plan_id;
    row.in_force()
        .map_err(|missing| Error::Internal(format!("the customer plan {id} cannot be billed: {missing}")))
}
