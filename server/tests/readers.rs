//! Readers do not take the connections of others, whatever their pages ask for.

use crate::common::{
    app_with_readers,
    billing::{day, plan, put_on},
    bound_readers, get, post, seed, token,
};
use app::{
    billing::AggregationType,
    embed::{Dashboard, DashboardConfig},
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;
use server::{
    clock, db,
    embed_url::{Grant, Keys, Session},
};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Requests of one customer's readers at once.
const REQUESTS: usize = 30;

async fn answer(app: Router, request: Request<Body>) -> (StatusCode, Option<String>, String) {
    let response = app.oneshot(request).await.unwrap();
    let status = response.status();
    let retry_after =
        response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, retry_after, String::from_utf8(body.to_vec()).unwrap())
}

#[sqlx::test(migrations = "./migrations")]
async fn pages_that_hang_leave_the_others_their_connections(pool: PgPool) {
    let share = db::share(20);
    let api = db::connect(sqlx::postgres::PgConnectOptions::clone(&pool.connect_options()), share.others)
        .await
        .unwrap();
    let readers = bound_readers(&api, share.readers).await;
    let (app, token) = (app_with_readers(api.clone(), readers.clone()), token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["model"], ["region"]]"#).await;
    let plan_id = plan(&pool, metric, day("2026-01-01")).await;
    put_on(&pool, acme, plan_id, "2026-01-01", None).await.unwrap();
    let event = |id: &str| {
        json!([{"transaction_id": id, "customer_id": acme, "event_type": "request",
            "timestamp": clock::now().to_rfc3339(), "properties": {"tokens": 5, "region": "eu"}}])
    };
    assert_eq!(post(&app, &token, "/v1/ingest", event("1")).await.0, StatusCode::OK);
    let body = json!({"customer_id": acme, "dashboard": "usage"});
    let url = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await.1;
    let path = url["data"]["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap().to_owned();
    let page = move || Request::get(format!("{path}&group=region")).body(Body::empty()).unwrap();
    assert_eq!(answer(app.clone(), page()).await.0, StatusCode::OK);
    let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let grant = Grant { customer_id: acme, config: DashboardConfig::new(Dashboard::Invoices) };
    let now = clock::now();
    let session = keys.sign_session(&Session::new(grant, now), now).unwrap().token;
    let invoices = move || {
        Request::get(format!("/v1/customers/{acme}/invoices"))
            .header(header::AUTHORIZATION, format!("Bearer {session}"))
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(answer(app.clone(), invoices()).await.0, StatusCode::OK);

    let mut damage = pool.begin().await.unwrap();
    sqlx::raw_sql("lock table usage_day in access exclusive mode").execute(&mut *damage).await.unwrap();
    let mut hanging = JoinSet::new();
    for number in 0..REQUESTS {
        let request = if number % 3 == 0 { invoices() } else { page() };
        hanging.spawn(answer(app.clone(), request));
    }
    let waits = "select exists (select from pg_locks where not granted and relation = 'usage_day'::regclass)";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut *damage).await.unwrap() {
        tokio::task::yield_now().await;
    }
    for id in 2..10 {
        assert_eq!(get(&app, &token, "/readyz").await.0, StatusCode::OK);
        assert_eq!(post(&app, &token, "/v1/ingest", event(&id.to_string())).await.0, StatusCode::OK);
        assert_eq!(get(&app, &token, "/v1/customers").await.0, StatusCode::OK);
    }
    // While nothing lets go of the lock, each is answered: by the limit of a statement, or for want of a turn.
    let answers = hanging.join_all().await;
    let refused: Vec<_> =
        answers.iter().filter(|(status, ..)| *status == StatusCode::SERVICE_UNAVAILABLE).collect();
    assert!(refused.len() >= REQUESTS / 2, "{}", refused.len());
    assert!(refused.iter().all(|(_, retry_after, _)| retry_after.as_deref() == Some("1")));
    for (_, _, body) in answers.iter().filter(|(status, ..)| *status == StatusCode::OK) {
        assert!(body.contains("Usage could not be loaded."), "{body}");
    }
    let rest = answers.iter().filter(|(status, ..)| *status != StatusCode::OK).count();
    assert_eq!(rest, refused.len(), "no other status");
    damage.rollback().await.unwrap();
    assert_eq!(answer(app.clone(), page()).await.0, StatusCode::OK);
    readers.close().await;
    api.close().await;
}
