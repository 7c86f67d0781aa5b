//! Periods of plans by cases, and that they follow each other without a gap.

use super::*;
use crate::rating::Period;
use chrono::Duration;
use proptest::prelude::*;

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T00:00:00Z").parse().expect(text)
}

fn plan(frequency: BillingFrequency, anchor: BillingAnchor, start: &str, end: Option<&str>) -> PlanSchedule {
    PlanSchedule {
        billing_frequency: frequency,
        billing_anchor: anchor,
        starting_on: day(start),
        ending_before: end.map(day),
        trial_ending_before: None,
    }
}

#[test]
fn boundaries_of_every_frequency_and_anchor() {
    use BillingAnchor::{FirstOfMonth, PlanStart};
    use BillingFrequency::{Annual, Monthly, Quarterly, Weekly};
    let cases: [(BillingFrequency, BillingAnchor, [&str; 4]); 10] = [
        (Monthly, FirstOfMonth, ["2026-01-15", "2026-02-01", "2026-03-01", "2026-04-01"]),
        (Monthly, FirstOfMonth, ["2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01"]),
        (Monthly, PlanStart, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (Monthly, PlanStart, ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        (Quarterly, FirstOfMonth, ["2026-02-15", "2026-05-01", "2026-08-01", "2026-11-01"]),
        (Quarterly, PlanStart, ["2025-11-30", "2026-02-28", "2026-05-30", "2026-08-30"]),
        (Annual, FirstOfMonth, ["2026-02-15", "2027-02-01", "2028-02-01", "2029-02-01"]),
        (Annual, PlanStart, ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28"]),
        // 2026-11-22 is a Sunday.
        (Weekly, FirstOfMonth, ["2026-11-22", "2026-11-23", "2026-11-30", "2026-12-07"]),
        (Weekly, PlanStart, ["2026-11-22", "2026-11-29", "2026-12-06", "2026-12-13"]),
    ];
    for (frequency, anchor, days) in cases {
        let found: Vec<_> = plan(frequency, anchor, days[0], None)
            .in_force()
            .periods_from(day(days[0]))
            .take(3)
            .map(|period| [period.start, period.end])
            .collect();
        let expected: Vec<_> = days.windows(2).map(|pair| [day(pair[0]), day(pair[1])]).collect();
        assert_eq!(found, expected, "{frequency:?} {anchor:?}");
    }
}

#[test]
fn the_plans_bounds_cut_the_first_and_last_period() {
    let plan = plan(BillingFrequency::Monthly, BillingAnchor::FirstOfMonth, "2026-01-15", Some("2026-03-10"));
    let schedule = plan.in_force();
    let periods: Vec<_> = schedule.periods_from(schedule.starting_at).map(|period| period.days()).collect();
    assert_eq!(periods, [17, 28, 9]);
    assert_eq!(schedule.period_at(day("2026-01-14")), None);
    assert_eq!(schedule.period_at(day("2026-03-10")), None);
}

#[test]
fn a_trial_is_one_period_and_the_regular_ones_count_from_its_end() {
    use BillingAnchor::{FirstOfMonth, PlanStart};
    for (anchor, days) in [
        (FirstOfMonth, ["2026-01-10", "2026-03-16", "2026-04-01", "2026-05-01"]),
        (PlanStart, ["2026-01-10", "2026-03-16", "2026-04-16", "2026-05-16"]),
    ] {
        let plan = PlanSchedule {
            trial_ending_before: Some(day("2026-03-16")),
            ..plan(BillingFrequency::Monthly, anchor, days[0], None)
        };
        let schedule = plan.in_force();
        let found: Vec<_> = schedule.periods_from(schedule.starting_at).take(3).collect();
        let expected: Vec<_> =
            days.windows(2).map(|pair| Period { start: day(pair[0]), end: day(pair[1]) }).collect();
        assert_eq!(found, expected);
        let numbers = days.map(|at| schedule.number_at(day(at)));
        assert_eq!(numbers, [None, Some(0), Some(1), Some(2)]);
        // The trial has what holds from number 0 on.
        let starts = [0, 1, 2].map(|number| schedule.start_of(number));
        assert_eq!(starts, [days[0], days[2], days[3]].map(|at| Some(day(at))));
        // Tiers do not reach back into the trial.
        let before: Vec<_> = schedule.periods_before(day(days[2])).collect();
        assert_eq!(before, [(0, expected[1])]);
        // A plan that ends within its trial has no other period.
        let short = BillingSchedule { ending_before: Some(day("2026-02-20")), ..schedule };
        let found: Vec<_> = short.periods_from(short.starting_at).collect();
        assert_eq!(found, [Period { start: day("2026-01-10"), end: day("2026-02-20") }]);
    }
}

#[test]
fn a_plan_that_went_on_is_billed_from_where_it_had_ended() {
    let plan = plan(BillingFrequency::Monthly, BillingAnchor::FirstOfMonth, "2026-01-01", None);
    let schedule = plan.in_force();
    let periods: Vec<_> = schedule.periods_from(day("2026-03-10")).take(2).collect();
    assert_eq!(periods[0], Period { start: day("2026-03-10"), end: day("2026-04-01") });
    assert_eq!(periods[1], Period { start: day("2026-04-01"), end: day("2026-05-01") });
}

#[test]
fn periods_are_numbered_from_the_one_in_which_the_plan_starts() {
    let plan = plan(BillingFrequency::Quarterly, BillingAnchor::FirstOfMonth, "2026-02-15", None);
    let schedule = plan.in_force();
    let numbers =
        ["2026-02-15", "2026-04-30", "2026-05-01", "2027-05-01"].map(|at| schedule.number_at(day(at)));
    assert_eq!(numbers, [Some(0), Some(0), Some(1), Some(5)]);
    let before: Vec<_> = schedule.periods_before(day("2026-08-10")).collect();
    let expected = [("2026-08-01", "2026-08-10"), ("2026-05-01", "2026-08-01"), ("2026-02-15", "2026-05-01")]
        .map(|(start, end)| Period { start: day(start), end: day(end) });
    assert_eq!(before, [(2, expected[0]), (1, expected[1]), (0, expected[2])]);
}

/// Every day of 21 years as the start of a plan, in every schedule: its first periods, over a year and a leap day.
#[test]
fn periods_of_every_start_touch_and_are_numbered_in_order() {
    use BillingFrequency::{Annual, Monthly, Quarterly, Weekly};
    let mut starting_on = day("2020-01-01");
    while starting_on < day("2041-01-01") {
        for (billing_frequency, periods) in [(Weekly, 3), (Monthly, 14), (Quarterly, 5), (Annual, 3)] {
            for billing_anchor in [BillingAnchor::FirstOfMonth, BillingAnchor::PlanStart] {
                let plan = PlanSchedule {
                    billing_frequency,
                    billing_anchor,
                    starting_on,
                    ending_before: None,
                    trial_ending_before: None,
                };
                let schedule = plan.in_force();
                let (mut expected, mut number) = (starting_on, 0);
                for period in schedule.periods_from(starting_on).take(periods) {
                    assert_eq!((period.start, schedule.number_at(period.start)), (expected, Some(number)));
                    assert_eq!(schedule.start_of(number), Some(period.start));
                    let days = period.days();
                    let most = match billing_frequency {
                        Weekly => 7,
                        Monthly => 31,
                        Quarterly => 92,
                        Annual => 366,
                    };
                    assert!((1..=most).contains(&days), "{schedule:?}: {days} days");
                    assert_eq!(schedule.period_at(period.end - Duration::microseconds(1)), Some(period));
                    (expected, number) = (period.end, number + 1);
                }
            }
        }
        starting_on += Duration::days(1);
    }
}

proptest! {
    #[test]
    fn consecutive_periods_touch_and_never_overlap(
        offset in 0i64..7_300,
        frequency in prop::sample::select(vec![
            BillingFrequency::Weekly, BillingFrequency::Monthly,
            BillingFrequency::Quarterly, BillingFrequency::Annual,
        ]),
        first_of_month in any::<bool>(),
        length in prop::option::of(1i64..900),
        trial in prop::option::of(1i64..100),
    ) {
        let starting_on = day("2020-01-01") + Duration::days(offset);
        let plan = PlanSchedule {
            billing_frequency: frequency,
            billing_anchor: if first_of_month { BillingAnchor::FirstOfMonth } else { BillingAnchor::PlanStart },
            starting_on,
            ending_before: length.map(|days| starting_on + Duration::days(days)),
            trial_ending_before: trial.map(|days| starting_on + Duration::days(days)),
        };
        let schedule = plan.in_force();
        let stop = day("2041-01-01");
        let mut expected = starting_on;
        for period in schedule.periods_from(starting_on).take_while(|period| period.start < stop) {
            prop_assert_eq!(period.start, expected);
            prop_assert!(period.start < period.end);
            // Every instant finds the period it is in.
            prop_assert_eq!(schedule.period_at(period.start), Some(period));
            prop_assert_eq!(schedule.period_at(period.end - Duration::microseconds(1)), Some(period));
            expected = period.end;
        }
        match schedule.ending_before.filter(|end| *end <= stop) {
            Some(end) => prop_assert_eq!(expected, end),
            None => prop_assert!(expected >= stop),
        }
    }
}
