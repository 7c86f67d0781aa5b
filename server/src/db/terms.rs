//! The terms in force of customers: their plans with charges, minimums and price adjustments.

use super::{Access as _, BillingAccess};
use crate::{Error, Result, auth::CustomerAccess, rating};
use app::billing::{BillingAnchor, BillingFrequency, Charge, Decimal, Minimum, PriceAdjustment};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the SQL function `terms_of` answers.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    customer_id: Uuid,
    customer_custom_fields: BTreeMap<String, String>,
    customer_plan_id: Uuid,
    revision: i32,
    plan_id: Uuid,
    plan_name: String,
    plan_custom_fields: BTreeMap<String, String>,
    billing_frequency: BillingFrequency,
    billing_anchor: BillingAnchor,
    starting_on: DateTime<Utc>,
    ending_before: Option<DateTime<Utc>>,
    billed_until: DateTime<Utc>,
    finalize_after: DateTime<Utc>,
    net_payment_terms_days: Option<i64>,
    terms: Vec<TermRow>,
    minimums: Vec<Minimum>,
    price_adjustments: Vec<PriceAdjustment>,
    trial_ending_before: Option<DateTime<Utc>>,
    trial_spending_cap: Option<Decimal>,
    added_charges: Vec<AddedRow>,
}

#[derive(Debug, Deserialize)]
struct TermRow {
    charge: Charge,
    is_currency: bool,
    measure: Option<rating::Measure>,
    product_custom_fields: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct AddedRow {
    charge: Charge,
    product_custom_fields: BTreeMap<String, String>,
    invoice_start_timestamp: DateTime<Utc>,
    description: String,
    price: Decimal,
    quantity: Decimal,
}

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
        r#"select case when p.id is not null then terms end as "terms: Json<Row>", plan_end as "plan_end: Json<PlanEnd>",
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
        r#"select case when p.id is not null then terms end as "terms: Json<Row>", is_revoked as "is_revoked!"
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
fn of_customer(rows: Vec<Option<Json<Row>>>) -> Result<Option<Vec<rating::Terms>>> {
    if rows.is_empty() {
        return Ok(None);
    }
    rows.into_iter().flatten().map(|row| row.0.into_terms()).collect::<Result<_>>().map(Some)
}

/// The terms of one plan of a customer that billing holds.
pub async fn of_customer_plan(
    connection: &mut PgConnection,
    access: BillingAccess,
    customer_plan_id: Uuid,
) -> Result<rating::Terms> {
    let terms = sqlx::query_scalar!(
        r#"select terms as "terms!: Json<Row>"
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
    terms.0.into_terms()
}

/// The terms under which customers that billing holds have periods that are not finalized, by customer in the order of
/// `held`.
pub async fn of_customers(
    connection: &mut PgConnection,
    held: &[BillingAccess],
) -> Result<Vec<(BillingAccess, Vec<rating::Terms>)>> {
    let rows = sqlx::query_scalar!(
        r#"select terms as "terms!: Json<Row>"
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
        let terms = row.0.into_terms()?;
        found.entry(terms.customer_id).or_default().push(terms);
    }
    let of_each = held.iter().map(|one| (*one, found.remove(&one.customer_id()).unwrap_or_default()));
    Ok(of_each.collect())
}

impl Row {
    /// # Errors
    /// 500 when something is missing without which an amount would be a guess.
    pub(super) fn into_terms(self) -> Result<rating::Terms> {
        let is_currency = self.terms.first().is_some_and(|term| term.is_currency);
        let credit_type = self.terms.first().map_or_else(
            app::billing::CreditType::usd_cents, // a plan has at least one charge
            |term| term.charge.credit_type.clone(),
        );
        let terms = rating::Terms {
            customer_id: self.customer_id,
            customer_custom_fields: self.customer_custom_fields,
            customer_plan_id: self.customer_plan_id,
            revision: self.revision,
            plan_id: self.plan_id,
            plan_name: self.plan_name,
            plan_custom_fields: self.plan_custom_fields,
            schedule: rating::BillingSchedule {
                billing_frequency: self.billing_frequency,
                billing_anchor: self.billing_anchor,
                starting_on: self.starting_on,
                ending_before: self.ending_before,
                trial_ending_before: self.trial_ending_before,
            },
            billed_until: self.billed_until,
            finalize_after: self.finalize_after,
            net_payment_terms_days: self.net_payment_terms_days,
            credit_type,
            is_currency,
            charges: self
                .terms
                .into_iter()
                .map(|term| rating::PlanCharge {
                    charge: term.charge,
                    measure: term.measure,
                    product_custom_fields: term.product_custom_fields,
                })
                .collect(),
            price_adjustments: self.price_adjustments,
            minimums: self.minimums,
            trial_spending_cap: self.trial_spending_cap,
            added_charges: self
                .added_charges
                .into_iter()
                .map(|added| rating::AddedCharge {
                    invoice_start_timestamp: added.invoice_start_timestamp,
                    charge: added.charge,
                    product_custom_fields: added.product_custom_fields,
                    description: added.description,
                    price: added.price,
                    quantity: added.quantity,
                })
                .collect(),
        };
        match terms.missing() {
            None => Ok(terms),
            Some(problem) => Err(Error::Internal(format!(
                "the customer plan {} cannot be billed: {problem}",
                terms.customer_plan_id
            ))),
        }
    }
}
