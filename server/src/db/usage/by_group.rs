//! Daily usage by all values of a group key, of metrics that price each of them by itself.

use super::series::{REACH, first_day};
use crate::{
    Result,
    auth::CustomerAccess,
    rating::{GroupDay, GroupedUsage},
};
use app::billing::{AggregationType, Decimal};
use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// Sums, each of a group on a day with usage, that are read at most, of all metrics together: 400 groups that are used
/// every day as far back as a series reaches. They take a fifth of a second to price.
pub const GROUP_DAYS: usize = 100_000;

/// The days of every group of each `(metric, COUNT or SUM, group index)`, with the metric and in their order, as far back
/// as [`super::series()`] reaches; `None` where there are more of them than its share of [`GROUP_DAYS`].
///
/// # Errors
/// When the database refuses.
pub async fn by_group(
    pool: &PgPool,
    access: CustomerAccess,
    wanted: &[(Uuid, AggregationType, i16)],
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Option<GroupedUsage>)>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let today = now.date_naive();
    // One row a metric and group key, its sums in arrays. What is stored is read by its whole key, and no further than
    // the bound; what waits to be folded has a bound of its own.
    let rows = sqlx::query!(
        r#"with wanted as (
            select *
            from unnest($2::uuid[], $3::text[], $4::smallint[]) as wanted(id, aggregation_type, group_index)
        ),
        settled as materialized (
            select wanted.*,
                usage_days(greatest(extent.first_day, $5::date), least(extent.last_day, $6::date) + 1) as days
            from wanted
            join usage_extent extent on extent.customer_id = $1 and extent.billable_metric_id = wanted.id
        ),
        used as (
            select settled.id, settled.aggregation_type, settled.group_index, stored.*
            from settled
            cross join lateral (
                select usage.group_id, usage.day,
                    usage_amount(settled.aggregation_type, usage.count, usage.sum, null) as amount
                from usage_day usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = settled.id
                    and usage.group_index = settled.group_index
                    and usage.day = any(settled.days)
                limit $7::bigint + 1
            ) as stored
            union all
            select wanted.id, wanted.aggregation_type, wanted.group_index, usage.group_id, usage.day,
                usage_amount(wanted.aggregation_type, usage.count, usage.sum, null)
            from wanted
            join usage_pending_of($1) usage
                on usage.billable_metric_id = wanted.id and usage.group_index = wanted.group_index
            where usage.day >= $5::date and usage.day <= $6::date
        ),
        daily as (
            select id, group_index, group_id, day,
                usage_value(aggregation_type, sum(amount), null, null) as value
            from used
            group by id, aggregation_type, group_index, group_id, day
        )
        select id as "id!", group_index as "group_index!",
            case when count(*) <= $7::bigint then array_agg(day order by day, group_id) end as days,
            case when count(*) <= $7::bigint then array_agg(group_id order by day, group_id) end as group_ids,
            case when count(*) <= $7::bigint then array_agg(value order by day, group_id) end as values
        from daily
        group by id, group_index"#,
        access.customer_id(),
        &wanted.iter().map(|(id, ..)| *id).collect::<Vec<_>>()[..],
        &wanted.iter().map(|(_, kind, _)| kind.as_str()).collect::<Vec<_>>()[..] as _,
        &wanted.iter().map(|(.., index)| *index).collect::<Vec<_>>()[..],
        first_day(today, REACH),
        today,
        (GROUP_DAYS / wanted.len()) as i64,
    )
    .fetch_all(pool)
    .await?;
    let mut found: Vec<_> = rows
        .into_iter()
        .map(|row| (row.id, row.group_index, days(row.days, row.group_ids, row.values)))
        .collect();
    let of = |(id, _, group_index): &(Uuid, AggregationType, i16)| {
        let place = found.iter().position(|(of, index, _)| of == id && index == group_index);
        let days = match place {
            Some(place) => found.swap_remove(place).2,
            None => Some(Vec::new()),
        };
        (*id, days.map(|days| GroupedUsage { group_index: *group_index, days }))
    };
    Ok(wanted.iter().map(of).collect())
}

/// The days of a row; `None` where they are too many.
fn days(
    days: Option<Vec<NaiveDate>>,
    group_ids: Option<Vec<Uuid>>,
    values: Option<Vec<BigDecimal>>,
) -> Option<Vec<GroupDay>> {
    let all = days?.into_iter().zip(group_ids?).zip(values?);
    let day = |((day, group_id), value)| GroupDay { day, group_id, value: Decimal::from(value) };
    Some(all.map(day).collect())
}
