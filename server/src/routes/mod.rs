//! The whole route table on one screen.

mod billable_metrics;
mod customer_plans;
mod customers;
mod dashboards;
mod ingest;
mod invoices;
mod plans;
mod products;
mod shape;
mod usage;

pub use shape::{Data, Id, PageQuery};

use crate::{AppState, Error, assets, extract, headers, health, page, telemetry};
use axum::{Router, extract::DefaultBodyLimit, middleware};
use tower_http::catch_panic::CatchPanicLayer;

/// Every route of Inlay. Each group of calls has its own file with its own `router()`.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(billable_metrics::router())
        .merge(customers::router())
        .merge(dashboards::router())
        .merge(ingest::router())
        .merge(assets::router())
        .merge(health::router())
        .merge(customer_plans::router())
        .merge(invoices::router())
        .merge(plans::router())
        .merge(products::router())
        .merge(page::router())
        .merge(usage::router())
        .fallback(|| async { Error::UnknownCall })
        .method_not_allowed_fallback(|| async { Error::WrongMethod })
        .layer(DefaultBodyLimit::max(extract::MAX_BODY))
        .layer(CatchPanicLayer::custom(telemetry::panicked))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn(telemetry::request_id))
        .with_state(state)
}
