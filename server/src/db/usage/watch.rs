//! A watchdog over transactions of ingest: ends those whose connection died silently, by asking the server.
//!
//! Waiting for a time limit would hold the ids of the batch for so long that the client's retries, and whatever is
//! gathered with them, stand in line behind it.

use crate::error::chain;
use sqlx::{Connection, PgConnection, PgPool};
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
        // Its end is all that matters here.
        let _ = timeout(PACE, &mut writing).await;
    }
}

/// Whether the process is gone, or has been idle for a second; then it is ended, and its locks with it.
async fn end_if_dead(pool: &PgPool, backend: &Backend) -> sqlx::Result<bool> {
    let process = backend.0.load(Ordering::Relaxed);
    if process == 0 {
        return Ok(false);
    }
    // The pool's connections may be as dead.
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    let is_dead = sqlx::query_scalar(
        "with process as (
            select pid, state, state_change
            from pg_stat_activity
            where pid = $1
         ),
         ended as (
            select pg_terminate_backend(pid)
            from process
            where state <> 'active' and state_change < clock_timestamp() - interval '1 second'
         )
         select not exists (select from process) or exists (select from ended)",
    )
    .bind(process)
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(is_dead)
}
