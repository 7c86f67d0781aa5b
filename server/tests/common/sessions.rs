//! What a reader's browser does with an embeddable URL, and the sessions that it opens.

use super::{get, post, seed};
use app::billing::AggregationType;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use server::{
    db::dashboard_session::{Lifetime, NewSession},
    embed_url::{SESSION_LIFE, SESSION_TTL, viewer_key},
};
use sqlx::PgPool;
use tower::ServiceExt as _;
use uuid::Uuid;

/// How long a session goes on.
pub const LIFETIME: Lifetime = Lifetime { at_most: SESSION_LIFE, unused: SESSION_TTL };
/// What a page says whose link, or session, has ended.
pub const EXPIRED: &str = "This link has expired";

/// An answer to a browser.
pub struct Page {
    pub status: StatusCode,
    pub refusal: Option<String>,
    pub body: String,
}

/// Opens a path, with a session token where there is one.
pub async fn page(app: &Router, path: &str, bearer: Option<&str>) -> Page {
    let mut request = Request::get(path);
    if let Some(bearer) = bearer {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let refusal = response.headers().get("x-inlay-refusal").map(|value| value.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Page { status, refusal, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// What `getEmbeddableUrl` answers.
pub async fn made(app: &Router, token: &str, customer_id: Uuid, dashboard: &str, rest: Value) -> Value {
    let mut body = json!({ "customer_id": customer_id, "dashboard": dashboard });
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let (status, answer) = post(app, token, "/v1/dashboards/getEmbeddableUrl", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"].clone()
}

/// The path and query of an embeddable URL.
pub async fn url(app: &Router, token: &str, customer_id: Uuid, dashboard: &str) -> String {
    path(&made(app, token, customer_id, dashboard, json!({})).await)
}

/// The path and query of the URL of an answer.
pub fn path(made: &Value) -> String {
    made["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap().to_owned()
}

/// The session token that a page holds.
pub fn session(page: &Page) -> String {
    let name = "\"session\":{\"token\":\"";
    let at = page.body.find(name).unwrap_or_else(|| panic!("{}", page.body)) + name.len();
    page.body[at..].split('"').next().unwrap().to_owned()
}

/// The token in the links of a page.
pub fn link(page: &Page) -> String {
    let at = page.body.find("?token=").expect("a link with a token") + "?token=".len();
    page.body[at..].split(['&', '"']).next().unwrap().to_owned()
}

/// A customer with a metric, and a plan that bills it.
pub async fn on_plan(pool: &PgPool, name: &str) -> Uuid {
    let customer_id = seed::customer(pool, name).await;
    let metric = seed::metric(pool, AggregationType::Count, "requests", "[]").await;
    seed::on_plan(pool, customer_id, &[metric]).await;
    let billed = "update customer_plan set period_end = '2026-02-01T00:00:00Z' where customer_id = $1";
    sqlx::query(billed).bind(customer_id).execute(pool).await.unwrap();
    customer_id
}

/// The live sessions.
pub async fn listed(app: &Router, token: &str, query: &str) -> Vec<Value> {
    let (status, answer) = get(app, token, &format!("/v1/dashboards/sessions?{query}")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"].as_array().unwrap().clone()
}

/// A session that is noted as the pages note it.
pub fn new_session(customer_id: Uuid, opened_at: DateTime<Utc>, viewer: Option<&str>) -> NewSession {
    NewSession {
        id: Uuid::new_v4(),
        customer_id,
        dashboard: "usage".to_owned(),
        viewer_id: viewer.map(str::to_owned),
        viewer_key: viewer.map(viewer_key),
        url_id: Uuid::new_v4(),
        is_single_use: false,
        seen: Some(0),
        valid_from: opened_at,
        opened_at,
    }
}
