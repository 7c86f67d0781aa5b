//! Numbers of megabytes: refused by the name of their field, for what reading any other body costs.

mod bodies;

use crate::common::{
    app,
    billing::{Billed, billed},
    example, seed, send, token,
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use bodies::{Numbered, bodies};
use chrono::Datelike as _;
use serde_json::Value;
use server::{clock, limits::MAX_BODY, openapi, routes};
use sqlx::PgPool;
use std::collections::BTreeSet;

/// Room for the rest of a body.
const REST: usize = 8_192;

/// Each way of making a number long, filling `bytes`.
fn long_numbers(bytes: usize) -> [(&'static str, String); 5] {
    let many = |digit: &str| digit.repeat(bytes - 8);
    [
        ("zeros after the point", format!("1.1{}", many("0"))),
        ("digits after the point", format!("1.{}", many("7"))),
        ("digits before the point", many("7")),
        ("zeros before the first digit", format!("0.{}1", many("0"))),
        ("digits of the exponent", format!("1e{}", many("7"))),
    ]
}

/// The same as they can only stand in a text.
fn long_texts(bytes: usize) -> [(&'static str, String); 2] {
    let many = |digit: &str| digit.repeat(bytes - 8);
    [("zeros before", format!("{}1", many("0"))), ("zeros of the exponent", format!("1e{}1", many("0")))]
}

async fn raw(app: &Router, token: &str, path: &str, body: String) -> (StatusCode, String) {
    let request = Request::post(path).header("authorization", format!("Bearer {token}"));
    let (status, answer) = send(app, request.body(Body::from(body)).unwrap()).await;
    (status, answer["message"].as_str().unwrap_or_default().to_owned())
}

/// The first day of this month.
fn month() -> String {
    clock::now().date_naive().with_day(1).unwrap().to_string()
}

#[sqlx::test(migrations = "./migrations")]
async fn an_event_with_a_number_of_megabytes_is_refused_by_its_name(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let Billed { customer_id, .. } = billed(&pool, &month(), None).await;
    let now = clock::now().to_rfc3339();
    let size = MAX_BODY - REST;
    let numbers = long_numbers(size).into_iter().map(|(kind, number)| (kind, number.clone(), number));
    let texts = long_numbers(size).into_iter().chain(long_texts(size));
    let texts = texts.map(|(kind, text)| (kind, format!("\"{text}\""), text));
    for (kind, value, _) in numbers.chain(texts) {
        let what = format!("{kind}, {}", if value.starts_with('"') { "a text" } else { "a number" });
        let event = format!(
            r#"{{"transaction_id":"1","event_type":"request","timestamp":"{now}","properties":{{"tokens":{value}}}"#
        );
        let ingested = format!(r#"[{event},"customer_id":"{customer_id}"}}]"#);
        let previewed = format!(r#"{{"events":[{event}}}]}}"#);
        let preview = format!("/v1/customers/{customer_id}/previewEvents");
        for (path, body, field) in [
            ("/v1/ingest", ingested, "[0].properties.tokens: "),
            (preview.as_str(), previewed, "events[0].properties.tokens: "),
        ] {
            let (status, message) = raw(&app, &token, path, body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path}, {what}: {message:.200}");
            assert!(message.starts_with(field) && message.len() < 300, "{path}, {what}: {message:.300}");
        }
    }
    let stored: i64 = sqlx::query_scalar("select count(*) from usage_event").fetch_one(&pool).await.unwrap();
    assert_eq!(stored, 0);
}

/// The number fields of all request bodies, each with the call it belongs to: `plans.create charges[].quantity`.
fn number_fields() -> BTreeSet<String> {
    let (groups, entries) = routes::calls().described();
    let document = openapi::document(&groups, &entries, "http://127.0.0.1:3000", clock::now());
    let mut found = BTreeSet::new();
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let call = operation["operationId"].as_str().unwrap();
        walk(&document, schema, String::new(), &mut |path| {
            found.insert(format!("{call} {path}"));
        });
    }
    found
}

fn walk(document: &Value, schema: &Value, path: String, found: &mut impl FnMut(&str)) {
    if let Some(reference) = schema["$ref"].as_str() {
        return walk(document, document.pointer(&reference[1..]).unwrap(), path, found);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        walk(document, choice, path.clone(), found);
    }
    if schema["type"] == "number"
        || schema["type"].as_array().is_some_and(|types| types.contains(&"number".into()))
    {
        found(&path);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let dot = if path.is_empty() { "" } else { "." };
        walk(document, property, format!("{path}{dot}{name}"), found);
    }
    if schema["items"].is_object() {
        walk(document, &schema["items"], format!("{path}[]"), found);
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn every_number_of_every_body_has_a_bound(pool: PgPool) {
    let named: BTreeSet<String> =
        bodies().map(|Numbered { call, field, .. }| format!("{call} {field}")).collect();
    assert_eq!(number_fields(), named, "a field that takes a number is not in this test");

    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut values = example::seeded(&pool, "customers.plans.add").await;
    let on_plan: (uuid::Uuid, uuid::Uuid) =
        sqlx::query_as("select customer_id, id from customer_plan limit 1").fetch_one(&pool).await.unwrap();
    let fixed: uuid::Uuid =
        sqlx::query_scalar("select id from charge where plan_id = $1 and charge_type = 'fixed'")
            .bind(values["plan_id"].parse::<uuid::Uuid>().unwrap())
            .fetch_one(&pool)
            .await
            .unwrap();
    values.insert("charge_id", fixed.to_string());
    let rows = "select (select count(*) from plan), (select count(*) from customer_plan), (select count(*) from added_charge)";
    let counted: (i64, i64, i64) = sqlx::query_as(rows).fetch_one(&pool).await.unwrap();
    // The whole of what a body may hold for one field, and what is less but too long as well for each.
    let mut numbers: Vec<String> = long_numbers(100_000).map(|(_, number)| number).into();
    numbers.extend(
        ["1e70", "-1e70", "1e-70", "1e400", "1e18", "1e-19", "9e59", "1e999999999"].map(str::to_owned),
    );
    values.insert("on_plan_customer_id", on_plan.0.to_string());
    values.insert("customer_plan_id", on_plan.1.to_string());
    for Numbered { call, path, field, body } in bodies() {
        let (path, body) = (openapi::fill(path, &values), openapi::fill(&body, &values));
        let field = field.replace("[]", "[0]");
        let megabytes = if field == "price" { &long_numbers(MAX_BODY - REST)[..] } else { &[] };
        for number in numbers.iter().chain(megabytes.iter().map(|(_, number)| number)) {
            let text = format!("\"{number}\"");
            for value in [number, &text] {
                let (status, message) = raw(&app, &token, &path, body.replace("NUMBER", value)).await;
                assert_eq!(status, StatusCode::BAD_REQUEST, "{call} {field} {value:.40}: {message:.300}");
                let starts = message.starts_with(&format!("{field}: "));
                assert!(starts && message.len() < 1_500, "{call} {field} {value:.40}: {message:.300}");
            }
        }
    }
    assert_eq!(sqlx::query_as::<_, (i64, i64, i64)>(rows).fetch_one(&pool).await.unwrap(), counted);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_event_is_answered_by_what_its_value_is_and_not_by_how_it_is_written(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer = seed::customer(&pool, "Acme").await;
    let now = clock::now().to_rfc3339();
    for (index, value) in
        ["1.50000000000000000000000000000000000000000", "0.5e1", "5E+0", "-0.0", "1e29"].iter().enumerate()
    {
        let body = format!(
            r#"[{{"transaction_id":"{index}","customer_id":"{customer}","event_type":"request","timestamp":"{now}",
            "properties":{{"tokens":{value}}}}}]"#
        );
        let (status, message) = raw(&app, &token, "/v1/ingest", body).await;
        assert_eq!(status, StatusCode::OK, "{value}: {message}");
    }
}
