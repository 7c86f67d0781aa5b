//! The groups that a customer's usage has by a group key, to choose one from.

use super::{SplitMetric, groups::split_columns, series::first_day};
use crate::{Result, auth::CustomerAccess};
use app::{billing::UsageWindow, usage::GroupValues};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use std::collections::BTreeMap;

/// Groups that are listed at most.
pub const FOUND_GROUPS: i64 = 50;

/// What is looked for, in names as people read them.
pub struct GroupSearch<'a> {
    /// The name of a group holds this in any case, or its values do.
    pub find: &'a str,
    /// For each name of the group key, the values that are called otherwise.
    pub called: Vec<BTreeMap<String, String>>,
    /// For each name of the group key, what stands in the place of a missing value.
    pub missing: Vec<String>,
}

/// The groups of some usage.
pub struct FoundGroups {
    /// The first [`FOUND_GROUPS`], in the order of the charts.
    pub groups: Vec<GroupValues>,
    /// How many there are in all.
    pub of: u32,
}

/// The groups of all these metrics together that have usage in the window: the largest of
/// the first metric first, then those that only the next one has, and so on.
///
/// # Errors
/// When the database refuses.
pub async fn find_groups(
    pool: &PgPool,
    access: CustomerAccess,
    wanted: &[SplitMetric],
    sought: GroupSearch<'_>,
    window: UsageWindow,
    now: DateTime<Utc>,
) -> Result<FoundGroups> {
    let today = now.date_naive();
    let (ids, kinds, indexes, admitted) = split_columns(wanted);
    // What groups.rs reads of the window, and sized as it sizes; each group is named once, at its place in the first of
    // its metrics. strpos knows no wildcards.
    let row = sqlx::query!(
        r#"with wanted as (
            select id, aggregation_type, group_index, admitted::jsonb, metric
            from unnest($2::uuid[], $3::text[], $4::smallint[], $11::text[]) with ordinality
                as wanted(id, aggregation_type, group_index, admitted, metric)
        ),
        used as materialized (
            select wanted.metric, wanted.aggregation_type, stored.*
            from wanted
            cross join lateral (
                select usage.group_id, usage.group_values,
                    usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest,
                    null::uuid as value_id
                from usage_day usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.id
                    and usage.group_index = wanted.group_index
                    and usage.day = any((select usage_days($5::date, $6::date + 1))::date[])
                    and (wanted.admitted is null or usage_admitted(usage.group_values, wanted.admitted))
                offset 0
            ) as stored
            union all
            select wanted.metric, wanted.aggregation_type, stored.group_id, stored.group_values, null, null,
                stored.value_id
            from wanted
            cross join lateral (
                select usage.group_id, usage.group_values, usage.value_id
                from usage_unique usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.id
                    and usage.group_index = wanted.group_index
                    and usage.day = any((select usage_days($5::date, $6::date + 1))::date[])
                    and (wanted.admitted is null or usage_admitted(usage.group_values, wanted.admitted))
                offset 0
            ) as stored
            union all
            select wanted.metric, wanted.aggregation_type, usage.group_id, usage.group_values,
                usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max),
                usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest),
                pending.value_id
            from wanted
            join usage_pending_of($1) usage
                on usage.billable_metric_id = wanted.id and usage.group_index = wanted.group_index
            left join lateral unnest(case wanted.aggregation_type when 'UNIQUE' then usage.value_ids end)
                as pending(value_id) on true
            where usage.day >= $5::date and usage.day <= $6::date
                and (wanted.admitted is null or usage_admitted(usage.group_values, wanted.admitted))
        ),
        sized as (
            select metric, group_id, min(group_values) as group_values,
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as total
            from used
            where aggregation_type <> 'UNIQUE'
            group by metric, aggregation_type, group_id
            union all
            select metric, group_id, min(group_values), count(distinct value_id)
            from used
            where aggregation_type = 'UNIQUE'
            group by metric, group_id
        ),
        named as materialized (
            select group_values, metric, total, (
                select string_agg(
                    coalesce($7::jsonb -> (place - 1)::integer ->> value, value, ($8::text[])[place::integer]),
                    ', ' order by place
                )
                from unnest(group_values) with ordinality as part(value, place)
            ) as name
            from (select distinct on (group_id) * from sized order by group_id, metric) as groups
        ),
        found as (
            select group_values,
                row_number() over (order by metric, total desc nulls last, group_values) as place
            from named
            where exists (
                select
                from unnest($9::text[]) as sought(find)
                where strpos(lower(name), lower(find)) > 0
                    or strpos(lower(array_to_string(group_values, ', ')), lower(find)) > 0
            )
        )
        select count(*) as "members!",
            coalesce(
                jsonb_agg(to_jsonb(group_values) order by place) filter (where place <= $10), '[]'
            ) as "groups!: Json<Vec<GroupValues>>"
        from found"#,
        access.customer_id(),
        &ids[..],
        &kinds[..] as _,
        &indexes[..],
        first_day(today, u64::from(window.days())),
        today,
        Json(sought.called) as _,
        &sought.missing[..],
        &cases(sought.find)[..],
        FOUND_GROUPS,
        &admitted[..] as _,
    )
    .fetch_one(pool)
    .await?;
    Ok(FoundGroups { groups: row.groups.0, of: u32::try_from(row.members).unwrap_or(u32::MAX) })
}

/// A text as it is, in small letters and in capitals: a database without a locale knows the cases of ASCII alone.
fn cases(text: &str) -> Vec<String> {
    vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()]
}
