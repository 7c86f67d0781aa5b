//! The groups that a customer's usage has by a group key, to choose one from.

use super::series::first_day;
use crate::{Result, auth::CustomerAccess};
use app::{billing::UsageWindow, usage::GroupValues};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Groups that are listed at most.
pub const FOUND_GROUPS: i64 = 50;

/// What is looked for, in names as people read them.
pub struct Sought<'a> {
    /// The name of a group holds this in any case, or its values do.
    pub find: &'a str,
    /// For each name of the group key, the values that are called otherwise.
    pub called: Vec<BTreeMap<String, String>>,
    /// For each name of the group key, what stands in the place of a missing value.
    pub missing: Vec<String>,
}

/// The groups of some usage.
pub struct FoundGroups {
    /// The first [`FOUND_GROUPS`] by name.
    pub groups: Vec<GroupValues>,
    /// How many there are in all.
    pub of: u32,
}

/// The groups of all `(metric, group index)` together that have usage in the window.
///
/// # Errors
/// When the database refuses.
pub async fn find_groups(
    pool: &PgPool,
    access: CustomerAccess,
    wanted: &[(Uuid, i16)],
    sought: Sought<'_>,
    window: UsageWindow,
    now: DateTime<Utc>,
) -> Result<FoundGroups> {
    let today = now.date_naive();
    let row = sqlx::query(FIND_GROUPS)
        .bind(access.customer_id())
        .bind(wanted.iter().map(|(id, _)| *id).collect::<Vec<_>>())
        .bind(wanted.iter().map(|(_, index)| *index).collect::<Vec<_>>())
        .bind(first_day(today, u64::from(window.days())))
        .bind(today)
        .bind(Json(sought.called))
        .bind(sought.missing)
        .bind(cases(sought.find))
        .bind(FOUND_GROUPS)
        .fetch_one(pool)
        .await?;
    Ok(FoundGroups {
        groups: row.try_get::<Json<_>, _>("groups")?.0,
        of: u32::try_from(row.try_get::<i64, _>("members")?).unwrap_or(u32::MAX),
    })
}

/// A text as it is, in small letters and in capitals: a database without a locale knows the cases of ASCII alone.
fn cases(text: &str) -> Vec<String> {
    vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()]
}

// What groups.rs reads of the window, so it costs no more; each group is named once. strpos knows no wildcards.
const FIND_GROUPS: &str = "
with wanted as (
    select * from unnest($2::uuid[], $3::smallint[]) as wanted(id, group_index)
),
used as (
    select stored.group_id, stored.group_values
    from wanted
    cross join lateral (
        select usage.group_id, usage.group_values
        from usage_day usage
        where usage.customer_id = $1
            and usage.billable_metric_id = wanted.id
            and usage.group_index = wanted.group_index
            and usage.day = any((select usage_days($4::date, $5::date + 1))::date[])
        offset 0
    ) as stored
    union all
    select stored.group_id, stored.group_values
    from wanted
    cross join lateral (
        select usage.group_id, usage.group_values
        from usage_unique usage
        where usage.customer_id = $1
            and usage.billable_metric_id = wanted.id
            and usage.group_index = wanted.group_index
            and usage.day = any((select usage_days($4::date, $5::date + 1))::date[])
        offset 0
    ) as stored
    union all
    select usage.group_id, usage.group_values
    from wanted
    join usage_pending_of($1) usage
        on usage.billable_metric_id = wanted.id and usage.group_index = wanted.group_index
    where usage.day >= $4::date and usage.day <= $5::date
),
named as materialized (
    select group_values, (
        select string_agg(
            coalesce($6::jsonb -> (place - 1)::integer ->> value, value, ($7::text[])[place::integer]),
            ', ' order by place
        )
        from unnest(group_values) with ordinality as part(value, place)
    ) as name
    from (select min(group_values) as group_values from used group by group_id) as groups
),
found as (
    select group_values, row_number() over (order by lower(name), group_values) as place
    from named
    where exists (
        select
        from unnest($8::text[]) as sought(find)
        where strpos(lower(name), lower(find)) > 0
            or strpos(lower(array_to_string(group_values, ', ')), lower(find)) > 0
    )
)
select count(*) as members,
    coalesce(jsonb_agg(to_jsonb(group_values) order by place) filter (where place <= $9), '[]') as groups
from found";
