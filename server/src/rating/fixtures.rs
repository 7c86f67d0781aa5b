//! Plain terms and usage, for tests to change.

use super::{BillingSchedule, Imprint, Measure, MeteredUsage, PlanCharge, Terms, Unit};
use app::billing::{
    AggregationType, BillingAnchor, BillingFrequency, Charge, ChargeType, CreditType, Decimal, Price,
    TierMode, TierScope,
};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(crate) const METRIC: Uuid = Uuid::from_u128(7);

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().expect(text)
}

pub(crate) fn term(
    product: u128,
    fixed: Option<&str>,
    prices: &[(&str, &str)],
    group_key: Option<&str>,
) -> PlanCharge {
    let prices =
        prices.iter().map(|(tier, value)| Price { tier: decimal(tier), value: decimal(value) }).collect();
    PlanCharge {
        measure: fixed.is_none().then_some(Measure {
            billable_metric_id: METRIC,
            aggregation_type: AggregationType::Sum,
            group_index: i16::from(group_key.is_some()),
        }),
        product_custom_fields: BTreeMap::new(),
        charge: Charge {
            id: Uuid::nil(),
            name: "Charge".to_owned(),
            charge_type: if fixed.is_some() { ChargeType::Fixed } else { ChargeType::Usage },
            credit_type: CreditType::usd_cents(),
            custom_fields: BTreeMap::new(),
            prices,
            product_id: Uuid::from_u128(product),
            product_name: format!("Product {product}"),
            product_group_key: group_key.map(str::to_owned),
            start_period: 0,
            tier_reset_frequency: 1,
            billable_metric_id: fixed.is_none().then_some(METRIC),
            quantity: fixed.map(decimal),
            tier_mode: TierMode::Graduated,
            tier_scope: TierScope::PerGroup,
            unit_conversion: None,
        },
    }
}

pub(crate) fn terms(charges: Vec<PlanCharge>, starting_on: &str) -> Terms {
    let starting_on = format!("{starting_on}T00:00:00Z").parse().expect("a day");
    Terms {
        id: Uuid::nil(),
        revision: 0,
        customer_id: Uuid::nil(),
        imprint: Imprint {
            plan_id: Uuid::nil(),
            plan_name: "Plan".to_owned(),
            plan_custom_fields: BTreeMap::new(),
            customer_custom_fields: BTreeMap::new(),
        },
        schedule: BillingSchedule {
            billing_frequency: BillingFrequency::Monthly,
            billing_anchor: BillingAnchor::FirstOfMonth,
            starting_on,
            ending_before: None,
            trial_ending_before: None,
        },
        billed_until: starting_on,
        finalize_after: starting_on,
        net_payment_terms_days: None,
        unit: Unit { credit_type: CreditType::usd_cents(), is_currency: true },
        charges,
        price_adjustments: Vec::new(),
        minimums: Vec::new(),
        trial_spending_cap: None,
        added_charges: Vec::new(),
    }
}

pub(crate) fn used(group: Option<Option<&str>>, quantity: &str) -> MeteredUsage {
    MeteredUsage {
        billable_metric_id: METRIC,
        group_index: i16::from(group.is_some()),
        group_values: group.into_iter().map(|value| value.map(str::to_owned)).collect(),
        segments: vec![decimal(quantity)],
        before: Vec::new(),
        is_past: false,
    }
}
