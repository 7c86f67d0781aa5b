//! Invoices worked out by hand: ramps, tier resets, plan changes, added charges.

mod adjustments;
mod exact;

use super::{
    PlanRow,
    fixtures::{charge, plan},
    plan::{AddedCharge, PlanCharge},
};
use crate::rating::{
    MeteredUsage, Period, Terms, bill,
    fixtures::{METRIC, decimal, used},
};
use app::billing::{Decimal, Invoice, Rounding, TierMode, UnitConversion};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T00:00:00Z").parse().expect(text)
}

/// The invoice of the period that contains a day.
fn invoice(plan: &PlanRow, usage: &[MeteredUsage], at: &str) -> Invoice {
    bill(&terms(plan), usage, period(plan, at), Duration::hours(24))
}

fn terms(plan: &PlanRow) -> Terms {
    plan.clone().in_force().expect("terms")
}

fn period(plan: &PlanRow, at: &str) -> Period {
    plan.schedule().period_at(day(at)).expect(at)
}

fn usage_price(value: &str) -> PlanCharge {
    charge(1, None, &[("0", value)], None)
}

fn fixed(quantity: &str, value: &str) -> PlanCharge {
    charge(2, Some(quantity), &[("0", value)], None)
}

fn added(at: &str, price: &str, quantity: &str) -> AddedCharge {
    AddedCharge {
        invoice_start_timestamp: day(at),
        charge: fixed("1", "1").charge,
        product_custom_fields: BTreeMap::new(),
        description: format!("Set-up at {at}"),
        price: decimal(price),
        quantity: decimal(quantity),
    }
}

fn subtotals(invoice: &Invoice) -> Vec<Decimal> {
    let sub_lines = invoice.line_items.iter().flat_map(|line| &line.sub_line_items);
    sub_lines.map(|sub_line| sub_line.subtotal.clone()).collect()
}

fn decimals(list: &[&str]) -> Vec<Decimal> {
    list.iter().map(|text| decimal(text)).collect()
}

#[test]
fn a_ramp_is_in_force_from_its_period_on() {
    let ramp = |start_period, value| {
        let mut term = usage_price(value);
        term.charge.start_period = start_period;
        term
    };
    let mut later = charge(3, Some("1"), &[("0", "700")], None);
    later.charge.start_period = 2;
    // The first period is cut by the start of the plan and is number 0 all the same.
    let plan = plan(vec![ramp(0, "10"), ramp(1, "9"), ramp(3, "5"), later], "2026-01-20");
    for (at, expected) in [
        ("2026-01-20", vec!["1000"]),
        ("2026-02-01", vec!["900"]),
        ("2026-03-15", vec!["900", "700"]),
        ("2026-04-01", vec!["500", "700"]),
        ("2027-04-01", vec!["500", "700"]),
    ] {
        assert_eq!(subtotals(&invoice(&plan, &[used(None, "100")], at)), decimals(&expected), "{at}");
    }
}

#[test]
fn charges_of_another_name_are_no_ramp() {
    let mut second = usage_price("3");
    second.charge.start_period = 1;
    second.charge.name = "Surcharge".to_owned();
    let plan = plan(vec![usage_price("10"), second], "2026-01-01");
    assert_eq!(subtotals(&invoice(&plan, &[used(None, "2")], "2026-02-01")), decimals(&["20", "6"]));
}

#[test]
fn tiers_count_on_until_they_are_reset() {
    let cases = |mode, frequency| {
        let mut term = charge(1, None, &[("0", "10"), ("100", "8"), ("250", "5")], None);
        term.charge.tier_mode = mode;
        term.charge.tier_reset_frequency = frequency;
        let plan = plan(vec![term], "2026-01-01");
        // Used a month, from January on.
        let months = ["60", "60", "200", "60", "0", "300"];
        let totals = (0..months.len()).map(|month| {
            let at = format!("2026-{:02}-01", month + 1);
            let stretches = terms(&plan).metered(period(&plan, &at));
            let rows = (0..stretches.len()).map(|back| vec![used(None, months[month - back])]).collect();
            invoice(&plan, &MeteredUsage::join(rows), &at).total
        });
        totals.collect::<Vec<_>>()
    };
    // Graduated, every month: 60 at 10; 60 at 10; 100 at 10 and 100 at 8; …; 100, 150, 50.
    assert_eq!(cases(TierMode::Graduated, 1), decimals(&["600", "600", "1800", "600", "0", "2450"]));
    // Every quarter: 60 at 10; 40 at 10 and 20 at 8; 130 at 8 and 70 at 5; from April on as new: June 40, 150 and 110.
    assert_eq!(cases(TierMode::Graduated, 3), decimals(&["600", "560", "1390", "600", "0", "2150"]));
    // Volume, every month: the whole quantity at the tier that it reaches.
    assert_eq!(cases(TierMode::Volume, 1), decimals(&["600", "600", "1600", "600", "0", "1500"]));
    // Every quarter: each month's quantity at the tier that the sum since January or April reaches.
    assert_eq!(cases(TierMode::Volume, 3), decimals(&["600", "480", "1000", "600", "0", "1500"]));
}

#[test]
fn tiers_that_count_on_say_what_moved_and_since_when() {
    let mut counted = charge(1, None, &[("0", "10"), ("100", "8")], None);
    counted.charge.tier_reset_frequency = 3;
    let plan = plan(vec![counted], "2026-01-10");
    let metered = terms(&plan).metered(period(&plan, "2026-02-01"));
    assert_eq!(metered[1], Period { start: day("2026-01-10"), end: day("2026-02-01") });
    assert_eq!(metered.len(), 2);
    let usage = MeteredUsage::join(vec![vec![used(None, "30")], vec![used(None, "90")]]);
    let line = &invoice(&plan, &usage, "2026-02-01").line_items[0].sub_line_items[0];
    let tiers = line.tiers.as_ref().expect("tiers");
    let moved: Vec<_> = tiers.iter().map(|tier| (tier.starting_at.clone(), tier.quantity.clone())).collect();
    assert_eq!(moved, [(decimal("0"), decimal("10")), (decimal("100"), decimal("20"))]);
    let within = line.tier_period.as_ref().expect("a period");
    assert_eq!((within.starting_at, within.ending_before), (day("2026-01-10"), Some(day("2026-04-01"))));
    // A new quarter of the plan: nothing before counts.
    assert_eq!(terms(&plan).metered(period(&plan, "2026-04-01")).len(), 1);
}

#[test]
fn units_are_converted_a_period_at_a_time() {
    let mut thousands = charge(1, None, &[("0", "10"), ("2", "1")], None);
    thousands.charge.unit_conversion = Some(UnitConversion {
        division_factor: "1000".parse().expect("a number"),
        rounding_behavior: Some(Rounding::Ceiling),
    });
    thousands.charge.tier_reset_frequency = 2;
    let plan = plan(vec![thousands], "2026-01-01");
    // 1 and 2 thousands, each rounded up, not 1.001 + 1.2 rounded up.
    let usage = MeteredUsage::join(vec![vec![used(None, "1200")], vec![used(None, "1")]]);
    assert_eq!(invoice(&plan, &usage, "2026-02-01").total, decimal("11"));
}

#[test]
fn a_plan_change_bills_each_plan_for_its_days() {
    // 20 days of the old plan's 30, 10 of the new one's, which starts its own billing periods.
    let mut old = plan(vec![fixed("1", "3000")], "2026-01-01");
    old.ending_before = Some(day("2026-04-21"));
    let new = plan(vec![fixed("1", "6000")], "2026-04-21");
    let last = invoice(&old, &[], "2026-04-01");
    assert_eq!((last.total.clone(), last.until()), (decimal("2000"), day("2026-04-21")));
    assert_eq!(last.line_items[0].ending_before, Some(day("2026-04-21")));
    let first = invoice(&new, &[], "2026-04-21");
    assert_eq!((first.total.clone(), first.at()), (decimal("2000"), day("2026-04-21")));
    assert_eq!(
        (first.line_items[0].starting_at, first.until()),
        (Some(day("2026-04-21")), day("2026-05-01"))
    );
}

#[test]
fn an_added_charge_is_on_its_invoice_alone() {
    let mut plan = plan(vec![usage_price("10")], "2026-04-11");
    plan.added_charges = vec![
        added("2026-04-11", "250.4", "1"),
        added("2026-04-11", "250.4", "2"),
        added("2026-05-01", "9", "1"),
    ];
    let april = invoice(&plan, &[used(None, "1")], "2026-04-11");
    let lines: Vec<_> =
        april.line_items.iter().map(|line| (line.name.as_str(), line.total.clone())).collect();
    // 751.2, rounded once, and not prorated.
    assert_eq!(lines, [("Product 1", decimal("10")), ("Product 2", decimal("751"))]);
    assert_eq!(april.line_items[1].sub_line_items[1].name, "Set-up at 2026-04-11");
    assert_eq!(april.total, decimal("761"));
    assert_eq!(invoice(&plan, &[], "2026-05-01").total, decimal("9"));
    assert_eq!(invoice(&plan, &[], "2026-06-01").total, decimal("0"));
}

#[test]
fn usage_of_groups_is_joined_with_what_the_same_group_used_before() {
    let rows = MeteredUsage::join(vec![
        vec![used(Some(Some("eu")), "1"), used(Some(None), "2")],
        vec![used(Some(None), "3"), used(Some(Some("us")), "4")],
    ]);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].before, [decimal("0")]);
    assert_eq!(rows[1].before, [decimal("3")]);
    assert!(rows.iter().all(|row| row.billable_metric_id == METRIC));
    // A group without usage of its own since is kept for tiers that count all groups, and has no line.
    let us = &rows[2];
    assert_eq!((us.is_past, us.quantity(), &us.before), (true, decimal("0"), &vec![decimal("4")]));
}
