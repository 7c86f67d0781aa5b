//! Who may frame the dashboards: the list of the server, that of a URL, and what was refused.

use crate::common::{get, post, seed, served, state, token};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use server::{
    AppState, clock,
    config::Settings,
    db::{
        self,
        allowed_origin::{Refusal, refused},
        audit_log::Actor,
    },
};
use sqlx::PgPool;
use std::sync::Arc;
use tower::ServiceExt as _;
use uuid::Uuid;

/// A page as a browser frames it: its headers and its text.
async fn framed(app: &Router, path: &str, by: Option<&str>) -> (HeaderMap, String) {
    let mut request = Request::get(path);
    if let Some(by) = by {
        request = request
            .header("sec-fetch-dest", "iframe")
            .header("sec-fetch-site", "cross-site")
            .header("referer", format!("{by}/"));
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let headers = response.headers().clone();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (headers, String::from_utf8(body.to_vec()).unwrap())
}

/// Who may frame a page, as browsers are told.
async fn ancestors(app: &Router, path: &str) -> String {
    let (headers, _) = framed(app, path, None).await;
    let policy = headers["content-security-policy"].to_str().unwrap().to_owned();
    policy.split("frame-ancestors ").nth(1).unwrap().to_owned()
}

/// What `getEmbeddableUrl` answers: the path and query, and the warnings.
async fn url(app: &Router, token: &str, customer_id: Uuid, allowed_origins: Value) -> (String, Value) {
    let body =
        json!({ "customer_id": customer_id, "dashboard": "usage", "allowed_origins": allowed_origins });
    let (status, answer) = post(app, token, "/v1/dashboards/getEmbeddableUrl", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let url = answer["data"]["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap();
    (url.to_owned(), answer["data"]["warnings"].clone())
}

async fn change(app: &Router, token: &str, what: &str, origin: &str) -> (StatusCode, Value) {
    post(app, token, &format!("/v1/dashboards/origins/{what}"), json!({ "origin": origin })).await
}

/// A server whose configuration allows these origins.
fn allowing(pool: &PgPool, origins: &[&str]) -> AppState {
    let allowed_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    let settings = Arc::new(Settings { allowed_origins, ..Settings::default() });
    AppState { settings, ..state(pool.clone()) }
}

#[sqlx::test(migrations = "./migrations")]
async fn origins_of_configuration_and_list_are_told_to_browsers(pool: PgPool) {
    let state = allowing(&pool, &["https://app.example.com"]);
    let (app, token) = (server::router(state.clone()), token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let (path, _) = url(&app, &token, customer_id, Value::Null).await;
    assert_eq!(ancestors(&app, &path).await, "https://app.example.com");
    for (given, kept) in [
        ("https://Portal.Example.org:443", "https://portal.example.org"),
        ("https://*.example.net", "https://*.example.net"),
        ("https://*.example.net", "https://*.example.net"),
    ] {
        let (status, answer) = change(&app, &token, "add", given).await;
        assert_eq!((status, &answer["data"]["origin"]), (StatusCode::OK, &json!(kept)), "{answer}");
    }
    let all = "https://app.example.com https://*.example.net https://portal.example.org";
    assert_eq!(ancestors(&app, &path).await, all);
    // The script that talks to the page around the frame asks the same list.
    let (_, page) = framed(&app, &path, None).await;
    if page.contains("data-hosts") {
        assert!(page.contains("portal\\.example\\.org"), "{page}");
    }
    // What is said in place of a page is shown in the same frames.
    assert_eq!(ancestors(&app, "/embed/usage").await, all);
    let (_, list) = get(&app, &token, "/v1/dashboards/origins").await;
    let listed: Vec<_> = list["data"].as_array().unwrap().iter().map(|one| &one["origin"]).collect();
    assert_eq!(listed, ["https://*.example.net", "https://portal.example.org"]);
    assert_eq!(change(&app, &token, "remove", "https://*.example.net").await.0, StatusCode::OK);
    assert_eq!(change(&app, &token, "remove", "https://*.example.net").await.0, StatusCode::NOT_FOUND);
    assert_eq!(ancestors(&app, &path).await, "https://app.example.com https://portal.example.org");
    // Another server knows it as soon as it reads the list.
    let other = allowing(&pool, &[]);
    other.origins.set(db::allowed_origin::all(&pool).await.unwrap());
    assert_eq!(ancestors(&server::router(other), &path).await, "https://portal.example.org");
}

#[sqlx::test(migrations = "./migrations")]
async fn an_origin_that_is_none_or_that_others_share_is_refused_with_the_reason(pool: PgPool) {
    let (app, token) = (server::router(allowing(&pool, &[])), token(&pool).await);
    for (origin, problem) in [
        ("app.example.com", "origin: \"app.example.com\" is not an origin such as https://app.example.com"),
        ("https://app.example.com/billing", "is not an origin"),
        ("*", "is not an origin"),
        ("https://*.co.uk", "anybody can register names below co.uk"),
        ("https://*.vercel.app", "vercel.app is shared by the customers of a platform"),
    ] {
        let (status, answer) = change(&app, &token, "add", origin).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{origin}: {answer}");
        assert!(answer["message"].as_str().unwrap().contains(problem), "{origin}: {answer}");
    }
    assert_eq!(db::allowed_origin::all(&pool).await.unwrap(), Vec::<String>::new());
    let most = server::limits::ALLOWED_ORIGINS;
    for number in 0..most {
        let origin = format!("https://{number}.example.com");
        db::allowed_origin::add(&pool, &origin, Actor::Command, clock::now()).await.unwrap();
    }
    let (status, answer) = change(&app, &token, "add", "https://more.example.com").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    assert!(answer["message"].as_str().unwrap().starts_with("origin: the list has 101 entries"), "{answer}");
    assert_eq!(db::allowed_origin::all(&pool).await.unwrap().len(), most);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_url_narrows_the_list_and_never_widens_it(pool: PgPool) {
    let state = allowing(&pool, &["https://*.example.com", "https://portal.example.org"]);
    let (app, token) = (server::router(state), token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let own = json!(["https://app.example.com", "https://evil.example", "https://App.example.com"]);
    let (path, warnings) = url(&app, &token, customer_id, own).await;
    let warning = warnings[0].as_str().unwrap();
    assert!(
        warning.starts_with("allowed_origins[1]: the server does not allow \"https://evil.example\""),
        "{warning}"
    );
    assert_eq!(warnings.as_array().unwrap().len(), 1);
    assert_eq!(ancestors(&app, &path).await, "https://app.example.com");
    // A link on the page, and what is said when its time is over, keep it.
    let (_, page) = framed(&app, &path, None).await;
    let at = page.find("\"link\":\"").unwrap() + "\"link\":\"".len();
    let link = page[at..].split('"').next().unwrap();
    assert_eq!(ancestors(&app, &format!("/embed/usage?token={link}")).await, "https://app.example.com");
    assert_eq!(ancestors(&app, &path.replace("/usage", "/invoices")).await, "https://app.example.com");
    let (path, warnings) = url(&app, &token, customer_id, json!(["https://evil.example"])).await;
    assert_eq!(warnings.as_array().unwrap().len(), 1);
    assert_eq!(ancestors(&app, &path).await, "'self'");
    for (own, problem) in [
        (json!(["https://app.example.com", "x"]), "allowed_origins[1]: \"x\" is not an origin"),
        (json!(["https://*.com"]), "allowed_origins[0]: \"https://*.com\" would allow pages of others"),
    ] {
        let body = json!({ "customer_id": customer_id, "dashboard": "usage", "allowed_origins": own });
        let (status, answer) = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(problem), "{answer}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn refused_frames_are_listed_with_the_entry_that_would_admit_them(pool: PgPool) {
    let state = allowing(&pool, &["https://*.example.com"]);
    let (app, token) = (server::router(state), token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let (anywhere, _) = url(&app, &token, customer_id, Value::Null).await;
    let (narrow, _) = url(&app, &token, customer_id, json!(["https://app.example.com"])).await;
    for (path, by) in [
        (&anywhere, Some("https://staging.example.org:8443")),
        (&anywhere, Some("https://staging.example.org:8443")),
        (&anywhere, Some("https://app.example.com")),
        (&anywhere, None),
        (&narrow, Some("https://app.example.com")),
        (&narrow, Some("https://other.example.com")),
    ] {
        framed(&app, path, by).await;
    }
    // Nobody learns anything by a token that is not good.
    framed(&app, "/embed/usage?token=a.b.c", Some("https://evil.example")).await;
    // They are noted beside the answers: look until they are there.
    let noted = async {
        loop {
            let (_, list) = get(&app, &token, "/v1/dashboards/origins/refused").await;
            let times: i64 =
                list["data"].as_array().unwrap().iter().map(|one| one["times"].as_i64().unwrap()).sum();
            if times == 3 {
                return list;
            }
            tokio::task::yield_now().await;
        }
    };
    let list = tokio::time::timeout(std::time::Duration::from_secs(10), noted).await.unwrap();
    let mut found: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            (text("origin"), text("refused_by"), text("entry"), one["times"].as_i64().unwrap())
        })
        .collect();
    found.sort();
    let row = |origin: &str, by: &str, times| (origin.to_owned(), by.to_owned(), origin.to_owned(), times);
    let expected =
        [row("https://other.example.com", "url", 1), row("https://staging.example.org:8443", "server", 2)];
    assert_eq!(found, expected);
}

#[sqlx::test(migrations = "./migrations")]
async fn refused_frames_are_forgotten_after_ninety_days(pool: PgPool) {
    let now = clock::now();
    let refusal =
        |origin: &str| Refusal { origin: origin.to_owned(), refused_by: app::embed::RefusedBy::Server };
    let note = async |origin: &str, days: i64| {
        let at = now - TimeDelta::days(days);
        db::dashboard_session::note(&pool, &[], &[], &[(refusal(origin), 2, at)]).await.unwrap();
    };
    for (origin, days) in [
        ("https://old.example", 100),
        ("https://a.example", 89),
        ("https://b.example", 1),
        ("https://a.example", 0),
    ] {
        note(origin, days).await;
    }
    let list = refused(&pool, None, None, now).await.unwrap().data;
    let seen: Vec<_> = list.iter().map(|one| (one.origin.as_str(), one.times)).collect();
    assert_eq!(seen, [("https://a.example", 4), ("https://b.example", 2)]);
    let kept: i64 = sqlx::query_scalar("select count(*) from refused_embed").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 2, "the old one is gone");
    let later = refused(&pool, None, None, now + TimeDelta::days(90)).await.unwrap().data;
    assert_eq!(later.len(), 0);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_page_that_nobody_may_frame_shows_itself_alone(pool: PgPool) {
    let (app, token) = (served(pool.clone()), token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let (path, warnings) = url(&app, &token, customer_id, json!(["https://app.example.com"])).await;
    assert_eq!(ancestors(&app, &path).await, "'self'");
    assert!(warnings[0].as_str().unwrap().contains("inlay origin add"), "{warnings}");
    let (_, page) = framed(&app, &path, None).await;
    assert!(!page.contains("data-hosts"), "it has nobody to talk to");
}
