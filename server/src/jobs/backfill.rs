//! Counts events of the last 34 days for metrics that were made after them.

use crate::{AppState, Result, db::usage};
use chrono::{DateTime, Utc};

/// Goes on until nothing is left, other servers are at it, or this one is about to stop.
pub(super) async fn run(state: AppState, _now: DateTime<Utc>) -> Result<()> {
    while !state.stopping.has_begun() && usage::backfill(&state.pool).await? {}
    Ok(())
}
