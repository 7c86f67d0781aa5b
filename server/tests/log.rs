//! The log: one line a request, with its id, and never a token.

use crate::common::log::capture;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    middleware,
    routing::get,
};
use server::{Error, api_token, config::LogFormat, telemetry};
use sqlx::PgPool;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

#[sqlx::test(migrations = "./migrations")]
async fn tokens_appear_in_no_log_line(pool: PgPool) {
    let (log, _guard) = capture("trace", LogFormat::Text);
    let token = crate::common::token(&pool).await;
    let app = crate::common::app(pool).await;
    let unknown = api_token::generate();
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";
    for (path, bearer) in [
        (format!("/embed/invoices?token={jwt}"), token.as_str()),
        (format!("/embed/usage?token={jwt}&days=30"), jwt),
        ("/v1/customers".to_owned(), token.as_str()),
        ("/v1/customers".to_owned(), unknown.as_str()),
        (format!("/nowhere?access_token={token}"), unknown.as_str()),
    ] {
        let request = Request::get(path)
            .header("authorization", format!("Bearer {bearer}"))
            .header("x-request-id", format!("{jwt}\u{7f}").trim_end_matches('\u{7f}').to_owned() + " spaced")
            .body(Body::empty())
            .unwrap();
        app.clone().oneshot(request).await.unwrap();
    }
    let text = log.text();
    assert!(text.contains("answered"), "nothing was logged");
    for secret in [&token[22..65], &unknown[22..65], jwt] {
        assert!(!text.contains(secret), "a token is in the log");
    }
}

#[tokio::test]
async fn log_line_and_response_carry_the_same_id() {
    let (log, _guard) = capture("info", LogFormat::Json);
    let app = Router::new()
        .route("/broken", get(|| async { Error::Internal("the detail".to_owned()) }))
        .layer(middleware::from_fn_with_state(0_usize, telemetry::request_id));
    let request = Request::get("/broken?token=abc")
        .header("x-request-id", "from-the-proxy-7")
        .body(Body::empty())
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "from-the-proxy-7");
    let text = log.text();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0]["error"], "the detail");
    assert_eq!(lines[1]["path"], "/broken");
    assert_eq!(lines[1]["status"], 500);
    assert!(lines.iter().all(|line| line["span"]["id"] == "from-the-proxy-7"), "{text}");
}

#[tokio::test]
async fn panic_answers_500_without_detail() {
    async fn handler() -> &'static str {
        panic!("the secret detail")
    }
    let (log, _guard) = capture("info", LogFormat::Text);
    let app = Router::new()
        .route("/", get(handler))
        .layer(CatchPanicLayer::custom(telemetry::panicked))
        .layer(middleware::from_fn_with_state(0_usize, telemetry::request_id));
    let (status, body) = crate::common::send(&app, Request::get("/").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body["code"], "internal");
    assert!(body["request_id"].is_string());
    assert!(!body.to_string().contains("detail"));
    assert!(log.text().contains("the secret detail"));
}

#[sqlx::test(migrations = "./migrations")]
async fn readiness_follows_the_schema(pool: PgPool) {
    let ours = server::db::connect(pool.connect_options().as_ref().clone(), 2).await.unwrap();
    let app = crate::common::served(ours.clone());
    let ready = || Request::get("/readyz").body(Body::empty()).unwrap();
    assert_eq!(crate::common::send(&app, ready()).await.0, StatusCode::OK);
    sqlx::query("delete from _sqlx_migrations where version = 6").execute(&pool).await.unwrap();
    assert_eq!(crate::common::send(&app, ready()).await.0, StatusCode::SERVICE_UNAVAILABLE);
    ours.close().await;
    assert_eq!(crate::common::send(&app, ready()).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = crate::common::send(&app, Request::get("/healthz").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
}
