//! Usage by hour, by day or over a range, in total and by group.

use super::catalog;
use crate::{Result, auth::CustomerAccess, rating::BillingSchedule};
use app::billing::{AggregationType, BillableMetric, Decimal, EventTypeFilter, PropertyFilter, WindowSize};
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
    let mut all = vec![Vec::new(); measured.len()];
    if measured.is_empty() {
        return Ok(all);
    }
    let rows = sqlx::query!(
        r#"select place as "place!",
            array_agg(start order by start, group_values) as "starts!",
            jsonb_agg(to_jsonb(group_values) order by start, group_values) as "groups!: Json<Vec<Vec<Option<String>>>>",
            array_agg(value order by start, group_values) as "values!"
        from (
            -- events without a property come last, in a group of nulls
            select *, row_number() over (partition by place, start order by group_values) as rank
            from usage_buckets($1, $2, $3, $4, $5, $6, $7, $8)
        ) as ranked
        where rank <= $9
        group by place"#,
        &measured.iter().map(|one| one.access.customer_id()).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>()[..] as _,
        &measured.iter().map(|one| one.group_index).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.start).collect::<Vec<_>>()[..],
        &measured.iter().map(|one| one.end).collect::<Vec<_>>()[..],
        name(size),
        &measured.iter().map(|one| Json(&one.group_filter)).collect::<Vec<_>>()[..] as _,
        MOST_GROUPS,
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
    let (start, group_values) = after.unzip();
    let row = sqlx::query!(
        r#"select
            coalesce(array_agg(start order by start, group_values), '{}') as "starts!",
            coalesce(
                jsonb_agg(to_jsonb(group_values) order by start, group_values), '[]'
            ) as "groups!: Json<Vec<Vec<Option<String>>>>",
            coalesce(array_agg(value order by start, group_values), '{}') as "values!"
        from (
            select start, group_values, value
            from usage_buckets($1, $2, $3, $4, $5, $6, $7, $8)
            where $9::timestamptz is null or (start, group_values) > ($9, $10::text[])
            order by start, group_values
            limit $11
        ) as page"#,
        &[measured.access.customer_id()][..],
        &[measured.billable_metric_id][..],
        &[measured.aggregation_type.as_str()][..] as _,
        &[measured.group_index][..],
        &[measured.start][..],
        &[measured.end][..],
        name(size),
        &[Json(measured.group_filter)][..] as _,
        start,
        group_values as _,
        limit,
    )
    .fetch_one(pool)
    .await?;
    Ok(zipped(row.starts, row.groups.0, row.values))
}

/// The definitions of these metrics, or of all that are not archived, by id.
///
/// # Errors
/// When the database refuses.
pub async fn definitions(pool: &PgPool, ids: Option<&[Uuid]>) -> Result<Vec<BillableMetric>> {
    let rows = sqlx::query_as!(
        catalog::Row,
        r#"select id, name, aggregation_type, aggregation_key,
            event_type_filter as "event_type_filter: Json<EventTypeFilter>",
            property_filters as "property_filters: Json<Vec<PropertyFilter>>",
            group_keys as "group_keys: Json<Vec<Vec<String>>>"
         from billable_metric
         where case when $1::uuid[] is null then archived_at is null else id = any($1) end
         order by id"#,
        ids,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(catalog::Row::into_metric).collect()
}

/// Those of the ids that are customers', archived ones included.
///
/// # Errors
/// When the database refuses.
pub async fn known_customers(pool: &PgPool, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!("select id from customer where id = any($1)", ids).fetch_all(pool).await?)
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
    let rows = sqlx::query!(
        r#"with asked as materialized (
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
         select customer_id as "customer_id!", billable_metric_id as "billable_metric_id!"
         from asked
         where is_settled or (customer_id, billable_metric_id) in (select customer_id, billable_metric_id from waiting)
         order by customer_id, billable_metric_id
         limit $8"#,
        asked.customer_ids,
        asked.metric_ids,
        customer_id,
        metric_id,
        asked.with_unused,
        asked.start.date_naive(),
        asked.end.date_naive(),
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.customer_id, row.billable_metric_id)).collect())
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
    let schedule = sqlx::query_scalar!(
        r#"select jsonb_build_object(
            'billing_frequency', plan.billing_frequency,
            'billing_anchor', plan.billing_anchor,
            'starting_on', customer_plan.starting_on,
            'ending_before', customer_plan.ending_before,
            'trial_ending_before', customer_plan.trial_ending_before
         ) as "schedule!: Json<BillingSchedule>"
         from customer_plan
         join plan on plan.id = customer_plan.plan_id
         where customer_plan.customer_id = $1
            and customer_plan.starting_on <= $2
            and (customer_plan.ending_before is null or customer_plan.ending_before > $2)
         order by customer_plan.starting_on desc
         limit 1"#,
        access.customer_id(),
        now,
    )
    .fetch_optional(pool)
    .await?;
    Ok(schedule.map(|json| json.0))
}

/// As the SQL function `usage_buckets` names it.
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
