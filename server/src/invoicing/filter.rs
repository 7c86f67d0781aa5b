//! What of a customer's invoices is listed, and in which order.

use app::billing::InvoiceStatus;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// In which order invoices are listed, by the start of their billing period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Oldest first, as at the vendor.
    #[default]
    DateAsc,
    /// Newest first.
    DateDesc,
}

/// The type of an invoice, as the vendor's filter has it. An invoice of a plan counts as usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeFilter {
    /// Invoices of what was used in a period, those of plans among them.
    Usage,
    /// Invoices that only contracts have: none yet.
    Contract,
}

/// Which invoices are listed, and how.
#[derive(Clone, Debug, Default)]
pub struct InvoiceFilter {
    /// Only these; empty for all.
    pub status: Vec<InvoiceStatus>,
    /// Only this kind.
    pub invoice_type: Option<TypeFilter>,
    /// Only this contract's: none yet.
    pub contract_id: Option<Uuid>,
    /// Only those with this number, or part of it, or with this total, in any way of writing. A draft, which has no number
    /// and whose total grows, is not searched.
    pub search: Option<String>,
    /// Only this credit type.
    pub credit_type_id: Option<Uuid>,
    /// Only billing periods that start at or after this.
    pub starting_on: Option<DateTime<Utc>>,
    /// Only billing periods that end before this: half-open, so January ends before February 1.
    pub ending_before: Option<DateTime<Utc>>,
    /// In which order.
    pub sort: Sort,
    /// Rows a page.
    pub limit: Option<i64>,
    /// Where the last page ended.
    pub next_page: Option<String>,
    /// Without lines of quantity zero.
    pub skip_zero_qty_line_items: bool,
}

/// How long one window of a breakdown is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BreakdownWindow {
    /// From midnight to midnight, UTC.
    #[default]
    Day,
    /// One hour.
    Hour,
}

/// Which breakdowns are listed, and how.
#[derive(Clone, Debug)]
pub struct BreakdownFilter {
    /// How long a window is.
    pub window_size: BreakdownWindow,
    /// Only windows that start at or after this.
    pub starting_on: DateTime<Utc>,
    /// Only windows that end at or before this.
    pub ending_before: DateTime<Utc>,
    /// Only invoices of these; empty for drafts and finalized ones. Voided ones have no breakdown.
    pub status: Vec<InvoiceStatus>,
    /// Only this credit type.
    pub credit_type_id: Option<Uuid>,
    /// In which order, by the start of the window.
    pub sort: Sort,
    /// Rows a page.
    pub limit: Option<i64>,
    /// Where the last page ended.
    pub next_page: Option<String>,
    /// Without lines of quantity zero.
    pub skip_zero_qty_line_items: bool,
}
