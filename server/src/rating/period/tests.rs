//! Periods counted from an origin, wherever the terms begin and end. Where plans have theirs is in `terms`.

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().expect(text)
}

#[test]
fn terms_cut_the_periods_of_an_origin_before_them_or_after_them_at_any_hour() {
    for origin in ["2020-01-31T00:00", "2026-04-30T00:00", "2040-07-31T00:00"] {
        // From April 30 months are counted to the 30th.
        let last = if origin.starts_with("2026") { "2026-07-30T00:00" } else { "2026-07-31T00:00" };
        let schedule = BillingSchedule {
            billing_frequency: BillingFrequency::Quarterly,
            origin: at(origin),
            starting_at: at("2026-03-15T13:00"),
            ending_before: Some(at("2026-08-01T07:00")),
            trial_ending_before: None,
        };
        let bounds = ["2026-03-15T13:00", "2026-04-30T00:00", last, "2026-08-01T07:00"].map(at);
        let expected: Vec<_> =
            bounds.windows(2).map(|pair| Period { start: pair[0], end: pair[1] }).collect();
        let found: Vec<_> = schedule.periods_from(schedule.starting_at).collect();
        assert_eq!(found, expected, "{origin}");
        for (number, period) in (0..).zip(found) {
            assert_eq!(schedule.number_at(period.start), Some(number), "{origin}");
            assert_eq!(schedule.start_of(number), Some(period.start), "{origin}");
        }
        let full = schedule.full_period_at(schedule.starting_at).expect("a period");
        assert_eq!(full.end, bounds[1], "{origin}");
        assert!(full.start < schedule.starting_at, "{origin}");
    }
}

#[test]
fn weeks_are_counted_back_from_an_origin() {
    let schedule = BillingSchedule {
        billing_frequency: BillingFrequency::Weekly,
        origin: at("2026-11-25T00:00"),
        starting_at: at("2026-11-17T18:00"),
        ending_before: None,
        trial_ending_before: None,
    };
    let starts: Vec<_> =
        schedule.periods_from(schedule.starting_at).map(|period| period.start).take(4).collect();
    let expected = ["2026-11-17T18:00", "2026-11-18T00:00", "2026-11-25T00:00", "2026-12-02T00:00"].map(at);
    assert_eq!(starts, expected);
}
