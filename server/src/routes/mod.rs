//! The whole route table on one screen.

mod added_charges;
mod allowed_origins;
mod audit_logs;
mod billable_metrics;
mod breakdowns;
mod costs;
mod credit_types;
mod custom_fields;
mod customer_metrics;
mod customer_plans;
mod customers;
mod dashboard_sessions;
mod dashboards;
mod events;
mod exports;
mod health;
mod ingest;
mod invoices;
mod invoices_dashboard;
mod metrics;
mod plans;
mod preview;
mod products;
mod reference;
mod shape;
mod unknown;
mod unmatched;
mod usage;
mod usage_dashboard;
mod viewer_scope;

pub use shape::{Data, Empty, Id, PageQuery};

use crate::{
    AppState, assets,
    auth::OnlyReads,
    dashboards as embed,
    http::{headers, idempotency, turns},
    limits,
    metrics::observe,
    openapi::{Calls, Operation},
    styleguide, telemetry,
};
use axum::{Extension, Router, extract::DefaultBodyLimit, middleware};
use std::sync::LazyLock;
use tower_http::catch_panic::CatchPanicLayer;

/// Every call of the API, described. Each group has its own file with its own `calls()`.
pub fn calls() -> Calls {
    customers::calls()
        .merge(customer_metrics::calls())
        .merge(billable_metrics::calls())
        .merge(ingest::calls())
        .merge(events::calls())
        .merge(unmatched::calls())
        .merge(usage::calls())
        .merge(plans::calls())
        .merge(products::calls())
        .merge(credit_types::calls())
        .merge(customer_plans::calls())
        .merge(breakdowns::calls())
        .merge(costs::calls())
        .merge(preview::calls())
        .merge(invoices::calls())
        .merge(added_charges::calls())
        .merge(exports::calls())
        .merge(custom_fields::calls())
        .merge(dashboards::calls())
        .merge(dashboard_sessions::calls())
        .merge(allowed_origins::calls())
        .merge(invoices_dashboard::calls())
        .merge(usage_dashboard::calls())
        .merge(audit_logs::calls())
        .merge(health::calls())
        .merge(reference::calls())
}

/// The groups of calls with what they are, and the calls.
type OperationList = (Vec<(&'static str, &'static str)>, Vec<Operation>);

/// What is described of the calls, read off the routes once.
fn described() -> &'static OperationList {
    static DESCRIBED: LazyLock<OperationList> = LazyLock::new(|| calls().described());
    &DESCRIBED
}

/// Every route of Inlay: the calls, the pages and their files.
pub fn router(state: AppState) -> Router {
    let (reading, others) = calls().into_routers();
    others
        .layer(middleware::from_fn_with_state(state.clone(), idempotency::layer))
        .merge(reading.layer(Extension(OnlyReads)))
        .layer(middleware::from_fn_with_state(state.clone(), turns::layer))
        .merge(embed::router())
        .merge(styleguide::router())
        .merge(assets::router())
        .fallback(unknown::path)
        .method_not_allowed_fallback(unknown::method)
        .layer(DefaultBodyLimit::max(limits::MAX_BODY))
        .layer(CatchPanicLayer::custom(telemetry::panicked))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(state.settings.proxies, telemetry::request_id))
        .layer(middleware::from_fn_with_state(state.metrics.clone(), observe))
        .with_state(state)
}

/// What is answered at the address for operators: the figures of this server, and its health.
pub fn operations(state: AppState) -> Router {
    let (_, health) = health::calls().into_routers();
    health
        .merge(metrics::router())
        .layer(CatchPanicLayer::custom(telemetry::panicked))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(state.settings.proxies, telemetry::request_id))
        .with_state(state)
}
