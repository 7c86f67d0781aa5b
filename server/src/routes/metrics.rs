//! `GET /metrics`: what this process has counted, and how its connections, its ingest and the database stand now.

use crate::{
    AppState,
    db::{self, DatabaseFigures, PoolUse, usage::MOST_WAITING},
    error::chain,
    metrics::{CONTENT_TYPE, Exposition, Kind},
};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

/// Its route.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/metrics", get(metrics))
}

/// The page, in Prometheus' text format. Without the database it lacks the database's figures, and says so.
async fn metrics(State(state): State<AppState>) -> Response {
    let mut page = Exposition::default();
    page.family("inlay_build_info", Kind::Gauge, "The version of Inlay; always 1.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    if let Some(bytes) = resident() {
        page.family("process_resident_memory_bytes", Kind::Gauge, "Resident memory of the process.")
            .sample(&[], bytes);
    }
    state.metrics.write(&mut page);
    ingest(&mut page, &state);
    let pools = [
        ("readers", state.readers.pool_use()),
        ("sessions", state.sessions.pool_use()),
        ("others", PoolUse::of(&state.pool)),
    ];
    connections(&mut page, &pools);
    let figures = db::figures(&state.pool, state.settings.grace_period).await;
    page.family("inlay_database_up", Kind::Gauge, "Whether the database answered in two seconds: 1 or 0.")
        .sample(&[], u8::from(figures.is_ok()));
    match figures {
        Ok(figures) => database(&mut page, &figures),
        Err(error) => tracing::warn!(error = %chain(&error), "figures of the database are missing"),
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], page.into_text()).into_response()
}

fn ingest(page: &mut Exposition, state: &AppState) {
    let totals = state.ingest.totals();
    let mut events = page.family(
        "inlay_ingest_events_total",
        Kind::Counter,
        "Events that were stored (fresh), and those that were known by their transaction_id already.",
    );
    events.sample(&[("outcome", "fresh")], totals.fresh);
    events.sample(&[("outcome", "known")], totals.duplicates);
    page.family("inlay_ingest_waiting_events", Kind::Gauge, "Events that wait to be stored.")
        .sample(&[], state.ingest.waiting());
}

fn connections(page: &mut Exposition, pools: &[(&str, PoolUse)]) {
    let mut connections = page.family(
        "inlay_database_connections",
        Kind::Gauge,
        "Connections of this server to the database, by what they are for and whether they are in use.",
    );
    for (pool, PoolUse { open, idle, .. }) in pools {
        connections.sample(&[("pool", *pool), ("state", "used")], open.saturating_sub(*idle));
        connections.sample(&[("pool", *pool), ("state", "idle")], idle);
    }
    let mut most =
        page.family("inlay_database_connections_max", Kind::Gauge, "The most connections there may be.");
    for (pool, PoolUse { most: connections, .. }) in pools {
        most.sample(&[("pool", *pool)], connections);
    }
}

fn database(page: &mut Exposition, figures: &DatabaseFigures) {
    let mut gauge = |name, help: &str, value: &dyn std::fmt::Display| {
        page.family(name, Kind::Gauge, help).sample(&[], value);
    };
    gauge(
        "inlay_pending_bytes",
        "Bytes of sums that waited to be folded when a fold last looked.",
        &figures.pending_bytes,
    );
    gauge("inlay_pending_limit_bytes", "Bytes beyond which ingest answers 503.", &MOST_WAITING);
    gauge(
        "inlay_fold_lag_seconds",
        "Time since the fold last kept up with ingest; up to about 10 in good order.",
        &figures.fold_lag_seconds,
    );
    gauge(
        "inlay_finalization_due_plans",
        "Customer plans with a period that is due to be finalized.",
        &figures.due_plans,
    );
    gauge(
        "inlay_finalization_lag_seconds",
        "How long the first of them has been due; 0 when none is.",
        &figures.finalization_lag_seconds,
    );
}

/// Resident memory in bytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
