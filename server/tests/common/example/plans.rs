//! Plans and products: a product that nothing is charged for yet, and a charge that can be added.

use super::World;
use app::billing::{BillingAnchor, BillingFrequency, CreditType, Decimal, NewCharge, NewPlan, NewProduct};
use chrono::{DateTime, Utc};
use server::db;
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) async fn seed(world: &mut World<'_>) {
    let product =
        db::plan::create_product(world.pool, NewProduct::new("Seats", None), world.now).await.unwrap();
    world.set("product_id", product);
    let charge = added_charge(world.pool, world.now).await;
    world.set("added_charge_id", charge);
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
