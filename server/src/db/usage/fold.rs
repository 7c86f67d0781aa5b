//! Moves pending sums into the tables of sums.

use crate::{Result, db};
use sqlx::{PgPool, Row};

/// Rows of usage_pending that one call moves at most: enough that most sums gather several events before they are
/// written, few enough that the transaction stays short.
const MOST: i64 = 100_000;

/// Moves pending sums into usage_day, usage_hour and usage_unique, and says how many rows were moved: 0 when there
/// was nothing to do or another server is at it.
///
/// # Errors
/// When the database refuses; then nothing is moved.
pub async fn fold(pool: &PgPool) -> Result<i64> {
    let pool = pool.clone();
    db::write(async move {
        let mut tx = db::begin(&pool).await?;
        // Two folds at once could wait for each other's rows.
        let row = sqlx::query("select pg_try_advisory_xact_lock(hashtext('inlay usage fold')) as is_ours")
            .fetch_one(&mut *tx)
            .await?;
        if !row.try_get::<bool, _>("is_ours")? {
            return Ok(0);
        }
        let moved = sqlx::query_scalar(FOLD).bind(MOST).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(moved)
    })
    .await
}

const FOLD: &str = "
with taken as (
    delete from usage_pending
    where ctid = any(array(select ctid from usage_pending limit $1))
    returning customer_id, sums
),
part as materialized (
    select
        taken.customer_id,
        part.m as billable_metric_id,
        coalesce(part.g, 0::smallint) as group_index,
        coalesce(part.i, '00000000-0000-0000-0000-000000000000') as group_id,
        part.h as hour,
        coalesce(part.v, '{}') as group_values,
        part.c as count, part.s as sum, part.x as max,
        part.l as latest, part.t as latest_at, part.k as latest_key,
        part.u as value_ids
    from taken
    cross join lateral json_to_recordset(taken.sums) as part(
        m uuid, g smallint, i uuid, v text[], h bigint, c bigint, s numeric, x numeric, l numeric, t timestamptz,
        k uuid, u uuid[]
    )
),
by_hour as materialized (
    select
        customer_id, billable_metric_id, group_index, group_id, hour,
        min(group_values) as group_values,
        sum(count)::bigint as count, coalesce(sum(sum), 0) as sum, max(max) as max,
        (array_agg(latest order by latest_at desc, latest_key desc) filter (where latest_at is not null))[1] as latest,
        (array_agg(latest_key order by latest_at desc, latest_key desc) filter (where latest_at is not null))[1] as latest_key,
        max(latest_at) as latest_at
    from part
    where value_ids is null
    group by customer_id, billable_metric_id, group_index, group_id, hour
),
hourly as (
    insert into usage_hour as old
        (customer_id, billable_metric_id, group_index, group_id, hour, group_values,
        count, sum, max, latest, latest_at, latest_key)
    select customer_id, billable_metric_id, group_index, group_id, to_timestamp(hour * 3600), group_values,
        count, sum, max, latest, latest_at, latest_key
    from by_hour
    on conflict (customer_id, billable_metric_id, group_index, group_id, hour) do update set
        count = old.count + excluded.count,
        sum = old.sum + excluded.sum,
        max = greatest(old.max, excluded.max),
        latest = case when (excluded.latest_at, excluded.latest_key) > (old.latest_at, old.latest_key)
            then excluded.latest else old.latest end,
        latest_key = case when (excluded.latest_at, excluded.latest_key) > (old.latest_at, old.latest_key)
            then excluded.latest_key else old.latest_key end,
        latest_at = greatest(old.latest_at, excluded.latest_at)
),
daily as (
    insert into usage_day as old
        (customer_id, billable_metric_id, group_index, group_id, day, group_values,
        count, sum, max, latest, latest_at, latest_key)
    select
        customer_id, billable_metric_id, group_index, group_id,
        '1970-01-01'::date + (hour / 24)::integer as day,
        min(group_values),
        sum(count)::bigint, sum(sum), max(max),
        (array_agg(latest order by latest_at desc, latest_key desc) filter (where latest_at is not null))[1],
        max(latest_at),
        (array_agg(latest_key order by latest_at desc, latest_key desc) filter (where latest_at is not null))[1]
    from by_hour
    group by customer_id, billable_metric_id, group_index, group_id, day
    on conflict (customer_id, billable_metric_id, group_index, group_id, day) do update set
        count = old.count + excluded.count,
        sum = old.sum + excluded.sum,
        max = greatest(old.max, excluded.max),
        latest = case when (excluded.latest_at, excluded.latest_key) > (old.latest_at, old.latest_key)
            then excluded.latest else old.latest end,
        latest_key = case when (excluded.latest_at, excluded.latest_key) > (old.latest_at, old.latest_key)
            then excluded.latest_key else old.latest_key end,
        latest_at = greatest(old.latest_at, excluded.latest_at)
),
different as (
    insert into usage_unique as old
        (customer_id, billable_metric_id, group_index, group_id, day, value_id, hours, group_values)
    select
        customer_id, billable_metric_id, group_index, group_id,
        '1970-01-01'::date + (hour / 24)::integer as day,
        value_id, bit_or(1 << (hour % 24)::integer), min(group_values)
    from part
    cross join lateral unnest(value_ids) as value_id
    group by customer_id, billable_metric_id, group_index, group_id, day, value_id
    on conflict (customer_id, billable_metric_id, group_index, group_id, day, value_id) do update set
        hours = old.hours | excluded.hours
    where old.hours | excluded.hours <> old.hours
)
select count(*) from taken";
