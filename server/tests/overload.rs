//! More than a server can take: callers that ask too often, kinds of requests that would take everything, and locks that
//! nobody gives back are refused with `retry-after`, and the others are served.

use crate::common::{seed, served, token};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderValue, Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use server::{
    AppState, admission::Admission, api_token, client::Peer, clock, config::Settings, db, embed_url::Keys,
    http::connection::Timeouts, ingest::IngestQueue, readers::Readers, serve,
};
use sqlx::PgPool;
use std::{
    net::IpAddr,
    num::NonZeroU32,
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tower::ServiceExt as _;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A status with its `retry-after`.
type Answer = (StatusCode, Option<String>);

async fn answer(app: &Router, request: Request<Body>) -> Answer {
    whole_answer(app, request).await.0
}

async fn whole_answer(app: &Router, request: Request<Body>) -> (Answer, String) {
    let response = app.clone().oneshot(request).await.unwrap();
    let seconds = response.headers().get(header::RETRY_AFTER);
    let answer = (response.status(), seconds.map(|value| value.to_str().unwrap().to_owned()));
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (answer, String::from_utf8(body.to_vec()).unwrap())
}

/// The first answer that is none of these, to a request that is sent again and again.
async fn first_but(app: &Router, but: StatusCode, request: impl Fn() -> Request<Body>) -> (Answer, String) {
    let asking = async {
        loop {
            let (answer, body) = whole_answer(app, request()).await;
            if answer.0 != but {
                return (answer, body);
            }
        }
    };
    timeout(PATIENCE, asking).await.unwrap()
}

fn get(path: &str, token: &str) -> Request<Body> {
    Request::get(path).header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap()
}

fn from(address: &str, token: &str) -> Request<Body> {
    let mut request = get("/v1/customers", token);
    request.extensions_mut().insert(Peer(address.parse::<IpAddr>().unwrap()));
    request
}

fn ingest(token: &str, transaction_id: &str) -> Request<Body> {
    let events = json!([{"transaction_id": transaction_id, "customer_id": "acme", "event_type": "request",
        "timestamp": clock::now().to_rfc3339()}]);
    Request::post("/v1/ingest")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(events.to_string()))
        .unwrap()
}

/// A server with these settings and this room.
fn limited(pool: &PgPool, settings: Settings, admission: Admission) -> Router {
    let readers = Readers::new(pool.clone());
    let state = AppState::new(pool.clone(), readers, Keys::new(Vec::new()), settings);
    server::router(AppState { admission, ..state })
}

#[sqlx::test(migrations = "./migrations")]
async fn a_token_that_asks_too_often_is_told_when_to_come_back_and_others_are_served(pool: PgPool) {
    let (busy, other) = (token(&pool).await, token(&pool).await);
    let settings = Settings { rate_limit: NonZeroU32::new(1), ..Settings::default() };
    let app = limited(&pool, settings, Admission::new(20));
    assert_eq!(answer(&app, get("/v1/customers", &busy)).await, (StatusCode::OK, None));
    // Two at once, and one more in each second.
    let (refused, body) = first_but(&app, StatusCode::OK, || get("/v1/customers", &busy)).await;
    assert_eq!(refused, (StatusCode::TOO_MANY_REQUESTS, Some("1".to_owned())));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["code"], "rate_limited");
    assert_eq!(body["message"], "this API token sends more requests than one may; try again in 1 s");
    assert_eq!(answer(&app, get("/v1/customers", &other)).await, (StatusCode::OK, None));
}

#[sqlx::test(migrations = "./migrations")]
async fn failed_tries_of_an_address_are_limited_and_a_token_that_let_in_before_still_does(pool: PgPool) {
    let (known, new) = (token(&pool).await, token(&pool).await);
    let app = served(pool);
    assert_eq!(answer(&app, from("192.0.2.1", &known)).await, (StatusCode::OK, None));
    let mut statuses = Vec::new();
    let start = Instant::now();
    for number in 0..100 {
        let wrong = if number % 2 == 0 { api_token::generate() } else { "inlay_wrong".to_owned() };
        let (status, seconds) = answer(&app, from("192.0.2.1", &wrong)).await;
        assert_eq!(seconds.is_some(), status == StatusCode::TOO_MANY_REQUESTS);
        statuses.push(status);
    }
    let failed = statuses.iter().filter(|status| **status == StatusCode::UNAUTHORIZED).count();
    // One is forgiven a second.
    let forgiven = usize::try_from(start.elapsed().as_secs()).unwrap() + 1;
    assert!((60..=60 + forgiven).contains(&failed), "{failed}");
    let refused = statuses.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!(failed + refused, 100);
    // With the key of a call that is sent again, too.
    let keyed = || {
        let mut request = from("192.0.2.1", &api_token::generate());
        *request.method_mut() = Method::POST;
        request.headers_mut().insert("idempotency-key", HeaderValue::from_static("1"));
        request
    };
    let (refused, _) = first_but(&app, StatusCode::UNAUTHORIZED, keyed).await;
    assert_eq!(refused, (StatusCode::TOO_MANY_REQUESTS, Some("1".to_owned())));

    assert_eq!(answer(&app, from("192.0.2.1", &known)).await, (StatusCode::OK, None));
    // From elsewhere, a token that nobody knows is as good as ever.
    assert_eq!(answer(&app, from("192.0.2.2", &new)).await, (StatusCode::OK, None));
    assert_eq!(answer(&app, from("192.0.2.1", &new)).await, (StatusCode::OK, None));
    assert_eq!(answer(&app, from("192.0.2.2", "inlay_wrong")).await.0, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_connection_says_where_a_failed_try_comes_from(pool: PgPool) {
    let listener = serve::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = format!("http://{}/v1/customers", listener.local_addr().unwrap());
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(serve::answer(listener, served(pool), stopped, Timeouts::default()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut last = 0;
    for _ in 0..PATIENCE.as_secs() + 70 {
        last = client.get(&url).bearer_auth("inlay_wrong").send().await.unwrap().status().as_u16();
        if last != 401 {
            break;
        }
    }
    assert_eq!(last, 429);
    stop.send_replace(true);
    task.await.unwrap();
}

#[sqlx::test(migrations = "./migrations")]
async fn calls_that_hang_leave_ingest_and_readiness_their_room(pool: PgPool) {
    let token = token(&pool).await;
    let ours = db::connect(pool.connect_options().as_ref().clone(), 8).await.unwrap();
    let app = limited(&ours, Settings::default(), Admission::new(8));
    let mut damage = pool.begin().await.unwrap();
    sqlx::raw_sql("lock table plan in access exclusive mode").execute(&mut *damage).await.unwrap();
    let mut hanging = JoinSet::new();
    for _ in 0..30 {
        let (app, request) = (app.clone(), get("/v1/plans", &token));
        hanging.spawn(async move { answer(&app, request).await });
    }
    let waits = "select count(*) = 4 from pg_locks where not granted and relation = 'plan'::regclass";
    let all_wait = async {
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut *damage).await.unwrap() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, all_wait).await.expect("half of the connections");
    for number in 0..10 {
        let ready = Request::get("/readyz").body(Body::empty()).unwrap();
        assert_eq!(answer(&app, ready).await, (StatusCode::OK, None));
        assert_eq!(answer(&app, ingest(&token, &number.to_string())).await, (StatusCode::OK, None));
    }
    // Most wait for a second to be let in; those that were wait for the lock, and not for as long as it is held.
    let refused = (StatusCode::SERVICE_UNAVAILABLE, Some("1".to_owned()));
    let answers = timeout(PATIENCE, hanging.join_all()).await.unwrap();
    assert!(answers.iter().all(|answer| *answer == refused), "{answers:?}");
    damage.rollback().await.unwrap();
    assert_eq!(answer(&app, get("/v1/plans", &token)).await, (StatusCode::OK, None));
    ours.close().await;
}

#[sqlx::test(migrations = "./migrations")]
async fn while_writes_do_not_keep_up_no_more_events_wait(pool: PgPool) {
    let customer = seed::customer(&pool, "Acme").await;
    let batch = move |number: usize, events: usize| -> Vec<_> {
        let event = |place| seed::event(&format!("{number}-{place}"), customer, clock::now(), "{}");
        (0..events).map(event).collect()
    };
    let queue = IngestQueue::default();
    // Each is a transaction of its own; the first makes the partitions.
    queue.record(&pool, batch(100, 1), clock::now()).await.unwrap();
    let mut damage = pool.begin().await.unwrap();
    sqlx::raw_sql("lock table usage_event in access exclusive mode").execute(&mut *damage).await.unwrap();
    let mut waiting = JoinSet::new();
    for number in 0..12 {
        let (queue, pool) = (queue.clone(), pool.clone());
        waiting.spawn(async move { queue.record(&pool, batch(number, 1_000), clock::now()).await });
    }
    let refusal = async {
        let mut number = 200;
        loop {
            number += 1;
            let probe = queue.record(&pool, batch(number, 1), clock::now());
            // One that is let in waits with the others.
            if let Ok(answer) = timeout(Duration::from_millis(50), probe).await {
                return answer;
            }
        }
    };
    let refused = timeout(PATIENCE, refusal).await.unwrap();
    assert!(matches!(refused, Err(server::Error::Overloaded)), "{refused:?}");
    damage.rollback().await.unwrap();
    let stored = waiting.join_all().await.into_iter().filter(Result::is_ok).count();
    assert!(stored > 0, "those that were let in are stored");
    // What is left of the probes is stored in a moment.
    let recovery = async {
        while queue.record(&pool, batch(300, 1), clock::now()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, recovery).await.unwrap();
}
