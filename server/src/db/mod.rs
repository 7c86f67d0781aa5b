//! All SQL. Typed arguments in, billing types out; one file a group of tables.

pub mod api_token;
pub mod cursor;
pub mod usage;

use crate::{Error, Result};

/// Runs a write to its end in a task of its own, so that a client that hangs up cannot drop it half-way.
///
/// sqlx 0.9.0 returns a connection with an open transaction to the pool when a future is dropped while `BEGIN` is in
/// flight (transact-rs/sqlx issues 4393 and 4385), and the next acknowledged write on it would vanish.
pub async fn write<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(work)
        .await
        .map_err(|error| Error::Internal(format!("a write did not run to its end: {error}")))?
}
