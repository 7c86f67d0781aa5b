//! What a customer's invoices are read by.

use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;

/// What a customer's invoices are read by, and as of when: a draft is made anew for each answer.
#[derive(Clone, Copy, Debug)]
pub struct Billing<'a> {
    /// The connections to read by.
    pub pool: &'a PgPool,
    /// The instant of the answer.
    pub now: DateTime<Utc>,
    /// How long after the end of a period late events are taken before its invoice is finalized.
    pub grace: Duration,
}
