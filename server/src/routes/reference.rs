//! The description of the API: `/openapi.json` for programs, `/docs` for people.

use crate::{
    AppState, clock, compress,
    openapi::{Call, Calls, document},
    reference,
};
use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// The calls of this file.
pub(super) fn calls() -> Calls {
    Calls::new("Server", "").get("/openapi.json", openapi, OPENAPI).get("/docs", docs, DOCS)
}

const OPENAPI: Call = Call::new("server.openapi", "Read this description").about(
    "An OpenAPI 3.1 document; `inlay openapi` prints the same. The dates in its examples follow the clock.",
);

const DOCS: Call = Call::new("server.docs", "Read the reference")
    .about("This page: the same description for people.")
    .media_type("text/html");

async fn openapi(State(state): State<AppState>) -> Json<Value> {
    Json(described(&state))
}

/// The page, the same for everybody. It is as large as all calls together, so it goes compressed.
async fn docs(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let page = reference::page(&described(&state));
    compress::text(&headers, (reference::headers(), page).into_response()).await
}

fn described(state: &AppState) -> Value {
    let (groups, entries) = super::calls().described();
    document(&groups, &entries, &state.settings.public_url, clock::now())
}
