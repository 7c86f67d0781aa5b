//! What is revoked: no server answers it from then on, and all else goes on.

use crate::common::{
    app, get, post, seed, served,
    sessions::{EXPIRED, LIFETIME, Page, link, listed, made, new_session, on_plan, page, path, session, url},
    token,
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::{
    clock,
    db::{self, audit_log::Actor, dashboard_session::Revocation},
    embed_url::Keys,
};
use sqlx::PgPool;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use tokio::task::JoinSet;
use uuid::Uuid;

async fn revoke(app: &Router, token: &str, body: Value) -> i64 {
    let (status, answer) = post(app, token, "/v1/dashboards/revoke", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"]["revoked_sessions"].as_i64().unwrap()
}

/// Every way in which a reader is answered, of two dashboards: the URL, a link, the page by its session, JSON, a renewal.
async fn answers(
    app: &Router,
    customer_id: Uuid,
    [usage, invoices]: &[(String, Page); 2],
) -> Vec<StatusCode> {
    let mut statuses = Vec::new();
    for (dashboard, (url, opened)) in [("usage", usage), ("invoices", invoices)] {
        let (session, link) = (session(opened), link(opened));
        statuses.push(page(app, url, None).await.status);
        statuses.push(page(app, &format!("/embed/{dashboard}?token={link}"), None).await.status);
        statuses.push(page(app, &format!("/embed/{dashboard}"), Some(&session)).await.status);
        let json = format!("/v1/customers/{customer_id}/dashboards/{dashboard}");
        statuses.push(get(app, &session, &json).await.0);
        statuses.push(post(app, &session, "/embed/session", json!({})).await.0);
    }
    let (session, id) = (session(&invoices.1), Uuid::nil());
    for path in [
        "invoices",
        "invoices/breakdowns?starting_on=2026-01-01T00:00:00Z&ending_before=2026-02-01T00:00:00Z",
    ] {
        statuses.push(get(app, &session, &format!("/v1/customers/{customer_id}/{path}")).await.0);
    }
    let form =
        Request::post("/embed/invoices/download").body(Body::from(format!("token={session}&csv={id}")));
    let status = crate::common::send(app, form.unwrap()).await.0;
    // There is no such invoice.
    statuses.push(if status == StatusCode::NOT_FOUND { StatusCode::OK } else { status });
    statuses
}

async fn opened(app: &Router, token: &str, customer_id: Uuid) -> [(String, Page); 2] {
    let usage = url(app, token, customer_id, "usage").await;
    let invoices = url(app, token, customer_id, "invoices").await;
    let (first, second) = (page(app, &usage, None).await, page(app, &invoices, None).await);
    [(usage, first), (invoices, second)]
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_revoked_is_refused_with_the_next_request_on_every_server(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    // Another server, whose readers only their queries bind.
    let other_server = served(pool.clone());
    let (acme, other) = (on_plan(&pool, "Acme").await, on_plan(&pool, "Other").await);
    let of_other = opened(&app, &token, other).await;
    for body in [json!({ "customer_id": acme }), json!({ "everything": true })] {
        let of_acme = opened(&app, &token, acme).await;
        for app in [&app, &other_server] {
            let statuses = answers(app, acme, &of_acme).await;
            assert!(statuses.iter().all(|status| *status == StatusCode::OK), "{statuses:?}");
        }
        let ended = revoke(&app, &token, body.clone()).await;
        assert!(ended >= 2, "{body}: {ended}");
        for app in [&app, &other_server] {
            let statuses = answers(app, acme, &of_acme).await;
            assert!(
                statuses.iter().all(|status| *status == StatusCode::UNAUTHORIZED),
                "{body}: {statuses:?}"
            );
            let page = page(app, &of_acme[0].0, None).await;
            assert_eq!(page.refusal.as_deref(), Some("revoked-session"));
            assert!(page.body.contains(EXPIRED) && !page.body.contains("Acme"), "{}", page.body);
        }
        assert_eq!(listed(&app, &token, &format!("customer_id={acme}")).await, Vec::<Value>::new());
        // The others go on, unless everything is over; what is made from now on opens at once.
        let statuses = answers(&other_server, other, &of_other).await;
        let expected = if body["everything"] == true { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
        assert!(statuses.iter().all(|status| *status == expected), "{body}: {statuses:?}");
        let again = opened(&other_server, &token, acme).await;
        let statuses = answers(&app, acme, &again).await;
        assert!(statuses.iter().all(|status| *status == StatusCode::OK), "{statuses:?}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn under_load_no_request_that_begins_after_the_answer_is_answered(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = on_plan(&pool, "Acme").await;
    let [(_, usage), _] = opened(&app, &token, customer_id).await;
    let (is_revoked, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut readers = JoinSet::new();
    for server in [app.clone(), served(pool.clone()), served(pool.clone())] {
        let (is_revoked, answered, session) = (is_revoked.clone(), answered.clone(), session(&usage));
        let path = format!("/v1/customers/{customer_id}/dashboards/usage");
        readers.spawn(async move {
            let mut refused = 0;
            while refused < 20 {
                let begins_after = is_revoked.load(Ordering::SeqCst);
                match get(&server, &session, &path).await.0 {
                    StatusCode::OK if !begins_after => {
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                    StatusCode::UNAUTHORIZED => refused += 1,
                    status => panic!("{status}, after the answer: {begins_after}"),
                }
            }
        });
    }
    while answered.load(Ordering::SeqCst) < 30 {
        tokio::task::yield_now().await;
    }
    revoke(&app, &token, json!({ "customer_id": customer_id })).await;
    is_revoked.store(true, Ordering::SeqCst);
    readers.join_all().await;
}

#[sqlx::test(migrations = "./migrations")]
async fn one_session_is_revoked_by_its_id(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = on_plan(&pool, "Acme").await;
    let url = url(&app, &token, customer_id, "usage").await;
    let first = page(&app, &url, None).await;
    let id = listed(&app, &token, "").await[0]["id"].clone();
    let second = page(&app, &url, None).await;
    assert_eq!(revoke(&app, &token, json!({ "session_id": id })).await, 1);
    let path = format!("/v1/customers/{customer_id}/dashboards/usage");
    assert_eq!(get(&app, &session(&first), &path).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&app, &session(&second), &path).await.0, StatusCode::OK);
    assert_eq!(page(&app, &url, None).await.status, StatusCode::OK, "the URL still opens");
    // It goes on by a URL of its own, as another session.
    let made_later = self::url(&app, &token, customer_id, "usage").await;
    let bearer = made_later.split("token=").nth(1).unwrap();
    let request = Request::post("/embed/session/open")
        .header("authorization", format!("Bearer {bearer}"))
        .body(Body::from(session(&first)))
        .unwrap();
    assert_eq!(crate::common::send(&app, request).await.0, StatusCode::OK);
    assert_eq!(revoke(&app, &token, json!({ "session_id": id })).await, 0, "it has ended");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_viewer_is_revoked_everywhere_or_with_one_customer(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let now = clock::now();
    let (acme, other) = (seed::customer(&pool, "Acme").await, seed::customer(&pool, "Other").await);
    let all = [
        new_session(acme, now, Some("ann")),
        new_session(other, now, Some("ann")),
        new_session(acme, now, Some("bob")),
        new_session(acme, now, None),
    ];
    db::dashboard_session::note(&pool, &all, &[], &[]).await.unwrap();
    assert_eq!(listed(&app, &token, "viewer_id=ann").await.len(), 2);
    assert_eq!(listed(&app, &token, &format!("viewer_id=ann&customer_id={acme}")).await.len(), 1);
    assert_eq!(revoke(&app, &token, json!({ "viewer_id": "ann", "customer_id": acme })).await, 1);
    let left = listed(&app, &token, "viewer_id=ann").await;
    assert_eq!(left.iter().map(|one| &one["customer_id"]).collect::<Vec<_>>(), [&json!(other)]);
    assert_eq!(revoke(&app, &token, json!({ "viewer_id": "ann" })).await, 1);
    assert_eq!(listed(&app, &token, "viewer_id=ann").await.len(), 0);
    assert_eq!(listed(&app, &token, "").await.len(), 2, "Bob's, and one of nobody known");
}

#[sqlx::test(migrations = "./migrations")]
async fn the_viewer_of_a_url_is_listed_and_revoked_with_what_it_opened(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = on_plan(&pool, "Acme").await;
    let of_viewer = async |id: &str| {
        path(&made(&app, &token, customer_id, "usage", json!({ "viewer": { "id": id } })).await)
    };
    let (anns, bobs) = (of_viewer("ann").await, of_viewer("bob").await);
    let unopened = of_viewer("ann").await;
    let (ann, bob) = (page(&app, &anns, None).await, page(&app, &bobs, None).await);
    let sessions = listed(&app, &token, "viewer_id=ann").await;
    assert_eq!(sessions.iter().map(|one| &one["viewer_id"]).collect::<Vec<_>>(), [&json!("ann")]);
    assert_eq!(revoke(&app, &token, json!({ "viewer_id": "ann" })).await, 1);
    let report = format!("/v1/customers/{customer_id}/dashboards/usage");
    assert_eq!(get(&app, &session(&ann), &report).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&app, &session(&bob), &report).await.0, StatusCode::OK);
    for url in [&anns, &unopened] {
        assert_eq!(page(&app, url, None).await.refusal.as_deref(), Some("revoked-session"));
    }
    assert_eq!(page(&app, &bobs, None).await.status, StatusCode::OK);
}

#[sqlx::test(migrations = "./migrations")]
async fn archiving_a_customer_ends_its_sessions(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = on_plan(&pool, "Acme").await;
    let pages = opened(&app, &token, customer_id).await;
    assert_eq!(listed(&app, &token, "").await.len(), 2);
    post(&app, &token, "/v1/customers/archive", json!({ "id": customer_id })).await;
    assert_eq!(listed(&app, &token, "").await.len(), 0);
    let statuses = answers(&app, customer_id, &pages).await;
    // As that of the download, which names an invoice that is not there either.
    let last = statuses.len() - 1;
    assert!(statuses[..last].iter().all(|status| *status == StatusCode::NOT_FOUND), "{statuses:?}");
}

#[sqlx::test(migrations = "./migrations")]
async fn what_to_revoke_is_said_in_one_way(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let id = Uuid::new_v4();
    for (body, status, message) in [
        (json!({}), 400, "say what to revoke by one of"),
        (json!({ "everything": false }), 400, "say what to revoke by one of"),
        (json!({ "everything": true, "customer_id": id }), 400, "say what to revoke by one of"),
        (json!({ "session_id": id, "viewer_id": "ann" }), 400, "say what to revoke by one of"),
        (json!({ "viewer_id": " " }), 400, "viewer_id: is empty"),
        (json!({ "viewer_id": "ann\nbob" }), 400, "viewer_id: holds a control character"),
        (json!({ "session_id": id }), 404, "the session was not found"),
        (json!({ "customer_id": id }), 404, "the customer was not found"),
    ] {
        let (answered, answer) = post(&app, &token, "/v1/dashboards/revoke", body.clone()).await;
        assert_eq!(answered.as_u16(), status, "{body}: {answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(message), "{body}: {answer}");
    }
    let rows: i64 =
        sqlx::query_scalar("select count(*) from dashboard_revocation").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 0, "what is refused revokes nothing");
}

/// A URL that does not say which revocations it has seen, as those that an integrator signs.
#[sqlx::test(migrations = "./migrations")]
async fn the_time_of_a_url_decides_where_it_says_no_more(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = on_plan(&pool, "Acme").await;
    let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let made = path(&made(&app, &token, customer_id, "usage", json!({})).await);
    let now = clock::now();
    let grant = keys.verify_embed(made.split("token=").nth(1).unwrap(), now).unwrap().grant;
    let signed = |at: DateTime<Utc>| {
        let signed = keys.sign_embed(&grant, None, TimeDelta::hours(1), at).unwrap();
        format!("/embed/usage?token={}", signed.token)
    };
    let revocation = Revocation { customer_id: Some(customer_id), ..Revocation::default() };
    let past = now - TimeDelta::seconds(30);
    db::dashboard_session::revoke(&pool, &revocation, LIFETIME, Actor::Command, past).await.unwrap();
    for (ago, status) in
        [(60, StatusCode::UNAUTHORIZED), (31, StatusCode::UNAUTHORIZED), (20, StatusCode::OK)]
    {
        let page = page(&app, &signed(now - TimeDelta::seconds(ago)), None).await;
        assert_eq!(page.status, status, "{ago} s ago");
    }
}
