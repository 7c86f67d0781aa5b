//! Ingest over HTTP against COPY of the same rows into the same tables, in turns.

use crate::{
    Arguments,
    events::{Random, event, to_copy, to_json},
    http::{Api, timed},
    seed, server,
    table::{Table, Target, median, plain},
};
use ::server::{
    clock,
    db::{self, usage},
};
use chrono::TimeDelta;
use sqlx::PgPool;
use std::time::Instant;
use uuid::Uuid;

pub const CUSTOMERS: usize = 10_000;
pub const CONNECTIONS: usize = 4;
pub const BATCH: usize = 1_000;
/// Concurrent requests of a hundred events.
const SMALL: (usize, usize) = (32, 100);

/// Bodies for so many connections, made before the clock runs.
pub fn bodies(
    customers: &[Uuid],
    random: &mut Random,
    lanes: usize,
    batches: usize,
    size: usize,
) -> Vec<Vec<String>> {
    let mut batch = || {
        let now = clock::now();
        let events: Vec<_> =
            (0..size).map(|_| event(random, customers.len(), now, TimeDelta::hours(3))).collect();
        to_json(customers, &events)
    };
    (0..lanes).map(|_| (0..batches).map(|_| batch()).collect()).collect()
}

/// Seconds that sending takes.
pub async fn send(api: &Api, bodies: Vec<Vec<String>>) -> f64 {
    let api = api.clone();
    timed(bodies, move |body| {
        let api = api.clone();
        async move { api.post("/v1/ingest", body).await }
    })
    .await
}

/// Seconds that the job takes that tidies up after ingest.
pub async fn fold(pool: &PgPool) -> f64 {
    let start = Instant::now();
    while usage::fold(pool).await.unwrap() > 0 {}
    start.elapsed().as_secs_f64()
}

pub async fn measure(pool: &PgPool, arguments: &Arguments, table: &mut Table) {
    println!("▸ ingest");
    seed::metrics(pool).await;
    let customers = seed::customers(pool, CUSTOMERS).await;
    let api = server::in_process(pool).await;
    let mut random = Random(42);
    let events = (CONNECTIONS * arguments.batches * BATCH) as f64;
    let (lanes, size) = SMALL;
    let small_batches = (arguments.batches * CONNECTIONS * BATCH / size / lanes).max(1);
    let small_events = (lanes * small_batches * size) as f64;
    let mut rates: [Vec<f64>; 5] = Default::default();
    // the first round warms up
    for round in 0..=arguments.rounds {
        let sent = bodies(&customers, &mut random, CONNECTIONS, arguments.batches, BATCH);
        let http = send(&api, sent.clone()).await;
        let fold_time = fold(pool).await;
        let repeat = send(&api, sent).await;
        let copy = copy(pool, &customers, &mut random, arguments.batches).await;
        let small = bodies(&customers, &mut random, lanes, small_batches, size);
        let small = send(&api, small).await;
        fold(pool).await;
        let measured = [
            events / http,
            events / (http + fold_time),
            events / repeat,
            events / copy,
            small_events / small,
        ];
        let [http, folded, repeat, copy, small] = measured.map(plain);
        println!(
            "  round {round}: {http} events/s, with the fold {folded}, repeats {repeat}, COPY {copy}, by {size} {small}"
        );
        if round > 0 {
            rates.iter_mut().zip(measured).for_each(|(rates, rate)| rates.push(rate));
        }
    }
    let [http, folded, repeat, copy, small] = rates.map(median);
    let per_second = |rate: f64| format!("{} events/s", plain(rate));
    let of_copy = "COPY of the same rows into the same tables";
    table.add(
        format!("Ingest, 1,000 events a request, {CONNECTIONS} connections, 10,000 customers, 6 metrics"),
        http / copy,
        Target::AtLeast(0.35),
        of_copy,
        format!("{} against {}", per_second(http), plain(copy)),
    );
    table.add(
        "The same, and the fold of its sums (a job's, later)",
        folded / copy,
        Target::None,
        of_copy,
        per_second(folded),
    );
    table.add(
        format!("Ingest, {size} events a request, {lanes} at a time"),
        small / http,
        Target::AtLeast(0.6),
        "1,000 a request",
        per_second(small),
    );
    table.add("Known ids sent again", repeat / http, Target::AtLeast(1.0), "fresh ids", per_second(repeat));
}

/// Seconds of COPY into the event table and the table of known ids.
async fn copy(pool: &PgPool, customers: &[Uuid], random: &mut Random, batches: usize) -> f64 {
    let mut batch = || {
        let now = clock::now();
        let events: Vec<_> =
            (0..BATCH).map(|_| event(random, customers.len(), now, TimeDelta::hours(3))).collect();
        to_copy(customers, &events, now)
    };
    let rows: Vec<Vec<_>> = (0..CONNECTIONS).map(|_| (0..batches).map(|_| batch()).collect()).collect();
    let pool = pool.clone();
    timed(rows, move |batch| {
        let pool = pool.clone();
        async move { copy_in(&pool, batch).await }
    })
    .await
}

async fn copy_in(pool: &PgPool, (events, keys): (String, String)) {
    let mut tx = db::begin(pool).await.unwrap();
    for (table, rows) in [
        (
            "usage_event (customer_id, customer_ref, transaction_id, event_type, timestamp, properties)",
            events,
        ),
        ("usage_dedupe (day, customer_id, event_key)", keys),
    ] {
        let mut sink = tx.copy_in_raw(&format!("copy {table} from stdin")).await.unwrap();
        sink.send(rows.into_bytes()).await.unwrap();
        sink.finish().await.unwrap();
    }
    tx.commit().await.unwrap();
}
