//! The audit log: what is done about access to customers' data, by whom, in rows that stay as they are.

use crate::common::{app, example, get, post, seed, send, token};
use app::embed::{Dashboard, DashboardConfig};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};
use server::{
    clock,
    db::{
        self,
        api_token::{self, Scope},
    },
    embed_url::{Grant, Keys, Session},
};
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

const URL: &str = "/v1/dashboards/getEmbeddableUrl";

/// The rows about a customer, oldest first, once there are so many: those of pages are added beside their answers.
async fn rows(app: &Router, token: &str, customer_id: &str, count: usize) -> Vec<Value> {
    let path = format!("/v1/auditLogs?resource_type=customer&resource_id={customer_id}&limit=100");
    let found = timeout(Duration::from_secs(10), async {
        loop {
            let (status, answer) = get(app, token, &path).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            let rows = answer["data"].as_array().unwrap().clone();
            if rows.len() >= count {
                return rows;
            }
            tokio::task::yield_now().await;
        }
    });
    let rows = found.await.unwrap();
    assert_eq!(rows.len(), count, "{rows:#?}");
    rows
}

fn actions(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["action"].as_str().unwrap()).collect()
}

/// A page, by a browser.
async fn open(app: &Router, address: &str) -> StatusCode {
    let request = Request::get(address)
        .header(header::USER_AGENT, "Browser/1.0")
        .header("x-request-id", "request-of-page")
        .body(Body::empty());
    send(app, request.unwrap()).await.0
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_given_and_taken_is_logged_with_who_did_it(pool: PgPool) {
    let values = example::seeded(&pool, "").await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (customer_id, invoice_id) = (&values["customer_id"], &values["invoice_id"]);
    let body = json!({
        "customer_id": customer_id, "dashboard": "invoices", "viewer": { "id": "u_17", "name": "Ada" },
        "hide_amounts": true,
    });
    let (status, answer) = post(&app, &token, URL, body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let url = answer["data"]["url"].as_str().unwrap();
    let address = &url[url.find("/embed/").unwrap()..];

    // The URL is there before it is answered.
    let made = rows(&app, &token, customer_id, 1).await.remove(0);
    assert_eq!((&made["action"], &made["status"]), (&json!("create_embeddable_url"), &json!("success")));
    let public = server::api_token::Token::parse(&token).unwrap().id;
    assert_eq!(made["actor"], json!({ "id": public, "name": "test" }));
    let description = made["description"].as_str().unwrap();
    let expected = "An embeddable URL of the invoices dashboard, without amounts for u_17 (Ada), good until ";
    assert!(description.starts_with(expected), "{description}");

    assert_eq!(open(&app, address).await, StatusCode::OK);
    let opened = rows(&app, &token, customer_id, 2).await.remove(1);
    assert_eq!(opened["action"], "open_dashboard");
    assert_eq!(opened["actor"], json!({ "id": "u_17", "name": "Ada" }));
    assert_eq!(
        opened["request"],
        json!({ "id": "request-of-page", "ip": null, "user_agent": "Browser/1.0" })
    );

    // Of the other dashboard it is refused; what this server did not sign is nobody's.
    let wrong = address.replace("/embed/invoices", "/embed/usage");
    assert_eq!(open(&app, &wrong).await, StatusCode::UNAUTHORIZED);
    assert_eq!(open(&app, &format!("{address}x")).await, StatusCode::UNAUTHORIZED);
    let refused = rows(&app, &token, customer_id, 3).await.remove(2);
    assert_eq!((&refused["action"], &refused["status"]), (&json!("refuse_dashboard"), &json!("failure")));
    assert!(refused["description"].as_str().unwrap().ends_with("was refused: wrong-dashboard."), "{refused}");

    for format in ["pdf", "csv"] {
        let path = format!("/v1/customers/{customer_id}/invoices/{invoice_id}/{format}");
        assert_eq!(get(&app, &token, &path).await.0, StatusCode::OK);
    }
    let all = rows(&app, &token, customer_id, 5).await;
    assert_eq!(actions(&all)[3..], ["retrieve_invoice_pdf", "retrieve_invoice_csv"]);
    assert_eq!((&all[3]["resource_type"], &all[3]["resource_id"]), (&json!("invoice"), &json!(invoice_id)));
    assert_eq!(all[3]["customer_id"], json!(customer_id));
    let path = format!("/v1/auditLogs?resource_type=invoice&resource_id={invoice_id}");
    assert_eq!(get(&app, &token, &path).await.1["data"], json!(all[3..]));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_token_that_is_made_or_revoked_is_logged_with_it(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let made = api_token::create(&pool, "reporting", Scope::Read, None).await.unwrap();
    let id = server::api_token::Token::parse(&made).unwrap().id.to_owned();
    assert!(api_token::revoke(&pool, &id).await.unwrap());
    assert!(!api_token::revoke(&pool, "unknown").await.unwrap());
    let path = format!("/v1/auditLogs?resource_type=api_token&resource_id={id}&sort=date_desc");
    let (_, answer) = get(&app, &token, &path).await;
    let rows = answer["data"].as_array().unwrap();
    assert_eq!(actions(rows), ["revoke_api_token", "create_api_token"]);
    assert_eq!(rows[1]["description"], "The API token \"reporting\" of scope read.");
    assert_eq!(rows[1]["actor"], json!({ "id": "command", "name": "a command of the server" }));
    assert_eq!(rows[1]["customer_id"], Value::Null);
    assert!(!answer.to_string().contains(&made), "the token itself is nowhere");
}

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

/// The session token of a usage dashboard that was opened now, before anything was revoked.
fn session_token(customer_id: Uuid) -> String {
    let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let (now, config) = (clock::now(), DashboardConfig::new(Dashboard::Usage));
    let session = Session { seen: Some(0), ..Session::new(Grant { customer_id, config }, now) };
    keys.sign_session(&session, now).unwrap().token
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_revoked_and_who_may_frame_is_logged_with_it(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let origin = json!({ "origin": "https://app.example.com" });
    for (path, body) in [
        ("revoke", json!({ "customer_id": acme, "viewer_id": "u_17" })),
        ("revoke", json!({ "everything": true })),
        ("origins/add", origin.clone()),
        // It changes nothing, and is no row.
        ("origins/add", origin.clone()),
        ("origins/remove", origin),
    ] {
        // With a key it is carried out in a task of its own, which knows the client too.
        let request = Request::post(format!("/v1/dashboards/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Backend/1.0")
            .header("idempotency-key", Uuid::new_v4().to_string())
            .body(Body::from(body.to_string()));
        let (status, answer) = send(&app, request.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    }
    let unknown = json!({ "session_id": Uuid::nil() });
    assert_eq!(post(&app, &token, "/v1/dashboards/revoke", unknown).await.0, StatusCode::NOT_FOUND);

    let public = server::api_token::Token::parse(&token).unwrap().id;
    let (_, answer) = get(&app, &token, "/v1/auditLogs?limit=100").await;
    let all = answer["data"].as_array().unwrap();
    let done: Vec<&Value> = all.iter().filter(|row| row["actor"]["id"] == public).collect();
    let told = |row: &&Value| {
        ["action", "resource_type", "description"].map(|name| row[name].as_str().unwrap().to_owned())
    };
    assert_eq!(
        done.iter().map(told).collect::<Vec<_>>(),
        [
            [
                "revoke_sessions",
                "revocation",
                "All of the viewer u_17 with this customer was revoked: 0 live sessions ended."
            ],
            ["revoke_sessions", "revocation", "Everything was revoked: 0 live sessions ended."],
            [
                "add_allowed_origin",
                "allowed_origin",
                "Pages of https://app.example.com may frame the dashboards."
            ],
            [
                "remove_allowed_origin",
                "allowed_origin",
                "Pages of https://app.example.com may frame the dashboards no more."
            ],
        ]
    );
    assert_eq!((&done[0]["customer_id"], &done[1]["customer_id"]), (&json!(acme), &Value::Null));
    assert_eq!(done[2]["resource_id"], "https://app.example.com");
    assert!(done.iter().all(|row| row["request"]["user_agent"] == "Backend/1.0"), "{done:#?}");
    // What is revoked of a customer is about it.
    assert_eq!(actions(&rows(&app, &token, &acme.to_string(), 1).await), ["revoke_sessions"]);
}

#[sqlx::test(migrations = "./migrations")]
async fn who_is_refused_is_logged_with_the_reason(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let customer_id = acme.to_string();
    let body = json!({ "customer_id": acme, "dashboard": "usage", "single_use": true });
    let (_, answer) = post(&app, &token, URL, body).await;
    let url = answer["data"]["url"].as_str().unwrap();
    let address = &url[url.find("/embed/").unwrap()..];
    assert_eq!(open(&app, address).await, StatusCode::OK);
    rows(&app, &token, &customer_id, 2).await;

    // The page opens once, and no other goes on by its URL.
    assert_eq!(open(&app, address).await, StatusCode::UNAUTHORIZED);
    rows(&app, &token, &customer_id, 3).await;
    let (session, used) = (session_token(acme), address.split("token=").nth(1).unwrap());
    let request = Request::post("/embed/session/open")
        .header(header::AUTHORIZATION, format!("Bearer {used}"))
        .body(Body::from(session.clone()));
    assert_eq!(send(&app, request.unwrap()).await.0, StatusCode::UNAUTHORIZED);
    rows(&app, &token, &customer_id, 4).await;

    // A revoked session is not renewed.
    let (status, _) = post(&app, &token, "/v1/dashboards/revoke", json!({ "customer_id": acme })).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = post(&app, &session, "/embed/session", json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let all = rows(&app, &token, &customer_id, 6).await;
    let refused = all.iter().filter(|row| row["status"] == "failure");
    assert_eq!(
        refused.map(|row| row["description"].as_str().unwrap()).collect::<Vec<_>>(),
        [
            "The usage dashboard was refused: used-token.",
            "The usage dashboard was refused another session: used-token.",
            "The usage dashboard was refused another session: revoked-session.",
        ]
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn a_session_that_is_renewed_is_logged(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let session = session_token(acme);
    let (status, _) = post(&app, &session, "/embed/session", json!({})).await;
    assert_eq!(status, StatusCode::OK);
    let renewed = rows(&app, &token, &acme.to_string(), 1).await.remove(0);
    assert_eq!((&renewed["action"], &renewed["actor"]), (&json!("renew_session"), &Value::Null));
    let nobody = Uuid::nil().to_string();
    rows(&app, &token, &nobody, 0).await;
}
