//! The main customer's plan, for thirty weeks, with an adjustment of each charge in each of the first two.

use super::Company;
use crate::common::{billing, seed};
use app::billing::{AdjustmentType, PriceAdjustment};
use server::db::{self, customer_plan::NewCustomerPlan};
use std::collections::BTreeMap;

pub(super) async fn seed(company: &mut Company<'_>) {
    let (pool, plan_id) = (company.pool, company.plan_id);
    let charges = db::plan::charges(pool, plan_id, Some(100), None).await.unwrap().data;
    let adjustment = |charge_id, start_period| PriceAdjustment {
        charge_id,
        adjustment_type: AdjustmentType::Override,
        start_period,
        value: Some(billing::decimal("2")),
        quantity: None,
        tier: None,
    };
    let adjustments = charges.iter().rev().flat_map(|charge| [1, 0].map(|from| adjustment(charge.id, from)));
    let day = company.day(210);
    let start = billing::day(&day);
    let on_plan = NewCustomerPlan {
        access: seed::access(company.main),
        plan_id,
        starting_on: start,
        ending_before: None,
        net_payment_terms_days: None,
        price_adjustments: adjustments.collect(),
        trial_ending_before: None,
        trial_spending_cap: None,
        finalize_after: None,
        custom_fields: BTreeMap::new(),
    };
    let customer_plan_id = db::customer_plan::add(pool, on_plan, start, billing::GRACE).await.unwrap();
    company.set("customer_plan_id", customer_plan_id);
    company.values.insert("start", format!("{day}T00:00:00Z"));
}
