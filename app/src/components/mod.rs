//! One visual thing each: props in, view out, no fetching. The islands are what a reader can change in place.

mod badge;
#[cfg(feature = "hydrate")]
mod browser;
mod invoice_document;
mod invoice_row;
mod more_invoices;
mod session;
mod states;
mod usage_board;

pub use badge::StatusBadge;
pub use invoice_document::InvoiceDocument;
pub use invoice_row::{CurrentInvoice, InvoiceRow};
pub use more_invoices::MoreInvoices;
pub use session::Session;
pub use states::{EmptyState, ErrorState};
pub use usage_board::UsageBoard;
