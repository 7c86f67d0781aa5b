//! `GET /healthz`: this process is alive. `GET /readyz`: it can answer, as the database does and the schema is current,
//! and is not about to stop.

use crate::{
    AppState, Result,
    db::{self, Schema},
    openapi::{Call, Calls},
};
use axum::{Json, extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

/// Both calls. Neither needs a credential; neither says anything an outsider could use.
pub(super) fn calls() -> Calls {
    Calls::new("Server", "The server itself. These calls need no API token.")
        .get("/healthz", healthz, HEALTHZ)
        .get("/readyz", readyz, READYZ)
}

const HEALTHZ: Call = Call::new("server.health", "Ask whether the process lives");
const READYZ: Call = Call::new("server.ready", "Ask whether the server can answer")
    .about(
        "Answers 200 when the database answers and its schema is current, else 503. A server that was told to stop \
         answers 503 too, some seconds before it takes no more requests.",
    );

/// The state of the server.
#[derive(JsonSchema, Serialize)]
struct Health {
    /// `alive`, `ready`, or what is amiss.
    status: &'static str,
}

async fn healthz() -> Json<Health> {
    Json(Health { status: "alive" })
}

async fn readyz(State(state): State<AppState>) -> Result<(StatusCode, Json<Health>)> {
    if state.stopping.has_begun() {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "stopping" })));
    }
    Ok(match db::ready_schema(&state.pool).await? {
        Schema::Current => (StatusCode::OK, Json(Health { status: "ready" })),
        Schema::Outdated(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "the schema is outdated" }))
        }
    })
}
