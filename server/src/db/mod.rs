//! All SQL. Typed arguments in, billing types out; one file a group of tables.

pub mod added_charge;
pub mod api_token;
pub mod billable_metric;
pub mod credit_type;
pub mod cursor;
pub mod customer;
pub mod customer_plan;
pub mod idempotency;
pub mod invoice;
mod open;
pub mod plan;
mod pool;
mod schema;
pub mod terms;
pub mod usage;

pub use open::Database;
pub use pool::{connect, options, readers, share};
pub use schema::{Schema, migrate, schema};

pub(crate) use schema::READY_TIMEOUT;

pub(crate) use idempotency::begin;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio::time::timeout;
use uuid::{NoContext, Timestamp, Uuid};

/// How long a write may take.
const WRITE_LIMIT: Duration = Duration::from_secs(60);

/// A new id. Ids of one time lie together in an index.
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// Runs a write to its end in a task of its own, so that a client that hangs up cannot drop it half-way.
///
/// sqlx 0.9.0 returns a connection with an open transaction to the pool when a future is dropped while `BEGIN` is in
/// flight (transact-rs/sqlx issues 4393 and 4385), and the next acknowledged write on it would vanish.
/// The second half of the answer is the hook in `pool.rs`.
pub async fn write<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let request_id = crate::error::REQUEST_ID.try_with(Clone::clone).unwrap_or_default();
    let work = async {
        // A connection that died silently would be waited for without end; a statement takes 30 s at most.
        timeout(WRITE_LIMIT, work).await.unwrap_or(Err(Error::Unavailable(sqlx::Error::PoolTimedOut)))
    };
    let claim = idempotency::current();
    let work = async {
        match claim {
            Some(claim) => idempotency::under(claim, work).await,
            None => work.await,
        }
    };
    tokio::spawn(crate::error::REQUEST_ID.scope(request_id, work))
        .await
        .map_err(|error| Error::Internal(format!("a write did not run to its end: {error}")))?
}
