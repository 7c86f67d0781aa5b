//! The rules that hold across calls, written beside the code that keeps them.

use crate::{
    limits,
    openapi::{Values, fill},
};

/// Anchor, title and Markdown of each rule, in reading order.
pub const RULES: [(&str, &str, &str); 12] = [
    ("start", "Getting started", include_str!("start.md")),
    ("begin", "Begin here", include_str!("begin.md")),
    ("errors", "Errors", include_str!("errors.md")),
    ("idempotency", "Repeating a call", include_str!("idempotency.md")),
    ("pages", "Lists", include_str!("pages.md")),
    ("numbers", "Numbers and money", include_str!("numbers.md")),
    ("limits", "Limits", include_str!("limits.md")),
    ("events", "Events", include_str!("../metering/rules.md")),
    ("billing", "Periods and prices", include_str!("../rating/rules.md")),
    ("invoices", "The life of an invoice", include_str!("../invoicing/rules.md")),
    ("migrating", "Migrating past usage", include_str!("../invoicing/migrating.md")),
    ("embedding", "Embedding and its tokens", include_str!("embedding.md")),
];

/// The Markdown of a rule with the server's own address, ids, dates and bounds in the place of their names.
pub fn filled(markdown: &str, values: &Values) -> String {
    fill(&limits::with_bounds(markdown), values)
}
