//! Plans, of which one has many charges.

use super::{Company, MANY};
use crate::common::billing;
use app::billing::{BillingAnchor, BillingFrequency, CreditType, NewCharge, NewPlan, NewProduct};
use chrono::TimeDelta;
use server::{clock, db};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) async fn seed(company: &mut Company<'_>) {
    let (pool, now) = (company.pool, company.now);
    let plan = plan(pool, &company.metrics).await;
    company.plan_id = db::plan::create_plan(pool, plan.clone(), now).await.unwrap();
    company.set("plan_id", company.plan_id);
    for ago in 1..=MANY {
        let plan = NewPlan { charges: plan.charges[..1].to_vec(), ..plan.clone() };
        db::plan::create_plan(pool, plan, now - TimeDelta::days(ago)).await.unwrap();
    }
}

/// A weekly plan of as many charges as there are metrics.
async fn plan(pool: &PgPool, metrics: &[Uuid]) -> NewPlan {
    let product =
        db::plan::create_product(pool, NewProduct::new("Tokens", None), clock::now()).await.unwrap();
    let charge = |(number, metric): (usize, &Uuid)| {
        NewCharge::usage(
            &format!("Charge {number}"),
            product,
            *metric,
            CreditType::USD_CENTS,
            billing::decimal("1"),
        )
    };
    NewPlan {
        name: "Many".to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Weekly,
        billing_anchor: BillingAnchor::PlanStart,
        custom_fields: BTreeMap::new(),
        charges: metrics.iter().enumerate().map(charge).collect(),
        minimums: Vec::new(),
    }
}
