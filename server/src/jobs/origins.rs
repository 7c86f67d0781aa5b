//! Reads the allowed origins, so that no page asks for them.

use crate::{AppState, Result, db};
use chrono::{DateTime, Utc};

/// Reads those of the database now.
pub(super) async fn run(state: AppState, _now: DateTime<Utc>) -> Result<()> {
    state.origins.set(db::allowed_origin::all(&state.pool).await?);
    Ok(())
}
