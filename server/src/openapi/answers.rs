//! The answers to the examples, as the server gave them to the test that sends them: `tests/openapi.rs` writes the files.

use super::{Values, fill};
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

/// The answers of each group of calls, in a file named as the reference names the group.
const FILES: &[&str] = &[
    include_str!("answers/audit_log.json"),
    include_str!("answers/billable_metrics.json"),
    include_str!("answers/credit_types.json"),
    include_str!("answers/custom_fields.json"),
    include_str!("answers/customers.json"),
    include_str!("answers/dashboards.json"),
    include_str!("answers/invoices.json"),
    include_str!("answers/plans.json"),
    include_str!("answers/plans_of_customers.json"),
    include_str!("answers/server.json"),
    include_str!("answers/usage.json"),
];

/// By the name of the call, with placeholders for ids and dates.
static ANSWERS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let of_group = |text: &&str| serde_json::from_str::<BTreeMap<String, Value>>(text).unwrap_or_default();
    FILES.iter().flat_map(of_group).collect()
});

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
