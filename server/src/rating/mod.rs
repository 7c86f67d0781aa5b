//! Usage and terms in, invoices out: pure, exact, without a clock.

mod check;
mod invoice;
mod line;
mod period;
mod terms;
mod tier;

pub use check::{Known, KnownMetric, check_plan};
pub use invoice::{invoice_id, rate, without_zero_lines};
pub use period::{Period, Rhythm};
pub use terms::{Measure, PeriodUsage, Term, Terms};
pub use tier::price_quantity;
