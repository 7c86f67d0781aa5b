//! Usage and terms in, invoices out: pure, exact, without a clock.
#![deny(clippy::float_arithmetic)]

mod adjust;
mod by_day;
#[cfg(test)]
mod cases;
mod check_adjustments;
mod document;
#[cfg(test)]
pub(crate) mod fixtures;
mod line;
#[cfg(test)]
mod oracle;
mod period;
mod price_list;
mod rate;
#[cfg(test)]
mod shared_tiers;
mod sub_line;
mod terms;
mod tier;
mod unit;

pub use by_day::{DayCost, GroupDay, GroupedUsage, UsageOf, cost_by_day, priced_by_group};
pub use check_adjustments::check_adjustments;
pub use document::{bill, invoice_id, of_products, without_zero_lines};
pub use line::RatedLine;
pub use period::{BillingSchedule, Period};
pub use price_list::{EffectiveCharge, PriceList, TierProgress, Trial, price_list};
pub use rate::{Lacking, Rated, rate};
pub use sub_line::{RatedCharge, RatedTiers};
pub use terms::{AddedCharge, Imprint, Measure, MeteredUsage, PlanCharge, Terms};
pub use tier::price_quantity;
pub use unit::Unit;

use line::RatingContext;
