//! Partitions of usage_event by day and of usage_dedupe by week, and the days of arrival that ids lie in.

use crate::{
    Result, db,
    limits::{EVENT_DAYS, EVENT_HOURS_AHEAD},
};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};

/// How far back an event may lie.
pub(super) const REMEMBERED: TimeDelta = TimeDelta::days(EVENT_DAYS as i64);

/// How far back an id is looked up: one of an event that was dated ahead can be sent again until that is too old.
const LOOKED_UP: TimeDelta = TimeDelta::hours(EVENT_DAYS as i64 * 24 + EVENT_HOURS_AHEAD as i64);

/// How long after the start of a day ids are also written to the day before: two servers whose clocks, or two
/// transactions whose beginnings, lie on different sides of midnight then still meet on one key.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// How long after its end a day surely gets no ids any more, with room for transactions and clocks.
const SETTLING: TimeDelta = TimeDelta::hours(1);

/// The days of arrival (UTC) that matter at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Where ids are written, oldest first.
    pub(crate) open: Vec<NaiveDate>,
    /// Where they are only looked up, oldest first.
    pub(crate) closed: Vec<NaiveDate>,
    /// How many of the closed days never change again.
    settled: usize,
}

impl Arrival {
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        let today = now.date_naive();
        let oldest = (now - LOOKED_UP).date_naive();
        let first_open = (now - OVERLAP).date_naive();
        let first_unsettled = (now - SETTLING).date_naive();
        let days = |from: NaiveDate, to: NaiveDate| from.iter_days().take_while(move |day| *day < to);
        // Ids of before migration 14 lie on the Monday of their week.
        let closed: Vec<NaiveDate> = std::iter::once(monday_of(oldest))
            .filter(|monday| *monday < oldest)
            .chain(days(oldest, first_open))
            .collect();
        Self {
            settled: closed.iter().filter(|day| **day < first_unsettled).count(),
            closed,
            open: days(first_open, today + Days::new(1)).collect(),
        }
    }

    /// The closed days that never change again.
    pub(crate) fn settled(&self) -> &[NaiveDate] {
        &self.closed[..self.settled]
    }

    /// The partitions of the open days, as Mondays.
    pub(crate) fn weeks(&self) -> Vec<NaiveDate> {
        let mut weeks: Vec<NaiveDate> = self.open.iter().map(|day| monday_of(*day)).collect();
        weeks.dedup();
        weeks
    }
}

/// The Monday of a day's week.
pub fn monday_of(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

/// Makes the missing partitions for events of these days and for ids that arrive in these weeks (Mondays).
///
/// # Errors
/// When the database refuses.
pub async fn ensure_partitions(pool: &PgPool, days: &[NaiveDate], weeks: &[NaiveDate]) -> Result<()> {
    let mut tx = db::begin(pool).await?;
    ensure_partitions_in(&mut tx, days, weeks).await?;
    Ok(tx.commit().await?)
}

/// As [`ensure_partitions`], within a transaction that is about to write into them.
///
/// # Errors
/// When the database refuses.
pub(super) async fn ensure_partitions_in(
    connection: &mut PgConnection,
    days: &[NaiveDate],
    weeks: &[NaiveDate],
) -> Result<()> {
    sqlx::query!("select usage_ensure_partitions($1, $2)", days, weeks).execute(connection).await?;
    Ok(())
}

/// Drops the ids of weeks that nobody asks for any more, a week late: clocks differ. What ingest holds just then stays
/// until the next call.
///
/// # Errors
/// When the database refuses.
pub async fn drop_old_ids(pool: &PgPool, now: DateTime<Utc>) -> Result<()> {
    let oldest = monday_of((now - LOOKED_UP).date_naive());
    let mut tx = db::begin(pool).await?;
    sqlx::query!("select usage_drop_ids($1)", oldest - Days::new(7)).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: &str) -> Arrival {
        Arrival::at(now.parse().expect(now))
    }

    fn text(days: &[NaiveDate]) -> Vec<String> {
        days.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ids_are_written_to_the_day_of_arrival_and_looked_up_35_days_back() {
        let arrival = at("2026-11-22T12:00:00Z");
        assert_eq!(text(&arrival.open), ["2026-11-22"]);
        let closed = text(&arrival.closed);
        assert_eq!(closed[..2], ["2026-10-12", "2026-10-18"]); // a Monday, and the first day
        assert_eq!(closed.last().map(String::as_str), Some("2026-11-21"));
        assert_eq!(closed.len(), 36);
    }

    #[test]
    fn ids_of_whole_weeks_are_found_on_their_monday() {
        let closed = text(&at("2026-11-24T12:00:00Z").closed);
        assert_eq!(closed[..3], ["2026-10-19", "2026-10-20", "2026-10-21"]);
    }

    #[test]
    fn for_ten_minutes_both_days_are_open_and_a_day_settles_in_an_hour() {
        for (now, open, weeks, last_settled) in [
            ("2026-11-22T23:59:59Z", ["2026-11-22"].as_slice(), ["2026-11-16"].as_slice(), "2026-11-21"),
            (
                "2026-11-23T00:00:00Z",
                &["2026-11-22", "2026-11-23"],
                &["2026-11-16", "2026-11-23"],
                "2026-11-21",
            ),
            (
                "2026-11-23T00:09:59Z",
                &["2026-11-22", "2026-11-23"],
                &["2026-11-16", "2026-11-23"],
                "2026-11-21",
            ),
            ("2026-11-23T00:10:00Z", &["2026-11-23"], &["2026-11-23"], "2026-11-21"),
            ("2026-11-23T01:00:00Z", &["2026-11-23"], &["2026-11-23"], "2026-11-22"),
            ("2026-11-24T00:00:00Z", &["2026-11-23", "2026-11-24"], &["2026-11-23"], "2026-11-22"),
        ] {
            let arrival = at(now);
            assert_eq!(text(&arrival.open), open, "{now}");
            assert_eq!(text(&arrival.weeks()), weeks, "{now}");
            assert_eq!(text(arrival.settled()).last().map(String::as_str), Some(last_settled), "{now}");
            assert!(arrival.closed.iter().all(|day| !arrival.open.contains(day)), "{now}");
        }
    }
}
