//! Partitions of usage_event by day and of usage_dedupe by week of arrival.

use crate::Result;
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use sqlx::PgExecutor;

/// How far back an id is remembered, and an event may lie.
pub(super) const DEDUPE_DAYS: i64 = 34;

/// How long after the start of a week ids are also written to the week before: two servers whose clocks, or two
/// transactions whose beginnings, lie on different sides of midnight then still meet on one key.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// The weeks of arrival that matter at one instant, as Mondays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Weeks {
    /// Where ids are written, oldest first.
    pub(super) open: Vec<NaiveDate>,
    /// Where they are only looked up.
    pub(super) closed: Vec<NaiveDate>,
}

impl Weeks {
    pub(super) fn at(now: DateTime<Utc>) -> Self {
        let monday_of = |at: DateTime<Utc>| {
            let day = at.date_naive();
            day - Days::new(u64::from(day.weekday().num_days_from_monday()))
        };
        let newest = monday_of(now);
        let oldest = monday_of(now - TimeDelta::days(DEDUPE_DAYS));
        let first_open = monday_of(now - OVERLAP);
        let weeks = |from: NaiveDate, to: NaiveDate| from.iter_weeks().take_while(move |week| *week < to);
        Self {
            closed: weeks(oldest, first_open).collect(),
            open: weeks(first_open, newest + Days::new(7)).collect(),
        }
    }
}

/// Makes the missing partitions for events of these days and for ids that arrive in these weeks (Mondays).
///
/// # Errors
/// When the database refuses.
pub async fn ensure_partitions(
    db: impl PgExecutor<'_>,
    days: &[NaiveDate],
    weeks: &[NaiveDate],
) -> Result<()> {
    sqlx::query("select usage_ensure_partitions($1, $2)").bind(days).bind(weeks).execute(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks_at(now: &str) -> (Vec<String>, Vec<String>) {
        let weeks = Weeks::at(now.parse().expect(now));
        let text = |days: Vec<NaiveDate>| days.iter().map(ToString::to_string).collect();
        (text(weeks.open), text(weeks.closed))
    }

    #[test]
    fn ids_are_written_to_the_week_of_arrival_and_looked_up_34_days_back() {
        let (open, closed) = weeks_at("2026-11-22T12:00:00Z"); // a Sunday
        assert_eq!(open, ["2026-11-16"]);
        assert_eq!(closed, ["2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09"]);
    }

    #[test]
    fn for_ten_minutes_both_weeks_are_open() {
        for (now, open_weeks) in [
            ("2026-11-22T23:59:59Z", ["2026-11-16"].as_slice()),
            ("2026-11-23T00:00:00Z", &["2026-11-16", "2026-11-23"]),
            ("2026-11-23T00:09:59Z", &["2026-11-16", "2026-11-23"]),
            ("2026-11-23T00:10:00Z", &["2026-11-23"]),
        ] {
            let (open, closed) = weeks_at(now);
            assert_eq!(open, open_weeks, "{now}");
            assert!(closed.iter().all(|week| !open.contains(week)), "{now}");
        }
    }
}
