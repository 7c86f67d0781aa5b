//! Usage over whole days, for rating.

use crate::{
    Result,
    db::Access,
    rating::{Measure, MeteredUsage},
};
use app::billing::Decimal;
use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, types::Json};

/// The usage of each measure from `start` to before `end`, both at midnight UTC. Groups without usage are
/// absent.
///
/// # Errors
/// When the database refuses.
pub async fn over_period(
    db: impl PgExecutor<'_>,
    access: impl Access,
    measures: &[Measure],
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<MeteredUsage>> {
    Ok(over_periods(db, access, measures, &[(start, end)]).await?.pop().unwrap_or_default())
}

/// The same for several periods in one query, which may overlap: one list for each, in their order. What was used before
/// a period is not joined to it: see [`MeteredUsage::join`].
///
/// # Errors
/// When the database refuses.
pub async fn over_periods(
    db: impl PgExecutor<'_>,
    access: impl Access,
    measures: &[Measure],
    periods: &[(DateTime<Utc>, DateTime<Utc>)],
) -> Result<Vec<Vec<MeteredUsage>>> {
    let mut all = vec![Vec::new(); periods.len()];
    if measures.is_empty() || periods.is_empty() {
        return Ok(all);
    }
    // What waits to be folded is read once; what is stored, for each measure and period by its whole key (`offset 0`),
    // and not with all groups of the customer.
    let rows = sqlx::query!(
        r#"with wanted as (
            select distinct *
            from unnest($2::uuid[], $3::text[], $4::smallint[])
                as wanted(billable_metric_id, aggregation_type, group_index)
        ),
        period as (
            select place, first_day, end_day, usage_days(first_day, end_day) as days
            from unnest($5::date[], $6::date[]) with ordinality as period(first_day, end_day, place)
        ),
        pending as materialized (
            select * from usage_pending_of($1)
        ),
        used as (
            select period.place, wanted.*, stored.*
            from period
            cross join wanted
            cross join lateral (
                select usage.group_id, usage.group_values,
                    usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max) as amount,
                    usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest) as newest
                from usage_day usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.billable_metric_id
                    and usage.group_index = wanted.group_index
                    and usage.day = any(period.days)
                offset 0
            ) as stored
            where wanted.aggregation_type <> 'UNIQUE'
            union all
            select period.place, wanted.*, usage.group_id, usage.group_values,
                usage_amount(wanted.aggregation_type, usage.count, usage.sum, usage.max),
                usage_newest(wanted.aggregation_type, usage.latest_at, usage.latest_key, usage.latest)
            from wanted
            join pending usage using (billable_metric_id, group_index)
            join period on usage.day >= period.first_day and usage.day < period.end_day
            where wanted.aggregation_type <> 'UNIQUE'
        ),
        seen as (
            select period.place, wanted.billable_metric_id, wanted.group_index, stored.*
            from period
            cross join wanted
            cross join lateral (
                select usage.group_id, usage.group_values, usage.value_id
                from usage_unique usage
                where usage.customer_id = $1
                    and usage.billable_metric_id = wanted.billable_metric_id
                    and usage.group_index = wanted.group_index
                    and usage.day = any(period.days)
                offset 0
            ) as stored
            where wanted.aggregation_type = 'UNIQUE'
            union all
            select period.place, wanted.billable_metric_id, wanted.group_index, usage.group_id, usage.group_values,
                unnest(usage.value_ids)
            from wanted
            join pending usage using (billable_metric_id, group_index)
            join period on usage.day >= period.first_day and usage.day < period.end_day
            where wanted.aggregation_type = 'UNIQUE'
        ),
        measured as (
            select place, billable_metric_id, group_index, group_id, min(group_values) as group_values,
                usage_value(aggregation_type, sum(amount), max(amount), max(newest)) as quantity
            from used
            group by place, billable_metric_id, aggregation_type, group_index, group_id
            union all
            select place, billable_metric_id, group_index, group_id, min(group_values), count(distinct value_id)
            from seen
            group by place, billable_metric_id, group_index, group_id
        )
        select place as "place!", billable_metric_id as "billable_metric_id!", group_index as "group_index!",
            jsonb_agg(to_jsonb(group_values) order by group_values) as "groups!: Json<Vec<Vec<Option<String>>>>",
            array_agg(quantity order by group_values) as "quantities!"
        from measured
        group by place, billable_metric_id, group_index"#,
        access.customer_id(),
        &measures.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>()[..],
        &measures.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>()[..] as _,
        &measures.iter().map(|one| one.group_index).collect::<Vec<_>>()[..],
        &periods.iter().map(|(start, _)| start.date_naive()).collect::<Vec<_>>()[..],
        &periods.iter().map(|(_, end)| end.date_naive()).collect::<Vec<_>>()[..],
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        let Some(period) = usize::try_from(row.place - 1).ok().and_then(|place| all.get_mut(place)) else {
            continue;
        };
        period.extend(row.groups.0.into_iter().zip(row.quantities).map(|(group_values, quantity)| {
            MeteredUsage {
                billable_metric_id: row.billable_metric_id,
                group_index: row.group_index,
                group_values,
                segments: vec![Decimal::from(quantity)],
                before: Vec::new(),
                is_past: false,
            }
        }));
    }
    Ok(all)
}
