//! Bounds of dashboards.

use super::{Bound, bound, merged, names, text};
use serde_json::{Value, json};
use server::limits;

/// A call by GET whose query has something of a size, and what that may be.
pub(crate) struct Asked {
    pub(crate) path: &'static str,
    /// What the refusal begins with.
    pub(crate) field: &'static str,
    pub(crate) most: usize,
    pub(crate) query: fn(usize) -> Vec<(&'static str, String)>,
}

pub(super) fn bounds() -> Vec<Bound> {
    const URL: &str = "/v1/dashboards/getEmbeddableUrl";
    let with = |parts: Value| merged(json!({ "customer_id": "{customer_id}", "dashboard": "usage" }), parts);
    let origins = |n: usize| (0..n).map(|index| format!("https://{index}.example.com")).collect::<Vec<_>>();
    vec![
        bound(URL, "bm_group_key_overrides: ", 4_096, move |n| {
            let names = [json!({ "group_key_name": "r", "display_name": "x".repeat(n - 1) })];
            with(json!({ "bm_group_key_overrides": names }))
        }),
        bound(URL, "viewer.id: ", 200, move |n| with(json!({ "viewer": { "id": text(n) } }))),
        bound(URL, "viewer.name: ", 200, move |n| with(json!({ "viewer": { "id": "u", "name": text(n) } }))),
        bound(URL, "metrics: ", 50, move |n| with(json!({ "metrics": vec!["{billable_metric_id}"; n] }))),
        bound(URL, "filters: ", 2_048, move |n| {
            with(json!({ "filters": { "region": ["x".repeat(n - "region".len())] } }))
        }),
        bound(URL, "allowed_origins: has ", limits::URL_ORIGINS, move |n| {
            with(json!({ "allowed_origins": origins(n) }))
        }),
        bound(
            "/v1/dashboards/revoke",
            "viewer_id: is longer than ",
            limits::WORD,
            |n| json!({ "viewer_id": text(n) }),
        ),
    ]
}

/// What the dashboards may be asked as JSON.
pub(crate) fn asked() -> [Asked; 7] {
    const USAGE: &str = "/v1/customers/{on_plan_customer_id}/dashboards/usage";
    const INVOICES: &str = "/v1/customers/{on_plan_customer_id}/dashboards/invoices";
    const INVOICE: &str = "/v1/customers/{on_plan_customer_id}/dashboards/invoices/{invoice_id}";
    [
        Asked {
            path: USAGE,
            field: "group_key: has ",
            most: limits::GROUP_KEY_NAMES,
            query: |n| vec![("group_key", names(n).join(","))],
        },
        Asked {
            path: USAGE,
            field: "group_key: is longer than ",
            most: limits::WORD,
            query: |n| vec![("group_key", format!("region,{}", text(n)))],
        },
        Asked {
            path: USAGE,
            field: "group_values: must have a value for each ",
            most: limits::GROUP_KEY_NAMES,
            query: |n| {
                vec![
                    ("group_key", names(limits::GROUP_KEY_NAMES).join(",")),
                    ("group_values", names(n).join(",")),
                ]
            },
        },
        Asked {
            path: USAGE,
            field: "group_values: is longer than ",
            most: limits::GROUP_VALUE,
            query: |n| vec![("group_key", "region".to_owned()), ("group_values", text(n))],
        },
        Asked {
            path: USAGE,
            field: "find: is longer than ",
            most: limits::WORD,
            query: |n| vec![("group_key", "region".to_owned()), ("find", format!(" {} ", text(n)))],
        },
        Asked {
            path: INVOICES,
            field: "number: is longer than ",
            most: limits::WORD,
            // blanks around it do not count
            query: |n| vec![("number", format!(" {} ", text(n)))],
        },
        Asked {
            path: INVOICE,
            field: "find: is longer than ",
            most: limits::WORD,
            query: |n| vec![("find", format!(" {} ", text(n)))],
        },
    ]
}
