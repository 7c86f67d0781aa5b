//! The audit log: what is done about access to customers' data, and by whom.

use crate::common::{app, example, get, post, seed, send, state, token};
use app::embed::{Dashboard, DashboardConfig};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};
use server::{
    AppState,
    client::Peer,
    clock,
    config::Settings,
    db::api_token::{self, Scope},
    embed_url::{Grant, Keys, Session},
};
use sqlx::PgPool;
use std::{net::IpAddr, sync::Arc, time::Duration};
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

#[sqlx::test(migrations = "./migrations")]
async fn a_request_comes_from_where_our_proxies_heard_it(pool: PgPool) {
    let token = token(&pool).await;
    for (proxies, expected) in [(0, "192.0.2.1"), (1, "198.51.100.7"), (2, "203.0.113.9")] {
        let settings = Arc::new(Settings { proxies, ..Settings::default() });
        let app = server::router(AppState { settings, ..state(pool.clone()) });
        let customer_id = seed::customer(&pool, "Acme").await;
        let mut request = Request::post(URL)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-forwarded-for", "203.0.113.9, 198.51.100.7")
            .body(Body::from(json!({ "customer_id": customer_id, "dashboard": "usage" }).to_string()))
            .unwrap();
        request.extensions_mut().insert(Peer("192.0.2.1".parse::<IpAddr>().unwrap()));
        assert_eq!(send(&app, request).await.0, StatusCode::OK);
        let made = rows(&app, &token, &customer_id.to_string(), 1).await.remove(0);
        assert_eq!(made["request"]["ip"], expected, "{proxies}");
    }
}
