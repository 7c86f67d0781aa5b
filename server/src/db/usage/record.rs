//! Storing events once, and their sums with them.

use crate::{Error, Result, metering::Event};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Events that were new.
    pub fresh: usize,
    /// Events that were known, or twice in the batch.
    pub duplicates: usize,
}

/// Stores the events that are new and adds them to the sums, in one transaction. The events are valid.
pub async fn record(_pool: &PgPool, _events: Vec<Event>, _now: DateTime<Utc>) -> Result<Recorded> {
    Err(Error::Internal("record is not there yet".to_owned()))
}

/// Gives events that waited for a customer with one of these aliases to that customer. Call it in the transaction
/// that makes the aliases, after they are inserted.
pub async fn adopt(
    _tx: &mut PgConnection,
    _customer_id: Uuid,
    _refs: &[String],
    _now: DateTime<Utc>,
) -> Result<()> {
    Ok(())
}
