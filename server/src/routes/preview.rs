//! Previews: drafts with further events that are not stored.

use super::Data;
use crate::{
    AppState, Error, Result,
    auth::Operator,
    clock, db,
    extract::{self, Path, RawBody},
    invoicing::{self, Billing, PreviewMode},
    metering::{self, Event},
    openapi::{Call, Calls},
    rating,
};
use app::billing::Invoice;
use axum::{Json, extract::State};
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// `/v1/customers/{customer_id}/previewEvents`.
pub(super) fn calls() -> Calls {
    Calls::new("Customers", "Who is billed.").post(
        "/v1/customers/{customer_id}/previewEvents",
        preview,
        PREVIEW,
    )
}

const PREVIEW: Call = Call::new("customers.previewEvents", "See what events would cost")
    .about(
        "Answers the customer's drafts as they would be with these events, and stores nothing. `mode` is `replace`, as \
         if there were no other events, or `merge`, in addition to those there are. An event \
         is as in ingest, without `customer_id`; its `timestamp` is now unless said, and without a `transaction_id` it \
         counts always. Ids of events that were ingested are not looked at.",
    )
    .order("By the start of the period, oldest first.", &["start_timestamp"])
    .body(
        r#"{ "mode": "merge", "events": [{ "event_type": "request", "properties": { "tokens": 1200, "region": "eu" } }] }"#,
    )
    .missing("the customer")
    .reads();

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PreviewBody {
    events: Vec<Map<String, Value>>,
    /// `replace` or `merge`.
    #[schemars(extend("default" = "replace"))]
    mode: Option<String>,
    #[serde(default)]
    skip_zero_qty_line_items: bool,
}

async fn preview(
    operator: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    body: RawBody<PreviewBody>,
) -> Result<Json<Data<Vec<Invoice>>>> {
    let now = clock::now();
    let access = operator.access(customer_id);
    let bytes = body.bytes;
    let read = extract::read_apart(bytes.len(), move || {
        let body: PreviewBody = extract::object(&bytes)?;
        let mode = mode(body.mode.as_deref())?;
        Ok::<_, Error>((mode, read(body.events, customer_id, now)?, body.skip_zero_qty_line_items))
    });
    let (mode, events, skip_zero_qty_line_items) = read.await??;
    let grace = state.settings.grace_period;
    let drafts = db::write(async move {
        // A transaction that is rolled back must not be dropped half-way either.
        let billing = Billing { pool: &state.pool, now, grace };
        invoicing::preview(billing, access, &events, mode).await
    })
    .await?;
    Ok(Data::json(match skip_zero_qty_line_items {
        true => drafts.into_iter().map(rating::without_zero_lines).collect(),
        false => drafts,
    }))
}

fn mode(text: Option<&str>) -> Result<PreviewMode> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None | Some("replace") => Ok(PreviewMode::Replace),
        Some("merge") => Ok(PreviewMode::Merge),
        Some(other) => Err(Error::field("mode", format!("\"{other}\" is not one of replace, merge"))),
    }
}

/// The events, each with what ingest would want besides.
fn read(given: Vec<Map<String, Value>>, customer_id: Uuid, now: DateTime<Utc>) -> Result<Vec<Event>> {
    let complete = |(index, mut event): (usize, Map<String, Value>)| {
        if event.contains_key("customer_id") {
            let path = format!("events[{index}].customer_id");
            return Err(Error::field(
                path,
                "is not taken here, as the path names the customer: leave it out",
            ));
        }
        let mut fill = |field: &str, value: String| {
            if event.get(field).is_none_or(Value::is_null) {
                event.insert(field.to_owned(), Value::String(value));
            }
        };
        fill("customer_id", customer_id.to_string());
        fill("transaction_id", format!("{index} of {}", Uuid::new_v4()));
        fill("timestamp", now.to_rfc3339_opts(SecondsFormat::Micros, true));
        Ok(Value::Object(event))
    };
    let events = given.into_iter().enumerate().map(complete).collect::<Result<_>>()?;
    let events = serde_json::to_vec(&Value::Array(events)).unwrap_or_default();
    metering::read_events(&events, now).map_err(|problems| {
        let place = if problems.starts_with('[') { "events" } else { "events: " };
        Error::BadRequest(format!("{place}{problems}"))
    })
}
