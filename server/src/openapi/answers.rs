//! The answers to the examples, as the server gave them to the test that sends them: `tests/openapi.rs` writes the file.

use super::{Values, fill};
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// By the name of the call, with placeholders for ids and dates.
static ANSWERS: LazyLock<BTreeMap<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("answers.json")).unwrap_or_default());

/// What the example of a call is answered.
pub(super) fn answer(id: &str, values: &Values) -> Option<Value> {
    serde_json::from_str(&fill(&ANSWERS.get(id)?.to_string(), values)).ok()
}
