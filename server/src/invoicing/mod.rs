//! Drafts and finalized invoices of one customer, and the step from the one to the other.

mod draft;
mod filter;
mod finalize;
mod list;
mod void;

pub use filter::{InvoiceFilter, Sort, TypeFilter};
pub use finalize::finalize_due;
pub use list::{find, list};
pub use void::void;
