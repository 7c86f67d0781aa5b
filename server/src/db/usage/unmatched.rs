//! Events that are billed to nobody, by reason: what `metering::judge` says of one event, said of all.

use crate::{Result, metering::Reason, rating::Period};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};

/// Bytes of events that a look should read at most: some 300,000 events, which take about a second.
pub const LOOK: i64 = 64 * 1024 * 1024;

/// What a look at a window found.
#[derive(Clone, Debug)]
pub struct UnmatchedScan {
    /// From when on the window was looked at: its start, or a later one where it holds too many events.
    pub starting_on: DateTime<Utc>,
    /// What was found, by reason.
    pub uncounted: Vec<UncountedEvents>,
}

/// The events that one reason keeps from being billed.
#[derive(Clone, Debug)]
pub struct UncountedEvents {
    /// Why.
    pub reason: Reason,
    /// How many.
    pub count: i64,
    /// When the first of them was.
    pub first: DateTime<Utc>,
    /// When the last of them was.
    pub last: DateTime<Utc>,
    /// Timestamp, transaction id, customer as it was sent and type of up to ten: one for each customer and type, of
    /// which there are most first.
    pub examples: Vec<Example>,
}

/// An event: timestamp, transaction id, customer as it was sent and type.
type Example = (DateTime<Utc>, String, String, String);

/// Looks at the events of a window, of one reason or of all.
///
/// A look has a bound, in bytes: it takes whole days, the last first, as long as they are not too large, and of a day that
/// is too large alone its last hours. It reads them where they lie and costs ingest nothing: no table or index is kept for it.
///
/// Nearly every event is billed. A first pass sees that of most of them by the type alone, or by one look at one
/// property; what is left is judged metric by metric.
///
/// # Errors
/// When the database refuses.
pub async fn unmatched(
    pool: &PgPool,
    window: Period,
    reason: Option<Reason>,
    most: i64,
) -> Result<UnmatchedScan> {
    let rows = sqlx::query!(
        r#"with part as (
            select to_date(right(relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC' as day,
                pg_relation_size(oid) as size
            from pg_class
            where oid in (select inhrelid from pg_inherits where inhparent = 'usage_event'::regclass)
        ), summed as (
            select day, size, sum(size) over (order by day desc) as with_later,
                least($2, day + interval '1 day') as until
            from part
            where size > 0 and day < $2 and day > $1::timestamptz - interval '1 day'
        ), looked as materialized (
            select greatest(
                $1,
                max(until) filter (where with_later > $4::bigint and with_later > size),
                max(until - greatest(1, 24 * $4::bigint / size) * interval '1 hour')
                    filter (where size > $4::bigint and with_later = size)
            ) as starting_on
            from summed
        ), named as (
            -- the types of events that some filter names
            select distinct jsonb_array_elements_text(event_type_filter -> list) as event_type
            from billable_metric
            cross join unnest(array['in_values', 'not_in_values']) as list
            where jsonb_typeof(event_type_filter -> list) = 'array'
        ), measure as materialized (
            -- each metric with each type that it takes; '' stands for the types that no filter names
            select id, event_type, aggregation_type, aggregation_key, property_filters,
                -- it takes every event with its value
                not exists (
                    select
                    from jsonb_array_elements(property_filters) as filter
                    where jsonb_strip_nulls(filter) <> jsonb_build_object('name', aggregation_key, 'exists', true)
                ) as is_plain
            from billable_metric
            cross join (select event_type from named union all select '') as kind
            where ((jsonb_typeof(event_type_filter -> 'in_values') = 'array') is not true
                    or event_type_filter -> 'in_values' ? event_type)
                and ((jsonb_typeof(event_type_filter -> 'not_in_values') = 'array') is not true
                    or not event_type_filter -> 'not_in_values' ? event_type)
        ), priced as materialized (
            select distinct plan_id, billable_metric_id from charge where billable_metric_id is not null
        ), plain as (
            select plan_id, event_type, bool_or(aggregation_type = 'COUNT') as is_counted,
                min(aggregation_key) filter (where aggregation_type in ('SUM', 'MAX', 'LATEST')) as number,
                min(aggregation_key) filter (where aggregation_type = 'UNIQUE') as value
            from priced
            join measure on measure.id = billable_metric_id and is_plain
            group by plan_id, event_type
        ), doubtful as (
            select event.customer_id, event.customer_ref, event.transaction_id, event.event_type, event.timestamp,
                event.properties, customer.archived_at, stretch.plan_id, coalesce(named.event_type, '') as kind,
                case
                    when event.timestamp >= stretch.billed_until then null
                    when invoice.id is null then 'invoice_voided'
                    when invoice.finalized_at < event.received_at then 'period_finalized'
                end as refused
            from usage_event event
            left join customer on customer.id = event.customer_id
            left join customer_plan stretch on stretch.customer_id = event.customer_id
                and stretch.starting_on <= event.timestamp
                and (stretch.ending_before is null or stretch.ending_before > event.timestamp)
            left join invoice on invoice.customer_plan_id = stretch.id and invoice.status = 'FINALIZED'
                and invoice.start_timestamp <= event.timestamp and invoice.end_timestamp > event.timestamp
                and invoice.start_timestamp < $2 and invoice.end_timestamp > $1
            left join named on named.event_type = event.event_type
            left join plain on plain.plan_id = stretch.plan_id and plain.event_type = coalesce(named.event_type, '')
            where event.timestamp >= (select starting_on from looked)
                and event.timestamp < $2
                and (
                    customer.archived_at is null
                    and (event.timestamp >= stretch.billed_until or invoice.finalized_at >= event.received_at)
                    and (
                        plain.is_counted
                        or is_decimal(event.properties -> plain.number)
                        or jsonb_typeof(event.properties -> plain.value) in ('string', 'number', 'boolean')
                    )
                ) is not true
        ), judged as (
            select doubtful.customer_ref, doubtful.transaction_id, doubtful.event_type, doubtful.timestamp, case
                when customer_id is null then 'unknown_customer'
                when archived_at is not null then 'archived_customer'
                when not is_taken then 'no_billable_metric'
                when not is_counted then case when is_there then 'value_not_a_number' else 'value_missing' end
                when plan_id is null then 'no_plan'
                when not is_priced then 'not_priced'
                else refused
            end as reason
            from doubtful
            cross join lateral (
                select count(*) > 0 as is_taken, coalesce(bool_or(value.is_there), false) as is_there,
                    coalesce(bool_or(value.counts), false) as is_counted,
                    coalesce(bool_or(value.counts and exists (
                        select
                        from priced
                        where priced.plan_id = doubtful.plan_id and priced.billable_metric_id = measure.id
                    )), false) as is_priced
                from measure
                cross join lateral (
                    select jsonb_typeof(doubtful.properties -> aggregation_key) <> 'null' as is_there,
                        case aggregation_type
                            when 'COUNT' then true
                            when 'UNIQUE' then
                                jsonb_typeof(doubtful.properties -> aggregation_key) in ('string', 'number', 'boolean')
                            else is_decimal(doubtful.properties -> aggregation_key)
                        end as counts
                ) as value
                where measure.event_type = doubtful.kind
                    and customer_id is not null
                    and archived_at is null
                    and (measure.property_filters = '[]' or not exists (
                        select
                        from jsonb_to_recordset(measure.property_filters)
                            as filter (name text, "exists" boolean, in_values jsonb, not_in_values jsonb)
                        cross join lateral (
                            select case jsonb_typeof(doubtful.properties -> filter.name)
                                when 'number' then trim_scale((doubtful.properties -> filter.name)::numeric)::text
                                when 'string' then doubtful.properties ->> filter.name
                                when 'boolean' then doubtful.properties ->> filter.name
                            end as value
                        ) as property
                        where filter."exists" <> (property.value is not null)
                            or jsonb_typeof(filter.in_values) = 'array'
                                and (filter.in_values ? property.value) is not true
                            or jsonb_typeof(filter.not_in_values) = 'array' and filter.not_in_values ? property.value
                    ))
            ) as verdict
        ), alike as (
            select reason, count(*) as count, min(timestamp) as first, max(timestamp) as last,
                min(array[to_jsonb(timestamp) #>> '{}', transaction_id, customer_ref, event_type]) as example
            from judged
            where reason is not null and ($3::text is null or reason = $3)
            group by reason, customer_ref, event_type
        ), found as (
            select reason, sum(count)::bigint as count, min(first) as first, max(last) as last,
                to_jsonb((array_agg(example order by count desc, example))[1:10]) as examples
            from alike
            group by reason
        )
        select looked.starting_on as "starting_on!", found.reason, found.count, found.first, found.last,
            found.examples as "examples: Json<Vec<Example>>"
        from looked
        left join found on true"#,
        window.start,
        window.end,
        reason.map(Reason::as_str),
        most,
    )
    .fetch_all(pool)
    .await?;
    let mut looked = UnmatchedScan { starting_on: window.start, uncounted: Vec::new() };
    for row in rows {
        looked.starting_on = row.starting_on;
        let (Some(reason), Some(count), Some(first), Some(last), Some(Json(examples))) =
            (row.reason, row.count, row.first, row.last, row.examples)
        else {
            continue;
        };
        let reason = reason.parse().map_err(crate::Error::Internal)?;
        looked.uncounted.push(UncountedEvents { reason, count, first, last, examples });
    }
    looked.uncounted.sort_by_key(|one| one.reason);
    Ok(looked)
}
