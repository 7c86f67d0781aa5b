//! What tests of routes share: the router in process, a token, JSON requests.

pub mod billing;
pub mod example;
pub mod files;
pub mod log;
pub mod queries;
pub mod seed;
pub mod sessions;
pub mod timeless;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::Value;
use server::{AppState, admission::Admission, config::Settings, db, embed_url::Keys, readers::Readers};
use sqlx::PgPool;
use tower::ServiceExt;

/// Every route, on this database, through connections as a server has them: they write in `db::begin` alone.
/// Its readers are bound by the database.
pub async fn app(pool: PgPool) -> Router {
    let options = pool.connect_options().as_ref().clone();
    let pool = db::connect(options, pool.options().get_max_connections()).await.unwrap();
    app_with_readers(pool.clone(), bound_readers(&pool, 8).await)
}

/// So many connections for readers, each bound to the customer of its turn.
pub async fn bound_readers(pool: &PgPool, connections: u32) -> Readers {
    let role = db::reader_role(pool).await.unwrap();
    assert!(matches!(role, db::ReaderRole::Bound), "{role:?}");
    Readers::bound(pool, connections)
}

/// Every route, through these connections.
pub fn served(pool: PgPool) -> Router {
    server::router(state(pool))
}

/// The same, with connections of their own for readers.
pub fn app_with_readers(pool: PgPool, readers: Readers) -> Router {
    server::router(AppState { readers, ..state(pool) })
}

/// What handlers and jobs reach.
pub fn state(pool: PgPool) -> AppState {
    let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let readers = Readers::new(pool.clone());
    // However few connections a test has, its requests wait for those and not to be let in.
    let admission = Admission::new(200);
    AppState { admission, ..AppState::new(pool, readers, keys, Settings::default()) }
}

/// An API token that may write.
pub async fn token(pool: &PgPool) -> String {
    db::api_token::create(pool, "test", db::api_token::Scope::Write, None).await.unwrap()
}

pub async fn get(app: &Router, token: &str, path: &str) -> (StatusCode, Value) {
    send(
        app,
        Request::get(path).header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap(),
    )
    .await
}

pub async fn post(app: &Router, token: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    send(app, request).await
}

/// The status and the JSON body; `null` for an empty one, a text for what is no JSON.
pub async fn send(app: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (
        status,
        match serde_json::from_slice(&bytes) {
            Ok(json) => json,
            Err(_) if bytes.is_empty() => Value::Null,
            Err(_) => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
        },
    )
}
