//! The bounds of what is sent: a file for each group of calls, named as the reference names the group.

mod billable_metrics;
mod credit_types;
mod customers;
mod dashboards;
mod invoices;
mod plans;
mod plans_of_customers;
mod usage;

pub(crate) use dashboards::{Asked, asked};

use serde_json::{Map, Value, json};
use server::limits;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bounds of all bodies.
pub(crate) fn bounds() -> impl Iterator<Item = Bound> {
    let groups = [
        customers::bounds(),
        billable_metrics::bounds(),
        credit_types::bounds(),
        plans::bounds(),
        plans_of_customers::bounds(),
        invoices::bounds(),
        usage::bounds(),
        dashboards::bounds(),
    ];
    groups.into_iter().flatten()
}

/// A call whose body has something of a size, and what that may be.
pub(crate) struct Bound {
    pub(crate) path: &'static str,
    /// What the refusal begins with.
    pub(crate) field: &'static str,
    pub(crate) most: usize,
    pub(crate) body: Box<dyn Fn(usize) -> Value>,
}

fn bound(
    path: &'static str,
    field: &'static str,
    most: usize,
    body: impl Fn(usize) -> Value + 'static,
) -> Bound {
    Bound { path, field, most, body: Box::new(body) }
}

/// A text of so many characters, which are more bytes.
pub(crate) fn text(size: usize) -> String {
    "é".repeat(size)
}

/// A text of so many characters, unlike all others.
fn unique(size: usize) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
    text(size - number.len()) + &number
}

pub(crate) fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("name {index}")).collect()
}

fn fields(count: usize) -> Map<String, Value> {
    names(count).into_iter().map(|name| (name, json!("value"))).collect()
}

fn merged(mut base: Value, change: Value) -> Value {
    base.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    base
}

/// The bounds of custom fields, wherever they are part of `base`.
fn custom_fields(path: &'static str, base: impl Fn(Value) -> Value + Copy + 'static) -> [Bound; 3] {
    let single = |name: String, value: String| Value::Object(Map::from_iter([(name, json!(value))]));
    [
        bound(path, "custom_fields: has ", limits::CUSTOM_FIELDS, move |n| base(json!(fields(n)))),
        bound(path, "custom_fields: has a name that ", limits::CUSTOM_FIELD_NAME, move |n| {
            base(single(text(n), String::new()))
        }),
        bound(path, "custom_fields.note: ", limits::CUSTOM_FIELD_VALUE, move |n| {
            base(single("note".to_owned(), text(n)))
        }),
    ]
}
