//! Rows of the audit log: they stay as they are, and whoever follows the list gets each of them.

use crate::common::{app, get, token};
use axum::{Router, http::StatusCode};
use serde_json::Value;
use server::db::{
    self,
    api_token::{self, Scope},
};
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::timeout;

#[sqlx::test(migrations = "./migrations")]
async fn a_row_cannot_be_changed_or_removed_or_written_for_another_time(pool: PgPool) {
    let _ = token(&pool).await;
    for change in
        ["update audit_log set actor_id = 'somebody'", "delete from audit_log", "truncate audit_log"]
    {
        let refusal = sqlx::query(change).execute(&pool).await.unwrap_err().to_string();
        assert!(
            refusal.contains("rows of the audit log cannot be changed or removed"),
            "{change}: {refusal}"
        );
    }
    sqlx::query(
        "insert into audit_log
            (id, created_at, action, description, status, resource_type, resource_id, request_id)
        values (gen_random_uuid(), '2020-01-01Z', 'a', 'b', 'success', 'c', 'd', 'e')",
    )
    .execute(&pool)
    .await
    .unwrap();
    let old: i64 = sqlx::query_scalar("select count(*) from audit_log where created_at < '2021-01-01Z'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(old, 0, "the time of a row is that of the database");
}

/// The rows after a cursor, and where it goes on.
async fn follow(app: &Router, token: &str, next_page: &str) -> (Vec<Value>, Option<String>) {
    let (status, answer) = get(app, token, &format!("/v1/auditLogs?limit=2&next_page={next_page}")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    (answer["data"].as_array().unwrap().clone(), answer["next_page"].as_str().map(str::to_owned))
}

#[sqlx::test(migrations = "./migrations")]
async fn whoever_follows_the_log_misses_nothing(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (first, next) = follow(&app, &token, "").await;
    assert_eq!(first.len(), 1);
    let next = next.expect("a page with rows goes on");
    assert_eq!(follow(&app, &token, &next).await, (Vec::new(), None), "nothing new: the cursor is kept");

    // One that began earlier and commits later: who reads in between waits for it, and does not pass it.
    let mut slow = pool.begin().await.unwrap();
    let entry = db::audit_log::AuditEntry::new(
        db::audit_log::Action::CreateToken,
        db::audit_log::Actor::Command,
        None,
        "slow".to_owned(),
        "slow".to_owned(),
    );
    db::audit_log::record(&mut slow, &entry).await.unwrap();
    api_token::create(&pool, "fast", Scope::Read, None).await.unwrap();
    let reading = tokio::spawn({
        let (app, token, next) = (app.clone(), token.clone(), next.clone());
        async move { follow(&app, &token, &next).await.0 }
    });
    let waits: bool = timeout(Duration::from_secs(10), async {
        loop {
            let waits: bool = sqlx::query_scalar(
                "select exists (select from pg_locks where locktype = 'advisory' and not granted
                    and database = (select oid from pg_database where datname = current_database()))",
            )
            .fetch_one(&pool)
            .await
            .unwrap();
            if waits {
                return waits;
            }
        }
    })
    .await
    .unwrap();
    assert!(waits);
    slow.commit().await.unwrap();
    let read = reading.await.unwrap();
    let ids: Vec<&str> = read.iter().map(|row| row["description"].as_str().unwrap()).collect();
    assert_eq!(ids, ["slow", "The API token \"fast\" of scope read."]);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_filter_without_its_other_half_is_refused(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    for (query, expected) in [
        ("resource_type=customer", "resource_id: is required where resource_type is given"),
        ("resource_id=a", "resource_type: is required where resource_id is given"),
        ("sort=newest", "sort: \"newest\" is not one of date_asc, date_desc"),
        ("next_page=x", "next_page: is not a cursor of this list"),
    ] {
        let (status, answer) = get(&app, &token, &format!("/v1/auditLogs?{query}")).await;
        let message = answer["message"].as_str().unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{message}");
        assert!(message.starts_with(expected), "{message}");
    }
}
