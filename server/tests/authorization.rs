//! Who may call what: every credential on every route. The routes are read from the sources, so none is forgotten.
#![allow(clippy::unwrap_used)]

mod common;

use app::embed::{Dashboard, DashboardConfig};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use common::{app, seed};
use server::{
    clock,
    db::api_token::{self, Scope},
    embed_url::{Grant, Keys, Session},
};
use sqlx::PgPool;
use std::{collections::BTreeSet, fs, path::Path};
use tower::ServiceExt as _;
use uuid::Uuid;

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OpenTo {
    /// Everybody.
    All,
    /// API tokens that may write.
    Writers,
    /// API tokens.
    Operators,
    /// API tokens, and the session tokens of the customer in the path.
    ReadersOfTheCustomer,
    /// Session tokens only.
    Sessions,
    /// Those with a token in the query; the header is not looked at.
    TokensInTheQuery,
}

use OpenTo::{All, Operators, ReadersOfTheCustomer, Sessions, TokensInTheQuery, Writers};

const TABLE: &[(&str, &str, OpenTo)] = &[
    ("GET", "/docs", All),
    ("GET", "/healthz", All),
    ("GET", "/openapi.json", All),
    ("GET", "/readyz", All),
    ("GET", "/embed/invoices", TokensInTheQuery),
    ("POST", "/embed/invoices/download", TokensInTheQuery),
    ("GET", "/embed/usage", TokensInTheQuery),
    ("POST", "/embed/session", Sessions),
    ("GET", "/v1/billable-metrics", Operators),
    ("GET", "/v1/billable-metrics/{billable_metric_id}", Operators),
    ("PUT", "/v1/billable-metrics/{billable_metric_id}", Writers),
    ("POST", "/v1/billable-metrics/archive", Writers),
    ("POST", "/v1/billable-metrics/create", Writers),
    ("POST", "/v1/credit-types/archive", Writers),
    ("POST", "/v1/credit-types/create", Writers),
    ("GET", "/v1/credit-types/list", Operators),
    ("GET", "/v1/customers", Operators),
    ("POST", "/v1/customers", Writers),
    ("GET", "/v1/customers/{customer_id}", Operators),
    ("POST", "/v1/customers/{customer_id}/addCharge", Writers),
    ("GET", "/v1/customers/{customer_id}/billable-metrics", ReadersOfTheCustomer),
    ("GET", "/v1/customers/{customer_id}/costs", Operators),
    ("GET", "/v1/customers/{customer_id}/invoices", ReadersOfTheCustomer),
    ("GET", "/v1/customers/{customer_id}/invoices/breakdowns", ReadersOfTheCustomer),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}", ReadersOfTheCustomer),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}/csv", ReadersOfTheCustomer),
    ("GET", "/v1/customers/{customer_id}/invoices/{invoice_id}/pdf", ReadersOfTheCustomer),
    ("GET", "/v1/customers/{customer_id}/plans", Operators),
    ("POST", "/v1/customers/{customer_id}/plans/add", Writers),
    ("POST", "/v1/customers/{customer_id}/plans/{customer_plan_id}/end", Writers),
    ("GET", "/v1/customers/{customer_id}/plans/{customer_plan_id}/priceAdjustments", Operators),
    ("POST", "/v1/customers/{customer_id}/previewEvents", Operators),
    ("POST", "/v1/customers/{customer_id}/setIngestAliases", Writers),
    ("POST", "/v1/customers/{customer_id}/setName", Writers),
    ("POST", "/v1/customers/{customer_id}/updateConfig", Writers),
    ("POST", "/v1/customers/archive", Writers),
    ("POST", "/v1/dashboards/getEmbeddableUrl", Operators),
    ("POST", "/v1/events/search", Operators),
    ("POST", "/v1/ingest", Writers),
    ("POST", "/v1/invoices/regenerate", Writers),
    ("POST", "/v1/invoices/void", Writers),
    ("GET", "/v1/planDetails/{plan_id}", Operators),
    ("GET", "/v1/planDetails/{plan_id}/charges", Operators),
    ("GET", "/v1/planDetails/{plan_id}/customers", Operators),
    ("GET", "/v1/plans", Operators),
    ("POST", "/v1/plans/create", Writers),
    ("POST", "/v1/products/create", Writers),
    ("POST", "/v1/usage", Operators),
    ("POST", "/v1/usage/groups", Operators),
];

/// `(method, path)` of every call, and of every `.route(…)` of the pages.
fn routes() -> BTreeSet<(String, String)> {
    let (_, entries) = server::routes::calls().described();
    let mut found: BTreeSet<_> =
        entries.into_iter().map(|entry| (entry.method.to_owned(), entry.path.to_owned())).collect();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page.rs");
    let text = fs::read_to_string(&pages).unwrap();
    for route in text.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap().to_owned();
        let line = route.lines().next().unwrap();
        let methods: Vec<_> = ["get", "post"]
            .into_iter()
            .filter(|method| line.contains(&format!(" {method}(")) || line.contains(&format!(".{method}(")))
            .collect();
        assert!(!methods.is_empty(), "{}: no method on the line of {path}", pages.display());
        found.extend(methods.into_iter().map(|method| (method.to_uppercase(), path.clone())));
    }
    found
}

#[test]
fn every_route_is_in_the_table() {
    let table: BTreeSet<_> =
        TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let missing: Vec<_> = routes().difference(&table).cloned().collect();
    assert!(missing.is_empty(), "say in TABLE who may call {missing:?}");
}

async fn call(app: &Router, method: &str, path: &str, credential: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(path).header("x-request-id", "same");
    if let Some(credential) = credential {
        request = request.header("authorization", format!("Bearer {credential}"));
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[sqlx::test(migrations = "./migrations")]
async fn every_credential_reaches_what_it_may_and_nothing_else(pool: PgPool) {
    let now = clock::now();
    let own = seed::customer(&pool, "Own").await;
    let other = seed::customer(&pool, "Other").await;
    let write = api_token::create(&pool, "write", Scope::Write, None).await.unwrap();
    let read = api_token::create(&pool, "read", Scope::Read, None).await.unwrap();
    let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let grant = Grant { customer_id: own, config: DashboardConfig::new(Dashboard::Invoices) };
    let embed = keys.sign_embed(&grant, chrono::Duration::minutes(5), now).unwrap().token;
    let session = keys.sign_session(&Session { grant, opened_at: now }, now).unwrap().token;
    let app = app(pool).await;
    let present = routes();

    for (method, path, open) in TABLE {
        if !present.contains(&((*method).to_owned(), (*path).to_owned())) {
            continue;
        }
        let at = |customer_id: Uuid| {
            let mut path = path.replace("{customer_id}", &customer_id.to_string());
            if path.ends_with("/breakdowns") || path.ends_with("/costs") {
                path += "?starting_on=2026-01-01T00:00:00Z&ending_before=2026-02-01T00:00:00Z";
            }
            path.replace("{invoice_id}", &Uuid::nil().to_string())
                .replace("{plan_id}", &Uuid::nil().to_string())
                .replace("{customer_plan_id}", &Uuid::nil().to_string())
                .replace("{billable_metric_id}", &Uuid::nil().to_string())
        };
        let let_in = |status: StatusCode| ![401, 403, 405].contains(&status.as_u16());
        let credentials = [
            ("nothing", None, *open == All),
            ("garbage", Some("inlay_garbage"), *open == All),
            ("an embed token", Some(embed.as_str()), *open == All),
            (
                "a reading API token",
                Some(read.as_str()),
                matches!(open, All | Operators | ReadersOfTheCustomer),
            ),
            (
                "a writing API token",
                Some(write.as_str()),
                matches!(open, All | Operators | ReadersOfTheCustomer | Writers),
            ),
            (
                "a session token",
                Some(session.as_str()),
                matches!(open, All | ReadersOfTheCustomer | Sessions),
            ),
        ];
        for (name, credential, expected) in credentials {
            let (status, body) = call(&app, method, &at(own), credential).await;
            assert_eq!(let_in(status), expected, "{method} {path} with {name}: {status} {body}");
        }
        let (status, body) = call(&app, method, &at(own), Some(&read)).await;
        if *open == Writers {
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}: {body}");
        }
        if *open == ReadersOfTheCustomer {
            let (status, body) = call(&app, method, &at(other), Some(&session)).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path} of another customer");
            let unknown = call(&app, method, &at(Uuid::nil()), Some(&write)).await;
            assert_eq!((status, body), unknown, "{method} {path}: another customer looks like none");
        }
    }
}
