//! Storing events once, and their sums with them.

use super::{
    batch::{Batch, IngestCount, Outcome},
    caches::IngestCaches,
    watch::Backend,
};
use crate::{
    Error, Result,
    db::{self, usage::ensure_partitions},
    metering::Event,
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Stores the events that are new and adds them to the sums, in one transaction. The events are valid.
///
/// # Errors
/// 400 when an event cannot be billed as it is; else when the database refuses or is away. Then nothing is stored.
pub async fn record(pool: &PgPool, events: Vec<Event>, now: DateTime<Utc>) -> Result<IngestCount> {
    let pool = pool.clone();
    db::write(async move {
        let recorded = store(&pool, &[&events], now, &Backend::default(), &IngestCaches::default()).await?;
        Ok(recorded.first().copied().unwrap_or_default())
    })
    .await
}

/// Stores the events of several requests in one transaction, and says what became of each request. Of events with the
/// same key the first counts. Call it in a task of its own.
pub(super) async fn store(
    pool: &PgPool,
    requests: &[&[Event]],
    now: DateTime<Utc>,
    backend: &Backend,
    caches: &IngestCaches,
) -> Result<Vec<IngestCount>> {
    let batch = Batch::new(requests, now);
    if batch.is_empty() {
        return Ok(batch.recorded(&[]));
    }
    for _ in 0..3 {
        match batch.store(pool, backend, caches).await? {
            Outcome::Stored(recorded) => return Ok(recorded),
            Outcome::NoPartition { days, weeks } => ensure_partitions(pool, &days, &weeks).await?,
        }
    }
    Err(Error::Internal("partitions of usage tables vanish as they are made".to_owned()))
}
