//! `POST /v1/events/search`.

use crate::common::{app, post, seed, token};
use axum::http::StatusCode;
use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use server::{clock, ingest::record};
use sqlx::PgPool;

const SEARCH: &str = "/v1/events/search";

#[sqlx::test(migrations = "./migrations")]
async fn events_are_found_by_id_with_what_they_matched(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let metric = json!({ "name": "Tokens", "aggregation_type": "SUM", "aggregation_key": "tokens",
        "property_filters": [{ "name": "tokens", "exists": true }] });
    let (_, made) = post(&app, &token, "/v1/billable-metrics/create", metric).await;
    let now = clock::now();
    let mut waiting = seed::event("b", acme, now, "{}");
    "early".clone_into(&mut waiting.customer_id);
    let old = seed::event("c", acme, now - TimeDelta::days(35), "{}");
    let events = vec![seed::event("a", acme, now, r#"{"tokens": 1.5, "model": null}"#), waiting, old];
    record(&pool, events, now).await.unwrap();

    let ids = json!({ "transactionIds": ["b", "a", "c", "unknown"] });
    let (status, found) = post(&app, &token, SEARCH, ids).await;
    assert_eq!(status, StatusCode::OK);
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 2);
    let matched = &found[0]["matched_billable_metrics"];
    assert_eq!((&matched[0]["id"], &matched[0]["name"]), (&made["data"]["id"], &json!("Tokens")));
    let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let message = format!("the customer is on no plan at {at}");
    let mut first = found[0].clone();
    let fields = first.as_object_mut().unwrap();
    fields.remove("matched_billable_metrics");
    assert!(fields.remove("id").unwrap().as_str().unwrap().len() == 36);
    assert_eq!(
        first,
        json!({ "transaction_id": "a", "customer_id": acme, "event_type": "request", "is_duplicate": false,
            "timestamp": now, "processed_at": now, "properties": { "tokens": 1.5, "model": null },
            "matched_customer": { "id": acme, "name": "Acme" },
            "not_counted": [{ "reason": "no_plan", "message": message }] })
    );
    assert_eq!(found[1]["customer_id"], "early");
    assert_eq!(found[1].get("matched_customer"), None);
    assert_eq!(found[1]["matched_billable_metrics"], json!([]));
    assert_eq!(found[1]["not_counted"][0]["message"], "no customer has the id or ingest alias \"early\"");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_search_names_1_to_100_ids(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    for (body, expected) in [
        (json!({}), "transactionIds: is required"),
        (json!({ "transactionIds": [] }), "transactionIds: must name 1 to 100 ids"),
        (
            json!({ "transactionIds": vec!["x"; 101] }),
            "transactionIds: must name 1 to 100 ids, this names 101",
        ),
        (
            json!({ "transaction_ids": ["x"] }),
            "transaction_ids: is not known here; did you mean \"transactionIds\"?",
        ),
        (json!({ "transactionIds": [1] }), "transactionIds[0]: "),
    ] {
        let (status, answer) = post(&app, &token, SEARCH, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(answer["message"].as_str().unwrap().starts_with(expected), "{answer}");
    }
    let (status, answer) = post(&app, &token, SEARCH, json!({ "transactionIds": ["x"] })).await;
    assert_eq!((status, answer), (StatusCode::OK, Value::Array(vec![])));
}
