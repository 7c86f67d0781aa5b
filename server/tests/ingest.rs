//! `POST /v1/ingest`.

use crate::common::{app, post, seed, token};
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt;

fn event(transaction_id: &str, customer_id: &str, age: TimeDelta) -> Value {
    let at = server::clock::now() - age;
    json!({"transaction_id": transaction_id, "customer_id": customer_id, "event_type": "request",
        "timestamp": at.to_rfc3339(), "properties": {"tokens": 1}})
}

async fn stored(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from usage_event").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn an_accepted_batch_answers_an_empty_200(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer = seed::customer(&pool, "Acme").await.to_string();
    let request = Request::post("/v1/ingest")
        .header("authorization", format!("Bearer {token}"))
        .body(json!([event("1", &customer, TimeDelta::zero())]).to_string())
        .unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers().get("content-type"), None);
    assert!(axum::body::to_bytes(response.into_body(), 10).await.unwrap().is_empty());
    assert_eq!(stored(&pool).await, 1);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_refused_batch_stores_nothing_and_burns_no_id(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let good = event("1", "acme", TimeDelta::days(33));
    let old = event("2", "acme", TimeDelta::days(35));
    let (status, body) = post(&app, &token, "/v1/ingest", json!([good, old])).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = body["message"].as_str().unwrap();
    assert!(
        message.starts_with("[1].timestamp: ") && message.ends_with("is older than 34 days"),
        "{message}"
    );
    assert_eq!(stored(&pool).await, 0);
    assert_eq!(post(&app, &token, "/v1/ingest", json!([good])).await.0, StatusCode::OK);
    assert_eq!(stored(&pool).await, 1);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_repeat_answers_200_and_counts_once(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let batch = json!([
        event("1", "acme", TimeDelta::zero()),
        event("2", "acme", TimeDelta::days(34) - TimeDelta::minutes(1))
    ]);
    for _ in 0..2 {
        assert_eq!(post(&app, &token, "/v1/ingest", batch.clone()).await, (StatusCode::OK, Value::Null));
    }
    assert_eq!(stored(&pool).await, 2);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_event_that_was_dated_ahead_counts_once_until_it_is_too_old(pool: PgPool) {
    let arrival = server::clock::now();
    let acme = seed::customer(&pool, "Acme").await;
    let sent = || vec![seed::event("1", acme, arrival + TimeDelta::hours(24), "{}")];
    server::ingest::record(&pool, sent(), arrival).await.unwrap();
    // It is taken until 34 days after its time, a day more after its arrival.
    let again = arrival + TimeDelta::days(35);
    server::ingest::record(&pool, sent(), again).await.unwrap();
    assert_eq!(stored(&pool).await, 1);
}

#[sqlx::test(migrations = "./migrations")]
async fn ingest_needs_a_token_and_an_array(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    assert_eq!(post(&app, "wrong", "/v1/ingest", json!([])).await.0, StatusCode::UNAUTHORIZED);
    for body in [json!([]), json!({}), json!({"usage": []}), json!("text")] {
        assert_eq!(post(&app, &token, "/v1/ingest", body).await.0, StatusCode::BAD_REQUEST);
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_same_batch_eight_times_at_once_counts_once(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let batch: Vec<_> = (0..100).map(|n| event(&n.to_string(), "acme", TimeDelta::hours(n))).collect();
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (app, token, batch) = (app.clone(), token.clone(), json!(batch));
        requests.spawn(async move { post(&app, &token, "/v1/ingest", batch).await.0 });
    }
    assert!(requests.join_all().await.iter().all(|status| *status == StatusCode::OK));
    assert_eq!(stored(&pool).await, 100);
}

#[sqlx::test(migrations = "./migrations")]
async fn the_first_content_of_an_id_stays_and_other_customers_have_their_own(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut other_content = event("1", "acme", TimeDelta::zero());
    other_content["properties"]["tokens"] = json!(2);
    for one in [event("1", "acme", TimeDelta::zero()), other_content, event("1", "globex", TimeDelta::zero())]
    {
        assert_eq!(post(&app, &token, "/v1/ingest", json!([one])).await.0, StatusCode::OK);
    }
    let kept: Vec<(String, String)> =
        sqlx::query_as("select customer_ref, properties ->> 'tokens' from usage_event order by 1")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(kept, [("acme".to_owned(), "1".to_owned()), ("globex".to_owned(), "1".to_owned())]);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_alias_that_moved_names_its_new_customer_at_every_server(pool: PgPool) {
    let (one, other, token) = (app(pool.clone()).await, app(pool.clone()).await, token(&pool).await);
    let [first, second] = [seed::customer(&pool, "A").await, seed::customer(&pool, "B").await];
    let move_to = async |owner: uuid::Uuid, former: uuid::Uuid| {
        for (customer, aliases) in [(former, json!([])), (owner, json!(["shared"]))] {
            let path = format!("/v1/customers/{customer}/setIngestAliases");
            let (status, answer) = post(&one, &token, &path, json!({ "ingest_aliases": aliases })).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
        }
    };
    let mut number = 0;
    for (owner, former) in [(first, second), (second, first), (first, second)] {
        move_to(owner, former).await;
        // the second time each server knows the alias
        for app in [&one, &other, &one, &other] {
            number += 1;
            let id = number.to_string();
            let batch = json!([
                event(&id, "shared", TimeDelta::zero()),
                event(&id, &second.to_string(), TimeDelta::zero()),
                event(&format!("own {id}"), &first.to_string(), TimeDelta::zero())
            ]);
            assert_eq!(post(app, &token, "/v1/ingest", batch).await.0, StatusCode::OK);
            let stored: uuid::Uuid = sqlx::query_scalar(
                "select customer_id from usage_event where customer_ref = 'shared' and transaction_id = $1",
            )
            .bind(&id)
            .fetch_one(&pool)
            .await
            .unwrap();
            assert_eq!(stored, owner, "event {id}");
        }
    }
}
