//! The empty database against one that holds millions of events.

use crate::{
    Arguments,
    events::Random,
    http::Api,
    ingest::{BATCH, CONNECTIONS, CUSTOMERS, bodies, fold, send},
    seed, server,
    table::{Table, Target, median, plain},
};
use ::server::{auth::Operator, clock, db::usage};
use sqlx::PgPool;
use std::time::Instant;
use uuid::Uuid;

/// Thousandths of all events that are the heaviest customer's.
const HEAVIEST: usize = 100;
/// Events at which the 90-day query is first measured, as a part of all.
const EARLY: usize = 10;

pub async fn measure(pool: &PgPool, arguments: &Arguments, table: &mut Table) {
    println!("▸ growth to {} events", plain(arguments.events as f64));
    seed::metrics(pool).await;
    let customers = seed::customers(pool, CUSTOMERS).await;
    let api = server::in_process(pool).await;
    seed::all_metrics(pool, &api, &[customers[0], customers[CUSTOMERS / 2]]).await;
    let mut random = Random(99);

    let empty = rates(pool, &api, &customers, &mut random, arguments).await;
    seed::live(pool, &customers, &mut random, arguments.events / EARLY, HEAVIEST).await;
    let early = queries(pool, &customers).await;
    seed::live(pool, &customers, &mut random, arguments.events - arguments.events / EARLY, HEAVIEST).await;
    let late = queries(pool, &customers).await;
    let full = rates(pool, &api, &customers, &mut random, arguments).await;

    let (few, many) = (plain((arguments.events / EARLY) as f64), plain(arguments.events as f64));
    table.add(
        format!("Ingest and fold at {many} stored events, through a forced checkpoint"),
        full.rate / empty.rate,
        Target::AtLeast(0.8),
        "on the empty database",
        format!("{} against {} events/s", plain(full.rate), plain(empty.rate)),
    );
    table.add(
        "WAL bytes an event there",
        full.wal / empty.wal,
        Target::AtMost(1.2),
        "on the empty database",
        format!("{} against {}", plain(full.wal), plain(empty.wal)),
    );
    table.add(
        format!("90 days of usage of a median customer, at {many} events"),
        late.median / early.median,
        Target::AtMost(1.2),
        format!("at {few}"),
        format!("{:.2} against {:.2} ms", late.median, early.median),
    );
    table.add(
        format!("90 days of usage of the heaviest customer (a tenth of all), at {many} events"),
        late.heaviest / late.median,
        Target::AtMost(2.0),
        "the median customer",
        format!("{:.2} against {:.2} ms; {:.2} at {few}", late.heaviest, late.median, early.heaviest),
    );
}

struct Rates {
    /// Events a second, ingest and fold.
    rate: f64,
    /// Bytes of WAL for each.
    wal: f64,
}

/// Each round sends events, with a checkpoint forced in its middle, and folds them.
async fn rates(
    pool: &PgPool,
    api: &Api,
    customers: &[Uuid],
    random: &mut Random,
    arguments: &Arguments,
) -> Rates {
    let (mut rates, mut wal) = (Vec::new(), Vec::new());
    for round in 0..=arguments.rounds {
        let halves = [0, 1].map(|_| bodies(customers, random, CONNECTIONS, arguments.batches, BATCH));
        let events = (2 * CONNECTIONS * arguments.batches * BATCH) as f64;
        let (before, start) = (position(pool).await, Instant::now());
        for (half, bodies) in halves.into_iter().enumerate() {
            send(api, bodies).await;
            fold(pool).await;
            if half == 0 {
                sqlx::raw_sql("checkpoint").execute(pool).await.unwrap();
            }
        }
        let (seconds, written) = (start.elapsed().as_secs_f64(), position(pool).await - before);
        println!(
            "  round {round}: {} events/s, {} bytes of WAL each",
            plain(events / seconds),
            plain(written / events)
        );
        if round > 0 {
            rates.push(events / seconds);
            wal.push(written / events);
        }
    }
    Rates { rate: median(rates), wal: median(wal) }
}

/// How many bytes of WAL were ever written.
async fn position(pool: &PgPool) -> f64 {
    let bytes: i64 = sqlx::query_scalar("select (pg_current_wal_insert_lsn() - '0/0')::bigint")
        .fetch_one(pool)
        .await
        .unwrap();
    bytes as f64
}

/// Milliseconds of the query behind the charts.
struct Queries {
    median: f64,
    heaviest: f64,
}

async fn queries(pool: &PgPool, customers: &[Uuid]) -> Queries {
    let measure = async |customer: Uuid| {
        let access = Operator { token_id: "bench".to_owned(), can_write: false }.access(customer);
        let account = usage::account(pool, access, clock::now(), clock::now()).await.unwrap();
        let charted = account.metrics.iter().map(|metric| usage::Charted {
            billable_metric_id: metric.id,
            aggregation_type: metric.aggregation_type,
            group_index: 0,
            group_id: Uuid::nil(),
        });
        let charted: Vec<_> = charted.collect();
        let mut times = Vec::new();
        for _ in 0..100 {
            let start = Instant::now();
            let series = usage::series(pool, access, &charted, clock::now()).await.unwrap();
            times.push(start.elapsed().as_secs_f64() * 1e3);
            assert_eq!(series.len(), 6);
        }
        median(times)
    };
    Queries { median: measure(customers[CUSTOMERS / 2]).await, heaviest: measure(customers[0]).await }
}
