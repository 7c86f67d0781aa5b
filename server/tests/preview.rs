//! Costs by day, and what events would cost.

use crate::common::{
    app,
    billing::{Billed, billed, day, used},
    get, post, token,
};
use axum::{Router, http::StatusCode};
use chrono::Duration;
use serde_json::{Value, json};
use server::clock;
use sqlx::PgPool;

/// A customer on a plan since `days` ago, with 10 tokens in eu the day after.
async fn company(pool: &PgPool, days: i64) -> (Router, String, Billed, chrono::NaiveDate) {
    let start = (clock::now() - Duration::days(days)).date_naive();
    let billed = billed(pool, &start.to_string(), None).await;
    used(pool, &billed, day(&start.to_string()) + Duration::hours(25), 10, "eu").await;
    (app(pool.clone()).await, token(pool).await, billed, start)
}

#[sqlx::test(migrations = "./migrations")]
async fn costs_are_the_days_of_all_invoices_by_credit_type_and_line(pool: PgPool) {
    let (app, token, billed, start) = company(&pool, 40).await;
    let end = clock::now().date_naive() + chrono::Days::new(1);
    let path = format!(
        "/v1/customers/{}/costs?starting_on=2020-01-01T00:00:00Z&ending_before={end}T00:00:00Z&limit=30",
        billed.customer_id
    );
    let (status, page) = get(&app, &token, &path).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let days = page["data"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(days[0]["start_timestamp"], format!("{start}T00:00:00Z"));
    let cost = &days[1]["credit_types"][app::billing::CreditType::USD_CENTS.to_string()];
    let mut lines = vec![
        json!({ "name": "Tokens", "cost": 20, "group_value": null }),
        json!({ "name": "Traffic", "cost": 10, "group_key": "region", "group_value": "eu" }),
    ];
    let mut cents = 30;
    if chrono::Datelike::day(&(start + chrono::Days::new(1))) == 1 {
        lines.push(json!({ "name": "Support", "cost": 1000, "group_value": null }));
        cents += 1_000;
    }
    assert_eq!(*cost, json!({ "name": "USD (cents)", "cost": cents, "line_item_breakdown": lines }));
    let next = page["next_page"].as_str().unwrap();
    let (_, rest) = get(&app, &token, &format!("{path}&next_page={next}")).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["next_page"]), (11, &Value::Null));
    for (query, named) in [
        ("ending_before=2026-01-01T00:00:00Z", "starting_on"),
        ("starting_on=2026-01-01T00:00:00Z&ending_before=2025-01-01T00:00:00Z", "ending_before"),
        ("starting_on=2026-01-01T00:00:00Z&ending_before=2026-02-01T00:00:00Z&limit=0", "limit"),
    ] {
        let path = format!("/v1/customers/{}/costs?{query}", billed.customer_id);
        let (status, body) = get(&app, &token, &path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(body["message"].as_str().unwrap().starts_with(named), "{query}: {body}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_preview_adds_or_replaces_and_stores_nothing(pool: PgPool) {
    let (app, token, billed, _) = company(&pool, 0).await;
    let now = clock::now();
    used(&pool, &billed, now, 5, "eu").await;
    let path = format!("/v1/customers/{}/previewEvents", billed.customer_id);
    let tokens = async |body: Value| {
        let (status, answer) = post(&app, &token, &path, body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let draft = answer["data"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(draft["status"], "DRAFT");
        (draft["line_items"][0]["quantity"].clone(), draft["line_items"].as_array().unwrap().len())
    };
    let stored = async || {
        let (_, page) = get(&app, &token, &format!("/v1/customers/{}/invoices", billed.customer_id)).await;
        let rows: (i64, i64, i64) = sqlx::query_as(
            "select (select count(*) from usage_event), (select count(*) from usage_pending),
                (select count(*) from usage_dedupe)",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        (page, rows)
    };
    let before = stored().await;
    let mine = before.0["data"][0]["line_items"][0]["quantity"].as_i64().unwrap();
    let event = |tokens: i64, id: Option<&str>| {
        let mut event = json!({
            "event_type": "request",
            "properties": { "tokens": tokens, "region": "us" },
            "timestamp": now.to_rfc3339(),
        });
        if let Some(id) = id {
            event["transaction_id"] = json!(id);
        }
        event
    };
    let events = json!([event(3, None), event(4, None), event(100, Some("x")), event(9, Some("x"))]);
    assert_eq!(tokens(json!({ "events": events })).await, (json!(107), 3));
    assert_eq!(tokens(json!({ "events": events, "mode": "replace" })).await.0, 107);
    assert_eq!(tokens(json!({ "events": events, "mode": "MERGE" })).await, (json!(mine + 107), 4));
    assert_eq!(stored().await, before);
    for (body, named) in [
        (json!({}), "events: is required"),
        (json!({ "events": [], "mode": "replace" }), "events"),
        (json!({ "events": [event(1, None)], "mode": "add" }), "mode"),
        (json!({ "events": [{ "properties": {} }] }), "events[0].event_type"),
        (json!({ "events": [{ "event_type": "a", "customer_id": "b" }] }), "events[0].customer_id"),
    ] {
        let (status, answer) = post(&app, &token, &path, body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["message"].as_str().unwrap().starts_with(named), "{body}: {answer}");
    }
}
