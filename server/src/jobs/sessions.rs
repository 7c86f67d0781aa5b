//! Removes sessions of dashboards that have ended, and revocations that can end nothing any more.

use crate::{AppState, Result, db};
use chrono::{DateTime, Utc};

/// Removes what is old at `now`.
pub(super) async fn run(state: AppState, now: DateTime<Utc>) -> Result<()> {
    let removed = db::dashboard_session::purge(&state.pool, now).await?;
    if removed > 0 {
        tracing::info!(removed, "old sessions of dashboards removed");
    }
    Ok(())
}
