//! `/metrics`: every figure is there and right, on an address of its own, and no label tells of a caller or a customer.

use crate::common::{
    self,
    billing::{billed, finalize},
    files::folder,
    post, seed, send, token,
};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use serde_json::{Value, json};
use server::{
    AppState, clock,
    config::{Config, Settings},
    db::{self, usage},
    embed_url::Keys,
    readers::Readers,
    routes, serve,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{collections::BTreeMap, ffi::OsString, time::Duration};

/// The text of the page.
async fn text(operations: &Router) -> String {
    let (status, body) = send(operations, Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    body.as_str().unwrap().to_owned()
}

/// Each figure by its name with its labels.
fn figures(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let figures = lines.map(|line| line.rsplit_once(' ').unwrap());
    figures.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

fn requests(method: &str, route: &str, status: u16) -> String {
    format!("inlay_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}")
}

#[sqlx::test(migrations = "./migrations")]
async fn requests_are_counted_by_route_and_no_label_tells_of_a_caller_or_a_customer(pool: PgPool) {
    let token = token(&pool).await;
    let customer = seed::customer(&pool, "Acme").await;
    let state = common::state(pool);
    let (app, operations) = (server::router(state.clone()), routes::operations(state));
    let event = json!([{"transaction_id": "1", "customer_id": customer, "event_type": "request",
        "timestamp": clock::now().to_rfc3339()}]);
    for _ in 0..2 {
        assert_eq!(post(&app, &token, "/v1/ingest", event.clone()).await.0, StatusCode::OK);
    }
    let body = json!({"customer_id": customer, "dashboard": "usage"});
    let url = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await.1;
    let page = url["data"]["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap().to_owned();
    let brew = Method::from_bytes(b"BREW").unwrap();
    let of_customer = format!("/v1/customers/{customer}");
    for (method, path, expected) in [
        (Method::GET, page.as_str(), StatusCode::OK),
        (Method::GET, of_customer.as_str(), StatusCode::OK),
        (Method::GET, "/v1/customers/secret-name", StatusCode::BAD_REQUEST),
        (Method::GET, "/nowhere/secret-path", StatusCode::NOT_FOUND),
        (brew, "/healthz", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {token}")).body(Body::empty());
        assert_eq!(send(&app, request.unwrap()).await.0, expected, "{path}");
    }
    let text = text(&operations).await;
    let figures = figures(&text);
    for (name, expected) in [
        (requests("POST", "/v1/ingest", 200), 2.0),
        (requests("GET", "/embed/usage", 200), 1.0),
        (requests("GET", "/v1/customers/{customer_id}", 200), 1.0),
        (requests("GET", "/v1/customers/{customer_id}", 400), 1.0),
        (requests("GET", "none", 404), 1.0),
        (requests("other", "/healthz", 405), 1.0),
        ("inlay_http_requests_in_flight".to_owned(), 0.0),
        ("inlay_ingest_events_total{outcome=\"fresh\"}".to_owned(), 1.0),
        ("inlay_ingest_events_total{outcome=\"known\"}".to_owned(), 1.0),
        ("inlay_sessions_total{event=\"opened\"}".to_owned(), 1.0),
        ("inlay_sessions_total{event=\"renewed\"}".to_owned(), 0.0),
        ("inlay_database_up".to_owned(), 1.0),
    ] {
        assert_eq!(figures.get(&name), Some(&expected), "{name}\n{text}");
    }
    for secret in [&token[22..65], customer.to_string().as_str(), "secret", "eyJ", "BREW"] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_page_is_what_prometheus_reads(pool: PgPool) {
    let state = common::state(pool);
    let (app, operations) = (server::router(state.clone()), routes::operations(state));
    for _ in 0..3 {
        let request = Request::get("/healthz").body(Body::empty()).unwrap();
        assert_eq!(send(&app, request).await.0, StatusCode::OK);
    }
    let text = text(&operations).await;
    let mut family = String::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap();
            assert!(help.ends_with('.'), "{line}");
            family = name.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(name, family);
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
        } else {
            assert!(line.starts_with(&family), "{line} is no figure of {family}");
        }
    }
    let figures = figures(&text);
    let labels = "method=\"GET\",route=\"/healthz\"";
    let buckets: Vec<f64> = text
        .lines()
        .filter(|line| line.contains("_bucket{") && line.contains(labels))
        .map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
        .collect();
    assert!(buckets.is_sorted() && buckets.last() == Some(&3.0), "{buckets:?}");
    assert_eq!(figures[&format!("inlay_http_request_duration_seconds_count{{{labels}}}")], 3.0);
    assert!(figures[&format!("inlay_http_request_duration_seconds_sum{{{labels}}}")] > 0.0);
}

#[sqlx::test(migrations = "./migrations")]
async fn lags_of_fold_and_finalization_are_those_of_the_database(pool: PgPool) {
    let operations = routes::operations(common::state(pool.clone()));
    let shown = async || figures(&text(&operations).await);
    usage::fold(&pool).await.unwrap();
    let now = shown().await;
    assert!(now["inlay_fold_lag_seconds"] < 60.0, "{now:?}");
    assert_eq!((now["inlay_pending_bytes"], now["inlay_finalization_due_plans"]), (0.0, 0.0));
    assert_eq!(now["inlay_finalization_lag_seconds"], 0.0);

    sqlx::raw_sql("update usage_backlog set size = 7000, folded_at = now() - interval '1 hour'")
        .execute(&pool)
        .await
        .unwrap();
    let customer = billed(&pool, "2025-01-01", None).await.customer_id;
    let behind = shown().await;
    assert!((3_600.0..3_700.0).contains(&behind["inlay_fold_lag_seconds"]), "{behind:?}");
    assert_eq!(behind["inlay_pending_bytes"], 7_000.0);
    assert_eq!(behind["inlay_pending_limit_bytes"], 536_870_912.0);
    assert_eq!(behind["inlay_finalization_due_plans"], 1.0);
    // The plan's first month was over on February 1, and the grace period a day later, but nothing is due before the
    // plan was added.
    let since: f64 = sqlx::query_scalar(
        "select extract(epoch from now() - greatest('2025-02-02T00:00:00Z', finalize_after))::float8
        from customer_plan where customer_id = $1",
    )
    .bind(customer)
    .fetch_one(&pool)
    .await
    .unwrap();
    let lag = behind["inlay_finalization_lag_seconds"];
    assert!((since - 60.0..=since).contains(&lag), "{lag} of {since}");

    usage::fold(&pool).await.unwrap();
    finalize(&pool, &clock::now().date_naive().to_string()).await;
    let done = shown().await;
    assert!(done["inlay_fold_lag_seconds"] < 60.0, "{done:?}");
    assert_eq!((done["inlay_pending_bytes"], done["inlay_finalization_due_plans"]), (0.0, 0.0));
}

#[tokio::test]
async fn without_a_database_the_figures_of_the_process_are_there() {
    let away = PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(100))
        .connect_lazy("postgres://nobody@127.0.0.1:1/none")
        .unwrap();
    let readers = Readers::new(away.clone());
    let state = AppState::new(away, readers, Keys::new(Vec::new()), Settings::default());
    let figures = figures(&text(&routes::operations(state)).await);
    assert_eq!(figures["inlay_database_up"], 0.0);
    assert!(
        figures.contains_key("inlay_database_connections{pool=\"others\",state=\"used\"}"),
        "{figures:?}"
    );
    assert!(!figures.contains_key("inlay_fold_lag_seconds"));
}

#[sqlx::test(migrations = "./migrations")]
async fn operators_have_an_address_of_their_own(pool: PgPool) {
    let variables = [("INLAY_LISTEN", "127.0.0.1:0"), ("INLAY_OPS_LISTEN", "127.0.0.1:0")];
    let config =
        Config::from_env(variables.map(|(name, value)| (OsString::from(name), OsString::from(value))))
            .unwrap();
    let served = db::connect(pool.connect_options().as_ref().clone(), 4).await.unwrap();
    let running = serve::start(&config, served.clone()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |address, path: &str| {
        client.get(format!("http://{address}{path}")).send().await.unwrap().status().as_u16()
    };
    let ops_address = running.ops_address.unwrap();
    assert_eq!(ask(ops_address, "/metrics").await, 200);
    assert_eq!(ask(ops_address, "/readyz").await, 200);
    assert_eq!(ask(ops_address, "/healthz").await, 200);
    assert_eq!(ask(ops_address, "/v1/customers").await, 404);
    assert_eq!(ask(running.address, "/metrics").await, 404);
    running.stop(Duration::ZERO).await;
    served.close().await;
    client.get(format!("http://{ops_address}/metrics")).send().await.unwrap_err();
}

#[sqlx::test(migrations = "./migrations")]
async fn the_dashboard_of_grafana_asks_for_figures_that_are_there(pool: PgPool) {
    let text = text(&routes::operations(common::state(pool))).await;
    let file = std::fs::read_to_string(folder("docs").join("grafana.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&file).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut asked = 0;
    for query in queries.map(|target| target["expr"].as_str().unwrap()) {
        let words = query.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
        for word in words.filter(|word| word.starts_with("inlay_") || word.starts_with("process_")) {
            let of_histogram =
                ["_bucket", "_sum", "_count"].into_iter().find_map(|end| word.strip_suffix(end));
            let name = of_histogram.unwrap_or(word);
            assert!(text.contains(&format!("# TYPE {name} ")), "{word} in {query}");
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked}");
}
