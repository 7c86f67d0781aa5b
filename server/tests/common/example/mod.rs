//! A company for each example of the reference: the ids that stand for its placeholders exist. What a group of calls
//! needs is in a file named as the reference names the group.

mod credit_types;
mod custom_fields;
mod customers;
mod dashboards;
mod invoices;
mod plans;
mod plans_of_customers;
mod usage;

use super::billing::{self, Billed};
use chrono::{DateTime, Datelike, Months, Utc};
use server::{
    clock,
    openapi::{Values, samples},
};
use sqlx::PgPool;
use uuid::Uuid;

/// A company in the making.
struct World<'a> {
    pool: &'a PgPool,
    now: DateTime<Utc>,
    /// Its customer on a plan, with usage.
    billed: Billed,
    /// What stands for placeholders.
    values: Values,
}

impl World<'_> {
    fn set(&mut self, name: &'static str, id: Uuid) {
        self.values.insert(name, id.to_string());
    }
}

/// Seeds what the example of this call needs, and says what stands for its placeholders.
pub async fn seeded(pool: &PgPool, call: &str) -> Values {
    let now = clock::now();
    let month = now.date_naive().with_day(1).unwrap();
    let start = (month - Months::new(3)).to_string();
    // Examples name these; each example has a database as if it were the first.
    sqlx::query("delete from ingest_alias").execute(pool).await.unwrap();
    let billed = billing::billed(pool, &start, None).await;
    billing::used(pool, &billed, now, 100, "eu").await;
    let mut world = World { pool, now, billed, values: samples(now) };
    world.set("customer_id", world.billed.customer_id);
    world.set("billable_metric_id", world.billed.billable_metric_id);
    world.set("plan_id", world.billed.plan_id);
    world.set("customer_plan_id", world.billed.customer_plan_id);
    invoices::seed(&mut world).await;
    customers::seed(&mut world).await;
    custom_fields::seed(&world).await;
    plans::seed(&mut world).await;
    usage::seed(&world, call).await;
    credit_types::seed(&mut world).await;
    dashboards::seed(&world).await;
    plans_of_customers::seed(&mut world, call);
    world.values
}
