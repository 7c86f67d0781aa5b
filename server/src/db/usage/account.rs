//! What the usage dashboard must know of a customer before it asks for usage: plans, prices and metrics.

use crate::{
    Result,
    auth::{CustomerAccess, no_such_customer},
    db::{
        plan::{charge_json, minimums_json},
        terms::{self, terms_json},
    },
    rating,
};
use app::billing::AggregationType;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

/// A customer as the usage dashboard sees it.
#[derive(Clone, Debug)]
pub struct UsageAccount {
    /// True for an archived customer.
    pub is_archived: bool,
    /// The terms it was under since a given day, oldest first.
    pub terms: Vec<rating::Terms>,
    /// The metrics of the plan it is on, in the order of the plan's charges; empty without a plan.
    pub metrics: Vec<ChartedMetric>,
}

/// A metric that gets a chart.
#[derive(Clone, Debug, Deserialize)]
pub struct ChartedMetric {
    /// Its id.
    pub id: Uuid,
    /// Its display name.
    pub name: String,
    /// How it is measured.
    pub aggregation_type: AggregationType,
    /// What it can be grouped by.
    pub group_keys: Vec<Vec<String>>,
}

/// The customer, with the terms it was under since `since`.
///
/// # Errors
/// 404 when the customer is unknown.
pub async fn account(
    pool: &PgPool,
    access: CustomerAccess,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<UsageAccount> {
    type Row = (bool, Json<Vec<terms::Row>>, Json<Vec<ChartedMetric>>);
    let row: Option<Row> =
        sqlx::query_as(ACCOUNT).bind(access.customer_id()).bind(since).bind(now).fetch_optional(pool).await?;
    let (is_archived, terms, metrics) = row.ok_or_else(no_such_customer)?;
    let terms = terms.0.into_iter().map(terms::Row::into_terms).collect();
    Ok(UsageAccount { is_archived, terms, metrics: metrics.0 })
}

const ACCOUNT: &str = concat!(
    "
with charted as (
    select m.id, m.name, m.aggregation_type, m.group_keys, min(ch.position) as position
    from (
        select plan_id
        from customer_plan
        where customer_id = $1 and starting_on <= $3 and (ending_before is null or ending_before > $3)
        order by starting_on desc
        limit 1
    ) as present
    join charge ch on ch.plan_id = present.plan_id
    join billable_metric m on m.id = ch.billable_metric_id
    group by m.id
)
select
    c.archived_at is not null,
    coalesce((
        select jsonb_agg(",
    terms_json!(),
    " order by cp.starting_on)
        from customer_plan cp
        join plan p on p.id = cp.plan_id
        where cp.customer_id = c.id and cp.starting_on <= $3
            and (cp.ending_before is null or (cp.ending_before > $2 and cp.ending_before > cp.starting_on))
    ), '[]'),
    coalesce((
        select jsonb_agg(
            jsonb_build_object(
                'id', id,
                'name', name,
                'aggregation_type', aggregation_type,
                'group_keys', group_keys
            )
            order by position
        )
        from charted
    ), '[]')
from customer c
where c.id = $1"
);
