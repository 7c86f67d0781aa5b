//! Drafts and finalized invoices of one customer, and the step from the one to the other.
#![deny(clippy::float_arithmetic)]

mod billing;
mod breakdown;
mod charge_usage;
mod costs;
mod delta;
mod detail;
mod draft;
mod filter;
mod finalize;
mod list;
mod preview;
mod projection;
mod regenerate;
mod scope;
mod search;
mod succession;
mod trial;
mod void;

pub use billing::Billing;
pub use breakdown::breakdowns;
pub use charge_usage::{ChargeUsage, charge_by_day};
pub use costs::costs;
pub use detail::{InvoiceDetail, NamedAmount, PeriodCosts, PeriodToDate, detail};
pub use filter::{BreakdownFilter, BreakdownWindow, InvoiceFilter, Sort, TypeFilter};
pub use finalize::{finalize_due, finalize_due_until};
pub use list::{InvoiceListPage, find, list, list_page};
pub use preview::{PreviewMode, preview};
pub use regenerate::regenerate;
pub use scope::InvoiceScope;
pub use succession::{Successions, successions};
pub use trial::customer_plans;
pub use void::{not_stored, void};
