//! Finalizes the invoices of billing periods whose grace period is over.

use crate::{AppState, Result, invoicing};
use chrono::{DateTime, Utc};

/// Finalizes everything that is due at `now`.
pub(super) async fn run(state: AppState, now: DateTime<Utc>) -> Result<()> {
    let finalized = invoicing::finalize_due(&state.pool, now, state.settings.grace_period).await?;
    if finalized > 0 {
        tracing::info!(finalized, "invoices finalized");
    }
    Ok(())
}
