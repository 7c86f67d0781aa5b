//! Daily usage by the values of a group key: the largest groups, and the others together.

use super::series::first_day;
use crate::{Result, auth::CustomerAccess};
use app::billing::{AggregationType, Decimal, GroupSeries, UsageWindow};
use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgPool, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// The groups of each `(metric, how it is measured, group index)`, in their order; each metric's largest first, nine
/// of them and the others together when there are more than ten.
///
/// # Errors
/// When the database refuses all.
pub async fn groups(
    pool: &PgPool,
    access: CustomerAccess,
    wanted: &[(Uuid, AggregationType, i16)],
    window: UsageWindow,
    now: DateTime<Utc>,
) -> Result<Vec<Result<Vec<GroupSeries>>>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let today = now.date_naive();
    let start = first_day(today, u64::from(window.days()));
    let rows = sqlx::query(GROUPS)
        .bind(access.customer_id())
        .bind(wanted.iter().map(|(id, ..)| *id).collect::<Vec<_>>())
        .bind(wanted.iter().map(|(_, kind, _)| kind.as_str()).collect::<Vec<_>>())
        .bind(wanted.iter().map(|(.., index)| *index).collect::<Vec<_>>())
        .bind(start)
        .bind(today)
        .fetch_all(pool)
        .await?;
    let of = |id: Uuid| {
        rows.iter()
            .filter(|row| row.try_get::<Uuid, _>("id").is_ok_and(|found| found == id))
            .map(|row| read(row, start, window.days() as usize))
            .collect()
    };
    Ok(wanted.iter().map(|(id, ..)| of(*id)).collect())
}

fn read(row: &PgRow, start: NaiveDate, length: usize) -> Result<GroupSeries> {
    let days: Vec<NaiveDate> = row.try_get("days")?;
    let measured: Vec<BigDecimal> = row.try_get("values")?;
    let mut values = vec![Decimal::zero(); length];
    for (day, value) in days.into_iter().zip(measured) {
        if let Some(slot) = usize::try_from((day - start).num_days()).ok().and_then(|at| values.get_mut(at)) {
            *slot = Decimal::from(value);
        }
    }
    Ok(GroupSeries {
        group_values: row.try_get::<Option<Json<_>>, _>("group_values")?.map(|json| json.0),
        count: row.try_get("members")?,
        values,
        total: Decimal::from(row.try_get::<BigDecimal, _>("total")?),
    })
}

// Measured twice from the same rows: to rank the groups over the window, then by day for each place in the ranking.
// Groups that share the last place are measured as one, by the metric's own rule.
const GROUPS: &str = "
with wanted as (
    select *
    from unnest($2::uuid[], $3::text[], $4::smallint[]) as wanted(id, aggregation_type, group_index)
),
source as materialized (
    select wanted.id, wanted.aggregation_type, usage.group_id, usage.group_values, usage.day,
        usage.count, usage.sum, usage.max, usage.latest, usage.latest_at, usage.latest_key, null::uuid as value_id
    from wanted
    join usage_daily usage on usage.billable_metric_id = wanted.id and usage.group_index = wanted.group_index
    where wanted.aggregation_type <> 'UNIQUE'
        and usage.customer_id = $1
        and usage.day = any((select usage_days($5, $6::date + 1))::date[])
    union all
    select wanted.id, wanted.aggregation_type, usage.group_id, usage.group_values, usage.day,
        null, null, null, null, null, null, usage.value_id
    from wanted
    join usage_value usage on usage.billable_metric_id = wanted.id and usage.group_index = wanted.group_index
    where wanted.aggregation_type = 'UNIQUE'
        and usage.customer_id = $1
        and usage.day = any((select usage_days($5, $6::date + 1))::date[])
),
sized as (
    select id, group_id, min(group_values) as group_values,
        case aggregation_type
            when 'COUNT' then sum(count)
            when 'SUM' then sum(sum)
            when 'MAX' then max(max)
            when 'UNIQUE' then count(distinct value_id)
            else (array_agg(latest order by latest_at desc, latest_key desc))[1]
        end as total
    from source
    group by id, aggregation_type, group_id
),
ranked as (
    select *,
        row_number() over (partition by id order by total desc nulls last, group_values) as place,
        count(*) over (partition by id) as members
    from sized
),
placed as (
    select id, group_id, group_values,
        case when members > 10 then least(place, 10) else place end as place,
        members > 10 and place >= 10 as is_other
    from ranked
),
measured as (
    select source.id, placed.place, placed.is_other, source.day,
        case
            when grouping(source.day) = 1 and not placed.is_other then to_jsonb(min(placed.group_values))
        end as group_values,
        count(distinct source.group_id) as members,
        case source.aggregation_type
            when 'COUNT' then sum(source.count)
            when 'SUM' then sum(source.sum)
            when 'MAX' then max(source.max)
            when 'UNIQUE' then count(distinct source.value_id)
            else (array_agg(source.latest order by source.latest_at desc, source.latest_key desc))[1]
        end as value
    from source
    join placed using (id, group_id)
    group by grouping sets (
        (source.id, source.aggregation_type, placed.place, placed.is_other),
        (source.id, source.aggregation_type, placed.place, placed.is_other, source.day)
    )
)
select id,
    max(group_values::text) filter (where day is null)::jsonb as group_values,
    max(members) filter (where day is null) as members,
    max(value) filter (where day is null) as total,
    array_agg(day order by day) filter (where day is not null) as days,
    array_agg(value order by day) filter (where day is not null) as values
from measured
group by id, place
order by id, place";
