//! An empty database against one that holds millions of events.

use crate::{
    Arguments,
    events::Random,
    http::Api,
    ingest::{BATCH, CONNECTIONS, CUSTOMERS, bodies, fold, send},
    seed, server,
    table::{Table, Target, median, plain},
};
use ::server::{auth::Operator, clock, db::usage};
use chrono::{NaiveTime, TimeDelta};
use sqlx::PgPool;
use std::time::Instant;
use uuid::Uuid;

/// Thousandths of all events that are the heaviest customer's.
const HEAVIEST: usize = 100;
/// Events at which the 90-day query is first measured, and the customers who have them, as a part of all.
const EARLY: usize = 10;

/// A database and a server for it.
struct Side<'a> {
    name: &'static str,
    pool: &'a PgPool,
    api: Api,
    customers: Vec<Uuid>,
    rounds: Vec<Round>,
}

impl<'a> Side<'a> {
    async fn new(name: &'static str, pool: &'a PgPool) -> Self {
        seed::metrics(pool).await;
        let customers = seed::customers(pool, CUSTOMERS).await;
        let api = server::in_process(pool).await;
        seed::all_metrics(pool, &api, &[customers[0], customers[CUSTOMERS / EARLY / 2]]).await;
        Self { name, pool, api, customers, rounds: Vec::new() }
    }

    fn median(&self, of: impl Fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }
}

/// Fills one database with the events of 90 days that ended yesterday, first a tenth of them by a tenth of the
/// customers, then the others', so that a customer of the first tenth has the same usage all along. Then sends today's
/// events to it and to an empty one, in turns.
pub async fn measure(empty: &PgPool, full: &PgPool, arguments: &Arguments, table: &mut Table) {
    println!("▸ growth to {} events", plain(arguments.events as f64));
    let (mut empty, mut full) = (Side::new("empty", empty).await, Side::new("full", full).await);
    let mut random = Random(99);
    let yesterday = clock::now().date_naive().and_time(NaiveTime::MIN).and_utc() - TimeDelta::seconds(1);
    let (early, first) = (arguments.events / EARLY, CUSTOMERS / EARLY);
    seed::live(full.pool, &full.customers, 0..first, &mut random, early, HEAVIEST, yesterday).await;
    let at_first = queries(&full).await;
    let rest = arguments.events - early;
    seed::live(full.pool, &full.customers, first..CUSTOMERS, &mut random, rest, HEAVIEST, yesterday).await;
    let late = queries(&full).await;
    for round in 0..=arguments.rounds {
        for side in [&mut empty, &mut full] {
            let measured = measure_round(side, &mut random, arguments).await;
            let [sent, folded, wal] = [measured.sent, measured.folded, measured.wal].map(plain);
            println!(
                "  round {round}, {}: {sent} events/s, with the fold {folded}, {wal} bytes of WAL each",
                side.name
            );
            // the first round warms up
            if round > 0 {
                side.rounds.push(measured);
            }
        }
    }

    let (few, many) = (plain(early as f64), plain(arguments.events as f64));
    let mut compare = |what: String, target: Target, unit: &str, of: fn(&Round) -> f64| {
        let [full, empty] = [&full, &empty].map(|side| side.median(of));
        let behind = format!("{} against {}{unit}", plain(full), plain(empty));
        table.add(what, full / empty, target, "on an empty database", behind);
    };
    let ingest = format!("Ingest at {many} stored events, through a forced checkpoint");
    compare(ingest, Target::AtLeast(0.8), " events/s", |round| round.sent);
    compare("The same, and the fold of its sums".to_owned(), Target::None, " events/s", |round| round.folded);
    compare("WAL bytes an event there, with the fold".to_owned(), Target::AtMost(1.2), "", |round| round.wal);
    table.add(
        format!("90 days of usage of a median customer, at {many} events"),
        late.median / at_first.median,
        Target::AtMost(1.2),
        format!("at {few}"),
        format!("{:.2} against {:.2} ms", late.median, at_first.median),
    );
    table.add(
        format!("90 days of usage of the heaviest customer (a tenth of all), at {many} events"),
        late.heaviest / late.median,
        Target::AtMost(2.0),
        "the median customer",
        format!("{:.2} against {:.2} ms; {:.2} at {few}", late.heaviest, late.median, at_first.heaviest),
    );
}

struct Round {
    /// Events a second, ingest alone.
    sent: f64,
    /// The same with the fold.
    folded: f64,
    /// Bytes of WAL for each.
    wal: f64,
}

/// Sends events, with a checkpoint forced in the middle, and folds them.
async fn measure_round(side: &Side<'_>, random: &mut Random, arguments: &Arguments) -> Round {
    let halves = [0, 1].map(|_| bodies(&side.customers, random, CONNECTIONS, arguments.batches, BATCH));
    let events = (2 * CONNECTIONS * arguments.batches * BATCH) as f64;
    let (before, start) = (position(side.pool).await, Instant::now());
    let mut sending = 0.0;
    for (half, bodies) in halves.into_iter().enumerate() {
        sending += send(&side.api, bodies).await;
        fold(side.pool).await;
        if half == 0 {
            sqlx::raw_sql("checkpoint").execute(side.pool).await.unwrap();
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let wal = (position(side.pool).await - before) / events;
    Round { sent: events / sending, folded: events / seconds, wal }
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

async fn queries(Side { pool, customers, .. }: &Side<'_>) -> Queries {
    let measure = async |customer: Uuid| {
        let access = Operator { token_id: "bench".to_owned(), can_write: false }.access(customer);
        let account = usage::account(pool, access, clock::now(), clock::now(), clock::now()).await.unwrap();
        let charted = account.metrics.iter().map(|metric| (metric.id, metric.aggregation_type));
        let charted: Vec<_> = charted.collect();
        let mut times = Vec::new();
        for _ in 0..100 {
            let start = Instant::now();
            let series = usage::series(pool, access, &charted, None, clock::now()).await.unwrap();
            times.push(start.elapsed().as_secs_f64() * 1e3);
            assert_eq!(series.len(), 6);
        }
        median(times)
    };
    Queries { median: measure(customers[CUSTOMERS / EARLY / 2]).await, heaviest: measure(customers[0]).await }
}
