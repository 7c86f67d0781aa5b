//! Daily usage by the values of a group key: the largest groups, and the others together.

use super::series::{DailySums, Numbers, first_day};
use crate::{Result, auth::CustomerAccess};
use app::{
    billing::{AggregationType, GroupSeries, UsageWindow},
    usage::GroupValues,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgPool, types::Json};
use std::collections::HashMap;
use uuid::Uuid;

/// The usage of a metric by one of its group keys.
#[derive(Clone, Debug)]
pub struct SplitMetric {
    /// The id of the billable metric.
    pub id: Uuid,
    /// How it is measured.
    pub aggregation_type: AggregationType,
    /// Which of its group keys, counted from 1.
    pub group_index: i16,
    /// The groups that may be seen, as `usage_admitted` of the database reads it; `None` for all.
    pub admitted: Option<String>,
}

/// Of each metric its id, how it is measured, its group index, and which groups may be seen: a list for each column.
pub(super) type SplitColumns = (Vec<Uuid>, Vec<&'static str>, Vec<i16>, Vec<Option<String>>);

/// Metrics as the parameters of a query.
pub(super) fn split_columns(wanted: &[SplitMetric]) -> SplitColumns {
    (
        wanted.iter().map(|one| one.id).collect(),
        wanted.iter().map(|one| one.aggregation_type.as_str()).collect(),
        wanted.iter().map(|one| one.group_index).collect(),
        wanted.iter().map(|one| one.admitted.clone()).collect(),
    )
}

/// The groups of each metric, in their order; each metric's largest first, nine of them and the others together when
/// there are more than ten. The group of the id `kept` is one of the nine also when it is smaller.
///
/// # Errors
/// When the database refuses all.
pub async fn groups(
    pool: &PgPool,
    access: CustomerAccess,
    wanted: &[SplitMetric],
    kept: Option<Uuid>,
    window: UsageWindow,
    now: DateTime<Utc>,
) -> Result<Vec<Result<Vec<GroupSeries>>>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let today = now.date_naive();
    let start = first_day(today, u64::from(window.days()));
    let (ids, kinds, indexes, admitted) = split_columns(wanted);
    // Read once, measured twice: to rank the groups over the window, then by day for each place in the ranking. A row
    // finds its place among the first in an array: joined to the ranking, the rows of each group were looked for among
    // all of them. Groups that share the last place are measured as one, by the metric's own rule. The window before is
    // read with it. Whether a group was used before that one as well, the index is asked for the few that are listed,
    // as far back as a window.
    let rows = sqlx::query_as!(
        Row,
        r#"with wanted as (
            select id, aggregation_type, group_index, admitted::jsonb
            from unnest($2::uuid[], $3::text[], $4::smallint[], $9::text[])
                as wanted(id, aggregation_type, group_index, admitted)
        ),
        pending as materialized (
            select wanted.id, wanted.aggregation_type, usage.*
            from wanted
            join usage_pending_of($1) usage
                on usage.billable_metric_id = wanted.id and usage.group_index = wanted.group_index
            where usage.day > $5::date - 2 * $8::integer and usage.day <= $6
                and (wanted.admitted is null or usage_admitted(usage.group_values, wanted.admitted))
        ),
        used as materialized (
            select wanted.id, wanted.aggregation_type, stored.*
            from wanted
            cross join lateral (
                select usage.group_id, usage.group_values, usage.day,
                    usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest,
                    null::uuid as value_id
                from usage_day usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.id
                    and usage.group_index = wanted.group_index
                    and usage.day = any((select usage_days($5::date - $8::integer, $6::date + 1))::date[])
                    and (wanted.admitted is null or usage_admitted(usage.group_values, wanted.admitted))
                offset 0
            ) as stored
            where wanted.aggregation_type <> 'UNIQUE'
            union all
            select id, aggregation_type, group_id, group_values, day,
                usage_amount(aggregation_type, count, sum, max),
                usage_newest(aggregation_type, latest_at, latest_key, latest),
                null
            from pending
            where aggregation_type <> 'UNIQUE' and day >= $5::date - $8::integer
            union all
            select wanted.id, wanted.aggregation_type, stored.group_id, stored.group_values, stored.day,
                null, null, stored.value_id
            from wanted
            cross join lateral (
                select usage.group_id, usage.group_values, usage.day, usage.value_id
                from usage_unique usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.id
                    and usage.group_index = wanted.group_index
                    and usage.day = any((select usage_days($5::date - $8::integer, $6::date + 1))::date[])
                    and (wanted.admitted is null or usage_admitted(usage.group_values, wanted.admitted))
                offset 0
            ) as stored
            where wanted.aggregation_type = 'UNIQUE'
            union all
            select id, aggregation_type, group_id, group_values, day, null, null, unnest(value_ids)
            from pending
            where aggregation_type = 'UNIQUE' and day >= $5::date - $8::integer
        ),
        sized as (
            select id, group_id, min(group_values) as group_values,
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as total
            from used
            where aggregation_type <> 'UNIQUE' and day >= $5
            group by id, aggregation_type, group_id
            union all
            select id, group_id, min(group_values), count(distinct value_id)
            from used
            where aggregation_type = 'UNIQUE' and day >= $5
            group by id, group_id
        ),
        ranked as (
            select *,
                row_number() over (
                    partition by id order by (group_id = $7) is true desc, total desc nulls last, group_values
                ) as place,
                count(*) over (partition by id) as members
            from sized
        ),
        largest as materialized (
            select id, members,
                array_agg(group_id order by total desc nulls last, group_values) as group_ids,
                jsonb_agg(group_values order by total desc nulls last, group_values) as group_values
            from ranked
            where place < 10 or members <= 10
            group by id, members
        ),
        placed as materialized (
            select used.id, used.aggregation_type, used.day, used.amount, used.newest, used.value_id,
                coalesce(array_position(largest.group_ids, used.group_id), 10) as place
            from used
            join largest using (id)
            -- groups that were used in the window before alone are listed only among the others
            where largest.members > 10 or used.group_id = any(largest.group_ids)
        ),
        daily as (
            select id, place, day,
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as value
            from placed
            where aggregation_type <> 'UNIQUE'
            group by id, aggregation_type, place, day
            union all
            select id, place, day, count(distinct value_id)
            from placed
            where aggregation_type = 'UNIQUE'
            group by id, place, day
        ),
        different as (
            select id, place, array[
                count(*) filter (where last_day >= $5),
                count(*) filter (where last_complete >= $5),
                count(*) filter (where first_day < $6::date - $8::integer)
            ] as counts
            from (
                select id, place, value_id, min(day) as first_day, max(day) as last_day,
                    max(day) filter (where day < $6) as last_complete
                from placed
                where aggregation_type = 'UNIQUE'
                group by id, place, value_id
            ) as by_value
            group by id, place
        ),
        listed as (
            select id, place, array_agg(day order by day) as days, array_agg(value order by day) as values
            from daily
            group by id, place
        )
        select listed.id as "id!", listed.days as "days!", listed.values as "values!: Numbers",
            different.counts as different,
            -- of the others together there is none
            largest.group_values -> (listed.place - 1) as "group_values: Json<GroupValues>",
            case when listed.place = 10 and largest.members > 10 then largest.members - 9 else 1 end as "members!",
            -- the others together are as old as the metric
            listed.place = 10 and largest.members > 10
                or exists(
                    select
                    from usage_day usage
                    where usage.customer_id = $1
                        and usage.billable_metric_id = wanted.id
                        and usage.group_index = wanted.group_index
                        and usage.group_id = largest.group_ids[listed.place]
                        and usage.day = any(usage_days($5::date - 2 * $8::integer + 1, $5::date - $8::integer + 1))
                )
                or exists(
                    select
                    from usage_unique usage
                    where wanted.aggregation_type = 'UNIQUE'
                        and usage.customer_id = $1
                        and usage.billable_metric_id = wanted.id
                        and usage.group_index = wanted.group_index
                        and usage.group_id = largest.group_ids[listed.place]
                        and usage.day = any(usage_days($5::date - 2 * $8::integer + 1, $5::date - $8::integer + 1))
                )
                or exists(
                    select
                    from pending
                    where pending.id = wanted.id
                        and pending.group_id = largest.group_ids[listed.place]
                        and pending.day <= $5::date - $8::integer
                ) as "began_before!"
        from listed
        left join different using (id, place)
        join largest using (id)
        join wanted using (id)
        order by listed.id, listed.place"#,
        access.customer_id(),
        &ids[..],
        &kinds[..] as _,
        &indexes[..],
        start,
        today,
        kept,
        window.days().cast_signed(),
        &admitted[..] as _,
    )
    .fetch_all(pool)
    .await?;
    let mut found: HashMap<Uuid, Vec<Row>> = HashMap::new();
    for row in rows {
        found.entry(row.id).or_default().push(row);
    }
    let of = |one: &SplitMetric| {
        let rows = found.remove(&one.id).unwrap_or_default();
        rows.into_iter().map(|row| read(row, one.aggregation_type, window, today)).collect()
    };
    Ok(wanted.iter().map(of).collect())
}

/// A group, or the others together.
struct Row {
    id: Uuid,
    days: Vec<NaiveDate>,
    values: Numbers,
    different: Option<Vec<i64>>,
    group_values: Option<Json<GroupValues>>,
    members: i64,
    began_before: bool,
}

fn read(
    row: Row,
    aggregation_type: AggregationType,
    window: UsageWindow,
    today: NaiveDate,
) -> Result<GroupSeries> {
    let measured = DailySums::read(row.days, row.values, row.different)?;
    let length = u64::from(window.days());
    let mut before = measured.daily(today, 2 * length);
    Ok(GroupSeries {
        group_values: row.group_values.map(|json| json.0),
        count: row.members,
        measure: measured.over(aggregation_type, window, today, measured.different.as_deref()),
        values: before.split_off(before.len() / 2),
        used: measured.used(today, length),
        before,
        began_before: row.began_before,
    })
}
