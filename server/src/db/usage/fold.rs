//! Moves pending sums into the tables of sums, those of the customers with most of them first.

use crate::{Result, db};
use sqlx::{PgConnection, PgPool};

/// Bytes of usage_pending that one call moves, about: enough that most sums gather several events before they are
/// written, few enough that the transaction takes seconds.
const MOST: i64 = 32 * 1024 * 1024;
/// Bytes of one customer that may wait for everybody's turn: to read them takes a page about a millisecond.
const BUSY: i64 = 64 * 1024;

/// What a call did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FoldResult {
    /// Rows of usage_pending that were moved.
    pub rows: i64,
    /// Whether as much waited as one call moves, so that more may be left.
    pub is_behind: bool,
}

/// Moves pending sums into usage_day, usage_hour and usage_unique, and says how many rows were moved: 0 when there
/// was nothing to do or another server is at it.
///
/// # Errors
/// When the database refuses; then nothing is moved.
pub async fn fold(pool: &PgPool) -> Result<i64> {
    Ok(fold_all(pool).await?.rows)
}

/// As [`fold`], and says whether as much waited as one call moves, so that the next is due at once.
///
/// # Errors
/// As [`fold`].
pub async fn fold_all(pool: &PgPool) -> Result<FoldResult> {
    fold_from(pool, 0).await
}

/// Moves the pending sums of customers with many of them alone, so that their pages do not wait for everybody's.
///
/// # Errors
/// As [`fold`].
pub async fn fold_busy(pool: &PgPool) -> Result<FoldResult> {
    fold_from(pool, BUSY).await
}

/// Moves the pending sums of customers of whom at least so many bytes wait.
async fn fold_from(pool: &PgPool, least: i64) -> Result<FoldResult> {
    let own = pool.clone();
    let folded = db::write(async move {
        let mut tx = db::begin(&own).await?;
        // Two folds at once could wait for each other's rows.
        let is_ours = sqlx::query_scalar!(
            r#"select pg_try_advisory_xact_lock(hashtext('inlay usage fold')) as "is_ours!""#
        )
        .fetch_one(&mut *tx)
        .await?;
        if !is_ours {
            return Ok(FoldResult::default());
        }
        let folded = move_pending(&mut tx, least).await?;
        tx.commit().await?;
        Ok(folded)
    })
    .await;
    if folded.is_err() {
        // Ingest must hear of what waits even when none of it can be moved. Why not is the error to tell.
        let _ = measure_backlog(pool).await;
    }
    folded
}

/// Writes down how much waits.
async fn measure_backlog(pool: &PgPool) -> Result<()> {
    let mut tx = db::begin(pool).await?;
    sqlx::query!("update usage_backlog set size = (select coalesce(sum(size), 0) from usage_pending)")
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Gives the room of moved rows back at once: until then each fold reads over them.
///
/// # Errors
/// When the database refuses.
pub async fn vacuum_pending(pool: &PgPool) -> Result<()> {
    // No transaction can hold it; in a session that may only read it is allowed, for it changes no row.
    let mut connection = pool.acquire().await?;
    sqlx::raw_sql("vacuum usage_pending").execute(&mut *connection).await?;
    Ok(())
}

/// Moves the sums of customers of whom at least so many bytes wait, about [`MOST`] bytes of them.
async fn move_pending(tx: &mut PgConnection, least: i64) -> Result<FoldResult> {
    let row = sqlx::query!(
        r#"with waiting as materialized (
            select customer_id, sum(size) as size
            from usage_pending
            group by customer_id
        ),
        chosen as (
            select customer_id, sum(size) over (order by size desc, customer_id) - size as before
            from waiting
            where size >= $2
        ),
        taken as (
            delete from usage_pending
            where ctid = any(array(
                select ctid
                from (
                    select ctid, sum(size) over (rows unbounded preceding) - size as before
                    from usage_pending
                    where customer_id = any(array(select customer_id from chosen where before < $1::bigint))
                ) as row
                where before < $1::bigint
            ))
            returning customer_id, sums, size
        ),
        left_over as (
            select coalesce((select sum(size) from waiting), 0) - coalesce((select sum(size) from taken), 0) as size
        ),
        backlog as (
            update usage_backlog
            set size = left_over.size,
                folded_at = case
                    when $2::bigint = 0 and left_over.size < $1::bigint then statement_timestamp()
                    else folded_at
                end
            from left_over
            where usage_backlog.size <> left_over.size or $2::bigint = 0
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
                m uuid, g smallint, i uuid, v text[], h bigint, c bigint, s numeric, x numeric, l numeric,
                t timestamptz, k uuid, u uuid[]
            )
        ),
        by_hour as materialized (
            select
                customer_id, billable_metric_id, group_index, group_id, hour,
                min(group_values) as group_values,
                sum(count)::bigint as count, coalesce(sum(sum), 0) as sum, max(max) as max,
                (array_agg(latest order by latest_at desc, latest_key desc) filter (where latest_at is not null))[1]
                    as latest,
                (array_agg(latest_key order by latest_at desc, latest_key desc) filter (where latest_at is not null))[1]
                    as latest_key,
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
        select (select count(*) from taken) as "rows!",
            (select size from left_over)::bigint as "left_over!""#,
        MOST,
        least,
    )
    .fetch_one(tx)
    .await?;
    Ok(FoldResult { rows: row.rows, is_behind: row.left_over >= MOST })
}
