//! The dashboards: one file a page, and the document around them.
//!
//! The server loads the data, then draws a page in one go: nothing here fetches, so a page is complete without
//! JavaScript.

mod invoice;
mod invoices;
mod message;
mod shell;
#[cfg(feature = "ssr")]
mod styleguide;
mod usage;

pub use invoices::{InvoiceList, InvoiceOptions, InvoicesContent, InvoicesPage, OneInvoice};
pub use message::MessagePage;
pub use shell::{PageContent, PageFrame, SessionProps, Shell};
#[cfg(feature = "ssr")]
pub use styleguide::Styleguide;
pub use usage::{UsageBoard, UsagePage};

/// Why a section has no data. What went wrong is in the server's log, not on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadError;
