//! The embed pages: what they show, to whom, and with which headers.

use crate::common::{app, post, seed, token};
use app::billing::AggregationType;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt as _;
use uuid::Uuid;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn open(app: &Router, path: &str) -> Answer {
    answer(app, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn answer(app: &Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// The path and query of an embeddable URL.
async fn url(app: &Router, token: &str, customer_id: Uuid, dashboard: &str, rest: Value) -> String {
    let mut body = json!({ "customer_id": customer_id, "dashboard": dashboard });
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let (status, answer) = post(app, token, "/v1/dashboards/getEmbeddableUrl", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"]["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap().to_owned()
}

/// The page, asked for as its own script does.
async fn open_by(app: &Router, path: &str, session: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {session}"));
    answer(app, request.body(Body::empty()).unwrap()).await
}

/// The session token that a page holds for its own requests: among what its app starts with.
fn session(page: &str) -> String {
    let name = "\"session\":{\"token\":\"";
    let at = page.find(name).expect("the place of the session token") + name.len();
    page[at..].split('"').next().unwrap().to_owned()
}

/// The token in the links of a page.
fn link(page: &str) -> String {
    let at = page.find("?token=").expect("a link with a token") + "?token=".len();
    page[at..].split(['&', '"']).next().unwrap().to_owned()
}

/// A customer who owes something: the page of its invoices has links.
async fn customer_with_draft(pool: &PgPool) -> Uuid {
    let customer_id = customer_on_plan(pool).await;
    let billed = "update customer_plan set period_end = '2026-02-01T00:00:00Z'";
    sqlx::query(billed).execute(pool).await.unwrap();
    customer_id
}

async fn customer_on_plan(pool: &PgPool) -> Uuid {
    let customer_id = seed::customer(pool, "Acme").await;
    let metric = seed::metric(pool, AggregationType::Count, "requests", "[]").await;
    seed::on_plan(pool, customer_id, &[metric]).await;
    customer_id
}

#[sqlx::test(migrations = "./migrations")]
async fn the_usage_page_shows_a_chart_and_links_to_the_windows(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = customer_on_plan(&pool).await;
    let first = open(&app, &url(&app, &token, customer_id, "usage", json!({})).await).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert!(first.body.contains("data-chart"), "{}", first.body);
    assert!(first.body.contains("COUNT of requests"));
    let wider = open(&app, &format!("/embed/usage?token={}&window=90", link(&first.body))).await;
    assert_eq!(wider.status, StatusCode::OK);
    assert!(wider.body.contains("data-chart"));
}

#[sqlx::test(migrations = "./migrations")]
async fn colors_and_scheme_are_on_the_page(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = customer_on_plan(&pool).await;
    let dark = url(&app, &token, customer_id, "invoices", json!({ "color_scheme": "dark" })).await;
    assert!(open(&app, &dark).await.body.contains("<html lang=\"en\" data-scheme=\"dark\">"));
    let overrides = json!({ "color_overrides": [{ "name": "Gray_dark", "value": "#123456" }] });
    let red = url(&app, &token, customer_id, "invoices", overrides).await;
    assert!(open(&app, &red).await.body.contains("--Gray_dark:#123456"));
    // Overrides leave the scheme as it is.
    for scheme in ["dark", "auto"] {
        let colors = json!([{ "name": "Action", "value": "#123456", "scheme": "light" }, { "name": "Action", "value": "#fedcba" }]);
        let change = json!({ "color_scheme": scheme, "color_overrides": colors });
        let page = open(&app, &url(&app, &token, customer_id, "usage", change).await).await.body;
        assert!(page.contains(&format!("<html lang=\"en\" data-scheme=\"{scheme}\">")), "{page}");
        assert!(page.contains("--Action:#fedcba"), "{page}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_headers_of_a_page_are_exactly_these(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let path = url(&app, &token, customer_id, "invoices", json!({})).await;
    let page = open(&app, &path).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(policy, server::http::headers::content_security_policy(nonce, &[]));
    assert!(nonce.len() >= 16);
    assert_eq!(
        ["<script", "<style", "rel=\"modulepreload\""]
            .map(|one| page.body.matches(one).count())
            .iter()
            .sum::<usize>(),
        page.body.matches(&format!("nonce=\"{nonce}\"")).count()
    );
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.headers[name], value, "{name}");
    }
    assert!(!page.headers.contains_key("set-cookie"));
    assert_ne!(open(&app, &path).await.headers["content-security-policy"], policy);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_token_that_is_not_valid_shows_nothing_of_the_customer(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let usage = url(&app, &token, customer_id, "usage", json!({})).await;
    let tampered = format!("{}A", &usage[..usage.len() - 1]);
    let of_the_other_page = usage.replace("/embed/usage", "/embed/invoices");
    for path in
        ["/embed/usage", "/embed/invoices?token=", &tampered, &of_the_other_page, "/embed/usage?token=a.b.c"]
    {
        let page = open(&app, path).await;
        if path == tampered && tampered == usage {
            continue;
        }
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
        let is_missing = path.ends_with("usage") || path.ends_with("token=");
        let said = if is_missing { "This page cannot reload itself" } else { "This link has expired" };
        assert!(page.body.contains(said), "{path}: {}", page.body);
        assert!(page.body.contains("Reload the page around it."), "{path}");
        assert!(!page.body.contains(&customer_id.to_string()) && !page.body.contains("Acme"));
        assert!(!page.body.contains("?token="));
    }
}

/// What a developer is told, by the header and the log; a reader reads the same of all tokens that are not good.
#[sqlx::test(migrations = "./migrations")]
async fn a_refused_token_says_to_developers_alone_what_is_wrong_with_it(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let usage = url(&app, &token, customer_id, "usage", json!({})).await;
    let keys = |secret: &[u8]| server::embed_url::Keys::new(vec![("test".to_owned(), secret.to_vec())]);
    let ours = keys(b"0123456789abcdef0123456789abcdef");
    let now = server::clock::now();
    let grant = ours.verify_address(usage.split("token=").nth(1).unwrap(), now).unwrap().grant;
    let old = now - chrono::Duration::hours(2);
    let expired = ours.sign_embed(&grant, None, chrono::Duration::hours(1), old).unwrap().token;
    let foreign = keys(b"another key of thirty-two bytes.");
    let foreign = foreign.sign_embed(&grant, None, chrono::Duration::hours(1), now).unwrap().token;
    let (log, _guard) = crate::common::log::capture("info", server::config::LogFormat::Text);
    let mut bodies = Vec::new();
    for (path, reason, log_line) in [
        ("/embed/usage".to_owned(), "missing-token", "the address has no token"),
        ("/embed/invoices?token=".to_owned(), "missing-token", "the address has no token"),
        ("/embed/usage?token=a.b.c".to_owned(), "invalid-token", "no key of this server signed the token"),
        (usage[..usage.len() - 5].to_owned(), "invalid-token", "no key of this server signed the token"),
        (format!("/embed/usage?token={foreign}"), "invalid-token", "no key of this server signed the token"),
        (format!("/embed/usage?token={expired}"), "expired-token", "the token has expired"),
        (
            usage.replace("/embed/usage", "/embed/invoices"),
            "wrong-dashboard",
            "the token is of the other dashboard",
        ),
    ] {
        let page = open(&app, &path).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(page.headers["x-inlay-refusal"], reason, "{path}");
        let text = log.take();
        assert!(text.contains(reason) && text.contains(log_line), "{path}: {text}");
        let (_, main) = page.body.split_once("<main").unwrap();
        bodies.push(main.split("<script").next().unwrap().to_owned());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 2, "without a token, and with one that is not good: {bodies:?}");
    post(&app, &token, "/v1/customers/archive", json!({ "id": customer_id })).await;
    assert_eq!(open(&app, &usage).await.headers["x-inlay-refusal"], "archived-customer");
}

#[sqlx::test(migrations = "./migrations")]
async fn an_archived_customer_has_a_polite_page(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let path = url(&app, &token, customer_id, "usage", json!({})).await;
    post(&app, &token, "/v1/customers/archive", json!({ "id": customer_id })).await;
    let page = open(&app, &path).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("This dashboard is no longer available"));
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_said_in_place_of_a_dashboard_keeps_its_colors(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let colors = json!({ "color_overrides": [{ "name": "Gray_dark", "value": "#123456" }] });
    let dark = url(&app, &token, customer_id, "usage", json!({ "color_scheme": "dark" })).await;
    let brand = url(&app, &token, customer_id, "usage", colors).await;
    let keys =
        server::embed_url::Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let now = server::clock::now();
    let long_ago = |path: &str| {
        let session = keys.verify_address(path.split("token=").nth(1).unwrap(), now).unwrap();
        let signed =
            keys.sign_embed(&session.grant, None, TimeDelta::minutes(1), now - TimeDelta::days(1)).unwrap();
        format!("/embed/usage?token={}", signed.token)
    };
    let expired = [long_ago(&dark), long_ago(&brand)];
    post(&app, &token, "/v1/customers/archive", json!({ "id": customer_id })).await;
    for (paths, status) in [([dark, brand], StatusCode::NOT_FOUND), (expired, StatusCode::UNAUTHORIZED)] {
        let [dark, brand] = [open(&app, &paths[0]).await, open(&app, &paths[1]).await];
        assert_eq!((dark.status, brand.status), (status, status));
        assert!(dark.body.contains(r#"data-scheme="dark""#), "{}", dark.body);
        assert!(brand.body.contains("#123456"), "{}", brand.body);
        assert!(!dark.body.contains("Acme") && !dark.body.contains(&customer_id.to_string()));
    }
    // Somebody else's token says nothing of colors.
    let forged = long_ago(
        &url(&app, &token, seed::customer(&pool, "B").await, "usage", json!({ "color_scheme": "dark" }))
            .await,
    );
    let forged = format!("{}AAAA", &forged[..forged.len() - 4]);
    let page = open(&app, &forged).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.body.contains(r#"data-scheme="light""#), "{}", page.body);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_section_that_fails_leaves_the_page_standing(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = customer_on_plan(&pool).await;
    let usage = url(&app, &token, customer_id, "usage", json!({})).await;
    let invoices = url(&app, &token, customer_id, "invoices", json!({})).await;
    sqlx::query("alter table customer_plan rename to elsewhere").execute(&pool).await.unwrap();
    for (path, text) in [(usage, "Usage could not be loaded."), (invoices, "Invoices could not be loaded.")] {
        let page = open(&app, &path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(text), "{}", page.body);
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_session_token_stands_in_no_address(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = customer_with_draft(&pool).await;
    for dashboard in ["usage", "invoices"] {
        let path = format!("/embed/{dashboard}");
        let first = open(&app, &url(&app, &token, customer_id, dashboard, json!({})).await).await;
        let session = session(&first.body);
        let by_address = open(&app, &format!("{path}?token={session}")).await;
        assert_eq!(by_address.status, StatusCode::UNAUTHORIZED, "{path}");
        let by_header = open_by(&app, &path, &session).await;
        assert_eq!(by_header.status, StatusCode::OK, "{path}");
        for page in [&first.body, &by_header.body] {
            let own = self::session(page);
            // The form for downloads sends it too, in its body.
            let form = format!("<input type=\"hidden\" name=\"token\" autocomplete=\"off\" value=\"{own}\">");
            let places = 1 + page.matches(&form).count();
            assert_eq!(places, if dashboard == "invoices" { 2 } else { 1 }, "{path}");
            assert_eq!(page.matches(&own).count(), places, "{path}: it is nowhere else");
            assert!(link(page) != own);
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_link_token_opens_pages_and_nothing_else(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = customer_with_draft(&pool).await;
    let first = open(&app, &url(&app, &token, customer_id, "invoices", json!({})).await).await;
    let link = link(&first.body);
    assert_eq!(open(&app, &format!("/embed/invoices?token={link}")).await.status, StatusCode::OK);
    let (status, _) = crate::common::get(&app, &link, &format!("/v1/customers/{customer_id}/invoices")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "it reads no JSON");
    let (status, _) = post(&app, &link, "/embed/session", json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "it renews no session");
    let form = Request::post("/embed/invoices/download")
        .body(Body::from(format!("token={link}&csv={}", Uuid::nil())));
    assert_eq!(answer(&app, form.unwrap()).await.status, StatusCode::UNAUTHORIZED, "it downloads nothing");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_session_is_renewed_and_opens_the_page(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = customer_with_draft(&pool).await;
    let path = url(&app, &token, customer_id, "invoices", json!({})).await;
    let page = open(&app, &path).await;
    assert_eq!(page.status, StatusCode::OK);
    let embed = path.split("token=").nth(1).unwrap();
    let (status, _) = post(&app, embed, "/embed/session", json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "an embed token is no session token");

    let (status, answer) = post(&app, &session(&page.body), "/embed/session", json!({})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let left = answer["expires_in"].as_i64().unwrap();
    assert!((590..=600).contains(&left), "{left}: the links end first");
    let (session, link) = (answer["token"].as_str().unwrap(), answer["link"].as_str().unwrap());
    for page in [
        open_by(&app, "/embed/invoices", session).await,
        open(&app, &format!("/embed/invoices?token={link}")).await,
    ] {
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("data-invoice"), "{}", page.body);
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn an_open_page_goes_on_by_another_url_of_its_own_dashboard_and_customer(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer_id = customer_on_plan(&pool).await;
    let path = url(&app, &token, customer_id, "usage", json!({})).await;
    let embed = async |customer_id: Uuid, dashboard: &str| {
        let path = url(&app, &token, customer_id, dashboard, json!({})).await;
        path.split("token=").nth(1).unwrap().to_owned()
    };
    let open_again = async |bearer: &str, own: &str| {
        let request =
            Request::post("/embed/session/open").header("authorization", format!("Bearer {bearer}"));
        answer(&app, request.body(Body::from(own.to_owned())).unwrap()).await
    };
    let page = open(&app, &path).await.body;
    let (running, link) = (session(&page), link(&page));
    let keys =
        server::embed_url::Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let now = server::clock::now();
    let long_ago = server::embed_url::Session {
        opened_at: now - TimeDelta::hours(11),
        ..keys.verify_session(&running, now).unwrap()
    };
    let expired = keys.sign_session(&long_ago, now - TimeDelta::hours(10)).unwrap().token;
    for own in [&running, &expired] {
        let renewed = open_again(&embed(customer_id, "usage").await, own).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
        let tokens: Value = serde_json::from_str(&renewed.body).unwrap();
        let session = keys.verify_session(tokens["token"].as_str().unwrap(), now).unwrap();
        assert_eq!(session.grant.customer_id, customer_id);
        assert!(session.opened_at >= now - TimeDelta::seconds(1), "its twelve hours begin anew");
    }
    let other = seed::customer(&pool, "Other").await;
    for (bearer, own, why) in [
        (embed(other, "usage").await, running.as_str(), "another customer"),
        (embed(customer_id, "invoices").await, running.as_str(), "another dashboard"),
        (embed(customer_id, "usage").await, "", "no session before"),
        (embed(customer_id, "usage").await, link.as_str(), "a link token is no session token"),
        (running.clone(), running.as_str(), "a session token opens nothing"),
        (link.clone(), running.as_str(), "nor does a link token"),
    ] {
        assert_eq!(open_again(&bearer, own).await.status, StatusCode::UNAUTHORIZED, "{why}");
    }
    let last = embed(customer_id, "usage").await;
    post(&app, &token, "/v1/customers/archive", json!({ "id": customer_id })).await;
    assert_eq!(open_again(&last, &running).await.status, StatusCode::NOT_FOUND, "an archived customer");
}
