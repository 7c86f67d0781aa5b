//! `POST /v1/ingest`: usage events in.

use crate::{AppState, Error, Result, auth::Operator, clock, db::usage, extract::Body, metering};
use axum::{Router, extract::State, routing::post};
use serde_json::Value;

/// The route of this file.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/v1/ingest", post(ingest))
}

/// Answers an empty 200, without a content type, once all events are committed.
async fn ingest(State(state): State<AppState>, _: Operator, Body(batch): Body<Value>) -> Result<()> {
    let now = clock::now();
    let events = metering::read_events(batch, now).map_err(Error::BadRequest)?;
    usage::record(&state.pool, events, now).await?;
    Ok(())
}
