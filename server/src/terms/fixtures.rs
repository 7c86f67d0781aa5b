//! A plain plan, for tests to change.

use super::plan::{PlanCharge, PlanRow};
use crate::rating::fixtures::{decimal, measure, prices};
use app::billing::{BillingAnchor, BillingFrequency, Charge, ChargeType, CreditType, TierMode, TierScope};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) fn charge(
    product: u128,
    fixed: Option<&str>,
    list: &[(&str, &str)],
    group_key: Option<&str>,
) -> PlanCharge {
    let measure = fixed.is_none().then(|| measure(group_key));
    PlanCharge {
        is_currency: true,
        measure,
        product_custom_fields: BTreeMap::new(),
        charge: Charge {
            id: Uuid::nil(),
            name: "Charge".to_owned(),
            charge_type: if fixed.is_some() { ChargeType::Fixed } else { ChargeType::Usage },
            credit_type: CreditType::usd_cents(),
            custom_fields: BTreeMap::new(),
            prices: prices(list),
            product_id: Uuid::from_u128(product),
            product_name: format!("Product {product}"),
            product_group_key: group_key.map(str::to_owned),
            start_period: 0,
            tier_reset_frequency: 1,
            billable_metric_id: measure.map(|measure| measure.billable_metric_id),
            quantity: fixed.map(decimal),
            tier_mode: TierMode::Graduated,
            tier_scope: TierScope::PerGroup,
            unit_conversion: None,
        },
    }
}

pub(super) fn plan(charges: Vec<PlanCharge>, starting_on: &str) -> PlanRow {
    let starting_on = format!("{starting_on}T00:00:00Z").parse().expect("a day");
    PlanRow {
        customer_id: Uuid::nil(),
        customer_custom_fields: BTreeMap::new(),
        customer_plan_id: Uuid::nil(),
        revision: 0,
        plan_id: Uuid::nil(),
        plan_name: "Plan".to_owned(),
        plan_custom_fields: BTreeMap::new(),
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: BillingAnchor::FirstOfMonth,
        starting_on,
        ending_before: None,
        billed_until: starting_on,
        finalize_after: starting_on,
        net_payment_terms_days: None,
        charges,
        minimums: Vec::new(),
        price_adjustments: Vec::new(),
        trial_ending_before: None,
        trial_spending_cap: None,
        added_charges: Vec::new(),
    }
}
