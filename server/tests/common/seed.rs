//! Rows that tests need, inserted directly.

use app::billing::AggregationType;
use chrono::{DateTime, Utc};
use server::{
    auth::{CustomerAccess, Operator},
    db::usage::SplitMetric,
    metering::Event,
};
use sqlx::PgPool;
use uuid::Uuid;

/// What an operator has of a customer.
pub fn access(customer_id: Uuid) -> CustomerAccess {
    Operator { token_id: String::new(), can_write: true }.access(customer_id)
}

pub async fn customer(pool: &PgPool, name: &str) -> Uuid {
    let id = Uuid::new_v4();
    let insert = sqlx::query("insert into customer (id, name) values ($1, $2)");
    insert.bind(id).bind(name).execute(pool).await.unwrap();
    id
}

pub async fn alias(pool: &PgPool, alias: &str, customer_id: Uuid) {
    let insert = sqlx::query("insert into ingest_alias (alias, customer_id, position) values ($1, $2, 0)");
    insert.bind(alias).bind(customer_id).execute(pool).await.unwrap();
}

/// A metric of every event; `group_keys` as JSON.
pub async fn metric(pool: &PgPool, kind: AggregationType, key: &str, group_keys: &str) -> Uuid {
    let id = Uuid::new_v4();
    sqlx::query(
        "insert into billable_metric (id, name, aggregation_type, aggregation_key, group_keys)
         values ($1, $2, $3, nullif($4, ''), $5::text::jsonb)",
    )
    .bind(id)
    .bind(format!("{} of {key}", kind.as_str()))
    .bind(kind.as_str())
    .bind(key)
    .bind(group_keys)
    .execute(pool)
    .await
    .unwrap();
    id
}

/// Puts a customer on a new monthly plan since 2026-01-01 with one charge for each metric.
pub async fn on_plan(pool: &PgPool, customer_id: Uuid, metrics: &[Uuid]) -> Uuid {
    let (plan_id, product_id) = (Uuid::new_v4(), Uuid::new_v4());
    sqlx::query(
        "with plan as (
            insert into plan (id, name, billing_frequency, billing_anchor)
            values ($2, 'Plan', 'MONTHLY', 'FIRST_OF_MONTH')
        ), product as (
            insert into product (id, name) values ($3, 'Product')
        )
        insert into customer_plan (id, customer_id, plan_id, starting_on, billed_until)
        values ($2, $1, $2, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')",
    )
    .bind(customer_id)
    .bind(plan_id)
    .bind(product_id)
    .execute(pool)
    .await
    .unwrap();
    for (position, metric) in (0..).zip(metrics) {
        sqlx::query(
            "insert into charge
                (id, plan_id, position, product_id, name, charge_type, billable_metric_id, credit_type_id, prices, tier_mode)
             select gen_random_uuid(), $1, $2, $3, 'Charge', 'usage', $4, id, '[{\"tier\": 0, \"value\": 1}]', 'graduated'
             from credit_type where name = 'USD (cents)'",
        )
        .bind(plan_id)
        .bind::<i32>(position)
        .bind(product_id)
        .bind(metric)
        .execute(pool)
        .await
        .unwrap();
    }
    plan_id
}

/// An event of type `request`; `properties` as JSON.
pub fn event(transaction_id: &str, customer_id: Uuid, timestamp: DateTime<Utc>, properties: &str) -> Event {
    Event {
        transaction_id: transaction_id.to_owned(),
        customer_id: customer_id.to_string(),
        event_type: "request".to_owned(),
        timestamp,
        properties: serde_json::from_str(properties).unwrap(),
    }
}

/// A metric by one of its group keys, of which every group may be seen.
pub fn split(id: Uuid, aggregation_type: AggregationType, group_index: i16) -> SplitMetric {
    SplitMetric { id, aggregation_type, group_index, admitted: None }
}
