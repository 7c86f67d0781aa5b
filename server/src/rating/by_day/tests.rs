//! Days by cases, and that they add up to the period.

use super::*;
use crate::rating::{
    Waiver,
    fixtures::{METRIC, decimal, term, terms},
};
use app::billing::{Rounding, UnitConversion};
use proptest::prelude::*;

fn costs(terms: &Terms, first_day: &str, values: &[&str]) -> Vec<String> {
    costs_of(terms, first_day, values, UsageOf::All(&[]))
}

fn costs_of(terms: &Terms, first_day: &str, values: &[&str], of: UsageOf<'_>) -> Vec<String> {
    let values: Vec<Decimal> = values.iter().map(|value| decimal(value)).collect();
    cost_by_day(terms, METRIC, first_day.parse().expect(first_day), &values, of)
        .into_iter()
        .map(|cost| match cost {
            None => "outside".to_owned(),
            Some(Err(why)) => format!("{why:?}"),
            Some(Ok(cost)) => cost.amount.to_string(),
        })
        .collect()
}

const TIERS: [(&str, &str); 2] = [("0", "10"), ("100", "5")];

#[test]
fn tiers_begin_anew_with_each_period() {
    let days = ["60", "60", "60", "60"];
    // Oct 30, Oct 31, Nov 1, Nov 2.
    let tiered = |start| terms(vec![term(1, None, &TIERS, None)], start);
    assert_eq!(costs(&tiered("2026-10-30"), "2026-10-30", &days), ["600", "500", "600", "500"]);
    // Of a period whose beginning is not there, nothing is known; before the plan there is no cost.
    let found = costs(&tiered("2026-01-01"), "2026-10-30", &days);
    assert_eq!(found, ["WholePeriod", "WholePeriod", "600", "500"]);
    assert_eq!(costs(&tiered("2026-11-02"), "2026-10-30", &days), ["outside", "outside", "outside", "600"]);
}

#[test]
fn days_of_a_trial_cost_what_it_waives_and_do_not_count_toward_later_tiers() {
    let mut trial = terms(vec![term(1, None, &TIERS, None)], "2026-11-01");
    let ending_before = "2026-11-02T00:00:00Z".parse().expect("a day");
    trial.schedule.trial_ending_before = Some(ending_before);
    for cap in [None, Some(decimal("100"))] {
        trial.waiver = Some(Waiver { ending_before, cap });
        assert_eq!(costs(&trial, "2026-11-01", &["500", "90", "20"]), ["3000", "900", "150"]);
    }
}

#[test]
fn one_price_needs_no_earlier_days() {
    let mut charge = term(1, None, &[("0", "40")], Some("region"));
    charge.conversion =
        Some(UnitConversion { division_factor: "1000".parse().expect("a number"), rounding_behavior: None });
    let terms = terms(vec![charge], "2026-01-01");
    assert_eq!(costs(&terms, "2026-10-30", &["250"]), ["10"]);
    let day =
        cost_by_day(&terms, METRIC, "2026-10-30".parse().expect("a day"), &[decimal("1")], UsageOf::All(&[]));
    let price = day[0].clone().expect("inside").expect("known").unit_price;
    assert_eq!(price, Some(decimal("0.04")));
}

#[test]
fn what_depends_on_the_whole_period_has_no_cost_by_day() {
    let mut volume = term(1, None, &TIERS, None);
    volume.tier_mode = TierMode::Volume;
    assert_eq!(costs(&terms(vec![volume], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
    let mut grouped = term(1, None, &TIERS, Some("region"));
    let mut apart = grouped.clone();
    apart.tier_mode = TierMode::Volume;
    assert!(priced_by_group(&terms(vec![apart.clone()], "2026-11-01"), METRIC).is_empty());
    assert_eq!(costs(&terms(vec![apart], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
    // Tiers that all groups move through together are tiers of the total.
    grouped.tier_scope = TierScope::AcrossGroups;
    assert!(priced_by_group(&terms(vec![grouped.clone()], "2026-11-01"), METRIC).is_empty());
    assert_eq!(costs(&terms(vec![grouped], "2026-11-01"), "2026-11-01", &["90", "20"]), ["900", "150"]);
    let mut yearly = term(1, None, &TIERS, None);
    yearly.tier_reset = 12;
    assert_eq!(costs(&terms(vec![yearly], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
}

/// Two groups that use so much on each day.
fn by_region(first_day: &str, days: &[(&str, &str)]) -> Vec<GroupedUsage> {
    let first: NaiveDate = first_day.parse().expect(first_day);
    let group =
        |day, number, value: &str| GroupDay { day, group_id: Uuid::from_u128(number), value: decimal(value) };
    let of_day =
        |(day, &(one, other)): (NaiveDate, &(&str, &str))| [group(day, 1, one), group(day, 2, other)];
    vec![GroupedUsage { group_index: 1, days: first.iter_days().zip(days).flat_map(of_day).collect() }]
}

#[test]
fn each_group_walks_through_tiers_of_its_own() {
    let grouped = terms(vec![term(1, None, &TIERS, Some("region"))], "2026-01-01");
    assert_eq!(priced_by_group(&grouped, METRIC), [1]);
    // From Oct 31: the last day of a period of which no more is known, and two days of the next.
    let used = by_region("2026-10-31", &[("60", "0"), ("60", "90"), ("60", "20")]);
    let found = costs_of(&grouped, "2026-10-31", &["60", "150", "80"], UsageOf::All(&used));
    // Nov 2: 40 × 10 + 20 × 5, and 10 × 10 + 10 × 5.
    assert_eq!(found, ["WholePeriod", "1500", "650"]);
    let alone = costs_of(&grouped, "2026-11-01", &["60", "60"], UsageOf::Group(1));
    assert_eq!(alone, ["600", "500"]);
    assert_eq!(costs_of(&grouped, "2026-11-01", &["1"], UsageOf::Group(2)), ["TiersByGroup"]);
    assert_eq!(costs(&grouped, "2026-11-01", &["1"]), ["TooManyGroups"]);
    let together = terms(vec![term(1, None, &TIERS, None)], "2026-01-01");
    assert!(priced_by_group(&together, METRIC).is_empty());
    assert_eq!(costs_of(&together, "2026-11-01", &["1"], UsageOf::Group(1)), ["TiersOverGroups"]);
}

#[test]
fn whole_units_are_rounded_group_by_group() {
    let mut charge = term(1, None, &[("0", "10")], Some("region"));
    charge.conversion = Some(UnitConversion {
        division_factor: "100".parse().expect("a number"),
        rounding_behavior: Some(Rounding::Ceiling),
    });
    let grouped = terms(vec![charge], "2026-01-01");
    assert_eq!(priced_by_group(&grouped, METRIC), [1]);
    let used = by_region("2026-11-01", &[("60", "30"), ("60", "30")]);
    // One unit begun in each group; then a second one in the first.
    assert_eq!(costs_of(&grouped, "2026-11-01", &["90", "90"], UsageOf::All(&used)), ["20", "10"]);
}

proptest! {
    #[test]
    fn the_days_of_a_period_add_up_to_its_line(
        used in prop::collection::vec(0i64..5_000_000, 30),
        rounding in prop::option::of(prop::sample::select(vec![Rounding::Floor, Rounding::Ceiling])),
    ) {
        let mut charge = term(1, None, &[("0", "0.3"), ("500", "0.25"), ("10000", "0.2")], None);
        charge.conversion =
            Some(UnitConversion { division_factor: "1000".parse().expect("a number"), rounding_behavior: rounding });
        let values: Vec<Decimal> = used.into_iter().map(Decimal::from).collect();
        let first: NaiveDate = "2026-11-01".parse().expect("a day");
        let in_force = charge.at(first.and_time(NaiveTime::MIN).and_utc()).expect("a charge in force");
        let whole = in_force.amount(&values.iter().sum());
        let terms = terms(vec![charge], "2026-01-01");
        let days = cost_by_day(
            &terms,
            METRIC,
            first,
            &values,
            UsageOf::All(&[]),
        );
        let sum: Decimal = days.iter().flatten().flatten().map(|day| &day.amount).sum();
        prop_assert_eq!(sum, whole);
    }
}
