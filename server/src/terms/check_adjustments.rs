//! Which price adjustments can be: every problem of a list of them, each by its JSON path.

use super::plan_adjust::adjusted;
use crate::limits::{self, PRICE_DIGITS};
use app::billing::{AdjustmentType, Charge, ChargeType, Decimal, PriceAdjustment};

/// Everything that is wrong with `adjustments` of a plan with these charges; empty when they can be billed.
pub fn check_adjustments(adjustments: &[PriceAdjustment], charges: &[Charge]) -> Vec<String> {
    if let Err(problem) = limits::check_count(adjustments.len(), limits::PRICE_ADJUSTMENTS) {
        return vec![format!("price_adjustments: {problem}")];
    }
    let mut problems = Vec::new();
    for (index, adjustment) in adjustments.iter().enumerate() {
        let mut problem = |field: &str, text: &str| {
            problems.push(format!("price_adjustments[{index}].{field}: {text}"));
        };
        let Some(charge) = charges.iter().find(|charge| charge.id == adjustment.charge_id) else {
            problem("charge_id", "is not a charge of the plan: see GET /v1/planDetails/{plan_id}/charges");
            continue;
        };
        match adjustment.adjustment_type {
            AdjustmentType::Quantity => check_quantity(adjustment, charge, &mut problem),
            _ => check_value(adjustment, charge, &mut problem),
        }
        let same = |other: &&PriceAdjustment| {
            let is_quantity = |one: &PriceAdjustment| one.adjustment_type == AdjustmentType::Quantity;
            other.charge_id == adjustment.charge_id
                && other.start_period == adjustment.start_period
                && other.tier == adjustment.tier
                && is_quantity(other) == is_quantity(adjustment)
        };
        if adjustments.iter().take(index).any(|other| same(&other)) {
            problem("start_period", "is that of an adjustment before it, of the same charge and tier");
        }
    }
    problems
}

fn check_quantity(adjustment: &PriceAdjustment, charge: &Charge, problem: &mut impl FnMut(&str, &str)) {
    if charge.charge_type != ChargeType::Fixed {
        problem(
            "adjustment_type",
            "is quantity, but the charge is for usage: only a fixed quantity can be set",
        );
    }
    match adjustment.quantity.as_ref().map(limits::check_quantity) {
        None => problem("quantity", "is required for a quantity adjustment"),
        Some(Err(text)) => problem("quantity", &text),
        Some(Ok(())) => {}
    }
    if adjustment.value.is_some() {
        problem("value", "is not for a quantity adjustment: leave it out");
    }
    if adjustment.tier.is_some() {
        problem("tier", "is not for a quantity adjustment: leave it out");
    }
}

fn check_value(adjustment: &PriceAdjustment, charge: &Charge, problem: &mut impl FnMut(&str, &str)) {
    if adjustment.quantity.is_some() {
        problem("quantity", "is only for a quantity adjustment: leave it out");
    }
    let of_tier = |tier: &Option<Decimal>| {
        let prices = charge.prices.iter();
        prices
            .filter(|price| tier.as_ref().is_none_or(|tier| *tier == price.tier))
            .cloned()
            .collect::<Vec<_>>()
    };
    let prices = of_tier(&adjustment.tier);
    if prices.is_empty() {
        problem("tier", "is not where a tier of the charge starts");
    }
    if adjustment.adjustment_type == AdjustmentType::Override && prices.len() > 1 {
        problem("tier", "is required to override a price of a tiered charge");
    }
    let Some(value) = &adjustment.value else { return problem("value", "is required") };
    if let Err(text) = limits::check_price(value) {
        return problem("value", &text);
    }
    if adjustment.adjustment_type == AdjustmentType::Percentage && *value < Decimal::from(-1) {
        return problem("value", "is a share, such as -0.05 for a discount of 5 %, and must not be below -1");
    }
    for price in prices {
        let charged = adjusted(&price.value, adjustment.adjustment_type, value);
        if !price.value.is_negative() && charged.is_negative() {
            return problem("value", "would make the price negative");
        }
        // Of a share of a price, twice as many digits after the point are exact.
        if !charged.fits(PRICE_DIGITS, 2 * PRICE_DIGITS) {
            return problem("value", &format!("would make a price of more than {PRICE_DIGITS} digits"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::billing::{CreditType, Price, TierMode, TierScope};
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn charge(id: u128, charge_type: ChargeType, tiers: &[i64]) -> Charge {
        let price = |tier: &i64| Price { tier: Decimal::from(*tier), value: Decimal::from(10) };
        Charge {
            id: Uuid::from_u128(id),
            name: "Charge".to_owned(),
            charge_type,
            credit_type: CreditType::usd_cents(),
            custom_fields: BTreeMap::new(),
            prices: tiers.iter().map(price).collect(),
            product_id: Uuid::nil(),
            product_name: "Product".to_owned(),
            product_group_key: None,
            billable_metric_id: None,
            quantity: None,
            start_period: 0,
            tier_mode: TierMode::Graduated,
            tier_scope: TierScope::PerGroup,
            tier_reset_frequency: 1,
            unit_conversion: None,
        }
    }

    fn problems(json: &str) -> String {
        let charges = [charge(1, ChargeType::Usage, &[0, 100]), charge(2, ChargeType::Fixed, &[0])];
        let adjustments: Vec<PriceAdjustment> = serde_json::from_str(json).expect(json);
        check_adjustments(&adjustments, &charges).join("; ")
    }

    #[test]
    fn every_problem_names_its_field() {
        let entry = |charge: u128, fields: &str| {
            format!("{{\"charge_id\": \"{}\", \"adjustment_type\": {fields}}}", Uuid::from_u128(charge))
        };
        let (usage, fixed, other) = (1, 2, 3);
        for (charge, fields, expected) in [
            (usage, r#""percentage", "start_period": 0, "value": -0.05"#, ""),
            (usage, r#""OVERRIDE", "start_period": 0, "value": 1, "tier": 100"#, ""),
            (fixed, r#""quantity", "start_period": 3, "quantity": 7"#, ""),
            (fixed, r#""fixed", "start_period": 3, "value": -10"#, ""),
            (fixed, r#""fixed", "start_period": 3, "value": -11"#, "value: would make"),
            (usage, r#""percentage", "start_period": 0"#, "value: is required"),
            (usage, r#""percentage", "start_period": 0, "value": -5"#, "value: is a share"),
            (usage, r#""override", "start_period": 0, "value": 1"#, "tier: is required"),
            (usage, r#""fixed", "start_period": 0, "value": 1, "tier": 50"#, "tier: is not where"),
            (usage, r#""quantity", "start_period": 0, "quantity": 1"#, "adjustment_type: is quantity"),
            (fixed, r#""quantity", "start_period": 0"#, "quantity: is required"),
            (fixed, r#""fixed", "start_period": 0, "value": 1, "quantity": 1"#, "quantity: is only"),
            (other, r#""fixed", "start_period": 0, "value": 1"#, "charge_id: is not"),
        ] {
            let found = problems(&format!("[{}]", entry(charge, fields)));
            let expected = match expected {
                "" => String::new(),
                problem => format!("price_adjustments[0].{problem}"),
            };
            let is_it = found.starts_with(&expected) && found.is_empty() == expected.is_empty();
            assert!(is_it, "{fields}: {found}");
        }
        let twice = entry(fixed, r#""fixed", "start_period": 1, "value": 1"#);
        assert!(
            problems(&format!("[{twice}, {twice}]"))
                .starts_with("price_adjustments[1].start_period: is that")
        );
    }
}
