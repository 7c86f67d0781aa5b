//! What a stored plan lacks.

use uuid::Uuid;

/// What a stored plan lacks without which an amount would be a guess. Plans are checked when they are made, so this
/// tells of damaged rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The quantity of the fixed charge with this id.
    #[error("the fixed charge {0} has no quantity")]
    Quantity(Uuid),
    /// The value of an adjustment of the charge with this id.
    #[error("a price adjustment of the charge {0} has no value")]
    Value(Uuid),
}
