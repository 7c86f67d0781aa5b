//! The dashboards, as their readers get them: what they see, and how an open page goes on.

mod download;
mod embed_error;
mod framing;
mod hosts;
pub mod invoices;
mod render;
mod session;
pub mod usage;

pub(crate) use render::{draw, frame};

use crate::{AppState, http::compress};
use axum::{
    Router, middleware,
    routing::{get, post},
};

/// The pages, and what an open page asks for besides JSON.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/embed/invoices", get(invoices::invoices))
        .route("/embed/usage", get(usage::usage))
        .route("/embed/session", post(session::renew))
        .route("/embed/session/open", post(session::reopen))
        .layer(middleware::from_fn(compress::page))
        .route("/embed/invoices/download", post(download::download))
}
