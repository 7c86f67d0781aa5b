//! The whole route table on one screen.

use crate::{AppState, Error, assets, extract};
use axum::{Router, extract::DefaultBodyLimit};

/// Every route of Inlay. Each group of calls has its own file with its own `router()`.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(assets::router())
        .fallback(|| async { Error::NotFound("this path") })
        .layer(DefaultBodyLimit::max(extract::MAX_BODY))
        .with_state(state)
}
