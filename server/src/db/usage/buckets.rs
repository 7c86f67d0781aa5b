//! Usage by hour, by day or over a range, in total and by group.

use crate::{Result, auth::CustomerAccess};
use app::billing::{AggregationType, Decimal, WindowSize};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

/// One customer's usage of one metric that is asked for, from `start` to before `end`.
#[derive(Clone, Debug)]
pub struct BucketQuery {
    /// The customer whose usage is asked for.
    pub access: CustomerAccess,
    /// The metric that is measured.
    pub billable_metric_id: Uuid,
    /// How the metric's events become one number.
    pub aggregation_type: AggregationType,
    /// 0 for usage over all groups, n for usage by the nth of the metric's group keys.
    pub group_index: i16,
    /// For each name of the group key the values that are wanted; `None` for all.
    pub group_filter: Vec<Option<Vec<String>>>,
    /// Inclusive; at midnight UTC, or for hours at a full hour.
    pub start: DateTime<Utc>,
    /// Exclusive, likewise.
    pub end: DateTime<Utc>,
}

/// Usage of one group in one bucket of time. Buckets without usage are absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Where it starts.
    pub start: DateTime<Utc>,
    /// The group's values, in the order of the group key; empty for group index 0.
    pub group_values: Vec<Option<String>>,
    /// The usage of the group in the bucket, in the metric's unit.
    pub value: Decimal,
}

/// Groups that [`buckets`] lists of one stretch of time.
const MOST_GROUPS: i64 = 200;

/// The usage of each `measured`, in its order; buckets by time, then group, at most the first 200 groups of each time.
///
/// # Errors
/// When the database refuses.
pub async fn buckets(pool: &PgPool, measured: &[BucketQuery], size: WindowSize) -> Result<Vec<Vec<Bucket>>> {
    if measured.is_empty() {
        return Ok(Vec::new());
    }
    measure(pool, measured, size, Page { most_groups: MOST_GROUPS, after: None, limit: None }).await
}

/// The first `limit` buckets of one measure after a bucket's start and group values.
///
/// # Errors
/// When the database refuses.
pub async fn buckets_after(
    pool: &PgPool,
    measured: BucketQuery,
    size: WindowSize,
    after: Option<(DateTime<Utc>, Vec<Option<String>>)>,
    limit: i64,
) -> Result<Vec<Bucket>> {
    let page = Page { most_groups: i64::MAX, after, limit: Some(limit) };
    Ok(measure(pool, &[measured], size, page).await?.pop().unwrap_or_default())
}

/// Which buckets of all that there are.
struct Page {
    /// Groups of one stretch of time, at most.
    most_groups: i64,
    /// Those after this start and these group values.
    after: Option<(DateTime<Utc>, Vec<Option<String>>)>,
    /// Buckets, at most; of several measures the first ones'.
    limit: Option<i64>,
}

async fn measure(
    pool: &PgPool,
    measured: &[BucketQuery],
    size: WindowSize,
    page: Page,
) -> Result<Vec<Vec<Bucket>>> {
    let mut all = vec![Vec::new(); measured.len()];
    let (start, group_values) = page.after.unzip();
    // Of the branches only those of the window size run. Of what is stored only the days between the first and the last
    // with usage are looked at, each measure by its whole key (`offset 0`); what waits to be folded is read once for
    // each customer.
    let rows = sqlx::query!(
        r#"with wanted as (
            select *
            from unnest(
                $1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::timestamptz[], $8::jsonb[]
            ) with ordinality as wanted(
                customer_id, billable_metric_id, aggregation_type, group_index, start_at, end_at, group_filter, position
            )
        ),
        pending as materialized (
            select usage.*
            from (select distinct customer_id from wanted) as customer
            cross join lateral usage_pending_of(customer.customer_id) as usage
        ),
        waiting as (
            select wanted.position, wanted.group_filter, wanted.aggregation_type,
                usage.group_id, usage.group_values,
                case $7::text
                    when 'NONE' then wanted.start_at
                    when 'DAY' then usage.day::timestamp at time zone 'UTC'
                    else usage.hour
                end as start,
                usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest,
                usage.value_ids
            from wanted
            join pending usage using (customer_id, billable_metric_id, group_index)
            where usage.hour >= wanted.start_at and usage.hour < wanted.end_at
        ),
        settled as (
            select wanted.*,
                usage_days((extent.start_at at time zone 'UTC')::date, (extent.end_at at time zone 'UTC')::date)
                    as days,
                case when $7 = 'HOUR' then usage_hours(extent.start_at, extent.end_at) end as hours
            from wanted
            join usage_extent known using (customer_id, billable_metric_id)
            cross join lateral (
                select greatest(wanted.start_at, known.first_day::timestamp at time zone 'UTC') as start_at,
                    least(wanted.end_at, (known.last_day + 1)::timestamp at time zone 'UTC') as end_at
            ) as extent
        ),
        added as (
            select settled.position, settled.group_filter, settled.aggregation_type, stored.*
            from settled
            cross join lateral (
                select usage.group_id, usage.group_values,
                    case $7::text
                        when 'NONE' then settled.start_at
                        else usage.day::timestamp at time zone 'UTC'
                    end as start,
                    usage_amount(settled.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(settled.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest
                from usage_day usage
                where usage.customer_id = settled.customer_id
                    and usage.billable_metric_id = settled.billable_metric_id
                    and usage.group_index = settled.group_index
                    and usage.day = any(settled.days)
                offset 0
            ) as stored
            where $7 <> 'HOUR' and settled.aggregation_type <> 'UNIQUE'
            union all
            select settled.position, settled.group_filter, settled.aggregation_type, stored.*
            from settled
            cross join lateral (
                select usage.group_id, usage.group_values, usage.hour,
                    usage_amount(settled.aggregation_type, usage.count, usage.sum, usage.max),
                    usage_newest(settled.aggregation_type, usage.latest_at, usage.latest_key, usage.latest)
                from usage_hour usage
                where usage.customer_id = settled.customer_id
                    and usage.billable_metric_id = settled.billable_metric_id
                    and usage.group_index = settled.group_index
                    and usage.hour = any(settled.hours)
                offset 0
            ) as stored
            where $7 = 'HOUR' and settled.aggregation_type <> 'UNIQUE'
            union all
            select position, group_filter, aggregation_type, group_id, group_values, start, amount, newest
            from waiting
            where aggregation_type <> 'UNIQUE'
        ),
        seen as (
            select settled.position, settled.group_filter, stored.*
            from settled
            cross join lateral (
                select usage.group_id, usage.group_values,
                    case $7::text
                        when 'NONE' then settled.start_at
                        else usage.day::timestamp at time zone 'UTC' + hour * interval '1 hour'
                    end as start,
                    usage.value_id
                from usage_unique usage
                cross join generate_series(0, case when $7 = 'HOUR' then 23 else 0 end) as hour
                where usage.customer_id = settled.customer_id
                    and usage.billable_metric_id = settled.billable_metric_id
                    and usage.group_index = settled.group_index
                    and usage.day = any(settled.days)
                    and (
                        $7 <> 'HOUR'
                        or usage.hours & (1 << hour) <> 0
                        and usage.day::timestamp at time zone 'UTC' + hour * interval '1 hour' >= settled.start_at
                        and usage.day::timestamp at time zone 'UTC' + hour * interval '1 hour' < settled.end_at
                    )
                offset 0
            ) as stored
            where settled.aggregation_type = 'UNIQUE'
            union all
            select position, group_filter, group_id, group_values, start, unnest(value_ids)
            from waiting
            where aggregation_type = 'UNIQUE'
        ),
        measured as (
            select position, group_filter, start, group_id, min(group_values) as group_values,
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as value
            from added
            group by position, group_filter, aggregation_type, start, group_id
            union all
            select position, group_filter, start, group_id, min(group_values), count(distinct value_id)
            from seen
            group by position, group_filter, start, group_id
        ),
        wanted_groups as (
            -- events without a property come last, in a group of nulls
            select *, row_number() over (partition by position, start order by group_values) as rank
            from measured
            where not exists (
                select from jsonb_array_elements(group_filter) with ordinality as filter(allowed, place)
                where jsonb_typeof(allowed) = 'array' and not coalesce(allowed ? group_values[place], false)
            )
        ),
        page as (
            select *
            from wanted_groups
            where rank <= $9 and ($10::timestamptz is null or (start, group_values) > ($10, $11::text[]))
            order by position, start, group_values
            limit $12
        )
        select position as "place!",
            array_agg(start order by start, group_values) as "starts!",
            jsonb_agg(to_jsonb(group_values) order by start, group_values) as "groups!: Json<Vec<Vec<Option<String>>>>",
            array_agg(value order by start, group_values) as "values!"
        from page
        group by position"#,
        &measured.iter().map(|one| one.access.customer_id()).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>()[..] as _,
        &measured.iter().map(|one| one.group_index).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.start).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.end).collect::<Vec<_>>()[..],
        name(size),
        &measured.iter().map(|one| Json(&one.group_filter)).collect::<Vec<_>>()[..] as _,
        page.most_groups,
        start,
        group_values as _,
        page.limit,
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        if let Some(slot) = usize::try_from(row.place - 1).ok().and_then(|at| all.get_mut(at)) {
            *slot = zipped(row.starts, row.groups.0, row.values);
        }
    }
    Ok(all)
}

/// As the query names it.
fn name(size: WindowSize) -> &'static str {
    match size {
        WindowSize::Hour => "HOUR",
        WindowSize::Day => "DAY",
        WindowSize::None => "NONE",
    }
}

fn zipped(
    starts: Vec<DateTime<Utc>>,
    groups: Vec<Vec<Option<String>>>,
    values: Vec<BigDecimal>,
) -> Vec<Bucket> {
    let buckets = starts.into_iter().zip(groups).zip(values);
    let bucket = |((start, group_values), value)| Bucket { start, group_values, value: Decimal::from(value) };
    buckets.map(bucket).collect()
}
