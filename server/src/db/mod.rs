//! All SQL. Typed arguments in, billing types out; one file a group of tables.
//!
//! The compiler checks queries by `.sqlx`, which `cargo xtask sqlx` writes; docs/decisions.md lists those that it does
//! not check. A column is `as "name!"` where Postgres does not know that it cannot be null, `as "name?"` where it does
//! not see that it can, and `as "name: Type"` where it is read as something else.

mod access;
pub mod added_charge;
pub mod allowed_origin;
pub mod api_token;
pub mod audit_log;
pub mod billable_metric;
mod bound;
pub mod credit_type;
pub mod cursor;
pub mod custom_field;
pub mod customer;
pub mod customer_plan;
pub mod dashboard_session;
mod figures;
pub mod idempotency;
pub mod invoice;
mod open;
pub mod plan;
mod pool;
mod private;
mod schema;
pub mod terms;
mod transaction;
pub mod usage;

pub use access::{Access, BillingAccess};
pub use bound::{ReaderConnection, ReaderRole, reader_role};
pub use figures::{DatabaseFigures, figures};
pub use open::Database;
pub use pool::{PoolUse, connect, notes, options, readers, share};
pub use schema::{Schema, migrate, ready_schema, require_schema, schema};
pub use transaction::{Claim, begin, under, update_one, write};

pub(crate) use schema::READY_TIMEOUT;

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// A new id. Ids of one time lie together in an index.
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}
