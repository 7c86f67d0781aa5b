//! Usage over whole days, for rating.

use crate::{Result, auth::CustomerAccess};
use app::billing::{AggregationType, Decimal};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, Row, types::Json};
use uuid::Uuid;

/// One measure that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The metric.
    pub billable_metric_id: Uuid,
    /// How it is measured.
    pub aggregation_type: AggregationType,
    /// 0 for usage over all groups, n for usage by the nth of the metric's group keys.
    pub group_index: i16,
}

/// The usage of one metric and group.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodUsage {
    /// The metric.
    pub billable_metric_id: Uuid,
    /// As wanted.
    pub group_index: i16,
    /// The group's values, in the order of the group key; empty for group index 0.
    pub group_values: Vec<Option<String>>,
    /// How much.
    pub quantity: Decimal,
}

/// The usage of each wanted measure from `start` to before `end`, both at midnight UTC. Groups without usage are
/// absent.
///
/// # Errors
/// When the database refuses.
pub async fn over_period(
    db: impl PgExecutor<'_>,
    access: CustomerAccess,
    wanted: &[Wanted],
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<PeriodUsage>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(OVER_PERIOD)
        .bind(access.customer_id())
        .bind(wanted.iter().map(|one| one.billable_metric_id).collect::<Vec<_>>())
        .bind(wanted.iter().map(|one| one.aggregation_type.as_str()).collect::<Vec<_>>())
        .bind(wanted.iter().map(|one| one.group_index).collect::<Vec<_>>())
        .bind(start.date_naive())
        .bind(end.date_naive())
        .fetch_all(db)
        .await?;
    let mut all = Vec::new();
    for row in rows {
        let billable_metric_id = row.try_get("billable_metric_id")?;
        let group_index = row.try_get("group_index")?;
        let groups: Json<Vec<Vec<Option<String>>>> = row.try_get("groups")?;
        let quantities: Vec<BigDecimal> = row.try_get("quantities")?;
        all.extend(groups.0.into_iter().zip(quantities).map(|(group_values, quantity)| PeriodUsage {
            billable_metric_id,
            group_index,
            group_values,
            quantity: Decimal::from(quantity),
        }));
    }
    Ok(all)
}

const OVER_PERIOD: &str = "
with wanted as (
    select distinct *
    from unnest($2::uuid[], $3::text[], $4::smallint[]) as wanted(billable_metric_id, aggregation_type, group_index)
),
added as (
    select wanted.billable_metric_id, wanted.group_index, usage.group_id, min(usage.group_values) as group_values,
        case wanted.aggregation_type
            when 'COUNT' then sum(usage.count)
            when 'SUM' then sum(usage.sum)
            when 'MAX' then max(usage.max)
            else (array_agg(usage.latest order by usage.latest_at desc, usage.latest_key desc))[1]
        end as quantity
    from wanted
    join usage_daily usage using (billable_metric_id, group_index)
    where wanted.aggregation_type <> 'UNIQUE'
        and usage.customer_id = $1 and usage.day >= $5 and usage.day < $6
    group by wanted.billable_metric_id, wanted.group_index, wanted.aggregation_type, usage.group_id
    union all
    select wanted.billable_metric_id, wanted.group_index, usage.group_id, min(usage.group_values),
        count(distinct usage.value_id)
    from wanted
    join usage_value usage using (billable_metric_id, group_index)
    where wanted.aggregation_type = 'UNIQUE'
        and usage.customer_id = $1 and usage.day >= $5 and usage.day < $6
    group by wanted.billable_metric_id, wanted.group_index, usage.group_id
)
select billable_metric_id, group_index,
    jsonb_agg(to_jsonb(group_values) order by group_values) as groups,
    array_agg(quantity order by group_values) as quantities
from added
group by billable_metric_id, group_index";
