//! What goes wrong with a command, for the operator.

/// Why a command cannot do what it was asked for, in words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Problem(String);

impl Problem {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
