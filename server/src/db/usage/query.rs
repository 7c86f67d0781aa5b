//! Usage by hour, by day or over a range, in total and by group.

use super::catalog;
use crate::{Result, auth::CustomerAccess, rating::BillingSchedule};
use app::billing::{AggregationType, BillableMetric, Decimal, WindowSize};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row, postgres::PgRow, types::Json};
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

/// Everything up to the named table `bucket`. Of the branches only those of the window size run. Of what is stored only
/// the days between the first and the last with usage are looked at, each measure by its whole key (`offset 0`); what
/// waits to be folded is read once for each customer.
macro_rules! buckets_sql {
    () => {
        "with wanted as (
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
                case $7
                    when 'NONE' then wanted.start_at
                    when 'DAY' then usage.day::timestamp at time zone 'UTC'
                    else usage.hour
                end as start,
                usage.count, usage.sum, usage.max, usage.latest, usage.latest_at, usage.latest_key, usage.value_ids
            from wanted
            join pending usage using (customer_id, billable_metric_id, group_index)
            where usage.hour >= wanted.start_at and usage.hour < wanted.end_at
        ),
        settled as (
            select wanted.*,
                usage_days((extent.start_at at time zone 'UTC')::date, (extent.end_at at time zone 'UTC')::date) as days,
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
                    case $7
                        when 'NONE' then settled.start_at
                        else usage.day::timestamp at time zone 'UTC'
                    end as start,
                    usage.count, usage.sum, usage.max, usage.latest, usage.latest_at, usage.latest_key
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
                    usage.count, usage.sum, usage.max, usage.latest, usage.latest_at, usage.latest_key
                from usage_hour usage
                where usage.customer_id = settled.customer_id
                    and usage.billable_metric_id = settled.billable_metric_id
                    and usage.group_index = settled.group_index
                    and usage.hour = any(settled.hours)
                offset 0
            ) as stored
            where $7 = 'HOUR' and settled.aggregation_type <> 'UNIQUE'
            union all
            select position, group_filter, aggregation_type, group_id, group_values, start,
                count, sum, max, latest, latest_at, latest_key
            from waiting
            where aggregation_type <> 'UNIQUE'
        ),
        seen as (
            select settled.position, settled.group_filter, stored.*
            from settled
            cross join lateral (
                select usage.group_id, usage.group_values,
                    case $7
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
                case aggregation_type
                    when 'COUNT' then sum(count)
                    when 'SUM' then sum(sum)
                    when 'MAX' then max(max)
                    else (array_agg(latest order by latest_at desc, latest_key desc))[1]
                end as value
            from added
            group by position, group_filter, aggregation_type, start, group_id
            union all
            select position, group_filter, start, group_id, min(group_values), count(distinct value_id)
            from seen
            group by position, group_filter, start, group_id
        ),
        bucket as (
            select position, start, group_values, value
            from measured
            where not exists (
                select from jsonb_array_elements(group_filter) with ordinality as filter(allowed, place)
                where jsonb_typeof(allowed) = 'array' and not coalesce(allowed ? group_values[place], false)
            )
        )
        "
    };
}

/// Groups that [`buckets`] lists of one stretch of time.
const MOST_GROUPS: i64 = 200;

/// The usage of each `measured`, in its order; buckets by time, then group, at most the first 200 groups of each time.
///
/// # Errors
/// When the database refuses.
pub async fn buckets(pool: &PgPool, measured: &[BucketQuery], size: WindowSize) -> Result<Vec<Vec<Bucket>>> {
    let mut all = vec![Vec::new(); measured.len()];
    if measured.is_empty() {
        return Ok(all);
    }
    let sql = concat!(
        buckets_sql!(),
        "select position,
            array_agg(start order by start, group_values) as starts,
            jsonb_agg(to_jsonb(group_values) order by start, group_values) as groups,
            array_agg(value order by start, group_values) as quantities
        from (
            -- events without a property come last, in a group of nulls
            select *, row_number() over (partition by position, start order by group_values) as place
            from bucket
        ) as ranked
        where place <= $9
        group by position"
    );
    for row in bind(sqlx::query(sql), measured, size).bind(MOST_GROUPS).fetch_all(pool).await? {
        let position: i64 = row.try_get("position")?;
        if let Some(slot) = usize::try_from(position - 1).ok().and_then(|at| all.get_mut(at)) {
            *slot = read(&row)?;
        }
    }
    Ok(all)
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
    let sql = concat!(
        buckets_sql!(),
        "select
            coalesce(array_agg(start order by start, group_values), '{}') as starts,
            coalesce(jsonb_agg(to_jsonb(group_values) order by start, group_values), '[]') as groups,
            coalesce(array_agg(value order by start, group_values), '{}') as quantities
        from (
            select start, group_values, value
            from bucket
            where $9::timestamptz is null or (start, group_values) > ($9, $10::text[])
            order by start, group_values
            limit $11
        ) as page"
    );
    let (start, group_values) = after.unzip();
    let measured = [measured];
    let row = bind(sqlx::query(sql), &measured, size)
        .bind(start)
        .bind(group_values)
        .bind(limit)
        .fetch_one(pool)
        .await?;
    read(&row)
}

/// The definitions of these metrics, or of all that are not archived, by id.
///
/// # Errors
/// When the database refuses.
pub async fn definitions(pool: &PgPool, ids: Option<&[Uuid]>) -> Result<Vec<BillableMetric>> {
    let rows = sqlx::query(
        "select id, name, aggregation_type, aggregation_key, event_type_filter, property_filters, group_keys
         from billable_metric
         where case when $1::uuid[] is null then archived_at is null else id = any($1) end
         order by id",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(catalog::definition).collect()
}

/// Those of the ids that are customers', archived ones included.
///
/// # Errors
/// When the database refuses.
pub async fn known_customers(pool: &PgPool, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("select id from customer where id = any($1)").bind(ids).fetch_all(pool).await?)
}

/// Which customers and metrics are asked for.
#[derive(Clone, Copy, Debug)]
pub struct PairQuery<'a> {
    /// These customers, or all that are not archived.
    pub customer_ids: Option<&'a [Uuid]>,
    /// These metrics.
    pub metric_ids: &'a [Uuid],
    /// Also those without usage in the range.
    pub with_unused: bool,
    /// Inclusive; at midnight UTC.
    pub start: DateTime<Utc>,
    /// Exclusive, likewise.
    pub end: DateTime<Utc>,
}

/// The first `limit` pairs of a customer and a metric, by customer and metric, from this pair on.
///
/// # Errors
/// When the database refuses.
pub async fn pairs(
    pool: &PgPool,
    asked: &PairQuery<'_>,
    from: Option<(Uuid, Uuid)>,
    limit: i64,
) -> Result<Vec<(Uuid, Uuid)>> {
    let (customer_id, metric_id) = from.unzip();
    Ok(sqlx::query_as(
        "with asked as materialized (
            select customer.id as customer_id, metric.id as billable_metric_id,
                $5 or case
                    -- its first and its last day have usage
                    when extent.first_day >= $6 and extent.first_day < $7
                        or extent.last_day >= $6 and extent.last_day < $7 then true
                    -- scalar subqueries are probed pair by pair; `exists` could become a scan of all usage
                    when extent.first_day < $6 and extent.last_day >= $7 then coalesce(
                        (
                            select true from usage_day usage
                            where usage.customer_id = customer.id and usage.billable_metric_id = metric.id
                                and usage.group_index = 0 and usage.day = any((select usage_days($6, $7))::date[])
                            limit 1
                        ),
                        (
                            select true from usage_unique usage
                            where usage.customer_id = customer.id and usage.billable_metric_id = metric.id
                                and usage.group_index = 0 and usage.day = any((select usage_days($6, $7))::date[])
                            limit 1
                        ),
                        false
                    )
                    else false
                end as is_settled
            from customer
            cross join unnest($2::uuid[]) as metric(id)
            left join usage_extent extent
                on extent.customer_id = customer.id and extent.billable_metric_id = metric.id
            where case when $1::uuid[] is null then customer.archived_at is null else customer.id = any($1) end
                and ($3::uuid is null or customer.id >= $3)
                and ($3::uuid is null or (customer.id, metric.id) >= ($3, $4))
         ),
         -- read once for each customer of whom a pair has nothing else
         waiting as materialized (
            select distinct usage.customer_id, usage.billable_metric_id
            from (select distinct customer_id from asked where not is_settled) as unsettled
            cross join lateral usage_pending_of(unsettled.customer_id) as usage
            where usage.group_index = 0 and usage.day >= $6 and usage.day < $7
         )
         select customer_id, billable_metric_id
         from asked
         where is_settled or (customer_id, billable_metric_id) in (select customer_id, billable_metric_id from waiting)
         order by customer_id, billable_metric_id
         limit $8",
    )
    .bind(asked.customer_ids)
    .bind(asked.metric_ids)
    .bind(customer_id)
    .bind(metric_id)
    .bind(asked.with_unused)
    .bind(asked.start.date_naive())
    .bind(asked.end.date_naive())
    .bind(limit)
    .fetch_all(pool)
    .await?)
}

/// The billing schedule of the customer's current plan.
///
/// # Errors
/// When the database refuses.
pub async fn current_schedule(
    pool: &PgPool,
    access: CustomerAccess,
    now: DateTime<Utc>,
) -> Result<Option<BillingSchedule>> {
    let schedule: Option<Json<BillingSchedule>> = sqlx::query_scalar(
        "select jsonb_build_object(
            'billing_frequency', plan.billing_frequency,
            'billing_anchor', plan.billing_anchor,
            'starting_on', customer_plan.starting_on,
            'ending_before', customer_plan.ending_before,
            'trial_ending_before', customer_plan.trial_ending_before
         )
         from customer_plan
         join plan on plan.id = customer_plan.plan_id
         where customer_plan.customer_id = $1
            and customer_plan.starting_on <= $2
            and (customer_plan.ending_before is null or customer_plan.ending_before > $2)
         order by customer_plan.starting_on desc
         limit 1",
    )
    .bind(access.customer_id())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    Ok(schedule.map(|json| json.0))
}

type Query = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind(query: Query, measured: &[BucketQuery], size: WindowSize) -> Query {
    let size = match size {
        WindowSize::Hour => "HOUR",
        WindowSize::Day => "DAY",
        WindowSize::None => "NONE",
    };
    query
        .bind(measured.iter().map(|one| one.access.customer_id()).collect::<Vec<_>>())
        .bind(measured.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>())
        .bind(measured.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>())
        .bind(measured.iter().map(|one| one.group_index).collect::<Vec<_>>())
        .bind(measured.iter().map(|one| one.start).collect::<Vec<_>>())
        .bind(measured.iter().map(|one| one.end).collect::<Vec<_>>())
        .bind(size)
        .bind(measured.iter().map(|one| Json(one.group_filter.clone())).collect::<Vec<_>>())
}

fn read(row: &PgRow) -> Result<Vec<Bucket>> {
    let starts: Vec<DateTime<Utc>> = row.try_get("starts")?;
    let groups: Json<Vec<Vec<Option<String>>>> = row.try_get("groups")?;
    let quantities: Vec<BigDecimal> = row.try_get("quantities")?;
    let buckets = starts.into_iter().zip(groups.0).zip(quantities);
    Ok(buckets
        .map(|((start, group_values), value)| Bucket { start, group_values, value: Decimal::from(value) })
        .collect())
}
