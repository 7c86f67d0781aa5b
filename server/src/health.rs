//! `GET /healthz`: this process is alive. `GET /readyz`: it can answer, as the database does and the schema is current.

use crate::{
    AppState, Error, Result,
    db::{self, Schema},
};
use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use serde::Serialize;

/// Both routes. Neither needs a credential; neither says anything an outsider could use.
pub fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

async fn healthz() -> Json<Health> {
    Json(Health { status: "alive" })
}

async fn readyz(State(state): State<AppState>) -> Result<impl IntoResponse> {
    let schema = tokio::time::timeout(db::READY_TIMEOUT, db::schema(&state.pool))
        .await
        .map_err(|_| Error::Unavailable(sqlx::Error::PoolTimedOut))??;
    Ok(match schema {
        Schema::Current => (StatusCode::OK, Json(Health { status: "ready" })),
        Schema::Outdated(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "the schema is outdated" }))
        }
    })
}
