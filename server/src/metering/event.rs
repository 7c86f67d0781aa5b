//! One thing that happened, as an integrator reports it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Details of an event by their names: strings, numbers, booleans or null.
pub type Properties = Map<String, Value>;

/// One thing that happened, as an integrator reports it. It counts once, by customer and `transaction_id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The integrator's id of it, 1 to 128 characters.
    pub transaction_id: String,
    /// Whose usage it is: a customer id or an ingest alias, as it was sent.
    pub customer_id: String,
    /// Its type, by which metrics choose events.
    pub event_type: String,
    /// When it happened, as the integrator says.
    pub timestamp: DateTime<Utc>,
    /// Details: strings, numbers, booleans or null.
    pub properties: Properties,
}

impl Event {
    /// The `transaction_id` in keys: the first 16 bytes of its SHA-256.
    pub fn key(&self) -> Uuid {
        digest(self.transaction_id.as_bytes())
    }

    /// Its id among all events: the same for the same customer, as it was sent, and `transaction_id`.
    pub fn id(&self) -> Uuid {
        digest(format!("{}\0{}", self.customer_id, self.transaction_id).as_bytes())
    }

    /// The customer in the dedupe key while no customer has the alias: a hash of what the event names.
    pub fn fallback_customer(customer_ref: &str) -> Uuid {
        digest(customer_ref.as_bytes())
    }

    /// Hours since 1970, UTC, rounded down.
    pub fn hour(&self) -> i64 {
        self.timestamp.timestamp().div_euclid(3600)
    }
}

/// The first 16 bytes of SHA-256.
pub(super) fn digest(bytes: &[u8]) -> Uuid {
    let hash = Sha256::digest(bytes);
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(half)
}
