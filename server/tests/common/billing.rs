//! A customer who is billed: a metric, a plan, a customer plan, and usage when a test wants some.

use super::seed;
use app::billing::{
    AggregationType, BillingAnchor, BillingFrequency, CreditType, Decimal, NewCharge, NewPlan, NewProduct,
};
use chrono::{DateTime, Duration, Utc};
use server::{
    db::{self, customer_plan::NewCustomerPlan},
    ingest,
    invoicing::{self, Billing},
};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

pub const GRACE: Duration = Duration::hours(24);

/// What invoices are read by at an instant.
pub fn billing_at(pool: &PgPool, now: DateTime<Utc>) -> Billing<'_> {
    Billing { pool, now, grace: GRACE }
}

pub struct Billed {
    pub customer_id: Uuid,
    pub billable_metric_id: Uuid,
    pub plan_id: Uuid,
    pub customer_plan_id: Uuid,
}

pub fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T00:00:00Z").parse().unwrap()
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A monthly plan: tokens at 2 cents, and by region at 1 cent, and a fixed fee of 10 dollars.
pub async fn plan(pool: &PgPool, billable_metric_id: Uuid, now: DateTime<Utc>) -> Uuid {
    let cents = CreditType::USD_CENTS;
    let tokens = db::plan::create_product(pool, NewProduct::new("Tokens", None), now).await.unwrap();
    let regions =
        db::plan::create_product(pool, NewProduct::new("Traffic", Some("region")), now).await.unwrap();
    let support = db::plan::create_product(pool, NewProduct::new("Support", None), now).await.unwrap();
    let plan = NewPlan {
        name: "Pro".to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: BillingAnchor::FirstOfMonth,
        custom_fields: BTreeMap::new(),
        charges: vec![
            NewCharge::usage("Tokens", tokens, billable_metric_id, cents, decimal("2")),
            NewCharge::usage("Traffic", regions, billable_metric_id, cents, decimal("1")),
            NewCharge::fixed("Support", support, decimal("1"), cents, decimal("1000")),
        ],
        minimums: Vec::new(),
    };
    db::plan::create_plan(pool, plan, now).await.unwrap()
}

/// A customer on that plan from `starting_on`.
pub async fn billed(pool: &PgPool, starting_on: &str, ending_before: Option<&str>) -> Billed {
    let customer_id = seed::customer(pool, "Acme").await;
    let billable_metric_id =
        seed::metric(pool, AggregationType::Sum, "tokens", r#"[["model"],["region"]]"#).await;
    let plan_id = plan(pool, billable_metric_id, day(starting_on)).await;
    let customer_plan_id = put_on(pool, customer_id, plan_id, starting_on, ending_before).await.unwrap();
    Billed { customer_id, billable_metric_id, plan_id, customer_plan_id }
}

pub async fn put_on(
    pool: &PgPool,
    customer_id: Uuid,
    plan_id: Uuid,
    starting_on: &str,
    ending_before: Option<&str>,
) -> server::Result<Uuid> {
    let new = NewCustomerPlan {
        access: seed::access(customer_id),
        plan_id,
        starting_on: day(starting_on),
        ending_before: ending_before.map(day),
        net_payment_terms_days: Some(30),
        price_adjustments: Vec::new(),
        trial_ending_before: None,
        trial_spending_cap: None,
        finalize_after: None,
        custom_fields: BTreeMap::new(),
    };
    db::customer_plan::add(pool, new, day(starting_on), GRACE).await
}

/// Tokens used at one instant, in region `eu` unless `region` is empty.
pub async fn used(pool: &PgPool, billed: &Billed, at: DateTime<Utc>, tokens: i64, region: &str) {
    let properties = match region {
        "" => format!(r#"{{"tokens": "{tokens}"}}"#),
        region => format!(r#"{{"tokens": "{tokens}", "region": "{region}"}}"#),
    };
    let event = seed::event(&Uuid::new_v4().to_string(), billed.customer_id, at, &properties);
    ingest::record(pool, vec![event], at).await.unwrap();
}

pub async fn finalize(pool: &PgPool, now: &str) -> usize {
    invoicing::finalize_due(pool, day(now), GRACE).await.unwrap()
}
