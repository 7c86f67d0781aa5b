//! Usage and terms in, invoices out: pure, exact, without a clock.
#![deny(clippy::float_arithmetic)]

mod by_day;
mod charge;
mod dated;
mod document;
#[cfg(test)]
pub(crate) mod fixtures;
mod line;
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
pub use charge::{ChargeTerms, Counts, ProductTerms, Rate};
pub use dated::{Dated, Span};
pub use document::{bill, invoice_id, of_products, without_zero_lines};
pub use line::RatedLine;
pub use period::{BillingSchedule, Period};
pub use price_list::{EffectiveCharge, FixedAmount, PriceList, TierProgress, price_list};
pub use rate::{Lacking, Rated, rate};
pub use sub_line::{RatedCharge, RatedTiers};
pub use terms::{AddedCharge, Imprint, Measure, MeteredUsage, Minimum, Terms, Waiver};
pub use tier::price_quantity;
pub use unit::Unit;

use charge::{ChargeInForce, Counted};
use line::RatingContext;
