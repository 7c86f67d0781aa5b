//! A company for each example of the reference: the ids that stand for its placeholders exist.

use super::{billing, seed};
use app::billing::{
    BillingAnchor, BillingFrequency, CreditType, CustomFieldEntity, CustomFieldKey, Decimal, NewCharge,
    NewPlan, NewProduct,
};
use chrono::{DateTime, Datelike, Months, Utc};
use serde_json::Value;
use server::{
    clock, db, ingest, invoicing,
    openapi::{Values, samples},
};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Seeds what the example of this call needs, and says what stands for its placeholders.
pub async fn seeded(pool: &PgPool, call: &str) -> Values {
    let now = clock::now();
    let month = now.date_naive().with_day(1).unwrap();
    let start = (month - Months::new(3)).to_string();
    // Examples name these; each example has a database as if it were the first.
    sqlx::query("delete from ingest_alias").execute(pool).await.unwrap();
    let billed = billing::billed(pool, &start, None).await;
    billing::used(pool, &billed, now, 100, "eu").await;
    invoicing::finalize_due(pool, now, billing::GRACE).await.unwrap();
    let finalized: Vec<Uuid> = sqlx::query_scalar(
        "select id from invoice where customer_id = $1 and status = 'FINALIZED' order by start_timestamp",
    )
    .bind(billed.customer_id)
    .fetch_all(pool)
    .await
    .unwrap();
    invoicing::void(pool, finalized[0], now).await.unwrap();
    let other = seed::customer(pool, "Other").await;
    let product = db::plan::create_product(pool, NewProduct::new("Seats", None), now).await.unwrap();
    if call == "usage.listUnmatched" {
        let mut event = seed::event("request-7", billed.customer_id, now, "{}");
        "acme-inc".clone_into(&mut event.customer_id);
        ingest::record(pool, vec![event], now).await.unwrap();
    }
    let mut values = samples(now);
    let mut set = |name, id: Uuid| values.insert(name, id.to_string());
    set("customer_id", billed.customer_id);
    set("other_customer_id", other);
    set("billable_metric_id", billed.billable_metric_id);
    set("product_id", product);
    set("plan_id", billed.plan_id);
    set("customer_plan_id", billed.customer_plan_id);
    set("invoice_id", finalized[1]);
    set("added_charge_id", added_charge(pool, now).await);
    set(
        "custom_credit_type_id",
        db::credit_type::create(pool, &Uuid::new_v4().to_string(), now).await.unwrap(),
    );
    set("void_invoice_id", finalized[0]);
    let key = CustomFieldKey {
        entity: CustomFieldEntity::Customer,
        key: "segment".to_owned(),
        enforce_uniqueness: false,
    };
    db::custom_field::add_key(pool, &key, now).await.unwrap();
    match call {
        // Takes a customer that is not on a plan.
        "customers.plans.add" => set("customer_id", other),
        _ => None,
    };
    values
}

/// A fixed charge of a product that the customer's plan does not have.
async fn added_charge(pool: &PgPool, now: DateTime<Utc>) -> Uuid {
    let product = db::plan::create_product(pool, NewProduct::new("Set-up", None), now).await.unwrap();
    let charge =
        NewCharge::fixed("Set-up", product, Decimal::from(1), CreditType::USD_CENTS, Decimal::from(25_000));
    let plan = NewPlan {
        name: "One-off charges".to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: BillingAnchor::FirstOfMonth,
        custom_fields: BTreeMap::new(),
        charges: vec![charge],
        minimums: Vec::new(),
    };
    let plan_id = db::plan::create_plan(pool, plan, now).await.unwrap();
    db::plan::charges(pool, plan_id, None, None).await.unwrap().data[0].id
}

/// An answer as it would always be: ids and dates that stand for a placeholder become it, others become samples, and
/// long lists are cut.
pub fn timeless(answer: &mut Value, values: &Values) {
    let mut seen = Vec::new();
    walk(answer, values, &mut seen);
}

fn walk(value: &mut Value, values: &Values, seen: &mut Vec<String>) {
    match value {
        Value::Array(all) => {
            all.truncate(2);
            all.iter_mut().for_each(|value| walk(value, values, seen));
        }
        Value::Object(fields) => fields.values_mut().for_each(|value| walk(value, values, seen)),
        Value::String(text) => {
            let placeholder =
                values.iter().find(|(_, value)| *value == text).map(|(name, _)| format!("{{{name}}}"));
            if let Some(placeholder) = placeholder {
                *text = placeholder;
            } else if text.parse::<Uuid>().is_ok() {
                let index = seen.iter().position(|id| id == text).unwrap_or_else(|| {
                    seen.push(text.clone());
                    seen.len() - 1
                });
                *text = Uuid::new_v5(&Uuid::NAMESPACE_OID, &index.to_be_bytes()).to_string();
            } else if text.parse::<DateTime<Utc>>().is_ok() && !text.ends_with("T00:00:00Z") {
                "{hour_ago}".clone_into(text);
            } else if let Some((start, _)) = text.split_once("?token=") {
                let path = start.rsplit_once("/embed/").map_or(start, |(_, path)| path);
                *text = format!("{{server}}/embed/{path}?token=eyJhbGciOi…");
            }
        }
        _ => {}
    }
}
