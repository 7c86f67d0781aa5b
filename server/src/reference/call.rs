//! A call as the OpenAPI document lists it.

use serde_json::Value;

/// A call with its place in the document.
pub(super) struct DocumentedCall<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) operation: &'a Value,
}

impl DocumentedCall<'_> {
    /// The name its anchor is made of.
    pub(super) fn id(&self) -> &str {
        text(self.operation, "operationId")
    }

    pub(super) fn is_in(&self, group: &str) -> bool {
        self.operation["tags"][0] == group
    }
}

/// The field of an object as text; empty without one.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
