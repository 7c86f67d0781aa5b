//! Errors as somebody meets them on the first day: each is a sentence that names the field and says what to do.

use crate::common::{app, billing, send, token};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use server::limits::MAX_BODY;
use sqlx::PgPool;

const UNKNOWN: &str = "00000000-0000-0000-0000-000000000007";

#[sqlx::test(migrations = "./migrations")]
async fn what_a_new_user_does_wrong_is_said_in_a_sentence(pool: PgPool) {
    let token = token(&pool).await;
    let billed = billing::billed(&pool, "2026-01-01", None).await;
    let app = app(pool).await;
    let (customer, metric) = (billed.customer_id, billed.billable_metric_id);
    let usage = |fields: &str| {
        format!(
            r#"{{"customer_id":"{customer}","billable_metric_id":"{metric}","window_size":"DAY",{fields}}}"#
        )
    };
    let charge = |price: &str| {
        format!(
            r#"{{"name":"Pro","billing_frequency":"MONTHLY","charges":[{{"product_id":"{UNKNOWN}","name":"a",
            "charge_type":"fixed","quantity":1,"credit_type_id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2",
            "prices":[{{"tier":0,"value":{price}}}]}}]}}"#
        )
    };
    let too_large = format!(r#"{{"name":"{}"}}"#, "a".repeat(MAX_BODY));
    let ten_to_the_400 = format!("1{}", "0".repeat(400));
    let cases: Vec<(&str, String, String, u16, &str)> = vec![
        // ids
        (
            "GET",
            "/v1/customers/acme".into(),
            String::new(),
            400,
            "customer_id: \"acme\" is not an id, like d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc",
        ),
        ("GET", format!("/v1/customers/{UNKNOWN}"), String::new(), 404, "the customer was not found"),
        (
            "POST",
            "/v1/customers/archive".into(),
            r#"{"id":"acme"}"#.into(),
            400,
            "id: must be an id, like d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc",
        ),
        // dates
        (
            "POST",
            "/v1/usage/groups".into(),
            usage(r#""starting_on":"2026-11-01T12:00:00Z","ending_before":"2026-11-02T00:00:00Z""#),
            400,
            "starting_on: must be at midnight UTC, which 2026-11-01T12:00:00Z is not; the nearest is 2026-11-02T00:00:00Z",
        ),
        (
            "POST",
            "/v1/usage/groups".into(),
            usage(r#""starting_on":"2026-11-01","ending_before":"2026-11-02T00:00:00Z""#),
            400,
            "starting_on: \"2026-11-01\" is a date without a time: send \"2026-11-01T00:00:00Z\"",
        ),
        (
            "POST",
            "/v1/usage/groups".into(),
            usage(r#""starting_on":"yesterday""#),
            400,
            "starting_on: \"yesterday\" is not an RFC 3339 timestamp like 2026-01-31T00:00:00Z",
        ),
        (
            "POST",
            "/v1/usage/groups".into(),
            usage(r#""starting_on":"2026-11-02T00:00:00Z","ending_before":"2026-11-01T00:00:00Z""#),
            400,
            "ending_before: must be at least one day after starting_on",
        ),
        // unknown things
        (
            "POST",
            "/v1/usage".into(),
            format!(
                r#"{{"starting_on":"2026-11-01T00:00:00Z","ending_before":"2026-11-02T00:00:00Z","window_size":"DAY",
                "billable_metrics":[{{"id":"{UNKNOWN}"}}]}}"#
            ),
            400,
            "billable_metrics[0].id: is not a billable metric: see GET /v1/billable-metrics",
        ),
        (
            "POST",
            "/v1/usage/groups".into(),
            usage(
                r#""starting_on":"2026-11-01T00:00:00Z","ending_before":"2026-11-02T00:00:00Z","group_key":["color"]"#,
            ),
            400,
            "group_key: is not one of the group keys of this billable metric: [[\"model\"],[\"region\"]]",
        ),
        // misspelled and missing fields
        (
            "POST",
            "/v1/dashboards/getEmbeddableUrl".into(),
            format!(r#"{{"custmer_id":"{customer}","dashboard":"usage"}}"#),
            400,
            "custmer_id: is not known here; did you mean \"customer_id\"?",
        ),
        (
            "GET",
            format!("/v1/customers/{customer}/invoices?limits=3"),
            String::new(),
            400,
            "limits: is not known here; did you mean \"limit\"?",
        ),
        ("POST", "/v1/customers".into(), "{}".into(), 400, "name: is required"),
        (
            "POST",
            "/v1/customers".into(),
            r#"{"name":7}"#.into(),
            400,
            "name: must be a string, not the integer 7",
        ),
        ("POST", "/v1/customers".into(), r#"{"name":""}"#.into(), 400, "name: is empty"),
        (
            "GET",
            "/v1/customers?limit=0".into(),
            String::new(),
            400,
            "limit: must be a whole number from 1 to 100",
        ),
        (
            "GET",
            "/v1/customers?next_page=abc".into(),
            String::new(),
            400,
            "next_page: is not a cursor of this list: send the value that the last page gave",
        ),
        (
            "POST",
            "/v1/billable-metrics/create".into(),
            r#"{"name":"a","aggregation_type":"AVERAGE"}"#.into(),
            400,
            "aggregation_type: \"AVERAGE\" is not one of COUNT, LATEST, MAX, SUM, UNIQUE",
        ),
        (
            "POST",
            "/v1/dashboards/getEmbeddableUrl".into(),
            format!(r#"{{"customer_id":"{customer}","dashboard":"invoice"}}"#),
            400,
            "dashboard: \"invoice\" is not one of",
        ),
        // bodies that are none
        ("POST", "/v1/customers".into(), "name=Acme".into(), 400, "the body is not valid JSON: "),
        ("POST", "/v1/customers".into(), r#"{"name":"Acme""#.into(), 400, "the body is not valid JSON: "),
        ("POST", "/v1/customers".into(), "[]".into(), 400, "the body must be an object, not an array"),
        ("POST", "/v1/customers".into(), "7".into(), 400, "the body must be an object, not the integer 7"),
        (
            "POST",
            "/v1/ingest".into(),
            r#"{"transaction_id":"a"}"#.into(),
            400,
            "the body must be an array of events: ",
        ),
        (
            "POST",
            "/v1/customers".into(),
            too_large,
            413,
            "the body is larger than 5 MiB: send it in smaller parts",
        ),
        // what cannot be stored
        (
            "POST",
            "/v1/customers".into(),
            r#"{"name":"a\u0000b"}"#.into(),
            400,
            "the body holds the character U+0000, which cannot be stored: send it without",
        ),
        (
            "GET",
            "/v1/customers?ingest_alias=a%00b".into(),
            String::new(),
            400,
            "the query holds the character U+0000",
        ),
        (
            "POST",
            "/v1/plans/create".into(),
            charge("1e400"),
            400,
            "charges[0].prices[0].value: has more than 18 digits before or after the point",
        ),
        (
            "POST",
            "/v1/plans/create".into(),
            charge(&ten_to_the_400),
            400,
            "charges[0].prices[0].value: has more than 18 digits before or after the point",
        ),
        ("POST", "/v1/plans/create".into(), charge("NaN"), 400, "the body is not valid JSON: "),
    ];
    for (method, path, body, expected, text) in cases {
        let shown: String = body.chars().take(200).collect();
        let request = Request::builder().method(method).uri(&path);
        let request =
            request.header("authorization", format!("Bearer {token}")).body(Body::from(body)).unwrap();
        let (status, answer) = send(&app, request).await;
        let message = answer["message"].as_str().unwrap();
        assert_eq!(status.as_u16(), expected, "{method} {path} {shown}: {message}");
        assert!(message.starts_with(text), "{method} {path} {shown}: {message}");
        assert!(!message.contains("invalid type") && !message.contains('`'), "{message}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_was_sent_is_repeated_in_short(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool).await;
    let long = "x".repeat(100_000);
    let short = format!("{}…", "x".repeat(64));
    let paths = "x".repeat(20_000);
    let cases = [
        (
            "GET",
            format!("/v1/customers/{paths}"),
            String::new(),
            format!("customer_id: \"{short}\" is not an id, "),
        ),
        ("GET", format!("/v1/customers?limit={paths}"), String::new(), "limit: ".to_owned()),
        ("GET", format!("/v1/customers?{paths}=1"), String::new(), format!("{short}: is not known here; ")),
        ("GET", format!("/v1/customers?next_page={paths}"), String::new(), "next_page: ".to_owned()),
        (
            "POST",
            "/v1/customers".into(),
            format!(r#"{{"{long}":1}}"#),
            format!("{short}: is not known here; "),
        ),
        (
            "POST",
            "/v1/customers".into(),
            format!(r#"{{"name":"a","custom_fields":{{"{long}":1}}}}"#),
            "custom_fields.".to_owned(),
        ),
        (
            "POST",
            "/v1/billable-metrics/create".into(),
            format!(r#"{{"name":"a","aggregation_type":"{long}"}}"#),
            format!("aggregation_type: \"{short}\" is not one of COUNT, LATEST, MAX, SUM, UNIQUE"),
        ),
        (
            "POST",
            "/v1/customers".into(),
            format!(r#"{{"name":["{long}"]}}"#),
            "name: must be a string, not ".to_owned(),
        ),
        (
            "POST",
            "/v1/customers/archive".into(),
            format!(r#"{{"id":"{long}"}}"#),
            "id: must be an id, ".to_owned(),
        ),
        ("POST", "/v1/customers/archive".into(), format!(r#"{{"id":{{"{long}":1}}}}"#), "id: ".to_owned()),
        (
            "POST",
            "/v1/usage/groups".into(),
            format!(r#"{{"customer_id":"7","starting_on":"{long}"}}"#),
            String::new(),
        ),
        (
            "POST",
            "/v1/ingest".into(),
            format!(r#"[{{"transaction_id":"a","customer_id":"b","event_type":"c","timestamp":"{long}"}}]"#),
            String::new(),
        ),
        ("POST", "/v1/events/search".into(), format!(r#"{{"transactionIds":"{long}"}}"#), String::new()),
        (
            "POST",
            "/v1/dashboards/getEmbeddableUrl".into(),
            format!(r#"{{"customer_id":"7ab5d3ff-9db2-4d4c-9b9a-0b6b0d1b2a10","dashboard":"{long}"}}"#),
            String::new(),
        ),
        (
            "POST",
            "/v1/dashboards/getEmbeddableUrl".into(),
            format!(
                r#"{{"customer_id":"7ab5d3ff-9db2-4d4c-9b9a-0b6b0d1b2a10","dashboard":"usage","color_overrides":[{{"name":"{long}","value":"{long}"}}]}}"#
            ),
            String::new(),
        ),
    ];
    for (method, path, body, text) in cases {
        let request = Request::builder().method(method).uri(&path);
        let request = request
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.clone()))
            .unwrap();
        let (status, answer) = send(&app, request).await;
        let message = answer["message"].as_str().unwrap();
        let case = format!("{method} {} {}", &path[..path.len().min(80)], &body[..body.len().min(80)]);
        assert_eq!(status, StatusCode::BAD_REQUEST, "{case}: {message}");
        assert!(message.starts_with(&text), "{case}: {message}");
        assert!(message.chars().count() <= 500, "{case}: {} characters", message.len());
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_wrong_token_is_told_how_to_send_one(pool: PgPool) {
    let app = app(pool).await;
    for header in [None, Some("Bearer"), Some("Bearer wrong"), Some("Basic dXNlcjpwYXNz"), Some("Token x")] {
        let mut request = Request::get("/v1/customers");
        if let Some(value) = header {
            request = request.header("authorization", value);
        }
        let (status, answer) = send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            answer["message"],
            "the API token is missing or not valid: send it as \"Authorization: Bearer <token>\"",
            "{header:?}"
        );
    }
}
