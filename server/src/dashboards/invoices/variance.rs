//! What can become of a line from one invoice to the next.

/// What became of a line.
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
