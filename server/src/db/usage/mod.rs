//! Metering's tables: events, what is known of them, and the sums made of them.

mod period;
mod record;
mod series;

pub use period::{PeriodUsage, Wanted, over_period};
pub use record::{Recorded, adopt, record};
pub use series::series;
