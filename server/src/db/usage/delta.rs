//! How usage grew within billing periods, window by window, for breakdowns.

use crate::{Result, auth::CustomerAccess, rating::Measure};
use app::billing::Decimal;
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

/// A stretch of a billing period, cut into windows of equal length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where the billing period, or what is charged of it, starts, at midnight UTC: usage adds up from here.
    pub start: DateTime<Utc>,
    /// Where the first window starts.
    pub from: DateTime<Utc>,
    /// Where the last window ends.
    pub until: DateTime<Utc>,
}

/// What one measure and group added, window by window; windows without usage are absent.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageDelta {
    /// The metric that is measured.
    pub billable_metric_id: Uuid,
    /// As in [`Measure`].
    pub group_index: i16,
    /// The group's values; empty for group index 0.
    pub group_values: Vec<Option<String>>,
    /// Windows from 0, in their order; -1 stands for all that came before the first.
    pub windows: Vec<i64>,
    /// For each of them: COUNT and SUM what was added, MAX the largest, LATEST the newest value, UNIQUE the number of
    /// values not seen before in the period.
    pub values: Vec<Decimal>,
}

#[derive(Debug, Deserialize)]
struct Group {
    group_values: Vec<Option<String>>,
    windows: Vec<i64>,
    values: Vec<Decimal>,
}

/// How the usage of each measure grew in each span, in one query: one list for each span, in their order.
/// Windows are as long as `size`, a day or an hour.
///
/// # Errors
/// When the database refuses.
pub async fn deltas(
    db: impl PgExecutor<'_>,
    access: CustomerAccess,
    measures: &[Measure],
    spans: &[Span],
    size: Duration,
) -> Result<Vec<Vec<UsageDelta>>> {
    let mut all = vec![Vec::new(); spans.len()];
    if measures.is_empty() || spans.is_empty() {
        return Ok(all);
    }
    // Daily sums as far as they reach: for windows of a day to the end, for hours up to the day of the first window.
    // What waits to be folded is read once; what is stored, for each measure and span by its whole key (`offset 0`),
    // and not with all groups of the customer.
    let rows = sqlx::query!(
        r#"with wanted as (
            select distinct *
            from unnest($2::uuid[], $3::text[], $4::smallint[])
                as wanted(billable_metric_id, aggregation_type, group_index)
        ),
        span as (
            select place, start_at, from_at, until_at, hourly_from, start_day, from_day, end_day, hourly_day,
                usage_days(start_day, hourly_day) as days,
                usage_hours(greatest(hourly_from, start_at), until_at) as hours,
                usage_days(start_day, end_day) as all_days
            from unnest($5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
                with ordinality as span(start_at, from_at, until_at, place)
            cross join lateral (
                select case when $8::bigint = 86400 then until_at else date_trunc('day', from_at, 'UTC') end
                    as hourly_from
            ) as sums
            cross join lateral (
                select (start_at at time zone 'UTC')::date as start_day,
                    (from_at at time zone 'UTC')::date as from_day,
                    (until_at at time zone 'UTC')::date + 1 as end_day,
                    (hourly_from at time zone 'UTC')::date as hourly_day
            ) as dates
        ),
        pending as materialized (
            select * from usage_pending_of($1)
        ),
        used as (
            select span.place, wanted.*, stored.*
            from span
            cross join wanted
            cross join lateral (
                select usage.group_id, usage.group_values,
                    greatest(-1, usage.day - span.from_day)::bigint as "window",
                    usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest
                from usage_day usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.billable_metric_id
                    and usage.group_index = wanted.group_index
                    and usage.day = any(span.days)
                offset 0
            ) as stored
            where wanted.aggregation_type <> 'UNIQUE'
            union all
            select span.place, wanted.*, stored.*
            from span
            cross join wanted
            cross join lateral (
                select usage.group_id, usage.group_values,
                    greatest(-1, floor(extract(epoch from usage.hour - span.from_at) / $8))::bigint,
                    usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max),
                    usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest)
                from usage_hour usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.billable_metric_id
                    and usage.group_index = wanted.group_index
                    and usage.hour = any(span.hours)
                offset 0
            ) as stored
            where wanted.aggregation_type <> 'UNIQUE'
            union all
            select span.place, wanted.*, usage.group_id, usage.group_values,
                case
                    when usage.day < span.hourly_day then greatest(-1, usage.day - span.from_day)::bigint
                    else greatest(-1, floor(extract(epoch from usage.hour - span.from_at) / $8))::bigint
                end,
                usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max),
                usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest)
            from wanted
            join pending usage using (billable_metric_id, group_index)
            join span on usage.day >= span.start_day and usage.day < span.hourly_day
                or usage.hour >= greatest(span.hourly_from, span.start_at) and usage.hour < span.until_at
            where wanted.aggregation_type <> 'UNIQUE'
        ),
        seen as (
            select span.place, wanted.billable_metric_id, wanted.group_index, stored.*
            from span
            cross join wanted
            cross join lateral (
                select usage.group_id, usage.group_values, usage.value_id, usage.day, usage.hours
                from usage_unique usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.billable_metric_id
                    and usage.group_index = wanted.group_index
                    and usage.day = any(span.all_days)
                offset 0
            ) as stored
            where wanted.aggregation_type = 'UNIQUE'
            union all
            select span.place, wanted.billable_metric_id, wanted.group_index, usage.group_id, usage.group_values,
                unnest(usage.value_ids), usage.day, usage.hours
            from wanted
            join pending usage using (billable_metric_id, group_index)
            join span on usage.day >= span.start_day and usage.day < span.end_day
            where wanted.aggregation_type = 'UNIQUE'
        ),
        first_seen as (
            select place, billable_metric_id, group_index, group_id, min(group_values) as group_values,
                min(
                    day::timestamp at time zone 'UTC' + case when $8::bigint = 86400 then interval '0' else (
                        select min(hour) * interval '1 hour'
                        from generate_series(0, 23) as hour
                        where hours & (1 << hour) <> 0
                    ) end
                ) as at
            from seen
            group by place, billable_metric_id, group_index, group_id, value_id
        ),
        measured as (
            select place, billable_metric_id, group_index, group_id, min(group_values) as group_values, "window",
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as value
            from used
            group by place, billable_metric_id, aggregation_type, group_index, group_id, "window"
            union all
            select place, billable_metric_id, group_index, group_id, min(group_values),
                greatest(-1, floor(extract(epoch from at - from_at) / $8))::bigint,
                count(*)
            from first_seen
            join span using (place)
            where at < until_at
            group by place, billable_metric_id, group_index, group_id, 6
        ),
        listed as (
            select place, billable_metric_id, group_index, min(group_values) as group_values,
                array_agg("window" order by "window") as windows,
                array_agg(value order by "window") as "values"
            from measured
            group by place, billable_metric_id, group_index, group_id
        )
        select place as "place!", billable_metric_id as "billable_metric_id!", group_index as "group_index!",
            jsonb_agg(
                jsonb_build_object('group_values', group_values, 'windows', windows, 'values', "values")
            ) as "groups!: Json<Vec<Group>>"
        from listed
        group by place, billable_metric_id, group_index"#,
        access.customer_id(),
        &measures.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>()[..],
        &measures.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>()[..] as _,
        &measures.iter().map(|one| one.group_index).collect::<Vec<_>>()[..],
        &spans.iter().map(|span| span.start).collect::<Vec<_>>()[..],
        &spans.iter().map(|span| span.from).collect::<Vec<_>>()[..],
        &spans.iter().map(|span| span.until).collect::<Vec<_>>()[..],
        size.num_seconds(),
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let Some(span) = usize::try_from(row.place - 1).ok().and_then(|place| all.get_mut(place)) else {
            continue;
        };
        span.extend(row.groups.0.into_iter().map(|Group { group_values, windows, values }| UsageDelta {
            billable_metric_id: row.billable_metric_id,
            group_index: row.group_index,
            group_values,
            windows,
            values,
        }));
    }
    Ok(all)
}
