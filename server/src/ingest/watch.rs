//! A watchdog over transactions of ingest: ends those whose connection died silently, by asking the server.
//!
//! Waiting for a time limit would hold the ids of the batch for so long that the client's retries, and whatever is
//! gathered with them, stand in line behind it.

use crate::{db::usage, error::chain};
use sqlx::PgPool;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::timeout};

/// How often a transaction that takes long is looked after.
const PACE: Duration = Duration::from_secs(1);

/// The process of the server that a transaction runs in, once it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Backend(Arc<AtomicI32>);

impl Backend {
    pub(super) fn set(&self, process: i32) {
        self.0.store(process, Ordering::Relaxed);
    }
}

/// Waits for a write that takes long, and ends it when the server waits for us while we wait for the server.
pub(super) async fn over(pool: PgPool, mut writing: JoinHandle<()>, backend: Backend) {
    while !writing.is_finished() {
        match timeout(PACE, end_if_dead(&pool, &backend)).await {
            Ok(Ok(true)) => {
                tracing::warn!("a connection to the database died: what was written on it is taken back");
                writing.abort();
            }
            Ok(Ok(false)) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = %chain(&error), "a long write could not be looked after")
            }
            Err(_) => tracing::warn!("a long write could not be looked after: the database does not answer"),
        }
        // Whoever waits for the write gets its outcome; here it is only waited for.
        let _ = timeout(PACE, &mut writing).await;
    }
}

/// Whether the process was dead, and is ended.
async fn end_if_dead(pool: &PgPool, backend: &Backend) -> sqlx::Result<bool> {
    match backend.0.load(Ordering::Relaxed) {
        0 => Ok(false),
        known => usage::end_if_dead(pool, known).await,
    }
}
