//! What the usage dashboard must know of a customer before it asks for usage: plans, prices and metrics.

use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::terms::{self, PlanEnd},
    rating,
    terms::PlanRow,
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
    /// The metrics that a plan of the time that is charted has charges of: those of the latest plan first, in the order
    /// of its charges.
    pub metrics: Vec<ChartedMetric>,
    /// The end of the latest plan; `None` while it runs, and for a customer that never had one.
    pub ended: Option<PlanEnd>,
}

/// A metric that gets a chart.
#[derive(Clone, Debug, Deserialize)]
pub struct ChartedMetric {
    /// The id of the billable metric.
    pub id: Uuid,
    /// What it is called on the page.
    pub name: String,
    /// How it is measured.
    pub aggregation_type: AggregationType,
    /// The group keys that its usage is kept by; each is a list of names of properties.
    pub group_keys: Vec<Vec<String>>,
}

/// The customer, with the terms it was under since `since`, and the metrics of its plans since `charted_since`.
///
/// # Errors
/// 404 when the customer is unknown; 401 for a reader who is revoked, unless the customer is archived.
pub async fn account(
    pool: &PgPool,
    access: CustomerAccess,
    since: DateTime<Utc>,
    charted_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<UsageAccount> {
    let pass = access.pass();
    let row = sqlx::query!(
        r#"with held as (
            select cp.plan_id, cp.ending_before, row_number() over (order by cp.starting_on desc) as age
            from customer_plan cp
            where cp.customer_id = $1 and cp.starting_on <= $3
                and (cp.ending_before is null or cp.ending_before > cp.starting_on)
        ),
        charted as (
            -- each metric once, at its place in the latest of its plans
            select distinct on (m.id) m.id, m.name, m.aggregation_type, m.group_keys, held.age, ch.position
            from held
            join charge ch on ch.plan_id = held.plan_id
            join billable_metric m on m.id = ch.billable_metric_id
            where held.ending_before is null or held.ending_before > $4
            order by m.id, held.age, ch.position
        )
        select
            c.archived_at is not null as "is_archived!",
            coalesce((
                select jsonb_agg(terms order by cp.starting_on)
                from customer_plan cp
                join plan p on p.id = cp.plan_id
                cross join lateral terms_of(c, cp, p)
                where cp.customer_id = c.id and cp.starting_on <= $3
                    and (cp.ending_before is null or (cp.ending_before > $2 and cp.ending_before > cp.starting_on))
            ), '[]') as "terms!: Json<Vec<PlanRow>>",
            coalesce((
                select jsonb_agg(
                    jsonb_build_object(
                        'id', id,
                        'name', name,
                        'aggregation_type', aggregation_type,
                        'group_keys', group_keys
                    )
                    order by age, position
                )
                from charted
            ), '[]') as "metrics!: Json<Vec<ChartedMetric>>",
            plan_end as "ended: Json<PlanEnd>",
            is_revoked as "is_revoked!"
        from customer c
        cross join lateral plan_end_of(c.id, $3)
        cross join lateral revocation_of(c.id, $5, $6, $7, $8)
        where c.id = $1"#,
        access.customer_id(),
        since,
        now,
        charted_since,
        pass.session_id,
        pass.viewer,
        pass.seen,
        pass.valid_from,
    )
    .fetch_optional(pool)
    .await?
    .ok_or_else(no_such_customer)?;
    if row.is_revoked && !row.is_archived {
        return Err(Error::Unauthorized);
    }
    let terms = row.terms.0.into_iter().map(terms::in_force).collect::<Result<_>>()?;
    Ok(UsageAccount {
        is_archived: row.is_archived,
        terms,
        metrics: row.metrics.0,
        ended: row.ended.map(|ended| ended.0),
    })
}
