//! Daily usage of the groups that a viewer may see, added up, for the charts.

use super::{
    SplitMetric,
    groups::split_columns,
    series::{Daily, DailySums, Numbers, daily_of},
};
use crate::{Result, auth::CustomerAccess};
use app::billing::UsageWindow;
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

/// The days of each metric as [`super::series()`] answers them, of the groups alone that may be seen of its group key. Each
/// event is in one group of a key, so what is left is measured as exactly as the whole.
///
/// # Errors
/// When the database refuses all.
pub async fn series_of_groups(
    pool: &PgPool,
    access: CustomerAccess,
    charted: &[SplitMetric],
    period_days: Option<u32>,
    now: DateTime<Utc>,
) -> Result<Vec<Result<Daily>>> {
    let today = now.date_naive();
    let windows = UsageWindow::of(period_days);
    // As in series.rs.
    let last = windows.last().copied().unwrap_or_default();
    let (ids, kinds, indexes, admitted) = split_columns(charted);
    let mut found: HashMap<Uuid, Result<DailySums>> = HashMap::new();
    if !charted.is_empty() {
        // What series.rs reads, of groups in the place of the whole: a value of a UNIQUE metric that several of them have
        // counts once.
        let rows = sqlx::query!(
            r#"with wanted as (
                select id, aggregation_type, group_index, admitted::jsonb
                from unnest($2::uuid[], $3::text[], $4::smallint[], $7::text[])
                    as wanted(id, aggregation_type, group_index, admitted)
            ),
            settled as materialized (
                select wanted.*,
                    usage_days(
                        greatest(
                            extent.first_day,
                            $5::date - case when wanted.aggregation_type = 'UNIQUE' then 179 else 271 end
                        ),
                        least(extent.last_day, $5::date) + 1
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
                    on usage.billable_metric_id = wanted.id and usage.group_index = wanted.group_index
                where usage.day > $5::date - 272 and usage.day <= $5::date
                    and (wanted.admitted is null or usage_admitted(usage.group_values, wanted.admitted))
            ),
            used as (
                select settled.id, settled.aggregation_type, stored.*
                from settled
                cross join lateral (
                    select usage.day,
                        usage_amount(settled.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                        usage_newest(
                            settled.aggregation_type, usage.latest_at, usage.latest_key, usage.latest
                        ) as newest
                    from usage_day usage
                    where usage.customer_id = $1
                        and usage.billable_metric_id = settled.id
                        and usage.group_index = settled.group_index
                        and usage.day = any(settled.days)
                        and (settled.admitted is null or usage_admitted(usage.group_values, settled.admitted))
                    offset 0
                ) as stored
                where settled.aggregation_type <> 'UNIQUE'
                union all
                select id, aggregation_type, day, amount, newest
                from pending
                where aggregation_type <> 'UNIQUE'
            ),
            seen as (
                select settled.id, stored.day, stored.value_id
                from settled
                cross join lateral (
                    select usage.day, usage.value_id
                    from usage_unique usage
                    where usage.customer_id = $1
                        and usage.billable_metric_id = settled.id
                        and usage.group_index = settled.group_index
                        and usage.day = any(settled.days)
                        and (settled.admitted is null or usage_admitted(usage.group_values, settled.admitted))
                    offset 0
                ) as stored
                where settled.aggregation_type = 'UNIQUE'
                union
                select id, day, unnest(value_ids)
                from pending
                where aggregation_type = 'UNIQUE' and day > $5::date - 180
            ),
            different as (
                select id, array[
                    count(*) filter (where last_day > $5::date - 30),
                    count(*) filter (where last_complete > $5::date - 30),
                    count(*) filter (where was_before_30),
                    count(*) filter (where last_day > $5::date - 60),
                    count(*) filter (where last_complete > $5::date - 60),
                    count(*) filter (where was_before_60),
                    count(*) filter (where last_day > $5::date - 90),
                    count(*) filter (where last_complete > $5::date - 90),
                    count(*) filter (where was_before_90),
                    count(*) filter (where last_day > $5::date - $6::integer),
                    count(*) filter (where last_complete > $5::date - $6::integer),
                    count(*) filter (where was_before_period)
                ] as counts
                from (
                    select id, value_id, max(day) as last_day, max(day) filter (where day < $5::date) as last_complete,
                        bool_or(day > $5::date - 60 and day < $5::date - 30) as was_before_30,
                        bool_or(day > $5::date - 120 and day < $5::date - 60) as was_before_60,
                        bool_or(day > $5::date - 180 and day < $5::date - 90) as was_before_90,
                        bool_or(day > $5::date - 2 * $6::integer and day < $5::date - $6::integer) as was_before_period
                    from seen
                    group by id, value_id
                ) as by_value
                group by id
            ),
            daily as (
                select id, day,
                    usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as value
                from used
                group by id, aggregation_type, day
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
            &ids[..],
            &kinds[..] as _,
            &indexes[..],
            today,
            last.days().cast_signed(),
            &admitted[..] as _,
        )
        .fetch_all(pool)
        .await?;
        for row in rows {
            found.insert(row.id, DailySums::read(row.days, row.values, row.different));
        }
    }
    let of = |one: &SplitMetric| daily_of(found.remove(&one.id), one.aggregation_type, &windows, today);
    Ok(charted.iter().map(of).collect())
}
