//! Finalizes the invoices of billing periods whose grace period is over.

use crate::{AppState, Result, invoicing};
use chrono::{DateTime, Utc};

/// Finalizes everything that is due at `now`, unless the server is about to stop.
pub(super) async fn run(state: AppState, now: DateTime<Utc>) -> Result<()> {
    let is_over = || state.stopping.has_begun();
    let grace = state.settings.grace_period;
    let finalized = invoicing::finalize_due_until(&state.pool, now, grace, is_over).await?;
    if finalized > 0 {
        tracing::info!(finalized, "invoices finalized");
    }
    Ok(())
}
