//! Daily usage for the charts.

use crate::{Result, auth::CustomerAccess};
use app::billing::{AggregationType, Decimal, UsageWindow, WindowMeasure};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::{
    Decode, PgPool, Postgres, Type,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueRef},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Days that a series reaches back, today included: the longest window, the one before it, and the quarter in which
/// that one may begin, whose tiers it shares.
pub const REACH: u64 = 272;

/// The days of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Daily {
    /// [`REACH`] values to today; zero where nothing happened.
    pub values: Vec<Decimal>,
    /// For each of them whether there were events that it is measured by.
    pub used: Vec<bool>,
    /// The metric over each of [`UsageWindow::of`], in their order.
    pub measures: Vec<WindowMeasure>,
}

/// The days of each metric, by the way it is measured, to `now` and in their order. One that cannot be read does not
/// take the others with it. `period_days` are those of the running billing period up to today, where that is a window.
///
/// # Errors
/// When the database refuses all.
pub async fn series(
    pool: &PgPool,
    access: CustomerAccess,
    charted: &[(Uuid, AggregationType)],
    period_days: Option<u32>,
    now: DateTime<Utc>,
) -> Result<Vec<Result<Daily>>> {
    let today = now.date_naive();
    let windows = UsageWindow::of(period_days);
    // Without a period its counts are of another window, and not read.
    let last = windows.last().copied().unwrap_or_default();
    let rows = if charted.is_empty() {
        Vec::new()
    } else {
        // One row a metric, its days in arrays: a row a day would cost several times as much. Distinct values are
        // counted no further back than the windows and those before them. Of what is stored only the days between the
        // first and the last with usage are looked at. What waits to be folded is read once, and met with what is
        // stored by grouping: looked up value by value, a busy customer's millions took seconds.
        sqlx::query!(
            r#"with wanted as (
                select *
                from unnest($2::uuid[], $3::text[]) as wanted(id, aggregation_type)
            ),
            settled as materialized (
                select wanted.*,
                    usage_days(
                        greatest(
                            extent.first_day,
                            $4::date - case when wanted.aggregation_type = 'UNIQUE' then 179 else 271 end
                        ),
                        least(extent.last_day, $4::date) + 1
                    ) as days
                from wanted
                join usage_extent extent on extent.customer_id = $1 and extent.billable_metric_id = wanted.id
            ),
            pending as materialized (
                select wanted.id, wanted.aggregation_type, usage.day,
                    usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest,
                    usage.value_ids
                from wanted
                join usage_pending_of($1) usage
                    on usage.billable_metric_id = wanted.id
                    and usage.group_index = 0
                    and usage.group_id = '00000000-0000-0000-0000-000000000000'
                where usage.day > $4::date - 272 and usage.day <= $4::date
            ),
            used as (
                select settled.id, settled.aggregation_type, stored.*
                from settled
                -- `offset 0`: read by its whole key, and not with all groups of the customer
                cross join lateral (
                    select usage.day,
                        usage_amount(settled.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                        usage_newest(
                            settled.aggregation_type, usage.latest_at, usage.latest_key, usage.latest
                        ) as newest
                    from usage_day usage
                    where usage.customer_id = $1
                        and usage.billable_metric_id = settled.id
                        and usage.group_index = 0
                        and usage.group_id = '00000000-0000-0000-0000-000000000000'
                        and usage.day = any(settled.days)
                    offset 0
                ) as stored
                where settled.aggregation_type <> 'UNIQUE'
                union all
                select id, aggregation_type, day, amount, newest
                from pending
                where aggregation_type <> 'UNIQUE'
            ),
            added as (
                select id, day,
                    usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as value
                from used
                group by id, aggregation_type, day
            ),
            unfolded as (
                select id, array_agg(distinct day) as days
                from pending
                where aggregation_type = 'UNIQUE' and day > $4::date - 180
                group by id
            ),
            stored as (
                select settled.id, stored.*, stored.day = any(coalesce(unfolded.days, '{}')) as is_unfolded
                from settled
                left join unfolded using (id)
                cross join lateral (
                    select usage.day, usage.value_id
                    from usage_unique usage
                    where usage.customer_id = $1
                        and usage.billable_metric_id = settled.id
                        and usage.group_index = 0
                        and usage.group_id = '00000000-0000-0000-0000-000000000000'
                        and usage.day = any(settled.days)
                    offset 0
                ) as stored
                where settled.aggregation_type = 'UNIQUE'
            ),
            seen as (
                select id, day, value_id from stored where not is_unfolded
                union all
                select distinct id, day, value_id
                from (
                    select id, day, value_id from stored where is_unfolded
                    union all
                    select id, day, unnest(value_ids)
                    from pending
                    where aggregation_type = 'UNIQUE' and day > $4::date - 180
                ) as value
            ),
            different as (
                select id, array[
                    count(*) filter (where last_day > $4::date - 30),
                    count(*) filter (where last_complete > $4::date - 30),
                    count(*) filter (where was_before_30),
                    count(*) filter (where last_day > $4::date - 60),
                    count(*) filter (where last_complete > $4::date - 60),
                    count(*) filter (where was_before_60),
                    count(*) filter (where last_day > $4::date - 90),
                    count(*) filter (where last_complete > $4::date - 90),
                    count(*) filter (where was_before_90),
                    count(*) filter (where last_day > $4::date - $5::integer),
                    count(*) filter (where last_complete > $4::date - $5::integer),
                    count(*) filter (where was_before_period)
                ] as counts
                from (
                    select id, value_id, max(day) as last_day, max(day) filter (where day < $4::date) as last_complete,
                        bool_or(day > $4::date - 60 and day < $4::date - 30) as was_before_30,
                        bool_or(day > $4::date - 120 and day < $4::date - 60) as was_before_60,
                        bool_or(day > $4::date - 180 and day < $4::date - 90) as was_before_90,
                        bool_or(day > $4::date - 2 * $5::integer and day < $4::date - $5::integer) as was_before_period
                    from seen
                    group by id, value_id
                ) as by_value
                group by id
            ),
            daily as (
                select id, day, value from added
                union all
                select id, day, count(*) from seen group by id, day
            ),
            listed as (
                select id, array_agg(day order by day) as days, array_agg(value order by day) as values
                from daily
                group by id
            )
            select listed.id as "id!", listed.days as "days!", listed.values as "values!: Numbers",
                different.counts as different
            from listed
            left join different using (id)"#,
            access.customer_id(),
            &charted.iter().map(|(id, _)| *id).collect::<Vec<_>>()[..],
            &charted.iter().map(|(_, kind)| kind.as_str()).collect::<Vec<_>>()[..] as _,
            today,
            last.days().cast_signed(),
        )
        .fetch_all(pool)
        .await?
    };
    let mut found = HashMap::new();
    for row in rows {
        found.insert(row.id, DailySums::read(row.days, row.values, row.different));
    }
    Ok(charted.iter().map(|(id, kind)| daily_of(found.remove(id), *kind, &windows, today)).collect())
}

/// The days of a metric as they were read; `None` where there are none.
pub(super) fn daily_of(
    read: Option<Result<DailySums>>,
    aggregation_type: AggregationType,
    windows: &[UsageWindow],
    today: NaiveDate,
) -> Result<Daily> {
    let measured = read.transpose()?.unwrap_or_default();
    let over = |window: &UsageWindow| {
        let different = measured.different.as_ref().and_then(|all| all.chunks(3).nth(window.index()));
        measured.over(aggregation_type, *window, today, different)
    };
    Ok(Daily {
        measures: windows.iter().map(over).collect(),
        values: measured.daily(today, REACH),
        used: measured.used(today, REACH),
    })
}

/// The numbers of a row, or why they cannot be read: read by sqlx, one that cannot is the end of all rows.
#[derive(Debug)]
pub(super) struct Numbers(std::result::Result<Vec<BigDecimal>, BoxDynError>);

impl Type<Postgres> for Numbers {
    fn type_info() -> PgTypeInfo {
        <Vec<BigDecimal> as Type<Postgres>>::type_info()
    }
}

impl<'r> Decode<'r, Postgres> for Numbers {
    fn decode(value: PgValueRef<'r>) -> std::result::Result<Self, BoxDynError> {
        Ok(Self(<Vec<BigDecimal> as Decode<'r, Postgres>>::decode(value)))
    }
}

/// The days of one metric, or of a group of it, that have usage, oldest first.
#[derive(Default)]
pub(super) struct DailySums {
    days: Vec<NaiveDate>,
    values: Vec<Decimal>,
    /// UNIQUE: different values over each window that was asked for, its complete days, and those of the window before.
    pub(super) different: Option<Vec<i64>>,
}

impl DailySums {
    pub(super) fn read(days: Vec<NaiveDate>, values: Numbers, different: Option<Vec<i64>>) -> Result<Self> {
        let values = values.0.map_err(sqlx::Error::Decode)?;
        Ok(Self { days, values: values.into_iter().map(Decimal::from).collect(), different })
    }

    /// One value for each of so many days to today; zero where nothing happened.
    pub(super) fn daily(&self, today: NaiveDate, days: u64) -> Vec<Decimal> {
        let mut daily = vec![Decimal::zero(); days as usize];
        for (at, value) in self.places(today, days).zip(&self.values) {
            if let Some(slot) = at.and_then(|at| daily.get_mut(at)) {
                slot.clone_from(value);
            }
        }
        daily
    }

    /// For each of so many days to today whether it has usage.
    pub(super) fn used(&self, today: NaiveDate, days: u64) -> Vec<bool> {
        let mut used = vec![false; days as usize];
        for at in self.places(today, days).flatten() {
            if let Some(slot) = used.get_mut(at) {
                *slot = true;
            }
        }
        used
    }

    /// The place of each day among so many days to today; `None` before them.
    fn places(&self, today: NaiveDate, days: u64) -> impl Iterator<Item = Option<usize>> {
        let start = first_day(today, days);
        self.days.iter().map(move |day| usize::try_from((*day - start).num_days()).ok())
    }

    /// The values from a day to before another.
    fn between(&self, from: NaiveDate, until: NaiveDate) -> &[Decimal] {
        let at = |bound: NaiveDate| self.days.partition_point(|day| *day < bound);
        self.values.get(at(from)..at(until)).unwrap_or_default()
    }

    /// The metric over a window; `different` are its three counts of a UNIQUE metric.
    pub(super) fn over(
        &self,
        aggregation_type: AggregationType,
        window: UsageWindow,
        today: NaiveDate,
        different: Option<&[i64]>,
    ) -> WindowMeasure {
        let days = u64::from(window.days());
        let start = first_day(today, days);
        let window_before = self.between(start - Days::new(days), today - Days::new(days));
        let measure = |values: &[Decimal]| match aggregation_type {
            AggregationType::Max => values.iter().max().cloned().unwrap_or_default(),
            AggregationType::Latest => values.last().cloned().unwrap_or_default(),
            AggregationType::Count | AggregationType::Sum | AggregationType::Unique => values.iter().sum(),
        };
        let mut over = WindowMeasure {
            total: measure(self.between(start, today + Days::new(1))),
            complete: measure(self.between(start, today)),
            previous: (!window_before.is_empty()).then(|| measure(window_before)),
        };
        if aggregation_type == AggregationType::Unique {
            let different = |kind: usize| different?.get(kind).copied().map(Decimal::from);
            over.total = different(0).unwrap_or_default();
            over.complete = different(1).unwrap_or_default();
            over.previous = over.previous.and(different(2));
        }
        over
    }
}

/// The first of `days` days that end with today.
pub(super) fn first_day(today: NaiveDate, days: u64) -> NaiveDate {
    today - Days::new(days - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect(text)
    }

    #[test]
    fn a_window_is_compared_by_complete_days() {
        // Today is Nov 21: the window of 30 days began on Oct 23, the one before on Sep 23.
        let days = [
            "2026-09-22",
            "2026-09-23",
            "2026-10-21",
            "2026-10-22",
            "2026-10-23",
            "2026-11-20",
            "2026-11-21",
        ];
        let measured = DailySums {
            days: days.map(day).into(),
            values: [1, 2, 4, 8, 16, 32, 64].map(Decimal::from).into(),
            different: Some((0..9).collect()),
        };
        let different = measured.different.clone().unwrap();
        let over = |kind| {
            let over = measured.over(kind, UsageWindow::Days30, day("2026-11-21"), Some(&different[..3]));
            [Some(over.total), Some(over.complete), over.previous].map(|one| one.map(|one| one.to_string()))
        };
        let expected = |texts: [&str; 3]| texts.map(|text| Some(text.to_owned()));
        assert_eq!(over(AggregationType::Sum), expected(["112", "48", "6"]));
        assert_eq!(over(AggregationType::Max), expected(["64", "32", "4"]));
        assert_eq!(over(AggregationType::Latest), expected(["64", "32", "4"]));
        assert_eq!(over(AggregationType::Unique), expected(["0", "1", "2"]));
        // A period that began on Nov 20: its complete day is Nov 20, and that of as many before it Nov 18.
        let period = measured.over(AggregationType::Sum, UsageWindow::Period(2), day("2026-11-21"), None);
        assert_eq!((period.total, period.complete), (Decimal::from(96), Decimal::from(32)));
        assert_eq!(period.previous, None);
        // One that began today has no complete day.
        let begun = measured.over(AggregationType::Sum, UsageWindow::Period(1), day("2026-11-21"), None);
        assert_eq!((begun.total, begun.complete), (Decimal::from(64), Decimal::zero()));
        assert_eq!(
            measured.over(AggregationType::Sum, UsageWindow::Days90, day("2026-11-21"), None).previous,
            None
        );
    }
}
