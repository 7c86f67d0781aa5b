//! Daily usage for the charts.

use crate::{Error, Result, auth::CustomerAccess};
use app::billing::{AggregationType, Decimal, UsageSeries, UsageWindow};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// Days that a series spans, today included.
const DAYS: u64 = 90;

/// The last 90 days of each billable metric of the customer's current plan, in the order of its charges; `None`
/// without a current plan.
///
/// # Errors
/// When the database refuses.
pub async fn series(
    pool: &PgPool,
    access: CustomerAccess,
    now: DateTime<Utc>,
) -> Result<Option<Vec<UsageSeries>>> {
    let today = now.date_naive();
    let rows = sqlx::query(SERIES).bind(access.customer_id()).bind(now).bind(today).fetch_all(pool).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for row in rows {
        // a plan without usage charges is one row without a metric
        let Some(billable_metric_id) = row.try_get::<Option<Uuid>, _>("id")? else { continue };
        let measured = Measured {
            days: row.try_get::<Option<_>, _>("days")?.unwrap_or_default(),
            values: row.try_get::<Option<_>, _>("values")?.unwrap_or_default(),
            different: row.try_get::<Option<_>, _>("different")?,
        };
        let aggregation_type =
            row.try_get::<String, _>("aggregation_type")?.parse().map_err(Error::Internal)?;
        all.push(UsageSeries {
            billable_metric_id,
            name: row.try_get("name")?,
            aggregation_type,
            starting_on: first_day(today, DAYS),
            totals: UsageWindow::ALL.map(|window| measured.total(aggregation_type, window, today)),
            values: measured.daily(today),
        });
    }
    Ok(Some(all))
}

/// The days of one metric that have usage, oldest first.
struct Measured {
    days: Vec<NaiveDate>,
    values: Vec<BigDecimal>,
    /// UNIQUE: different values over the last 30, 60 and 90 days.
    different: Option<Vec<i64>>,
}

impl Measured {
    fn daily(&self, today: NaiveDate) -> Vec<Decimal> {
        let start = first_day(today, DAYS);
        let mut daily = vec![Decimal::zero(); DAYS as usize];
        for (day, value) in self.days.iter().zip(&self.values) {
            if let Some(slot) =
                usize::try_from((*day - start).num_days()).ok().and_then(|at| daily.get_mut(at))
            {
                *slot = Decimal::from(value.clone());
            }
        }
        daily
    }

    fn total(&self, aggregation_type: AggregationType, window: UsageWindow, today: NaiveDate) -> Decimal {
        let start = first_day(today, u64::from(window.days()));
        let skip = self.days.partition_point(|day| *day < start);
        let values = || self.values[skip..].iter().cloned().map(Decimal::from);
        match aggregation_type {
            AggregationType::Count | AggregationType::Sum => {
                values().fold(Decimal::zero(), |total, value| &total + &value)
            }
            AggregationType::Max => values().max().unwrap_or_default(),
            AggregationType::Latest => values().next_back().unwrap_or_default(),
            AggregationType::Unique => {
                let at = UsageWindow::ALL.iter().position(|one| *one == window).unwrap_or_default();
                let different = self.different.as_ref().and_then(|counts| counts.get(at));
                Decimal::from(different.copied().unwrap_or_default())
            }
        }
    }
}

/// The first of `days` days that end with today.
fn first_day(today: NaiveDate, days: u64) -> NaiveDate {
    today - Days::new(days - 1)
}

// One row a metric, its days in arrays: 540 rows would cost several times as much.
const SERIES: &str = "
with plan as (
    select plan_id
    from customer_plan
    where customer_id = $1 and starting_on <= $2 and (ending_before is null or ending_before > $2)
    order by starting_on desc
    limit 1
),
metric as (
    select metric.id, metric.name, metric.aggregation_type, min(charge.position) as position
    from plan
    join charge on charge.plan_id = plan.plan_id
    join billable_metric metric on metric.id = charge.billable_metric_id
    group by metric.id
),
added as (
    select metric.id, usage.day,
        case metric.aggregation_type
            when 'COUNT' then sum(usage.count)
            when 'SUM' then sum(usage.sum)
            when 'MAX' then max(usage.max)
            else (array_agg(usage.latest order by usage.latest_at desc, usage.latest_key desc))[1]
        end as value
    from metric
    join usage_daily usage on usage.billable_metric_id = metric.id
    where metric.aggregation_type <> 'UNIQUE'
        and usage.customer_id = $1 and usage.group_index = 0
        and usage.day between $3::date - 89 and $3::date
    group by metric.id, metric.aggregation_type, usage.day
),
seen as (
    select distinct metric.id, usage.day, usage.value_id
    from metric
    join usage_value usage on usage.billable_metric_id = metric.id
    where metric.aggregation_type = 'UNIQUE'
        and usage.customer_id = $1 and usage.group_index = 0
        and usage.day between $3::date - 89 and $3::date
),
different as (
    select id, array[
        count(distinct value_id) filter (where day > $3::date - 30),
        count(distinct value_id) filter (where day > $3::date - 60),
        count(distinct value_id)
    ] as counts
    from seen
    group by id
),
daily as (
    select id, day, value from added
    union all
    select id, day, count(*) from seen group by id, day
),
listed as (
    select id, array_agg(day order by day) as days, array_agg(value order by day) as values
    from daily
    group by id
)
select metric.id, metric.name, metric.aggregation_type, listed.days, listed.values, different.counts as different
from plan
left join metric on true
left join listed on listed.id = metric.id
left join different on different.id = metric.id
order by metric.position";
