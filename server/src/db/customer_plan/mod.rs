//! Plans of customers: which customer is on which plan, and when.

mod add;
mod billing;
mod end;
mod list;
mod lock;

pub use add::{NewCustomerPlan, NewSpendingCap, add};
pub use billing::{Advance, OpenTerms, advance, open};
pub use end::{PlanEndEffects, end};
pub use list::{list, price_adjustments};
pub(super) use lock::lock;
