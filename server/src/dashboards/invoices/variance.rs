//! How a line of an invoice differs from the same line of the invoice before.

/// How a line differs from the invoice before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VarianceKind {
    /// On both invoices.
    Changed,
    /// On this invoice only.
    New,
    /// On the invoice before only.
    Removed,
    /// A minimum, credit or discount.
    Adjustment,
}
