//! The one place that reads the clock. Everything else takes `now` as an argument.

use chrono::{DateTime, Utc};
use std::time::SystemTime;

/// The present instant, to the microsecond, as Postgres keeps it.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub fn now() -> DateTime<Utc> {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    DateTime::from_timestamp_micros(since_epoch.as_micros() as i64).unwrap_or_default()
}
