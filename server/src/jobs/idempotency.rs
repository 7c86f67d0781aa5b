//! Removes answers that were kept by `Idempotency-Key` for a day.

use crate::{AppState, Result, db};
use chrono::{DateTime, Utc};

/// Removes what is older than a day at `now`.
pub(super) async fn run(state: AppState, now: DateTime<Utc>) -> Result<()> {
    let removed = db::idempotency::purge(&state.pool, now).await?;
    if removed > 0 {
        tracing::info!(removed, "old idempotency keys removed");
    }
    Ok(())
}
