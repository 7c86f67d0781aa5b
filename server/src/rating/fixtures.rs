//! Plain terms and usage, for tests to change.

use super::{
    BillingSchedule, ChargeTerms, Counts, Dated, Imprint, Measure, MeteredUsage, ProductTerms, Rate, Span,
    Terms, Unit,
};
use app::billing::{AggregationType, BillingFrequency, CreditType, Decimal, Price, TierMode, TierScope};
use chrono::{DateTime, Datelike as _, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(crate) const METRIC: Uuid = Uuid::from_u128(7);

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().expect(text)
}

pub(crate) fn prices(list: &[(&str, &str)]) -> Vec<Price> {
    list.iter().map(|(tier, value)| Price { tier: decimal(tier), value: decimal(value) }).collect()
}

/// What a charge with this group key reads.
pub(crate) fn measure(group_key: Option<&str>) -> Measure {
    Measure {
        billable_metric_id: METRIC,
        aggregation_type: AggregationType::Sum,
        group_index: i16::from(group_key.is_some()),
    }
}

/// What holds at any time.
pub(crate) fn always<T>(value: T) -> Vec<Dated<T>> {
    vec![Dated { span: Span { starting_at: DateTime::UNIX_EPOCH, ending_before: None }, value }]
}

pub(crate) fn term(
    product: u128,
    fixed: Option<&str>,
    list: &[(&str, &str)],
    group_key: Option<&str>,
) -> ChargeTerms {
    ChargeTerms {
        id: Uuid::nil(),
        name: "Charge".to_owned(),
        custom_fields: BTreeMap::new(),
        product: ProductTerms {
            id: Uuid::from_u128(product),
            name: format!("Product {product}"),
            custom_fields: BTreeMap::new(),
            group_key: group_key.map(str::to_owned),
        },
        counts: match fixed {
            Some(quantity) => Counts::Fixed(always(decimal(quantity))),
            None => Counts::Usage(measure(group_key)),
        },
        conversion: None,
        tier_mode: TierMode::Graduated,
        tier_scope: TierScope::PerGroup,
        tier_reset: 1,
        rates: always(Rate { prices: prices(list), list_prices: None }),
    }
}

/// Terms that bill every month from its first day on.
pub(crate) fn terms(charges: Vec<ChargeTerms>, starting_on: &str) -> Terms {
    let starting_at: DateTime<Utc> = format!("{starting_on}T00:00:00Z").parse().expect("a day");
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
            origin: starting_at.with_day0(0).expect("the first of a month"),
            starting_at,
            ending_before: None,
            trial_ending_before: None,
        },
        billed_until: starting_at,
        finalize_after: starting_at,
        net_payment_terms_days: None,
        unit: Unit { credit_type: CreditType::usd_cents(), is_currency: true },
        charges,
        minimums: Vec::new(),
        waiver: None,
        added: Vec::new(),
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
