//! The answers to the examples, as the server gave them to the test that sends them: `tests/openapi.rs` writes the file.

use super::{Values, fill};
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// By the name of the call, with placeholders for ids and dates.
static ANSWERS: LazyLock<BTreeMap<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("answers.json")).unwrap_or_default());

/// What the example of a call is answered.
pub(super) fn answer(id: &str, values: &Values) -> Option<Value> {
    let mut answer = ANSWERS.get(id)?.clone();
    fill_in(&mut answer, values);
    Some(answer)
}

/// Fills in the texts that are a placeholder, or begin with the server's address. What the server says of a path, such as
/// `/v1/customers/{customer_id}`, stays as it says it.
fn fill_in(answer: &mut Value, values: &Values) {
    match answer {
        Value::Array(all) => all.iter_mut().for_each(|one| fill_in(one, values)),
        Value::Object(fields) => fields.values_mut().for_each(|one| fill_in(one, values)),
        Value::String(text) => {
            let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            if name.is_some_and(|name| values.contains_key(name)) || text.starts_with("{server}") {
                *text = fill(text, values);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
