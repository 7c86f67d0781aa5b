//! The words of an invoice as a document, as PDF and as CSV that the browser does not need. With `invoices::text`, whose
//! words they share, the files that another language replaces.

#![allow(missing_docs, reason = "a word says what it is")]

use super::format;

pub use crate::invoices::text::{
    AMOUNT, BILLING_PERIOD, INVOICES, ISSUED, ITEM, QUANTITY, TOTAL, UNIT_PRICE, status,
};

pub const DRAFT_INVOICE: &str = "Draft invoice";
pub const DUE: &str = "Due";
pub const PLAN: &str = "Plan";
pub const REPLACES: &str = "Replaces";
pub const REPLACED_BY: &str = "Replaced by";
pub const SUBTOTAL: &str = "Subtotal";
pub const FROM: &str = "From";
pub const TAX_ID: &str = "Tax ID";
pub const BILL_TO: &str = "Bill to";
pub const CSV_COLUMNS: [&str; 19] = [
    "Invoice",
    "Status",
    "Customer",
    "Plan",
    "First day (UTC)",
    "Last day (UTC)",
    "Issued",
    "Due",
    "Type",
    "Product",
    "Group key",
    "Group",
    "Item",
    "Quantity",
    "Unit price",
    "Amount",
    "Sum",
    "Currency",
    "Tiers",
];
/// Those of them that are about money: a viewer from whom it is hidden has the others.
pub const CSV_AMOUNT_COLUMNS: [&str; 5] = ["Unit price", "Amount", "Sum", "Currency", "Tiers"];
pub const DAMAGED: &str = "This invoice cannot be shown at the moment.";
pub const VOIDED: &str = "This invoice was voided and is not owed.";

/// What a draft is; `issued` is the day.
pub fn draft(issued: &str) -> String {
    format!("This is a draft: amounts can change until it is issued on {issued}.")
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

/// Tiers that each group value has of its own.
pub fn tiers_apart(key: &str) -> String {
    format!("Tiers count each {key} apart.")
}

/// Tiers that all group values fill together, and what fell into them; `charge` is empty where there is one alone.
pub fn tiers_together(key: &str, charge: &str, tiers: &str) -> String {
    let of = if charge.is_empty() { String::new() } else { format!(" of {charge}") };
    match tiers {
        "" => format!("Tiers{of} count every {key} together."),
        tiers => format!("Tiers{of} count every {key} together, each with its share: {tiers}."),
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

/// `29 of 30 days`: for which part of a period something is owed.
pub fn days_of(days: i64, of: i64) -> String {
    format!("{days} of {}", format::days(of))
}

/// `Page 1 of 2`.
pub fn page_of(page: usize, of: usize) -> String {
    format!("Page {page} of {of}")
}
