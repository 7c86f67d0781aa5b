//! Events by their transaction ids.

use super::partition::REMEMBERED;
use crate::{
    Result,
    metering::{CustomerState, Event, PlanAt},
};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row, types::Json};
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
    sqlx::query("select set_config('enable_seqscan', 'off', true)").execute(&mut *tx).await?;
    let rows = sqlx::query(
        "select event.customer_ref, event.transaction_id, event.event_type, event.timestamp, event.properties,
            event.received_at, customer.id as customer_id, customer.name as customer_name, customer.archived_at,
            stretch.billed_until > event.timestamp as is_billed,
            case when stretch.id is not null then array(
                select billable_metric_id
                from charge
                where plan_id = stretch.plan_id and billable_metric_id is not null
            ) end as priced,
            invoice.id as invoice_id, invoice.finalized_at
         from usage_event event
         left join customer on customer.id = event.customer_id
         left join customer_plan stretch on stretch.customer_id = event.customer_id
            and stretch.starting_on <= event.timestamp
            and (stretch.ending_before is null or stretch.ending_before > event.timestamp)
         left join invoice on invoice.customer_plan_id = stretch.id and invoice.status = 'FINALIZED'
            and invoice.start_timestamp <= event.timestamp and invoice.end_timestamp > event.timestamp
         where event.transaction_id = any($1) and (event.timestamp >= $2) is true
         order by event.transaction_id, event.customer_ref, event.timestamp",
    )
    .bind(transaction_ids)
    .bind(now - REMEMBERED)
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    rows.into_iter()
        .map(|row| {
            let customer: Option<Uuid> = row.try_get("customer_id")?;
            let name: Option<String> = row.try_get("customer_name")?;
            let priced: Option<Vec<Uuid>> = row.try_get("priced")?;
            let is_billed: Option<bool> = row.try_get("is_billed")?;
            let invoice_id: Option<Uuid> = row.try_get("invoice_id")?;
            let invoice = invoice_id.zip(row.try_get("finalized_at")?);
            let plan =
                priced.map(|priced| PlanAt { priced, is_billed: is_billed.unwrap_or_default(), invoice });
            let state = CustomerState { archived_at: row.try_get("archived_at")?, plan };
            Ok(StoredEvent {
                state: customer.map(|_| state),
                event: Event {
                    transaction_id: row.try_get("transaction_id")?,
                    customer_id: row.try_get("customer_ref")?,
                    event_type: row.try_get("event_type")?,
                    timestamp: row.try_get("timestamp")?,
                    properties: row.try_get::<Json<_>, _>("properties")?.0,
                },
                processed_at: row.try_get("received_at")?,
                customer: customer.zip(name),
            })
        })
        .collect()
}
