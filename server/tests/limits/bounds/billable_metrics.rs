//! Bounds of billable metrics.

use super::{Bound, bound, custom_fields, merged, names, text};
use serde_json::{Value, json};
use server::limits;

pub(super) fn bounds() -> Vec<Bound> {
    const CREATE: &str = "/v1/billable-metrics/create";
    let metric = |change: Value| merged(json!({ "name": "Requests", "aggregation_type": "COUNT" }), change);
    let filter = move |change: Value| {
        let filter = merged(json!({ "name": "region", "exists": true }), change);
        metric(json!({ "property_filters": [filter] }))
    };
    let filters = |n: usize| -> Vec<Value> {
        names(n).into_iter().map(|name| json!({ "name": name, "exists": true })).collect()
    };
    let mut bounds = vec![
        bound(CREATE, "name: ", limits::NAME, move |n| metric(json!({ "name": format!(" {} ", text(n)) }))),
        bound(CREATE, "property_filters: has ", limits::PROPERTY_FILTERS, move |n| {
            metric(json!({ "property_filters": filters(n) }))
        }),
        bound(CREATE, "property_filters[0].name: ", limits::WORD, move |n| {
            filter(json!({ "name": text(n) }))
        }),
        bound(CREATE, "group_keys: has ", limits::GROUP_KEYS, move |n| {
            let keys: Vec<Value> = names(n).into_iter().map(|name| json!([name])).collect();
            metric(json!({ "property_filters": filters(n), "group_keys": keys }))
        }),
        bound(CREATE, "group_keys[1]: has ", limits::GROUP_KEY_NAMES, move |n| {
            metric(json!({ "property_filters": filters(n), "group_keys": [["name 0"], names(n)] }))
        }),
    ];
    for (list, count, length) in [
        ("in_values", "event_type_filter.in_values: has ", "event_type_filter.in_values[1]: "),
        ("not_in_values", "event_type_filter.not_in_values: has ", "event_type_filter.not_in_values[1]: "),
    ] {
        bounds.push(bound(CREATE, count, limits::FILTER_VALUES, move |n| {
            metric(json!({ "event_type_filter": { list: names(n) } }))
        }));
        bounds.push(bound(CREATE, length, limits::WORD, move |n| {
            metric(json!({ "event_type_filter": { list: ["a", text(n)] } }))
        }));
    }
    for (list, count, length) in [
        ("in_values", "property_filters[0].in_values: has ", "property_filters[0].in_values[1]: "),
        (
            "not_in_values",
            "property_filters[0].not_in_values: has ",
            "property_filters[0].not_in_values[1]: ",
        ),
    ] {
        bounds.push(bound(CREATE, count, limits::FILTER_VALUES, move |n| filter(json!({ list: names(n) }))));
        bounds.push(bound(CREATE, length, limits::PROPERTY_VALUE, move |n| {
            filter(json!({ list: ["a", text(n)] }))
        }));
    }
    bounds.extend(custom_fields(
        CREATE,
        |fields| json!({ "name": "Requests", "aggregation_type": "COUNT", "custom_fields": fields }),
    ));
    bounds
}
