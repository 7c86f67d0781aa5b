//! Events by their transaction ids.

use super::partition::REMEMBERED;
use crate::{
    Result,
    metering::{CustomerState, Event, PlanAt, Properties},
};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

/// A stored event.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// What was sent.
    pub event: Event,
    /// When it was stored.
    pub processed_at: DateTime<Utc>,
    /// The customer whose usage it is, with its name; `None` while no customer has the alias.
    pub customer: Option<(Uuid, String)>,
    /// What the customer is at its time; likewise.
    pub state: Option<CustomerState>,
}

/// The events of the last 34 days with these transaction ids, by id and customer.
///
/// # Errors
/// When the database refuses.
pub async fn search(
    pool: &PgPool,
    transaction_ids: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<StoredEvent>> {
    let mut tx = pool.begin_with("begin read only").await?;
    // The planner takes the filters by transaction_id for useless, as it does with any BRIN on random values, and would
    // read every event: 25 ms against 140 among 400,000. For the same reason the time is compared in a way that no
    // index serves.
    sqlx::query_scalar!("select set_config('enable_seqscan', 'off', true)").fetch_one(&mut *tx).await?;
    let rows = sqlx::query!(
        r#"select event.customer_ref as "customer_ref!", event.transaction_id as "transaction_id!",
            event.event_type as "event_type!", event.timestamp as "timestamp!",
            event.properties as "properties!: Json<Properties>", event.received_at as "received_at!",
            customer.id as "customer_id?", customer.name as "customer_name?", customer.archived_at as "archived_at?",
            stretch.billed_until > event.timestamp as is_billed,
            case when stretch.id is not null then array(
                select billable_metric_id
                from charge
                where plan_id = stretch.plan_id and billable_metric_id is not null
            ) end as priced,
            invoice.id as "invoice_id?", invoice.finalized_at as "finalized_at?"
         from usage_event event
         left join customer on customer.id = event.customer_id
         left join customer_plan stretch on stretch.customer_id = event.customer_id
            and stretch.starting_on <= event.timestamp
            and (stretch.ending_before is null or stretch.ending_before > event.timestamp)
         left join invoice on invoice.customer_plan_id = stretch.id and invoice.status = 'FINALIZED'
            and invoice.start_timestamp <= event.timestamp and invoice.end_timestamp > event.timestamp
         where event.transaction_id = any($1) and (event.timestamp >= $2) is true
         order by event.transaction_id, event.customer_ref, event.timestamp"#,
        transaction_ids,
        now - REMEMBERED,
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let stored = rows.into_iter().map(|row| {
        let invoice = row.invoice_id.zip(row.finalized_at);
        let is_billed = row.is_billed.unwrap_or_default();
        let plan = row.priced.map(|priced| PlanAt { priced, is_billed, invoice });
        StoredEvent {
            event: Event {
                transaction_id: row.transaction_id,
                customer_id: row.customer_ref,
                event_type: row.event_type,
                timestamp: row.timestamp,
                properties: row.properties.0,
            },
            processed_at: row.received_at,
            customer: row.customer_id.zip(row.customer_name),
            state: row.customer_id.map(|_| CustomerState { archived_at: row.archived_at, plan }),
        }
    });
    Ok(stored.collect())
}
