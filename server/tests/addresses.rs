//! Addresses on pages: relative to the page, so they stay below the path that a proxy has Inlay under.

use crate::common::{files::files, post, seed, state, token};
use app::billing::AggregationType;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::json;
use server::{AppState, config::Settings};
use sqlx::PgPool;
use std::{collections::BTreeSet, sync::Arc};
use tower::ServiceExt as _;
use url::Url;

/// Where browsers reach Inlay: the proxy takes the path away.
const PUBLIC_URL: &str = "https://app.example.com/billing";

fn app(pool: PgPool) -> Router {
    let settings = Settings { public_url: PUBLIC_URL.to_owned(), styleguide: true, ..Settings::default() };
    server::router(AppState { settings: Arc::new(settings), ..state(pool) })
}

/// Asks for a public address, as the proxy does.
async fn open(app: &Router, url: &str) -> (StatusCode, String) {
    let path = url.strip_prefix(PUBLIC_URL).unwrap_or_else(|| panic!("{url} is not below {PUBLIC_URL}"));
    send(app, "GET", path).await
}

async fn send(app: &Router, method: &str, path: &str) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// What a page at this address names of its own host, by attributes and by the script that loads the app, as a browser
/// resolves it.
fn named(url: &str, page: &str) -> BTreeSet<String> {
    let tags = page.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    let values = tags.flat_map(|tag| {
        [" href=\"", " src=\"", " action=\""].map(|start| tag.split_once(start)).into_iter().flatten()
    });
    let loaded =
        ["import(\"", "module_or_path: \""].map(|start| page.split_once(start)).into_iter().flatten();
    let base = Url::parse(url).unwrap();
    let mut found = BTreeSet::new();
    for (_, rest) in values.chain(loaded) {
        let address = rest.split('"').next().unwrap().replace("&amp;", "&");
        let mut address = base.join(&address).unwrap();
        address.set_fragment(None);
        if address.origin() == base.origin() {
            found.insert(address.to_string());
        }
    }
    found
}

/// Every address leads to something.
async fn all_lead_somewhere(app: &Router, addresses: &BTreeSet<String>) {
    for address in addresses {
        let (status, _) = open(app, address).await;
        // A server that was built without the client has no files; those of a client are found by the browser's tests.
        let is_file = address.contains("/pkg/") || address.ends_with("/favicon.svg");
        assert!(status != StatusCode::NOT_FOUND || is_file, "{address}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_a_dashboard_names_is_below_the_path_of_the_public_url(pool: PgPool) {
    let (app, token) = (app(pool.clone()), token(&pool).await);
    let customer_id = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Count, "requests", "[]").await;
    seed::on_plan(&pool, customer_id, &[metric]).await;
    let billed = "update customer_plan set period_end = '2026-02-01T00:00:00Z'";
    sqlx::query(billed).execute(&pool).await.unwrap();
    for dashboard in ["usage", "invoices"] {
        let body = json!({ "customer_id": customer_id, "dashboard": dashboard });
        let (_, answer) = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await;
        let url = answer["data"]["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{PUBLIC_URL}/embed/{dashboard}?token=")), "{url}");
        let (status, page) = open(&app, url).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let addresses = named(url, &page);
        assert!(addresses.iter().any(|address| address.contains("token=")), "{page}");
        all_lead_somewhere(&app, &addresses).await;
        if let Some(invoice) = addresses.iter().find(|address| address.contains("invoice=")) {
            let (_, page) = open(&app, invoice).await;
            all_lead_somewhere(&app, &named(invoice, &page)).await;
        }
    }
    // So do messages; the one that answers the form of a download is a folder deeper.
    for (method, path) in [("GET", "/embed/usage"), ("POST", "/embed/invoices/download")] {
        let (status, page) = send(&app, method, path).await;
        let named = named(&format!("{PUBLIC_URL}{path}"), &page);
        let icon = BTreeSet::from([format!("{PUBLIC_URL}/favicon.svg")]);
        assert_eq!((status, named), (StatusCode::UNAUTHORIZED, icon), "{path}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_the_reference_and_the_style_guide_name_is_below_it_too(pool: PgPool) {
    let app = app(pool);
    let reference = format!("{PUBLIC_URL}/docs");
    let (_, page) = open(&app, &reference).await;
    let addresses = named(&reference, &page);
    assert!(addresses.contains(&format!("{PUBLIC_URL}/openapi.json")), "{addresses:?}");
    all_lead_somewhere(&app, &addresses).await;
    let guide = format!("{PUBLIC_URL}/styleguide");
    let (_, page) = open(&app, &guide).await;
    let samples = named(&guide, &page);
    let samples: Vec<_> = samples.iter().filter(|address| address.contains("/styleguide/")).collect();
    assert!(samples.len() > 20, "{samples:?}");
    for sample in samples {
        let (status, page) = open(&app, sample).await;
        assert_eq!(status, StatusCode::OK, "{sample}");
        // Their links are to be looked at, and lead nowhere.
        for address in named(sample, &page) {
            assert!(address.starts_with(PUBLIC_URL), "{sample}: {address}");
        }
    }
}

#[test]
fn the_app_names_no_path_from_the_root() {
    for (path, code) in files("app/src", ".rs").into_iter().chain(files("app/src", ".js")) {
        for start in ["\"/embed", "\"/v1", "\"/pkg"] {
            assert!(!code.contains(start), "{}: {start}; name it from the page", path.display());
        }
    }
}
