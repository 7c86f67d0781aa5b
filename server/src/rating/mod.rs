//! Usage and terms in, invoices out: pure, exact, without a clock.
#![deny(clippy::float_arithmetic)]

mod adjust;
mod by_day;
#[cfg(test)]
mod cases;
mod check;
mod check_adjustments;
#[cfg(test)]
pub(crate) mod fixtures;
mod invoice;
mod line;
#[cfg(test)]
mod oracle;
mod period;
mod price_list;
#[cfg(test)]
mod shared_tiers;
mod sub_line;
mod terms;
mod tier;

pub use by_day::{DayCost, GroupDay, GroupedUsage, UsageOf, cost_by_day, priced_by_group};
pub use check::{MetricReference, PlanReferences, check_plan, check_sizes};
pub use check_adjustments::check_adjustments;
pub use invoice::{invoice_id, rate, without_zero_lines};
pub use period::{BillingSchedule, Period};
pub use price_list::{EffectiveCharge, PriceList, TierProgress, Trial, price_list};
pub use terms::{AddedCharge, Measure, MeteredUsage, PlanCharge, Terms};
pub use tier::price_quantity;

use line::RatingContext;
