//! Metering's tables: events, what is known of them, and the sums made of them.

mod adopt;
mod catalog;
mod fold;
mod partition;
mod pending;
mod period;
mod query;
mod record;
mod series;

pub use adopt::adopt;
pub use fold::fold;
pub use partition::ensure_partitions;
pub use period::{PeriodUsage, Wanted, over_period, over_periods};
pub use query::{Bucket, Measured, buckets, buckets_after, current_rhythm, customer_ids, definitions};
pub use record::{Recorded, record};
pub use series::series;
