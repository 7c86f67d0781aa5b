//! The rules that hold across calls, written beside the code that keeps them.

use super::example::{Values, fill};
use crate::limits;

/// Anchor, title and Markdown of each rule, in reading order.
pub const RULES: [(&str, &str, &str); 12] = [
    ("start", "Getting started", include_str!("../reference/start.md")),
    ("begin", "Begin here", include_str!("../reference/begin.md")),
    ("errors", "Errors", include_str!("../reference/errors.md")),
    ("idempotency", "Repeating a call", include_str!("../reference/idempotency.md")),
    ("pages", "Lists", include_str!("../reference/pages.md")),
    ("numbers", "Numbers and money", include_str!("../reference/numbers.md")),
    ("limits", "Limits", include_str!("../reference/limits.md")),
    ("events", "Events", include_str!("../metering/rules.md")),
    ("billing", "Periods and prices", include_str!("../rating/rules.md")),
    ("invoices", "The life of an invoice", include_str!("../invoicing/rules.md")),
    ("migrating", "Migrating past usage", include_str!("../invoicing/migrating.md")),
    ("embedding", "Embedding and its tokens", include_str!("../reference/embedding.md")),
];

/// The Markdown of a rule with the server's own address, ids, dates and bounds in the place of their names.
pub fn filled(markdown: &str, values: &Values) -> String {
    fill(&limits::with_bounds(markdown), values)
}
