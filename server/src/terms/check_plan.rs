//! Which plans can be billed: every problem of a plan to be made, each by its JSON path.

use crate::limits;
use app::billing::{ChargeType, NewCharge, NewPlan, TierScope};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Those of the products, metrics and credit types named by a plan that exist.
#[derive(Clone, Debug, Default)]
pub struct PlanReferences {
    /// Products, each with its group key.
    pub products: BTreeMap<Uuid, Option<String>>,
    /// Metrics.
    pub billable_metrics: BTreeMap<Uuid, MetricReference>,
    /// Credit types.
    pub credit_types: BTreeSet<Uuid>,
}

/// What a plan is checked against of a metric.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MetricReference {
    /// The group keys that a grouped product may be split by.
    pub group_keys: Vec<Vec<String>>,
    /// True once it is archived.
    pub is_archived: bool,
}

/// The last billing period in which a ramp may start.
const MAX_PERIODS: u32 = 10_000;

/// The most billing periods over which tiers may count.
const MAX_RESET: u32 = 120;

/// The first text of a plan that is too long, or list that has too many, by its path. Checked before anything else, as it
/// costs little.
///
/// # Errors
/// The path, and what is wrong.
pub fn check_sizes(plan: &NewPlan) -> Result<(), (String, String)> {
    let at = |path: String| move |problem: String| (path, problem);
    let top = |field: &str| at(field.to_owned());
    limits::check_text(plan.name.trim(), limits::NAME).map_err(top("name"))?;
    if let Some(description) = &plan.description {
        limits::check_text(description, limits::DESCRIPTION).map_err(top("description"))?;
    }
    limits::check_custom_fields(&plan.custom_fields)?;
    limits::check_count(plan.charges.len(), limits::CHARGES).map_err(top("charges"))?;
    for (index, charge) in plan.charges.iter().enumerate() {
        let path = |field: &str| format!("charges[{index}].{field}");
        limits::check_text(charge.name.trim(), limits::NAME).map_err(at(path("name")))?;
        limits::check_custom_fields(&charge.custom_fields)
            .map_err(|(field, problem)| (path(&field), problem))?;
        if let Some(quantity) = &charge.quantity {
            limits::check_quantity(quantity).map_err(at(path("quantity")))?;
        }
        if let Some(conversion) = &charge.unit_conversion {
            let path = path("unit_conversion.division_factor");
            limits::check_price(conversion.division_factor.get()).map_err(at(path))?;
        }
        limits::check_count(charge.prices.len(), limits::TIERS).map_err(at(path("prices")))?;
        for (tier, price) in charge.prices.iter().enumerate() {
            limits::check_price(&price.tier).map_err(at(path(&format!("prices[{tier}].tier"))))?;
            limits::check_price(&price.value).map_err(at(path(&format!("prices[{tier}].value"))))?;
        }
    }
    limits::check_count(plan.minimums.len(), limits::MINIMUMS).map_err(top("minimums"))?;
    for (index, minimum) in plan.minimums.iter().enumerate() {
        let path = |field: &str| format!("minimums[{index}].{field}");
        limits::check_text(minimum.name.trim(), limits::NAME).map_err(at(path("name")))?;
        limits::check_quantity(&minimum.value).map_err(at(path("value")))?;
    }
    Ok(())
}

/// Every other problem of `plan`; empty when it can be billed.
pub fn check_plan(plan: &NewPlan, known: &PlanReferences) -> Vec<String> {
    let mut problems = Vec::new();
    let mut problem = |path: String, text: &str| problems.push(format!("{path}: {text}"));
    if plan.name.trim().is_empty() {
        problem("name".to_owned(), "is empty");
    }
    if plan.charges.is_empty() {
        problem("charges".to_owned(), "is empty: a plan needs at least one charge");
    }
    for (index, charge) in plan.charges.iter().enumerate() {
        let path = |field: &str| format!("charges[{index}].{field}");
        if charge.name.trim().is_empty() {
            problem(path("name"), "is empty");
        }
        if !known.credit_types.contains(&charge.credit_type_id) {
            problem(path("credit_type_id"), "is not a credit type: see GET /v1/credit-types/list");
        } else if charge.credit_type_id != plan.charges[0].credit_type_id {
            problem(
                path("credit_type_id"),
                "differs from charges[0]: all charges of a plan share one credit type",
            );
        }
        match known.products.get(&charge.product_id) {
            None => problem(path("product_id"), "is not a product: make one with POST /v1/products/create"),
            Some(group_key) => {
                check_measure(charge, group_key.as_deref(), known, |field, text| problem(path(field), text));
                check_scope(charge, group_key.as_deref(), |text| problem(path("tier_scope"), text));
            }
        }
        check_prices(charge, |field, text| problem(path(field), text));
        check_periods(charge, |field, text| problem(path(field), text));
    }
    check_minimums(plan, known, problem);
    problems
}

fn check_measure(
    charge: &NewCharge,
    group_key: Option<&str>,
    known: &PlanReferences,
    mut problem: impl FnMut(&str, &str),
) {
    match charge.charge_type {
        ChargeType::Fixed => {
            if charge.quantity.is_none() {
                problem("quantity", "is required for a fixed charge");
            }
            if charge.billable_metric_id.is_some() {
                problem("billable_metric_id", "is for usage charges only: leave it out");
            }
            if group_key.is_some() {
                problem("charge_type", "is fixed, but the product is grouped: its lines come from usage");
            }
        }
        ChargeType::Usage => {
            if charge.quantity.is_some() {
                problem("quantity", "is for fixed charges only: leave it out");
            }
            let Some(id) = charge.billable_metric_id else {
                return problem("billable_metric_id", "is required for a usage charge");
            };
            match known.billable_metrics.get(&id) {
                None => {
                    problem("billable_metric_id", "is not a billable metric: see GET /v1/billable-metrics")
                }
                Some(metric) if metric.is_archived => {
                    problem("billable_metric_id", "is archived: name a billable metric that is not")
                }
                Some(metric) => {
                    if let Some(key) = group_key
                        && !metric.group_keys.iter().any(|keys| keys.as_slice() == [key])
                    {
                        let text = format!(
                            "has no group key [\"{key}\"], by which the product is split into lines: name one that has"
                        );
                        problem("billable_metric_id", &text);
                    }
                }
            }
        }
    }
}

fn check_scope(charge: &NewCharge, group_key: Option<&str>, mut problem: impl FnMut(&str)) {
    if charge.tier_scope == TierScope::PerGroup {
        return;
    }
    if group_key.is_none() {
        problem("is ACROSS_GROUPS, but the product has no group_key: its tiers count everything as it is");
    }
    if charge.prices.len() < 2 {
        problem(
            "is ACROSS_GROUPS, but there are no tiers: with one price there is nothing to count together",
        );
    }
}

fn check_prices(charge: &NewCharge, mut problem: impl FnMut(&str, &str)) {
    if charge.prices.is_empty() {
        problem("prices", "is empty: at least one price is needed");
    }
    for (index, price) in charge.prices.iter().enumerate() {
        let tier = format!("prices[{index}].tier");
        match index.checked_sub(1).map(|before| &charge.prices[before].tier) {
            None if !price.tier.is_zero() => {
                problem(&tier, &format!("must be 0, where the first tier starts, not {}", price.tier));
            }
            Some(before) if price.tier <= *before => {
                problem(&tier, &format!("must be above the tier before it, {before}, and is {}", price.tier));
            }
            _ => {}
        }
    }
    let factor = charge.unit_conversion.as_ref().map(|conversion| conversion.division_factor.get());
    if let Some(factor) = factor.filter(|factor| factor.is_negative()) {
        problem("unit_conversion.division_factor", &format!("must be above 0, not {factor}"));
    }
}

fn check_periods(charge: &NewCharge, mut problem: impl FnMut(&str, &str)) {
    if charge.start_period > MAX_PERIODS {
        problem("start_period", &start_problem(charge.start_period));
    }
    match charge.tier_reset_frequency {
        1 => {}
        periods if !(1..=MAX_RESET).contains(&periods) => {
            problem(
                "tier_reset_frequency",
                &format!("must be from 1 to {MAX_RESET} billing periods, not {periods}"),
            );
        }
        _ if charge.charge_type == ChargeType::Fixed => {
            problem("tier_reset_frequency", "is for usage charges only: leave it out or send 1");
        }
        _ => {}
    }
}

fn start_problem(given: u32) -> String {
    format!("must be from 0 to {MAX_PERIODS}, not {given}")
}

fn check_minimums(plan: &NewPlan, known: &PlanReferences, mut problem: impl FnMut(String, &str)) {
    for (index, minimum) in plan.minimums.iter().enumerate() {
        let path = |field: &str| format!("minimums[{index}].{field}");
        if minimum.name.trim().is_empty() {
            problem(path("name"), "is empty");
        }
        if !known.credit_types.contains(&minimum.credit_type_id) {
            problem(path("credit_type_id"), "is not a credit type: see GET /v1/credit-types/list");
        } else if plan.charges.first().is_some_and(|first| first.credit_type_id != minimum.credit_type_id) {
            problem(path("credit_type_id"), "differs from that of the charges: a plan has one credit type");
        }
        if minimum.start_period > MAX_PERIODS {
            problem(path("start_period"), &start_problem(minimum.start_period));
        }
        if plan.minimums[..index].iter().any(|other| other.start_period == minimum.start_period) {
            problem(path("start_period"), "is that of a minimum before it: one holds at a time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::billing::{CreditType, Decimal, Price};

    const PLAIN: Uuid = Uuid::from_u128(1);
    const GROUPED: Uuid = Uuid::from_u128(2);
    const REGIONS: Uuid = Uuid::from_u128(5);
    const METRIC: Uuid = Uuid::from_u128(3);
    const EURO: Uuid = Uuid::from_u128(4);

    type Change = fn(&mut NewPlan);

    fn tier(tier: i64) -> Price {
        Price { tier: Decimal::from(tier), value: Decimal::from(1) }
    }

    fn known() -> PlanReferences {
        PlanReferences {
            products: BTreeMap::from([
                (PLAIN, None),
                (GROUPED, Some("region".to_owned())),
                (REGIONS, Some("model".to_owned())),
            ]),
            billable_metrics: BTreeMap::from([(
                METRIC,
                MetricReference {
                    group_keys: vec![vec!["model".to_owned()], vec!["region".to_owned(), "model".to_owned()]],
                    is_archived: false,
                },
            )]),
            credit_types: BTreeSet::from([CreditType::USD_CENTS, EURO]),
        }
    }

    fn problem(change: Change) -> String {
        let usage = NewCharge::usage("Tokens", PLAIN, METRIC, CreditType::USD_CENTS, Decimal::from(1));
        let fixed =
            NewCharge::fixed("Seat", PLAIN, Decimal::from(1), CreditType::USD_CENTS, Decimal::from(5));
        let mut plan = NewPlan {
            name: "Pro".to_owned(),
            description: None,
            billing_frequency: app::billing::BillingFrequency::Monthly,
            billing_anchor: app::billing::BillingAnchor::FirstOfMonth,
            custom_fields: BTreeMap::new(),
            charges: vec![usage, fixed],
            minimums: Vec::new(),
        };
        change(&mut plan);
        check_plan(&plan, &known()).join("; ")
    }

    #[test]
    fn a_good_plan_has_no_problem() {
        assert_eq!(problem(|_| ()), "");
    }

    #[test]
    fn every_problem_names_its_field() {
        let cases: [(&str, Change); 15] = [
            ("name: is empty", |plan| plan.name = " ".to_owned()),
            ("charges: is empty", |plan| plan.charges.clear()),
            ("charges[1].name: is empty", |plan| plan.charges[1].name.clear()),
            ("charges[0].product_id: is not", |plan| plan.charges[0].product_id = Uuid::nil()),
            ("charges[1].credit_type_id: is not", |plan| plan.charges[1].credit_type_id = Uuid::nil()),
            ("charges[1].credit_type_id: differs", |plan| plan.charges[1].credit_type_id = EURO),
            ("charges[0].billable_metric_id: is required", |plan| plan.charges[0].billable_metric_id = None),
            ("charges[1].quantity: is required", |plan| plan.charges[1].quantity = None),
            ("charges[0].billable_metric_id: has no", |plan| plan.charges[0].product_id = GROUPED),
            ("charges[1].charge_type: is fixed", |plan| plan.charges[1].product_id = GROUPED),
            ("charges[0].prices: is empty", |plan| plan.charges[0].prices.clear()),
            ("charges[0].prices[0].tier: must be 0", |plan| plan.charges[0].prices[0] = tier(5)),
            ("charges[0].prices[1].tier: must be above", |plan| plan.charges[0].prices.push(tier(0))),
            ("charges[0].tier_scope: is ACROSS_GROUPS, but the product has no group_key", |plan| {
                plan.charges[0].prices.push(tier(5));
                plan.charges[0].tier_scope = TierScope::AcrossGroups;
            }),
            ("charges[0].tier_scope: is ACROSS_GROUPS, but there are no tiers", |plan| {
                plan.charges[0].product_id = REGIONS;
                plan.charges[0].tier_scope = TierScope::AcrossGroups;
            }),
        ];
        for (expected, change) in cases {
            let found = problem(change);
            assert!(found.starts_with(expected), "{found:?} should start with {expected:?}");
        }
    }
}
