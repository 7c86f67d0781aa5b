//! Batches that are read, and what is said of those that are not.

use super::*;
use serde_json::json;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().expect("a timestamp")
}

fn valid() -> Value {
    json!({"transaction_id": "1", "customer_id": "acme", "event_type": "request",
        "timestamp": "2026-11-22T12:00:00Z", "properties": {"tokens": "12", "ratio": 0.5, "ok": true, "none": null}})
}

fn with(field: &str, value: Value) -> Value {
    let mut event = valid();
    event[field] = value;
    event
}

fn read(batch: &Value) -> Result<Vec<Event>, String> {
    read_events(batch.to_string().as_bytes(), now())
}

fn problem(event: Value) -> String {
    read(&json!([valid(), event])).expect_err("a problem")
}

#[test]
fn a_valid_batch_is_read() {
    let events = read(&json!([valid()])).expect("events");
    assert_eq!(events[0].timestamp, now());
    assert_eq!(events[0].properties.len(), 4);
}

#[test]
fn each_problem_names_index_and_field() {
    for (event, expected) in [
        (json!(1), "[1]: must be an object, not a number"),
        (json!(["1", "acme", "request", "2026-11-22T12:00:00Z", {}]), "[1]: must be an object, not an array"),
        (with("transaction_id", json!("")), "[1].transaction_id: is empty"),
        (with("transaction_id", json!("é".repeat(129))), "[1].transaction_id: is longer than 128 characters"),
        (with("customer_id", json!(7)), "[1].customer_id: must be a string, not a number"),
        (
            with("timestamp", json!(1_795_000_000)),
            "[1].timestamp: must be an RFC 3339 string like \"2026-01-31T12:00:00Z\", not a number",
        ),
        (with("event_type", Value::Null), "[1].event_type: is required"),
        (with("event_type", json!("a\0b")), "[1].event_type: holds the character U+0000: send it without"),
        (
            with("timestamp", json!("yesterday")),
            "[1].timestamp: \"yesterday\" is not an RFC 3339 timestamp like 2026-01-31T12:00:00Z",
        ),
        (
            with("timestamp", json!("2026-10-19T11:59:59Z")),
            "[1].timestamp: \"2026-10-19T11:59:59Z\" is older than 34 days",
        ),
        (
            with("timestamp", json!("2026-11-23T12:00:01Z")),
            "[1].timestamp: \"2026-11-23T12:00:01Z\" is more than 24 hours in the future",
        ),
        (
            with("timestamp", json!(format!("2026-11-22T12:00:00.{}Z", "0".repeat(200)))),
            "[1].timestamp: is longer than 200 characters",
        ),
        (with("properties", json!([])), "[1].properties: must be an object, not an array"),
        (
            with("properties", json!({"a": {"b": 1}})),
            "[1].properties.a: must be a string, number, boolean or null, not an object",
        ),
        (
            with("properties", json!({"a": "\0"})),
            "[1].properties.a: holds the character U+0000: send it without",
        ),
        (
            with("usage", json!(1)),
            "[1].usage: is not known here; known are transaction_id, customer_id, event_type, timestamp, properties",
        ),
    ] {
        assert_eq!(problem(event), expected);
    }
}

#[test]
fn numbers_beyond_60_digits_are_refused_before_they_unfold() {
    for number in
        ["1e60", "-1E400", "1e-400", &"9".repeat(400), &format!("0.{}", "3".repeat(61)), "1e99999999999"]
    {
        let huge = serde_json::from_str(&format!(r#"{{"a": {number}}}"#)).expect("json");
        assert_eq!(
            problem(with("properties", huge)),
            "[1].properties.a: has more than 60 digits before or after the point",
            "{number}"
        );
    }
}

#[test]
fn every_event_with_a_problem_is_named() {
    let text = read(&Value::Array(vec![json!({}); 1_000])).expect_err("problems");
    assert!(text.starts_with("[0].transaction_id: is required; [0].customer_id: is required"), "{text}");
    assert!(text.ends_with("; [999].timestamp: is required"), "{text}");
    assert_eq!(text.split("; ").count(), 4_000);
    let text = problem(json!({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}));
    assert!(text.ends_with("; [1]: and 4 more"), "{text}");
}

#[test]
fn long_texts_are_quoted_by_their_beginning() {
    let text = problem(with(&"x".repeat(70_000), json!(1)));
    assert!(text.starts_with(&format!("[1].{}…: is not known here", "x".repeat(60))), "{text}");
    assert!(text.len() < 300, "{text}");
}

#[test]
fn a_batch_has_1_to_1000_events() {
    assert!(read(&json!({})).is_err());
    assert!(read(&json!([])).is_err());
    assert!(read(&Value::Array(vec![valid(); 1_001])).is_err());
    assert!(read(&Value::Array(vec![valid(); 1_000])).is_ok());
    assert_eq!(
        read_events(b"", now()),
        Err("the body is not valid JSON: EOF while parsing a value at line 1 column 0".to_owned())
    );
}

#[test]
fn timestamps_without_a_zone_are_utc() {
    for text in ["2026-11-22T12:00:00", "2026-11-22T12:00:00.000000", "2026-11-22T13:00:00+01:00"] {
        assert_eq!(parse_timestamp(text), Some(now()), "{text}");
    }
    for text in ["", "2026-11-22", "12:00:00", "2026-13-01T00:00:00Z"] {
        assert_eq!(parse_timestamp(text), None, "{text}");
    }
}
