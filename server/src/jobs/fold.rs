//! Moves what ingest added since the last time into the daily and hourly sums.

use crate::{
    AppState, Result,
    db::usage::{self, FoldResult},
};
use chrono::{DateTime, Utc};

/// Rows whose room is worth giving back once all is moved, and even while more waits.
const MANY: i64 = 10_000;
const MOST: i64 = 1_000_000;

/// Folds what waits of everybody, once, and on while much waits. What comes meanwhile has time until the next call: the
/// more events a sum gathers, the less each costs. What is left at a stop is folded by the next server, or at the start.
pub(super) async fn run(state: AppState, _now: DateTime<Utc>) -> Result<()> {
    let mut moved = 0;
    loop {
        let FoldResult { rows, is_behind } = usage::fold_all(&state.pool).await?;
        moved += rows;
        if moved >= if is_behind { MOST } else { MANY } {
            usage::vacuum_pending(&state.pool).await?;
            moved = 0;
        }
        if !is_behind || state.stopping.has_begun() {
            return Ok(());
        }
    }
}

/// Folds what waits of customers of whom much waits, so that their pages need not read it.
pub(super) async fn busy(state: AppState, _now: DateTime<Utc>) -> Result<()> {
    usage::fold_busy(&state.pool).await.map(drop)
}
