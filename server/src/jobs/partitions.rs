//! Makes the partitions that the coming days need, before ingest asks for them, and drops those that are over.

use crate::{
    AppState, Result,
    db::usage::{drop_old_ids, ensure_partitions, monday_of},
};
use chrono::{DateTime, Days, NaiveDate, Utc};

/// Makes the partitions of usage_event from yesterday to a week ahead, and of usage_dedupe for this week and the next;
/// drops those of usage_dedupe whose ids are forgotten. It costs nothing when all is in order.
///
/// # Errors
/// When the database refuses.
pub(super) async fn run(state: AppState, now: DateTime<Utc>) -> Result<()> {
    let today = now.date_naive();
    let days: Vec<NaiveDate> = (today - Days::new(1)).iter_days().take(9).collect();
    let monday = monday_of(today);
    ensure_partitions(&state.pool, &days, &[monday, monday + Days::new(7)]).await?;
    drop_old_ids(&state.pool, now).await
}
