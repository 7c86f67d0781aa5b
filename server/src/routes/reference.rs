//! The description of the API: `/openapi.json`.

use crate::{
    AppState, clock,
    openapi::{Call, Calls, document},
};
use axum::{Json, extract::State};
use serde_json::Value;

/// The call of this file.
pub(super) fn calls() -> Calls {
    Calls::new("Server", "").get("/openapi.json", openapi, OPENAPI)
}

const OPENAPI: Call = Call::new("server.openapi", "Read this description").about(
    "An OpenAPI 3.1 document; `inlay openapi` prints the same. The dates in its examples follow the clock.",
);

async fn openapi(State(state): State<AppState>) -> Json<Value> {
    let (groups, entries) = super::calls().described();
    Json(document(&groups, &entries, &state.settings.public_url, clock::now()))
}
