//! What can become of a line from one invoice to the next.

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EffectKind {
    /// On both invoices.
    Changed,
    /// On this invoice only.
    New,
    /// On the invoice before only.
    Gone,
    /// A minimum, credit or discount.
    Adjustment,
}
