//! `cargo run --release --example bench`: ingest over HTTP against COPY of the same rows into the same tables.
//!
//! Takes a Postgres from DATABASE_URL, works in a database of its own there, and drops it at the end.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

use chrono::{DateTime, TimeDelta, Utc};
use server::{
    AppState, clock,
    db::{self, usage},
    embed_url::Keys,
    metering::Event,
    state::Settings,
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::{fmt::Write as _, sync::Arc, time::Instant};
use uuid::Uuid;

const CUSTOMERS: usize = 10_000;
const CONNECTIONS: usize = 4;
const BATCH: usize = 1_000;
const ROUNDS: usize = 5;

/// Batches of each connection in a round; INLAY_BENCH_BATCHES overrides.
fn batches() -> usize {
    std::env::var("INLAY_BENCH_BATCHES").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a Postgres to work in");
    let options: PgConnectOptions = url.parse().unwrap();
    let admin = PgPool::connect_with(options.clone()).await.unwrap();
    sqlx::raw_sql("drop database if exists inlay_bench").execute(&admin).await.unwrap();
    sqlx::raw_sql("create database inlay_bench").execute(&admin).await.unwrap();
    let pool = db::connect(options.database("inlay_bench"), 16).await.unwrap();
    run(&pool).await;
    pool.close().await;
    sqlx::raw_sql("drop database inlay_bench").execute(&admin).await.unwrap();
}

async fn run(pool: &PgPool) {
    sqlx::migrate!("./migrations").run(pool).await.unwrap();
    let customers = seed(pool).await;
    let token = db::api_token::create(pool, "bench", db::api_token::Scope::Write, None).await.unwrap();
    let url = serve(pool.clone()).await;
    let mut random = Random(42);
    let (mut http_rates, mut copy_rates, mut folded_rates, mut repeat_rates) =
        (vec![], vec![], vec![], vec![]);
    // the first round warms up
    for round in 0..=ROUNDS {
        let bodies = work(&customers, &mut random, &to_json);
        let (http, _) = timed(bodies.clone(), async |batch| send(&url, &token, batch).await).await;
        let start = Instant::now();
        while usage::fold(pool).await.unwrap() > 0 {}
        let fold = start.elapsed().as_secs_f64();
        let (repeat, _) = timed(bodies, async |batch| send(&url, &token, batch).await).await;
        let rows = work(&customers, &mut random, &to_copy);
        let (copy, events) = timed(rows, async |batch| copy_in(pool, batch).await).await;
        let events = events as f64 * BATCH as f64;
        let (http, folded) = (events / http, events / (http + fold));
        let (repeat, copy) = (events / repeat, events / copy);
        println!(
            "round {round}: HTTP {http:.0} events/s, with the fold {folded:.0}, repeats {repeat:.0}, COPY {copy:.0}"
        );
        if round > 0 {
            http_rates.push(http);
            folded_rates.push(folded);
            repeat_rates.push(repeat);
            copy_rates.push(copy);
        }
    }
    let [http, folded, repeat, copy] = [http_rates, folded_rates, repeat_rates, copy_rates].map(median);
    println!(
        "median of {ROUNDS}, {BATCH} events a request, {CONNECTIONS} connections, {CUSTOMERS} customers, 6 metrics:"
    );
    println!("  ingest / COPY             {:.2}  ({http:.0} of {copy:.0} events/s)", http / copy);
    println!("  ingest and fold / COPY    {:.2}  ({folded:.0} events/s)", folded / copy);
    println!("  known ids / fresh ids     {:.2}  ({repeat:.0} events/s)", repeat / http);
    println!("  resident memory           {} MiB, bench client included", resident_mib());
}

/// Customers with an alias, and six metrics like those of an AI API.
async fn seed(pool: &PgPool) -> Vec<Uuid> {
    let customers: Vec<Uuid> = (0..CUSTOMERS).map(|_| Uuid::new_v4()).collect();
    sqlx::query("insert into customer (id, name) select id, 'Customer' from unnest($1::uuid[]) as id")
        .bind(&customers)
        .execute(pool)
        .await
        .unwrap();
    sqlx::raw_sql(
        r#"insert into ingest_alias (alias, customer_id, position) select 'c-' || id, id, 0 from customer;
        insert into billable_metric (id, name, aggregation_type, aggregation_key, event_type_filter, group_keys) values
            (gen_random_uuid(), 'Requests', 'COUNT', null, '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'Input tokens', 'SUM', 'input_tokens', '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'Output tokens', 'SUM', 'output_tokens', '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'Active users', 'UNIQUE', 'user_id', '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'GPU seconds', 'SUM', 'seconds', '{"in_values": ["gpu.run"]}', '[["region"]]'),
            (gen_random_uuid(), 'Stored', 'MAX', 'gigabytes', '{"in_values": ["storage"]}', '[]');
        analyze"#,
    )
    .execute(pool)
    .await
    .unwrap();
    customers
}

async fn serve(pool: PgPool) -> String {
    let state = AppState {
        pool,
        keys: Arc::new(Keys::new(vec![("bench".to_owned(), vec![7; 32])])),
        settings: Arc::new(Settings::default()),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/ingest", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, server::router(state)).await });
    url
}

/// The batches of each connection, made before the clock runs.
fn work<T>(
    customers: &[Uuid],
    random: &mut Random,
    to: &impl Fn(&[Uuid], &[(usize, Event)]) -> T,
) -> Vec<Vec<T>> {
    let mut batch = || {
        let events: Vec<_> = (0..BATCH).map(|_| event(random)).collect();
        to(customers, &events)
    };
    (0..CONNECTIONS).map(|_| (0..batches()).map(|_| batch()).collect()).collect()
}

/// Seconds that it takes to send everything, and how many batches that was.
async fn timed<T: Send + 'static>(work: Vec<Vec<T>>, send: impl AsyncFn(T)) -> (f64, usize) {
    let count = work.iter().map(Vec::len).sum();
    let mut lanes: Vec<_> = work
        .into_iter()
        .map(|batches| {
            let send = &send;
            Box::pin(async move {
                for batch in batches {
                    send(batch).await;
                }
            })
        })
        .collect();
    let start = Instant::now();
    let mut done = [false; CONNECTIONS];
    std::future::poll_fn(|context| {
        for (lane, done) in lanes.iter_mut().zip(&mut done) {
            *done = *done || lane.as_mut().poll(context).is_ready();
        }
        if done.iter().all(|done| *done) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    (start.elapsed().as_secs_f64(), count)
}

async fn send(url: &str, token: &str, body: String) {
    static CLIENT: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(reqwest::Client::new);
    let response = CLIENT.post(url).bearer_auth(token).body(body).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.text().await.unwrap());
}

async fn copy_in(pool: &PgPool, (events, keys): (String, String)) {
    let mut tx = pool.begin().await.unwrap();
    let columns = "customer_id, customer_ref, transaction_id, event_type, timestamp, properties";
    let statement = format!("copy usage_event ({columns}) from stdin");
    let mut sink = tx.copy_in_raw(&statement).await.unwrap();
    sink.send(events.into_bytes()).await.unwrap();
    sink.finish().await.unwrap();
    let mut sink =
        tx.copy_in_raw("copy usage_dedupe (week, customer_id, event_key) from stdin").await.unwrap();
    sink.send(keys.into_bytes()).await.unwrap();
    sink.finish().await.unwrap();
    tx.commit().await.unwrap();
}

/// An event of the last hours, and the index of its customer.
fn event(random: &mut Random) -> (usize, Event) {
    let customer = random.below(CUSTOMERS);
    let (event_type, properties) = match random.below(10) {
        0 => {
            let seconds = format!("{}.{:03}", random.below(500), random.below(1000));
            let region = if random.below(2) == 0 { "eu" } else { "us" };
            ("gpu.run", serde_json::json!({"seconds": seconds, "region": region}))
        }
        1 => ("storage", serde_json::json!({"gigabytes": random.below(5_000)})),
        _ => (
            "llm.request",
            serde_json::json!({"input_tokens": random.below(8_000), "output_tokens": random.below(900),
                "user_id": format!("user-{}", random.below(50)), "model": "large", "region": "eu"}),
        ),
    };
    let timestamp = clock::now() - TimeDelta::seconds(random.below(3 * 3600) as i64);
    let event = Event {
        transaction_id: Uuid::from_u64_pair(random.next(), random.next()).to_string(),
        customer_id: String::new(),
        event_type: event_type.to_owned(),
        timestamp,
        properties: properties.as_object().unwrap().clone(),
    };
    (customer, event)
}

fn to_json(customers: &[Uuid], events: &[(usize, Event)]) -> String {
    let events = events.iter().map(|(customer, event)| {
        serde_json::json!({"transaction_id": event.transaction_id, "customer_id": format!("c-{}", customers[*customer]),
            "event_type": event.event_type, "timestamp": event.timestamp.to_rfc3339(), "properties": event.properties})
    });
    serde_json::Value::Array(events.collect()).to_string()
}

fn to_copy(customers: &[Uuid], events: &[(usize, Event)]) -> (String, String) {
    let (mut rows, mut keys) = (String::new(), String::new());
    let week = monday(clock::now());
    for (customer, event) in events {
        let id = customers[*customer];
        let properties = serde_json::to_string(&event.properties).unwrap();
        let (transaction_id, event_type) = (&event.transaction_id, &event.event_type);
        let at = event.timestamp.to_rfc3339();
        writeln!(rows, "{id}\tc-{id}\t{transaction_id}\t{event_type}\t{at}\t{properties}").unwrap();
        writeln!(keys, "{week}\t{id}\t{}", event.key()).unwrap();
    }
    (rows, keys)
}

fn monday(at: DateTime<Utc>) -> chrono::NaiveDate {
    at.date_naive().week(chrono::Weekday::Mon).first_day()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() / 1024
}

/// xorshift: the same events every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }
}
