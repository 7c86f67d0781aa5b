//! Moves what ingest added since the last time into the daily and hourly sums.

use crate::{AppState, Result, db::usage};
use chrono::{DateTime, Utc};

/// Folds until nothing is left, or another server is at it.
pub(super) async fn run(state: AppState, _now: DateTime<Utc>) -> Result<()> {
    while usage::fold(&state.pool).await? > 0 {}
    Ok(())
}
