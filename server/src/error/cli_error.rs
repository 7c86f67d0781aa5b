//! What goes wrong with a command, for the operator.

/// Why a command cannot do what it was asked for, in words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CliError(String);

impl CliError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
