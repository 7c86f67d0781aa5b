//! What measures come to in stretches of time: in whole days, or between any two hours.
//!
//! Two queries, as the one for hours takes longer to plan, and plans are billed by days: see `docs/decisions.md`.

use super::segments::Stretch;
use crate::{Result, db::Access, rating::Measure};
use bigdecimal::BigDecimal;
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

/// What one measure came to in one stretch.
pub(super) struct StretchUsage {
    /// Which stretch, from 1.
    pub(super) place: i64,
    /// The metric that is measured.
    pub(super) billable_metric_id: Uuid,
    /// As in [`Measure`].
    pub(super) group_index: i16,
    /// The values of each group that has usage.
    pub(super) groups: Json<Vec<Vec<Option<String>>>>,
    /// For each of them what was used, in the metric's unit.
    pub(super) quantities: Vec<BigDecimal>,
}

/// The usage of all measures in each stretch, which starts and ends at midnight UTC.
pub(super) async fn over_days(
    db: impl PgExecutor<'_>,
    access: impl Access,
    measures: &[Measure],
    stretches: &[Stretch],
) -> Result<Vec<StretchUsage>> {
    // What waits to be folded is read once; what is stored, for each measure and period by its whole key (`offset 0`),
    // and not with all groups of the customer.
    let rows = sqlx::query_as!(
        StretchUsage,
        r#"with wanted as (
            select distinct *
            from unnest($2::uuid[], $3::text[], $4::smallint[])
                as wanted(billable_metric_id, aggregation_type, group_index)
        ),
        period as (
            select place, first_day, end_day, usage_days(first_day, end_day) as days
            from unnest($5::date[], $6::date[]) with ordinality as period(first_day, end_day, place)
        ),
        pending as materialized (
            select * from usage_pending_of($1)
        ),
        used as (
            select period.place, wanted.*, stored.*
            from period
            cross join wanted
            cross join lateral (
                select usage.group_id, usage.group_values,
                    usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest
                from usage_day usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.billable_metric_id
                    and usage.group_index = wanted.group_index
                    and usage.day = any(period.days)
                offset 0
            ) as stored
            where wanted.aggregation_type <> 'UNIQUE'
            union all
            select period.place, wanted.*, usage.group_id, usage.group_values,
                usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max),
                usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest)
            from wanted
            join pending usage using (billable_metric_id, group_index)
            join period on usage.day >= period.first_day and usage.day < period.end_day
            where wanted.aggregation_type <> 'UNIQUE'
        ),
        seen as (
            select period.place, wanted.billable_metric_id, wanted.group_index, stored.*
            from period
            cross join wanted
            cross join lateral (
                select usage.group_id, usage.group_values, usage.value_id
                from usage_unique usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.billable_metric_id
                    and usage.group_index = wanted.group_index
                    and usage.day = any(period.days)
                offset 0
            ) as stored
            where wanted.aggregation_type = 'UNIQUE'
            union all
            select period.place, wanted.billable_metric_id, wanted.group_index, usage.group_id, usage.group_values,
                unnest(usage.value_ids)
            from wanted
            join pending usage using (billable_metric_id, group_index)
            join period on usage.day >= period.first_day and usage.day < period.end_day
            where wanted.aggregation_type = 'UNIQUE'
        ),
        measured as (
            select place, billable_metric_id, group_index, group_id, min(group_values) as group_values,
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as quantity
            from used
            group by place, billable_metric_id, aggregation_type, group_index, group_id
            union all
            select place, billable_metric_id, group_index, group_id, min(group_values), count(distinct value_id)
            from seen
            group by place, billable_metric_id, group_index, group_id
        )
        select place as "place!", billable_metric_id as "billable_metric_id!", group_index as "group_index!",
            jsonb_agg(to_jsonb(group_values) order by group_values) as "groups!: Json<Vec<Vec<Option<String>>>>",
            array_agg(quantity order by group_values) as "quantities!"
        from measured
        group by place, billable_metric_id, group_index"#,
        access.customer_id(),
        &measures.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>()[..],
        &measures.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>()[..] as _,
        &measures.iter().map(|one| one.group_index).collect::<Vec<_>>()[..],
        &stretches.iter().map(|one| one.start.date_naive()).collect::<Vec<_>>()[..],
        &stretches.iter().map(|one| one.end.date_naive()).collect::<Vec<_>>()[..],
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// The usage in each stretch, which starts and ends on the hour UTC, of the measures that are needed in it.
pub(super) async fn over_hours(
    db: impl PgExecutor<'_>,
    access: impl Access,
    measures: &[Measure],
    stretches: &[Stretch],
) -> Result<Vec<StretchUsage>> {
    // As above; of a day that a stretch cuts the sums by hour, and the values that were seen in one of its hours.
    let rows = sqlx::query_as!(
        StretchUsage,
        r#"with wanted as (
            select distinct *
            from unnest($2::uuid[], $3::text[], $4::smallint[])
                as wanted(billable_metric_id, aggregation_type, group_index)
        ),
        stretch as (
            select place, start_at, end_at, adds, runs, start_day, start_hour, end_day, end_hour,
                usage_days(first_day, end_day) as days,
                usage_hours(start_at, least(first_day::timestamp at time zone 'UTC', end_at))
                    || usage_hours(greatest(first_day, end_day)::timestamp at time zone 'UTC', end_at) as hours,
                usage_days(start_day, end_day + (end_hour > 0)::integer) as touched_days
            from unnest($5::timestamptz[], $6::timestamptz[], $7::boolean[], $8::boolean[])
                with ordinality as stretch(start_at, end_at, adds, runs, place)
            cross join lateral (
                select (start_at at time zone 'UTC')::date as start_day,
                    extract(hour from start_at at time zone 'UTC')::integer as start_hour,
                    (end_at at time zone 'UTC')::date as end_day,
                    extract(hour from end_at at time zone 'UTC')::integer as end_hour
            ) as bounds
            cross join lateral (
                select start_day + (start_hour > 0)::integer as first_day
            ) as whole
        ),
        asked as (
            select stretch.*, wanted.*
            from stretch
            cross join wanted
            where case when wanted.aggregation_type in ('COUNT', 'SUM') then stretch.adds else stretch.runs end
        ),
        pending as materialized (
            select * from usage_pending_of($1)
        ),
        used as (
            select asked.place, asked.billable_metric_id, asked.aggregation_type, asked.group_index, stored.*
            from asked
            cross join lateral (
                select usage.group_id, usage.group_values,
                    usage_amount(asked.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(asked.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest
                from usage_day usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = asked.billable_metric_id
                    and usage.group_index = asked.group_index
                    and usage.day = any(asked.days)
                offset 0
            ) as stored
            where asked.aggregation_type <> 'UNIQUE'
            union all
            select asked.place, asked.billable_metric_id, asked.aggregation_type, asked.group_index, stored.*
            from asked
            cross join lateral (
                select usage.group_id, usage.group_values,
                    usage_amount(asked.aggregation_type, usage.count, usage.sum, usage.max),
                    usage_newest(asked.aggregation_type, usage.latest_at, usage.latest_key, usage.latest)
                from usage_hour usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = asked.billable_metric_id
                    and usage.group_index = asked.group_index
                    and usage.hour = any(asked.hours)
                offset 0
            ) as stored
            where asked.aggregation_type <> 'UNIQUE' and asked.hours <> '{}'
            union all
            select asked.place, asked.billable_metric_id, asked.aggregation_type, asked.group_index,
                usage.group_id, usage.group_values,
                usage_amount(asked.aggregation_type, usage.count, usage.sum, usage.max),
                usage_newest(asked.aggregation_type, usage.latest_at, usage.latest_key, usage.latest)
            from asked
            join pending usage using (billable_metric_id, group_index)
            where asked.aggregation_type <> 'UNIQUE' and usage.hour >= asked.start_at and usage.hour < asked.end_at
        ),
        seen as (
            select asked.place, asked.billable_metric_id, asked.group_index, stored.*
            from asked
            cross join lateral (
                select usage.group_id, usage.group_values, usage.value_id
                from usage_unique usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = asked.billable_metric_id
                    and usage.group_index = asked.group_index
                    and usage.day = any(asked.touched_days)
                    and usage.hours
                        & case usage.day when asked.start_day then -1 << asked.start_hour else -1 end
                        & case usage.day when asked.end_day then (1 << asked.end_hour) - 1 else -1 end <> 0
                offset 0
            ) as stored
            where asked.aggregation_type = 'UNIQUE'
            union all
            select asked.place, asked.billable_metric_id, asked.group_index, usage.group_id, usage.group_values,
                unnest(usage.value_ids)
            from asked
            join pending usage using (billable_metric_id, group_index)
            where asked.aggregation_type = 'UNIQUE' and usage.hour >= asked.start_at and usage.hour < asked.end_at
        ),
        measured as (
            select place, billable_metric_id, group_index, group_id, min(group_values) as group_values,
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as quantity
            from used
            group by place, billable_metric_id, aggregation_type, group_index, group_id
            union all
            select place, billable_metric_id, group_index, group_id, min(group_values), count(distinct value_id)
            from seen
            group by place, billable_metric_id, group_index, group_id
        )
        select place as "place!", billable_metric_id as "billable_metric_id!", group_index as "group_index!",
            jsonb_agg(to_jsonb(group_values) order by group_values) as "groups!: Json<Vec<Vec<Option<String>>>>",
            array_agg(quantity order by group_values) as "quantities!"
        from measured
        group by place, billable_metric_id, group_index"#,
        access.customer_id(),
        &measures.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>()[..],
        &measures.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>()[..] as _,
        &measures.iter().map(|one| one.group_index).collect::<Vec<_>>()[..],
        &stretches.iter().map(|one| one.start).collect::<Vec<_>>()[..],
        &stretches.iter().map(|one| one.end).collect::<Vec<_>>()[..],
        &stretches.iter().map(|one| one.adds).collect::<Vec<_>>()[..],
        &stretches.iter().map(|one| one.runs).collect::<Vec<_>>()[..],
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}
