//! Bounds of events and of what is asked of usage.

use super::{Bound, bound, fields, merged, text, unique};
use serde_json::{Value, json};
use server::{clock, limits};

pub(super) fn bounds() -> Vec<Bound> {
    const INGEST: &str = "/v1/ingest";
    fn event(change: Value) -> Value {
        let event = json!({ "transaction_id": unique(20), "customer_id": "acme", "event_type": "request",
            "timestamp": clock::now().to_rfc3339() });
        merged(event, change)
    }
    let second = |change: Value| json!([event(json!({})), event(change)]);
    vec![
        bound(INGEST, "a batch holds 1 to 1000 events", limits::EVENTS, |n| {
            json!((0..n).map(|_| event(json!({}))).collect::<Vec<_>>())
        }),
        bound(INGEST, "[1].transaction_id: ", limits::TRANSACTION_ID, move |n| {
            second(json!({ "transaction_id": unique(n) }))
        }),
        bound(INGEST, "[1].customer_id: ", limits::WORD, move |n| second(json!({ "customer_id": text(n) }))),
        bound(INGEST, "[1].event_type: ", limits::WORD, move |n| second(json!({ "event_type": text(n) }))),
        bound(INGEST, "[1].properties: has ", limits::PROPERTIES, move |n| {
            second(json!({ "properties": fields(n) }))
        }),
        bound(INGEST, "[1].properties.éé", limits::WORD, move |n| {
            second(json!({ "properties": { text(n): 1 } }))
        }),
        bound(INGEST, "[1].properties.note: ", limits::PROPERTY_VALUE, move |n| {
            second(json!({ "properties": { "note": text(n) } }))
        }),
        bound(INGEST, "[1].properties.region: ", limits::GROUP_VALUE, move |n| {
            second(json!({ "properties": { "tokens": 1, "region": text(n) } }))
        }),
        bound(INGEST, "[1].properties.tokens: ", limits::QUANTITY_DIGITS, move |n| {
            second(json!({ "properties": { "tokens": "7".repeat(n) } }))
        }),
        bound(INGEST, "[1].properties.id: ", limits::PROPERTY_DIGITS, move |n| {
            let number: Value = serde_json::from_str(&"7".repeat(n)).unwrap();
            second(json!({ "properties": { "id": number } }))
        }),
        bound(INGEST, "[1].properties.id: ", limits::PROPERTY_DIGITS, move |n| {
            let number: Value = serde_json::from_str(&format!("0.{}", "7".repeat(n))).unwrap();
            second(json!({ "properties": { "id": number } }))
        }),
        bound("/v1/usage", "customer_ids: has ", limits::CUSTOMER_IDS, |n| {
            json!({ "starting_on": "{week_ago}", "ending_before": "{tomorrow}", "window_size": "NONE",
                "customer_ids": vec!["{customer_id}"; n] })
        }),
    ]
}
