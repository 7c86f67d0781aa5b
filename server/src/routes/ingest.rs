//! `POST /v1/ingest`: takes usage events.

use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock,
    extract::{self, RawBody},
    metering,
    openapi::{Call, Calls},
};
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use std::collections::BTreeMap;

/// The call of this file.
pub(super) fn calls() -> Calls {
    Calls::new("Usage", "Events in, measured quantities out.").post("/v1/ingest", ingest, INGEST)
}

const INGEST: Call = Call::new("usage.ingest", "Send usage events")
    .about(
        "The body is an array of 1 to 1,000 events, of at most 5 MiB in all. It is taken whole or not at all: a 400 \
         names every event that is wrong, and none of the batch counts. The answer comes once all events are stored \
         and counted; its body is empty.\n\n\
         - `transaction_id`: your id of the event, 1 to 128 characters. The first event of a customer with it counts, \
         every repeat within 34 days is ignored, so a batch can be sent again after a timeout.\n\
         - `customer_id`: a customer id or an ingest alias. Events may come before the customer exists.\n\
         - `timestamp`: RFC 3339, at most 34 days old and at most 24 hours ahead.\n\
         - `properties`: up to 250 strings of 16,384 characters, numbers, booleans or null. Numbers keep every digit, up \
         to 60 before and 60 after the point. What a metric adds or compares has up to 30 before the point, and what it \
         groups by up to 1,000 characters: the event is refused otherwise.\n\n\
         Large batches are worth it, and so are concurrent requests: those that wait at the same time are stored \
         together, each whole or not at all.",
    )
    .body(
        r#"[
  {
    "transaction_id": "{transaction_id}",
    "customer_id": "{customer_id}",
    "event_type": "completion",
    "timestamp": "{hour_ago}",
    "properties": { "tokens": "1250", "region": "eu" }
  }
]"#,
    );

/// An event, for the reference alone: `metering` reads events itself, to name every one that is wrong.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Event {
    /// Your id of the event.
    #[schemars(length(min = 1, max = 128))]
    transaction_id: String,
    /// A customer id or an ingest alias.
    #[schemars(length(min = 1, max = 200))]
    customer_id: String,
    /// What happened; metrics filter by it.
    #[schemars(length(min = 1, max = 200))]
    event_type: String,
    /// When it happened, RFC 3339.
    timestamp: DateTime<Utc>,
    /// Up to 250 strings, numbers, booleans or null.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 250))]
    properties: BTreeMap<String, Option<serde_json::Value>>,
}

/// The body, for the reference alone.
#[derive(JsonSchema)]
#[schemars(transparent)]
#[expect(dead_code, reason = "only its schema is used")]
struct Batch(#[schemars(length(min = 1, max = 1000))] Vec<Event>);

/// Answers an empty 200, without a content type, once all events are committed.
async fn ingest(State(state): State<AppState>, _: Operator, body: RawBody<Batch>) -> Result<()> {
    let now = clock::now();
    let bytes = body.bytes;
    let read = extract::read_apart(bytes.len(), move || metering::read_events(&bytes, now)).await?;
    let events = read.map_err(Error::BadRequest)?;
    state.ingest.record(&state.pool, events, now).await?;
    Ok(())
}
