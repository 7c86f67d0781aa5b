//! The words of the invoices dashboard that the browser needs; its document, PDF and CSV share them. With the words that
//! the server alone needs, `view::words`, the files that another language replaces.

#![allow(missing_docs, reason = "a word says what it is")]

use super::status::InvoiceStatus;
use crate::number::thousands;

pub const INVOICES: &str = "Invoices";
pub const CURRENT_PERIOD: &str = "Current period";
pub const SO_FAR: &str = "so far";
pub const BILLING_PERIOD: &str = "Billing period";
pub const INVOICE: &str = "Invoice";
pub const STATUS: &str = "Status";
pub const ISSUED: &str = "Issued";
pub const ITEM: &str = "Item";
pub const QUANTITY: &str = "Quantity";
pub const UNIT_PRICE: &str = "Unit price";
pub const AMOUNT: &str = "Amount";
pub const TOTAL: &str = "Total";
pub const LINE_ITEMS: &str = "Line items";
pub const PRICES: &str = "Prices";
pub const ESTIMATE: &str = "Estimated total";
pub const ESTIMATE_HOW: &str = "How this is estimated";
pub const ESTIMATE_METHOD: &str = "Counted usage goes on at its average rate since the period began and is priced \
    again, tiers included. Fixed charges, peaks and unique counts stay as they are now. Rounded to three digits; the \
    invoice will be exact.";
pub const WHY_CHANGED: &str = "Why did my bill change?";
pub const BY_QUANTITY: &str = "By quantity";
pub const BY_PRICE: &str = "By price";
pub const BY_OTHER: &str = "New, gone, adjustments";
pub const CHANGE: &str = "Change";
pub const DAILY_COST: &str = "Cost by day";
pub const METERED: &str = "Metered by day";
pub const AS_TABLE: &str = "Show as table";
pub const DAY: &str = "Day (UTC)";
pub const NO_USAGE: &str = "No usage in this period.";
pub const ALL: &str = "All";
pub const ALL_USAGE: &str = "All usage";
pub const SEARCH: &str = "Search by number or amount";
pub const SEARCH_HINT: &str = "Number or amount";
pub const SEARCH_BUTTON: &str = "Search";
pub const FIND_VALUE: &str = "Find a value";
pub const OLDER: &str = "Show older invoices";
pub const NEWEST: &str = "Newest invoices";
pub const ALL_INVOICES: &str = "All invoices";
pub const OPEN_INVOICE: &str = "Open invoice";
pub const DOWNLOAD_PDF: &str = "PDF";
pub const DOWNLOAD_CSV: &str = "CSV";
pub const OFFLINE: &str = "You are offline. Loading goes on once the connection is back.";
pub const NOT_DOWNLOADED: &str = "The file could not be loaded. Try again in a moment.";
pub const NOT_LOADED: &str = "Invoices could not be loaded.";
pub const INVOICE_NOT_LOADED: &str = "This invoice could not be loaded.";
pub const NO_INVOICE: &str = "This invoice is not here. It may have been replaced.";
pub const NO_PAST: &str =
    "No past invoices yet. The first one appears when the current billing period has ended.";
pub const NO_INVOICES: &str = "No invoices yet. The first one appears when a billing period starts.";
pub const NOTHING: &str = "No invoices.";
pub const SHOW_ALL_INVOICES: &str = "Show all invoices";
/// What stands where there is nothing.
pub const NONE: &str = "—";

/// The word of a status.
pub fn status(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Draft => "Draft",
        InvoiceStatus::Finalized => "Finalized",
        InvoiceStatus::Void => "Void",
    }
}

/// `Day 21 of 30`.
pub fn day_of(day: i64, of: i64) -> String {
    format!("Day {day} of {of}")
}

/// `Show all 480`.
pub fn show_all(count: u32) -> String {
    format!("Show all {}", thousands(&count.to_string()))
}

/// `by region`: what a product's lines are split by.
pub fn by(key: &str) -> String {
    format!("by {key}")
}

/// `compared with Sep 1 – Sep 30, 2026`.
pub fn against(period: &str) -> String {
    format!("compared with {period}")
}

/// `$4,218.07 in 30 days.`
pub fn total_of(total: &str, days: usize) -> String {
    format!("{total} in {days} days.")
}

/// That nothing was found, and among which invoices.
pub fn no_match(status: Option<InvoiceStatus>) -> &'static str {
    match status {
        None => "No invoice matches.",
        Some(InvoiceStatus::Draft) => "No draft invoice matches.",
        Some(InvoiceStatus::Finalized) => "No finalized invoice matches.",
        Some(InvoiceStatus::Void) => "No void invoice matches.",
    }
}

/// How many invoices a list has, for those who do not see it change.
pub fn found(count: usize, has_more: bool) -> String {
    match (count, has_more) {
        (0, _) => no_match(None).to_owned(),
        (1, false) => "1 invoice".to_owned(),
        (count, false) => format!("{count} invoices"),
        (count, true) => format!("{count} invoices, and older ones"),
    }
}
