//! Sessions of dashboards: which are listed, and URLs that open once.

use crate::common::{
    app, post, seed, served,
    sessions::{EXPIRED, LIFETIME, link, listed, made, new_session, on_plan, page, path, session, url},
    token,
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::{
    clock,
    db::{self, dashboard_session::SessionFilter},
    embed_url::SESSION_LIFE,
};
use sqlx::PgPool;
use tokio::task::JoinSet;

#[sqlx::test(migrations = "./migrations")]
async fn each_load_of_a_url_is_a_session_that_is_listed(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (acme, other) = (on_plan(&pool, "Acme").await, on_plan(&pool, "Other").await);
    let made = made(&app, &token, acme, "usage", json!({})).await;
    let before = clock::now();
    for _ in 0..2 {
        assert_eq!(page(&app, &path(&made), None).await.status, StatusCode::OK);
    }
    page(&app, &url(&app, &token, other, "invoices").await, None).await;
    let sessions = listed(&app, &token, &format!("customer_id={acme}")).await;
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    assert_ne!(sessions[0]["id"], sessions[1]["id"]);
    for session in &sessions {
        assert_eq!(session["url_id"], made["url_id"]);
        assert_eq!((&session["dashboard"], &session["viewer_id"]), (&json!("usage"), &Value::Null));
        let time = |name: &str| session[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        assert!(time("opened_at") >= before && time("last_used_at") >= before);
        assert_eq!(time("expires_at") - time("opened_at"), SESSION_LIFE);
    }
    assert_eq!(listed(&app, &token, "").await.len(), 3, "those of all customers");
    // Going on is no other session.
    let opened = page(&app, &path(&made), None).await;
    page(&app, &format!("/embed/usage?token={}", link(&opened)), None).await;
    page(&app, "/embed/usage", Some(&session(&opened))).await;
    post(&app, &session(&opened), "/embed/session", json!({})).await;
    assert_eq!(listed(&app, &token, &format!("customer_id={acme}")).await.len(), 3);
}

#[sqlx::test(migrations = "./migrations")]
async fn sessions_that_have_ended_are_not_listed(pool: PgPool) {
    let customer_id = seed::customer(&pool, "Acme").await;
    let now = clock::now();
    let unused = new_session(customer_id, now - TimeDelta::minutes(40), None);
    let used = new_session(customer_id, now - TimeDelta::minutes(40), None);
    let over = new_session(customer_id, now - TimeDelta::hours(12), None);
    let all = [unused, used.clone(), over.clone()];
    let made = db::dashboard_session::note(&pool, &all, &[], &[]).await.unwrap();
    assert_eq!(made.len(), 3);
    let uses = [(used.id, now - TimeDelta::minutes(20)), (over.id, now)];
    db::dashboard_session::note(&pool, &[], &uses, &[]).await.unwrap();
    let list = db::dashboard_session::list(&pool, &SessionFilter::default(), LIFETIME, now).await.unwrap();
    assert_eq!(list.data.iter().map(|one| one.id).collect::<Vec<_>>(), [used.id]);
    // They are kept for as long as their URLs might come again, and then removed.
    let kept: i64 =
        sqlx::query_scalar("select count(*) from dashboard_session").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 3);
    assert_eq!(db::dashboard_session::purge(&pool, now).await.unwrap(), 0);
    assert_eq!(db::dashboard_session::purge(&pool, now + TimeDelta::days(4)).await.unwrap(), 3);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_url_that_opens_once_shows_the_expired_page_the_second_time(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = on_plan(&pool, "Acme").await;
    let once = path(&made(&app, &token, customer_id, "invoices", json!({ "single_use": true })).await);
    let first = page(&app, &once, None).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let second = page(&app, &once, None).await;
    assert_eq!(second.status, StatusCode::UNAUTHORIZED);
    assert_eq!(second.refusal.as_deref(), Some("used-token"));
    assert!(second.body.contains(EXPIRED), "{}", second.body);
    // What was opened goes on.
    for page in [
        page(&app, &format!("/embed/invoices?token={}", link(&first)), None).await,
        page(&app, "/embed/invoices", Some(&session(&first))).await,
    ] {
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    }
    assert_eq!(listed(&app, &token, "").await.len(), 1);
    // To go on by another URL uses that up.
    let once = path(&made(&app, &token, customer_id, "invoices", json!({ "single_use": true })).await);
    let bearer = once.split("token=").nth(1).unwrap();
    let open_again = async || {
        let request =
            Request::post("/embed/session/open").header("authorization", format!("Bearer {bearer}"));
        let request = request.body(Body::from(session(&first))).unwrap();
        crate::common::send(&app, request).await.0
    };
    assert_eq!(open_again().await, StatusCode::OK);
    assert_eq!(open_again().await, StatusCode::UNAUTHORIZED);
    assert_eq!(page(&app, &once, None).await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrations = "./migrations")]
async fn of_many_loads_at_once_a_url_that_opens_once_answers_one(pool: PgPool) {
    // Two servers of one database.
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let apps = [app.clone(), served(pool.clone())];
    let customer_id = on_plan(&pool, "Acme").await;
    let once = path(&made(&app, &token, customer_id, "usage", json!({ "single_use": true })).await);
    let mut loads = JoinSet::new();
    for number in 0..6 {
        let (app, once) = (apps[number % 2].clone(), once.clone());
        loads.spawn(async move { page(&app, &once, None).await.status });
    }
    let answers = loads.join_all().await;
    let opened = answers.iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!(opened, 1, "{answers:?}");
}
