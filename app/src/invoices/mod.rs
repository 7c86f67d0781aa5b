//! The invoices dashboard: the period that runs now, past invoices, and each as a document.
//!
//! In reading order: [`query`] is what a reader asks, [`report`] what the server answers; `state` moves between the list
//! and documents, and [`InvoicesDashboard`] shows them, on the server and again in the browser; the other files draw one
//! thing each.

mod comparison;
mod current;
mod daily_cost;
mod dashboard;
mod document;
mod filter;
mod lines;
mod link;
mod list;
mod nothing;
pub mod query;
pub mod report;
mod row;
mod state;
mod status;
pub mod text;

pub use dashboard::{InvoicesDashboard, InvoicesProps};
pub use query::{DocumentQuery, InvoicesQuery, ListQuery};
pub use report::{InvoiceReport, InvoicesReport};
pub use status::InvoiceStatus;
