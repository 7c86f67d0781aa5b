//! Which usage there is to ask for: metrics, customers and pairs of them, and the billing schedule of a customer.

use super::catalog;
use crate::{Result, auth::CustomerAccess, rating::BillingSchedule, terms::PlanSchedule};
use app::billing::{BillableMetric, EventTypeFilter, PropertyFilter};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

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
         ) as "schedule!: Json<PlanSchedule>"
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
    Ok(schedule.map(|json| json.0.in_force()))
}
