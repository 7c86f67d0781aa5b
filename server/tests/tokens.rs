//! API tokens: who gets in, with which scope, until when.

use axum::{
    Extension, Router,
    body::Body,
    http::{Request, StatusCode},
    routing::get,
};
use chrono::{DateTime, Duration, Utc};
use server::{
    AppState, api_token,
    auth::{OnlyReads, Operator},
    clock,
    db::api_token::{Scope, authenticate, create, list, revoke},
    embed_url::Keys,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::sync::Arc;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn token_lets_in_until_it_is_revoked(pool: PgPool) {
    let now = at("2026-03-01T12:00:00Z");
    let token = create(&pool, "backend", Scope::Write, None).await.unwrap();
    let operator = authenticate(&pool, &token, now).await.unwrap().unwrap();
    assert!(operator.can_write);
    assert!(revoke(&pool, &operator.token_id).await.unwrap());
    assert!(authenticate(&pool, &token, now).await.unwrap().is_none());
    assert!(!revoke(&pool, "0000000000000000").await.unwrap());
}

#[sqlx::test(migrations = "./migrations")]
async fn expiry_is_exclusive(pool: PgPool) {
    let end = at("2026-03-01T00:00:00Z");
    let token = create(&pool, "backend", Scope::Read, Some(end)).await.unwrap();
    let before = authenticate(&pool, &token, end - Duration::microseconds(1)).await.unwrap().unwrap();
    assert!(!before.can_write);
    assert!(authenticate(&pool, &token, end).await.unwrap().is_none());
}

#[sqlx::test(migrations = "./migrations")]
async fn only_a_hash_is_stored(pool: PgPool) {
    let token = create(&pool, "backend", Scope::Write, None).await.unwrap();
    let row: String =
        sqlx::query_scalar("select api_token::text from api_token").fetch_one(&pool).await.unwrap();
    assert!(row.contains(&token[6..22]));
    assert!(!row.contains(&token[22..65]), "{row}");
    assert!(!row.contains(&hex::encode(&token[22..65])), "{row}");
}

#[sqlx::test(migrations = "./migrations")]
async fn same_id_with_another_secret_is_refused(pool: PgPool) {
    let token = create(&pool, "backend", Scope::Write, None).await.unwrap();
    let other = api_token::generate();
    sqlx::query("update api_token set id = $1").bind(&other[6..22]).execute(&pool).await.unwrap();
    assert!(authenticate(&pool, &other, clock::now()).await.unwrap().is_none());
    assert!(authenticate(&pool, &token, clock::now()).await.unwrap().is_none());
}

#[tokio::test]
async fn wrong_checksum_is_refused_without_a_database() {
    let away = PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/none").unwrap();
    let mut token = api_token::generate();
    let last = token.pop().unwrap();
    token.push(if last == 'a' { 'b' } else { 'a' });
    assert!(authenticate(&away, &token, clock::now()).await.unwrap().is_none());
}

#[sqlx::test(migrations = "./migrations")]
async fn last_use_is_noted_once_a_minute(pool: PgPool) {
    let token = create(&pool, "backend", Scope::Write, None).await.unwrap();
    let first = at("2026-03-01T12:00:00Z");
    for (now, expected) in [
        (first, first),
        (first + Duration::seconds(59), first),
        (first + Duration::seconds(60), first + Duration::seconds(60)),
    ] {
        authenticate(&pool, &token, now).await.unwrap().unwrap();
        // The note is made beside the answer: look until it is there.
        let noted = async {
            while list(&pool).await.unwrap()[0].last_used_at != Some(expected) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), noted).await.unwrap();
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn read_token_reads_only(pool: PgPool) {
    let state = AppState { keys: Arc::new(Keys::new(Vec::new())), ..crate::common::state(pool.clone()) };
    let handler = || get(|_: Operator| async {}).post(|_: Operator| async {});
    // As the routes of the API say it of a POST that only reads.
    let reading = Router::new().route("/v1/usage", handler()).layer(Extension(OnlyReads));
    let app = Router::new().route("/v1/customers", handler()).merge(reading).with_state(state);
    let read = create(&pool, "reporting", Scope::Read, None).await.unwrap();
    let write = create(&pool, "backend", Scope::Write, None).await.unwrap();
    let unknown = api_token::generate();
    for (method, path, token, expected) in [
        ("GET", "/v1/customers", Some(&read), StatusCode::OK),
        ("POST", "/v1/usage", Some(&read), StatusCode::OK),
        ("POST", "/v1/customers", Some(&read), StatusCode::FORBIDDEN),
        ("POST", "/v1/customers", Some(&write), StatusCode::OK),
        ("GET", "/v1/customers", Some(&unknown), StatusCode::UNAUTHORIZED),
        ("GET", "/v1/customers", None, StatusCode::UNAUTHORIZED),
    ] {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let (status, body) = crate::common::send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, expected, "{method} {path}: {body}");
    }
}
