//! Dates of the demo, relative to the day on which it is made.

use super::DAYS;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

/// A day, relative to the demo's today.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// So many days before today.
    DaysAgo(u64),
    /// The first of the month so many months before the last one that can be finalized.
    MonthsBack(u32),
    /// The first full month of the demo's 100 days.
    FirstFullMonth,
}

impl Mark {
    /// The day it means. `today` is the demo's; `billed` the latest instant whose periods can be finalized.
    pub fn day(self, today: NaiveDate, billed: NaiveDate) -> NaiveDate {
        let first_of = |day: NaiveDate| day.with_day(1).unwrap_or(day);
        match self {
            Self::DaysAgo(days) => today - Days::new(days),
            Self::MonthsBack(months) => first_of(billed) - Months::new(months),
            Self::FirstFullMonth => first_of(first_day(today) + Months::new(1) - Days::new(1)),
        }
    }
}

/// The first day of usage of a demo that is made today.
pub fn first_day(today: NaiveDate) -> NaiveDate {
    today - Days::new(DAYS - 1)
}

/// The instant at which a day begins, in UTC.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::{super::HISTORY, *};

    fn date(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    #[test]
    fn the_usage_plan_starts_on_the_first_full_month_of_usage() {
        for (today, expected) in [
            ("2026-11-22", "2026-09-01"),
            ("2026-12-09", "2026-09-01"),
            ("2026-12-10", "2026-10-01"),
            ("2026-05-31", "2026-03-01"),
        ] {
            assert_eq!(Mark::FirstFullMonth.day(date(today), date(today)), date(expected), "{today}");
        }
    }

    #[test]
    fn the_history_ends_with_the_last_month_that_can_be_finalized() {
        // On the first of a month the last one is still in its grace period.
        for (today, billed, expected) in
            [("2026-11-22", "2026-11-21", "2024-09-01"), ("2026-11-01", "2026-10-31", "2024-08-01")]
        {
            assert_eq!(Mark::MonthsBack(HISTORY).day(date(today), date(billed)), date(expected), "{today}");
        }
    }
}
