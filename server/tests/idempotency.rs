//! `Idempotency-Key`: a call that is sent again is not carried out again.

use crate::common::{app, example, seed, token};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    clock,
    db::{
        self,
        idempotency::{KeyState, claim},
    },
    openapi::fill,
    routes,
};
use sqlx::PgPool;
use tower::ServiceExt as _;

async fn post(
    app: &Router,
    token: &str,
    key: &str,
    path: &str,
    body: &str,
) -> (StatusCode, HeaderMap, String) {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

async fn customers(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from customer").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn every_post_that_changes_something_replays_its_answer(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    let (_, entries) = routes::calls().described();
    let mut replayed = 0;
    for entry in entries.iter().filter(|entry| entry.takes_key()) {
        let values = example::seeded(&pool, entry.call.id).await;
        let (path, body) = (fill(entry.path, &values), fill(entry.call.body, &values));
        let first = post(&app, &token, entry.call.id, &path, &body).await;
        assert_eq!(first.0, StatusCode::OK, "{path}: {}", first.2);
        assert!(!first.1.contains_key("idempotent-replayed"), "{path}");
        let second = post(&app, &token, entry.call.id, &path, &body).await;
        assert_eq!((second.0, &second.2), (first.0, &first.2), "{path}");
        assert_eq!(second.1.get("content-type"), first.1.get("content-type"), "{path}");
        assert_eq!(second.1["idempotent-replayed"], "true", "{path}");
        let other = post(&app, &token, entry.call.id, &path, "{}").await;
        assert_eq!(other.0, StatusCode::CONFLICT, "{path}: {}", other.2);
        assert_eq!(other.1["x-should-retry"], "false", "{path}");
        replayed += 1;
    }
    assert!(replayed >= 11, "{replayed}");
}

/// Every row that a call may have written, in one line a table: answers by key and the last use of tokens left out.
async fn digest(pool: &PgPool) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text
         from pg_class
         where relnamespace = 'public'::regnamespace
           and relkind = 'r'
           and relname not in ('idempotency_key', 'api_token', '_sqlx_migrations')
         order by relname",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut lines = Vec::new();
    for table in tables {
        let sql = format!(
            "select format('{table}: %s rows, %s', count(*), md5(string_agg(row::text, ',' order by row::text)))
             from \"{table}\" as row"
        );
        lines.push(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap());
    }
    lines
}

#[sqlx::test(migrations = "./migrations")]
async fn a_server_that_ends_between_commit_and_answer_never_carries_a_call_out_twice(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    // The end of the server, as the database sees it: the call has committed, and its answer is never kept.
    sqlx::raw_sql(
        "create function ended() returns trigger language plpgsql as $$
            begin raise exception 'the server has ended'; end
         $$;
         create trigger ended before update of status on idempotency_key
            for each row when (new.status is not null) execute function ended()",
    )
    .execute(&pool)
    .await
    .unwrap();
    let (_, entries) = routes::calls().described();
    let (mut tried, mut wrong) = (0, Vec::new());
    for entry in entries.iter().filter(|entry| entry.takes_key()) {
        let values = example::seeded(&pool, entry.call.id).await;
        let (path, body) = (fill(entry.path, &values), fill(entry.call.body, &values));
        let first = post(&app, &token, entry.call.id, &path, &body).await;
        assert_eq!(first.0, StatusCode::OK, "{path}: {}", first.2);
        let before = digest(&pool).await;
        sqlx::query("update idempotency_key set claimed_at = claimed_at - interval '2 minutes'")
            .execute(&pool)
            .await
            .unwrap();
        let second = post(&app, &token, entry.call.id, &path, &body).await;
        let is_told = match entry.call.id {
            // Each event has a key of its own, by which the second try counts nothing.
            "usage.ingest" => second.0 == StatusCode::OK,
            _ => second.0 == StatusCode::CONFLICT && second.2.contains("before its answer was kept"),
        };
        let after = digest(&pool).await;
        let changed: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
        if !is_told || !changed.is_empty() {
            wrong.push(format!("{}: {} {} {changed:?}", entry.call.id, second.0, second.2));
        }
        tried += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried >= 11, "{tried}");
}

#[sqlx::test(migrations = "./migrations")]
async fn nothing_is_kept_of_calls_that_only_read(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    let customer_id = seed::customer(&pool, "Acme").await;
    let body = json!({ "customer_id": customer_id, "dashboard": "usage" }).to_string();
    let (status, headers, url) = post(&app, &token, "k", "/v1/dashboards/getEmbeddableUrl", &body).await;
    assert_eq!(status, StatusCode::OK, "{url}");
    assert!(!headers.contains_key("idempotent-replayed"));
    let kept: i64 =
        sqlx::query_scalar("select count(*) from idempotency_key").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 0);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_refused_call_can_be_corrected_under_its_key(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    let (status, ..) = post(&app, &token, "k", "/v1/customers", r#"{"name":""}"#).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, headers, body) = post(&app, &token, "k", "/v1/customers", r#"{"name":"Acme"}"#).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(!headers.contains_key("idempotent-replayed"));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_call_that_the_database_refuses_leaves_its_key_free(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    let unknown = json!({ "id": uuid::Uuid::new_v4() }).to_string();
    let path = |call: &str| format!("/v1/customers/{}/{call}", uuid::Uuid::new_v4());
    let cases = [
        ("/v1/credit-types/create".to_owned(), r#"{"name":"EUR"}"#, 409),
        ("/v1/credit-types/archive".to_owned(), unknown.as_str(), 404),
        ("/v1/billable-metrics/archive".to_owned(), unknown.as_str(), 404),
        ("/v1/invoices/void".to_owned(), unknown.as_str(), 404),
        ("/v1/invoices/regenerate".to_owned(), unknown.as_str(), 404),
        ("/v1/customers/archive".to_owned(), unknown.as_str(), 404),
        (path("setName"), r#"{"name":"Acme"}"#, 404),
        (path("setIngestAliases"), r#"{"ingest_aliases":["acme"]}"#, 404),
        (path("updateConfig"), r#"{"salesforce_account_id":"1"}"#, 404),
    ];
    for (path, body, expected) in cases {
        let (status, _, answer) = post(&app, &token, "k", &path, body).await;
        assert_eq!(status.as_u16(), expected, "{path}: {answer}");
        let kept: i64 =
            sqlx::query_scalar("select count(*) from idempotency_key").fetch_one(&pool).await.unwrap();
        assert_eq!(kept, 0, "{path}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn eight_at_once_carry_a_call_out_once(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    let calls = (0..8).map(|_| post(&app, &token, "k", "/v1/customers", r#"{"name":"Acme"}"#));
    let mut made = 0;
    for (status, headers, body) in join_all(calls).await {
        match status.as_u16() {
            200 => made += usize::from(!headers.contains_key("idempotent-replayed")),
            409 => {
                assert_eq!(headers["retry-after"], "1", "{body}");
                assert!(!headers.contains_key("x-should-retry"), "the SDKs are to try again");
            }
            _ => panic!("{status}: {body}"),
        }
    }
    assert_eq!((made, customers(&pool).await), (1, 1));
    let (status, headers, _) = post(&app, &token, "k", "/v1/customers", r#"{"name":"Acme"}"#).await;
    assert_eq!((status, headers["idempotent-replayed"].as_bytes()), (StatusCode::OK, b"true".as_slice()));
}

async fn join_all<T: Send + 'static>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (one, slot) in all.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = one.as_mut().poll(context)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn keys_belong_to_a_token_and_need_one(pool: PgPool) {
    let (one, other) = (token(&pool).await, token(&pool).await);
    let app = app(pool.clone()).await;
    let body = r#"{"name":"Acme"}"#;
    assert_eq!(post(&app, &one, "k", "/v1/customers", body).await.0, StatusCode::OK);
    let (status, headers, _) = post(&app, &other, "k", "/v1/customers", body).await;
    assert_eq!((status, headers.contains_key("idempotent-replayed")), (StatusCode::OK, false));
    assert_eq!(post(&app, "wrong", "k", "/v1/customers", body).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(customers(&pool).await, 2);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_key_is_a_short_visible_text(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    for key in ["", "two words", &"k".repeat(256)] {
        let (status, _, body) = post(&app, &token, key, "/v1/customers", r#"{"name":"Acme"}"#).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let message = serde_json::from_str::<Value>(&body).unwrap()["message"].to_string();
        assert!(
            message.contains("Idempotency-Key: must have 1 to 255 visible ASCII characters"),
            "{message}"
        );
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_call_whose_client_hung_up_is_carried_out_and_its_answer_kept(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool.clone()).await;
    let body = r#"{"name":"Acme"}"#;
    // The row lock holds the call in its middle, so that the client is sure to be gone before it ends.
    let mut lock = pool.begin().await.unwrap();
    sqlx::query("lock table customer in share mode").execute(&mut *lock).await.unwrap();
    let waiting = tokio::spawn({
        let (app, token) = (app.clone(), token.clone());
        async move { post(&app, &token, "k", "/v1/customers", body).await }
    });
    until(&pool, "select count(*) = 1 from pg_locks where not granted and relation = 'customer'::regclass")
        .await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    lock.rollback().await.unwrap();
    until(&pool, "select count(*) = 1 from idempotency_key where status = 200").await;
    let (status, headers, _) = post(&app, &token, "k", "/v1/customers", body).await;
    assert_eq!((status, headers.contains_key("idempotent-replayed")), (StatusCode::OK, true));
    assert_eq!(customers(&pool).await, 1);
}

async fn until(pool: &PgPool, condition: &'static str) {
    while !sqlx::query_scalar::<_, bool>(condition).fetch_one(pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

/// A claim that is held by nobody any more, as after a crash.
async fn crashed(pool: &PgPool, effect: bool) -> server::Result<KeyState> {
    let then = clock::now() - TimeDelta::minutes(2);
    let KeyState::Claimed(held) = claim(pool, "token", "k", b"hash", then).await? else {
        panic!("not claimed")
    };
    if effect {
        let pool = pool.clone();
        db::under(held, async move { Ok::<_, server::Error>(db::begin(&pool).await?.commit().await?) })
            .await?;
    }
    claim(pool, "token", "k", b"hash", clock::now()).await
}

#[sqlx::test(migrations = "./migrations")]
async fn a_crash_before_the_commit_lets_the_next_try_carry_the_call_out(pool: PgPool) {
    assert!(matches!(crashed(&pool, false).await.unwrap(), KeyState::Claimed(_)));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_crash_after_the_commit_never_carries_the_call_out_twice(pool: PgPool) {
    assert_eq!(crashed(&pool, true).await.unwrap(), KeyState::AnswerLost);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_try_that_was_overtaken_cannot_commit(pool: PgPool) {
    let then = clock::now() - TimeDelta::minutes(2);
    let KeyState::Claimed(slow) = claim(&pool, "token", "k", b"hash", then).await.unwrap() else { panic!() };
    let second = claim(&pool, "token", "k", b"hash", clock::now()).await.unwrap();
    assert!(matches!(second, KeyState::Claimed(_)));
    let begun = db::under(slow, db::begin(&pool)).await;
    assert!(begun.unwrap_err().to_string().contains("carried out in its place"));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_key_is_free_again_after_a_day(pool: PgPool) {
    let now = clock::now();
    let yesterday = now - TimeDelta::hours(24);
    assert!(matches!(claim(&pool, "token", "old", b"hash", yesterday).await.unwrap(), KeyState::Claimed(_)));
    assert!(matches!(claim(&pool, "token", "old", b"else", now).await.unwrap(), KeyState::Claimed(_)));
    assert!(matches!(
        claim(&pool, "token", "other", b"hash", yesterday).await.unwrap(),
        KeyState::Claimed(_)
    ));
    assert_eq!(db::idempotency::purge(&pool, now).await.unwrap(), 1);
    assert_eq!(db::idempotency::purge(&pool, now).await.unwrap(), 0);
}
