//! `POST /v1/events/search`: events by their ids, with the metrics that count them or why none does.

use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock,
    db::{self, usage},
    extract::Body,
    metering::{NotCounted, judge},
    openapi::{Call, Calls},
};
use app::billing::BillableMetric;
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The call of this file.
pub(super) fn calls() -> Calls {
    Calls::new("Usage", "").post("/v1/events/search", search, SEARCH)
}

const SEARCH: Call = Call::new("usage.search", "Look up events by their ids")
    .about(
        "What became of events of the last 34 days: whose usage each is, and which billable metrics count it. The answer \
         is a bare array; ids that are not known are absent. `matched_customer` is \
         absent while no customer has the alias that the event names. `is_duplicate` is always false, since a repeat of \
         a known event is not stored.\n\n\
         `not_counted` is empty for an event that is on an invoice, or will be, and that every metric which takes it \
         counts. An entry without `billable_metric_id` says why it is billed to nobody; one with it, why that metric \
         does not count it. The reasons are those of [unmatched events](#usage.listUnmatched), which lists all.",
    )
    .order("By `transaction_id`, then `customer_id`.", &["transaction_id", "customer_id"])
    .body(r#"{ "transactionIds": ["{transaction_id}"] }"#)
    .reads();

/// Ids that one request may name.
const MOST_IDS: usize = 100;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Request {
    transaction_ids: Vec<String>,
}

/// One event, as it was stored. A repeat of a known `transaction_id` is not stored, so none is a duplicate.
#[derive(Debug, Serialize, JsonSchema)]
struct FoundEvent {
    id: Uuid,
    transaction_id: String,
    customer_id: String,
    event_type: String,
    timestamp: DateTime<Utc>,
    properties: Map<String, Value>,
    is_duplicate: bool,
    processed_at: DateTime<Utc>,
    /// Absent while no customer has the alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched_customer: Option<MatchedCustomer>,
    /// The metrics that count it, archived ones included: products that use one go on counting.
    matched_billable_metrics: Vec<BillableMetric>,
    /// Inlay's own: why it is billed to nobody, and which metrics take it but do not count it.
    not_counted: Vec<NotCounted>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct MatchedCustomer {
    id: Uuid,
    name: String,
}

/// Answers the events of the last 34 days with these ids, by id and customer; ids that are not known are absent.
async fn search(
    State(state): State<AppState>,
    _: Operator,
    Body(request): Body<Request>,
) -> Result<Json<Vec<FoundEvent>>> {
    let ids = request.transaction_ids;
    if ids.is_empty() || ids.len() > MOST_IDS {
        let problem = format!("must name 1 to {MOST_IDS} ids, this names {}", ids.len());
        return Err(Error::field("transactionIds", problem));
    }
    let found = usage::search(&state.pool, &ids, clock::now()).await?;
    let metrics = if found.is_empty() { Vec::new() } else { db::billable_metric::all(&state.pool).await? };
    let answer = found.into_iter().map(|one| {
        let (counting, not_counted) = judge(&one.event, one.processed_at, one.state.as_ref(), &metrics);
        FoundEvent {
            id: one.event.id(),
            matched_billable_metrics: counting.into_iter().cloned().collect(),
            transaction_id: one.event.transaction_id,
            customer_id: one.event.customer_id,
            event_type: one.event.event_type,
            timestamp: one.event.timestamp,
            properties: one.event.properties,
            is_duplicate: false,
            processed_at: one.processed_at,
            matched_customer: one.customer.map(|(id, name)| MatchedCustomer { id, name }),
            not_counted,
        }
    });
    Ok(Json(answer.collect()))
}
