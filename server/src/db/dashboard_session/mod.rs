//! The sessions of dashboards, and what was revoked of them.
//!
//! Whether a reader is revoked is asked by the queries that find the reader's customer, by the function `revocation_of`.

mod list;
mod record;
mod revoke;

pub use list::{Lifetime, SessionFilter, list};
pub use record::{NewSession, note, purge};
pub use revoke::{Revocation, last_revocation, revoke};
