//! The style guide: served when asked for, complete without JavaScript, framing nothing but this server.

use app::embed::theme::Token;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use server::{AppState, config::Settings, styleguide::samples};
use sqlx::PgPool;
use std::sync::Arc;
use tower::ServiceExt as _;

fn with_guide(pool: PgPool) -> Router {
    let settings = Arc::new(Settings { styleguide: true, ..Settings::default() });
    server::router(AppState { settings, ..crate::common::state(pool) })
}

async fn open(app: &Router, path: &str) -> (StatusCode, HeaderMap, String) {
    let response = app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

#[sqlx::test(migrations = "./migrations")]
async fn the_guide_names_every_color_and_frames_only_this_server(pool: PgPool) {
    let (status, headers, body) = open(&with_guide(pool), "/styleguide").await;
    assert_eq!(status, StatusCode::OK);
    for name in Token::NAMES {
        assert!(body.contains(&format!("data-token=\"{name}\"")), "{name}");
    }
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-src 'self'") && policy.contains("frame-ancestors 'self'"), "{policy}");
    assert!(!body.contains("style=\""), "the policy forbids style attributes");
}

#[sqlx::test(migrations = "./migrations")]
async fn every_sample_is_a_page_of_its_own(pool: PgPool) {
    let app = with_guide(pool);
    for sample in samples() {
        let (status, _, body) = open(&app, &format!("/styleguide/{}", sample.name)).await;
        assert_eq!(status, StatusCode::OK, "{}", sample.name);
        assert!(body.contains("<main"), "{}", sample.name);
    }
    assert_eq!(open(&app, "/styleguide/unknown").await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn unless_asked_for_there_is_no_guide(pool: PgPool) {
    let app = crate::common::app(pool).await;
    for path in ["/styleguide", "/styleguide/invoices"] {
        assert_eq!(open(&app, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}
