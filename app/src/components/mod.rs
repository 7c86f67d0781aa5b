//! One visual thing each: props in, view out, no fetching. The islands are what a reader can change in place.

mod badge;
mod bill_change;
#[cfg(feature = "hydrate")]
mod browser;
mod current_invoice;
mod daily_cost;
mod invoice_document;
mod invoice_filter;
mod invoice_row;
mod session;
mod states;
mod usage_choices;

pub use badge::StatusBadge;
pub use bill_change::BillChange;
pub use current_invoice::CurrentInvoice;
pub use daily_cost::DailyCost;
pub use invoice_document::{DocumentFacts, DocumentNotes, Folding, InvoiceDocument};
pub use invoice_filter::InvoiceFilterBar;
pub use invoice_row::{Downloads, InvoiceInside, InvoiceRow};
pub use session::Session;
pub use states::{EmptyState, ErrorState};
pub use usage_choices::{UsageChoices, WindowTabs};
