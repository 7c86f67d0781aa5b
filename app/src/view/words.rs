//! Every word of the invoices dashboard, its document, PDF and CSV: the one file that another language replaces.

#![allow(missing_docs, reason = "a word says what it is")]

use super::change::EffectKind;
use super::format;
use crate::billing::InvoiceStatus;

pub const INVOICES: &str = "Invoices";
pub const CURRENT_PERIOD: &str = "Current period";
pub const SO_FAR: &str = "so far";
pub const BILLING_PERIOD: &str = "Billing period";
pub const INVOICE: &str = "Invoice";
pub const STATUS: &str = "Status";
pub const ISSUED: &str = "Issued";
pub const DUE: &str = "Due";
pub const PLAN: &str = "Plan";
pub const ITEM: &str = "Item";
pub const QUANTITY: &str = "Quantity";
pub const UNIT_PRICE: &str = "Unit price";
pub const AMOUNT: &str = "Amount";
pub const SUBTOTAL: &str = "Subtotal";
pub const TOTAL: &str = "Total";
pub const LINE_ITEMS: &str = "Line items";
pub const OTHER: &str = "Other";
pub const DRAFT_INVOICE: &str = "Draft invoice";
pub const ESTIMATE: &str = "Estimated total";
pub const ESTIMATE_HOW: &str = "How this is estimated";
pub const ESTIMATE_METHOD: &str = "Counted usage goes on at its average rate since the period began and is priced \
    again, tiers included. Fixed charges, peaks and distinct counts stay as they are now. Rounded to three digits; the \
    invoice will be exact.";
pub const WHY_CHANGED: &str = "Why did my bill change?";
pub const BY_QUANTITY: &str = "By quantity";
pub const BY_PRICE: &str = "By price";
pub const BY_OTHER: &str = "New, gone, adjustments";
pub const CHANGE: &str = "Change";
pub const THIS_INVOICE: &str = "This invoice";
pub const DAILY_COST: &str = "Cost by day";
pub const AS_TABLE: &str = "As a table";
pub const DAY: &str = "Day (UTC)";
pub const BILL_TO: &str = "Bill to";
pub const CSV_COLUMNS: [&str; 10] = [
    "Invoice",
    "Billing period (UTC)",
    "Type",
    "Product",
    "Item",
    "Quantity",
    "Unit price",
    "Amount",
    "Currency",
    "Tiers",
];
pub const NO_USAGE: &str = "No usage in this period.";
pub const ALL: &str = "All";
pub const SEARCH: &str = "Search by invoice number";
pub const SEARCH_HINT: &str = "Invoice number";
pub const SEARCH_BUTTON: &str = "Search";
pub const FIND_VALUE: &str = "Find a value";
pub const OLDER: &str = "Show older invoices";
pub const NEWEST: &str = "Newest invoices";
pub const ALL_INVOICES: &str = "All invoices";
pub const OPEN_INVOICE: &str = "Open invoice";
pub const DOWNLOAD_PDF: &str = "PDF";
pub const DOWNLOAD_CSV: &str = "CSV";
pub const OFFLINE: &str = "There is no connection. This page goes on as soon as there is one.";
pub const NOT_LOADED: &str = "Invoices could not be loaded.";
pub const INVOICE_NOT_LOADED: &str = "This invoice could not be loaded.";
pub const NO_INVOICE: &str = "This invoice is not here. It may have been replaced.";
pub const NO_PAST: &str =
    "No past invoices yet. The first one appears when the current billing period has ended.";
pub const NO_INVOICES: &str = "No invoices yet. The first one appears when a billing period starts.";
pub const NO_MATCH: &str = "No invoice matches.";
pub const SHOW_ALL_INVOICES: &str = "Show all invoices";
pub const PERIOD_NOT_OVER: &str = "This period is not over: amounts grow until it ends.";
pub const DAMAGED: &str = "This invoice cannot be shown at the moment.";
pub const VOIDED: &str = "This invoice was voided and is not owed.";

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

/// `9 days left`, `Last day`.
pub fn days_left(left: i64) -> String {
    if left == 0 { "Last day".to_owned() } else { format!("{} left", format::days(left)) }
}

/// Events without the property that lines are grouped by.
pub fn no_value(key: &str) -> String {
    format!("No {key}")
}

/// `First 1,000 at $0.10, next 488 at $0.09`; `part` is at 0 for the first.
pub fn tier(at: usize, of: usize, quantity: &str, price: &str) -> String {
    match (at, of) {
        (0, 1) => format!("{quantity} at {price}"),
        (0, _) => format!("First {quantity} at {price}"),
        _ => format!("next {quantity} at {price}"),
    }
}

/// Lines that are left out for want of usage.
pub fn hidden_lines(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 line without usage is not shown.".to_owned()),
        more => Some(format!("{more} lines without usage are not shown.")),
    }
}

/// `Oct 1, 2026, 00:00 UTC, until Nov 1, 2026, 00:00 UTC` in short.
pub fn time_zone(days: i64) -> String {
    format!("{}, midnight to midnight UTC", format::days(days))
}

/// `12 largest of 480 shown`.
pub fn shown_of(shown: usize, of: usize) -> String {
    format!("{} largest of {} shown", format::number(&shown.to_string()), format::number(&of.to_string()))
}

/// `3 of 480 match`, `240 of 480 match, the 60 largest are shown`.
pub fn matching_of(matching: usize, of: usize, shown: usize) -> String {
    let count = |number: usize| format::number(&number.to_string());
    let all = format!("{} of {} match", count(matching), count(of));
    if shown < matching { format!("{all}, the {} largest are shown", count(shown)) } else { all }
}

/// The sum of what a fold hides: `468 more`.
pub fn more(count: usize) -> String {
    format!("{} more", format::number(&count.to_string()))
}

/// What a summary leaves out of a product: `468 more lines`.
pub fn more_lines(count: usize) -> String {
    if count == 1 {
        "1 more line".to_owned()
    } else {
        format!("{} more lines", format::number(&count.to_string()))
    }
}

/// The products that a summary leaves out: `468 more products`.
pub fn more_products(count: usize) -> String {
    if count == 1 {
        "1 more product".to_owned()
    } else {
        format!("{} more products", format::number(&count.to_string()))
    }
}

/// `The 1,998 largest of 30,000 lines are shown; the CSV has all of them.`
pub fn largest_of(shown: usize, of: usize) -> String {
    let count = |number: usize| format::number(&number.to_string());
    format!("The {} largest of {} lines are shown; the CSV has all of them.", count(shown), count(of))
}

/// `Show all 480`.
pub fn show_all(count: usize) -> String {
    format!("Show all {}", format::number(&count.to_string()))
}

/// `by region`: what a product's lines are split by.
pub fn by(key: &str) -> String {
    format!("by {key}")
}

/// `Page 1 of 2`.
pub fn page_of(page: usize, of: usize) -> String {
    format!("Page {page} of {of}")
}

/// What became of a line.
pub fn effect(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Changed => "",
        EffectKind::New => "New",
        EffectKind::Gone => "No longer billed",
        EffectKind::Adjustment => "Adjustment",
    }
}

/// `1,200 → 1,488`.
pub fn from_to(from: &str, to: &str) -> String {
    format!("{from} → {to}")
}

/// `compared with Sep 1 – Sep 30, 2026`.
pub fn against(period: &str) -> String {
    format!("compared with {period}")
}

/// Periods of different length.
pub fn period_lengths(before: i64, now: i64) -> String {
    format!("The period before has {}, this one {}.", format::days(before), format::days(now))
}

/// `Peak $1,204.11 on Oct 12, average $300.12 a day`.
pub fn peak(amount: &str, day: &str, average: &str) -> String {
    format!("Peak {amount} on {day}, average {average} a day")
}

/// `$4,218.07 in 30 days.`
pub fn total_of(total: &str, days: usize) -> String {
    format!("{total} in {}.", format::days(i64::try_from(days).unwrap_or_default()))
}
