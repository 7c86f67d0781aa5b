//! `cargo xtask bench`: what Inlay costs, each figure beside what it is compared with in the same run.
//!
//! Takes a Postgres from DATABASE_URL whose superuser it is, works in a database of its own there, and drops it at the
//! end. INLAY_BIN names the finished binary, whose memory and pages are measured.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, unreachable_pub)]

mod client;
mod draft;
mod events;
mod growth;
mod http;
mod ingest;
mod memory;
mod pages;
mod seed;
mod server;
mod statements;
mod table;

use ::server::db;
use clap::Parser;
use sqlx::{PgPool, postgres::PgConnectOptions};
use table::Table;

/// Connections of the server under test, as many as it has by default.
const POOL: u32 = 20;

#[derive(Clone, Debug, Parser)]
pub struct Arguments {
    /// Rounds of each comparison; the table has the medians
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Thousands of events that each of the 4 connections sends in a round
    #[arg(long, default_value_t = 10)]
    batches: usize,
    /// Compare the empty database with one of many events; takes a quarter of an hour
    #[arg(long)]
    growth: bool,
    /// How many events that is
    #[arg(long, default_value_t = 10_000_000)]
    events: usize,
    /// Only these parts: client, ingest, draft, pages, memory, growth
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Bytes of JavaScript and WASM, brotli; measured by xtask
    #[arg(long)]
    client_bytes: Option<u64>,
    /// Where the table goes as JSON
    #[arg(long)]
    json: Option<std::path::PathBuf>,
}

impl Arguments {
    fn wants(&self, part: &str) -> bool {
        if self.only.is_empty() {
            part != "growth" || self.growth
        } else {
            self.only.iter().any(|one| one == part)
        }
    }
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    statements::watch();
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a Postgres to work in");
    let options: PgConnectOptions = url.parse().unwrap();
    let admin = PgPool::connect_with(options.clone()).await.unwrap();
    let mut table = Table::new(&admin).await;
    if let Some(bytes) = arguments.client_bytes {
        client::measure(bytes, &mut table);
    }
    // Each part on databases of its own, so that none pays for another.
    for (part, names) in [
        ("ingest", ["inlay_bench_ingest"].as_slice()),
        ("pages", &["inlay_bench_pages"]),
        ("growth", &["inlay_bench_empty", "inlay_bench_full"]),
    ] {
        let wanted = match part {
            "pages" => ["draft", "pages", "memory"].into_iter().any(|part| arguments.wants(part)),
            part => arguments.wants(part),
        };
        if !wanted {
            continue;
        }
        let mut pools = Vec::new();
        for name in names {
            drop(&admin, name).await;
            let create = format!("create database {name}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&admin).await.unwrap();
            let pool = db::connect(options.clone().database(name), POOL).await.unwrap();
            db::migrate(&pool, &mut |_| {}).await.unwrap();
            pools.push(pool);
        }
        let pool = &pools[0];
        match part {
            "ingest" => ingest::measure(pool, &arguments, &mut table).await,
            "growth" => growth::measure(pool, &pools[1], &arguments, &mut table).await,
            _ => {
                let bench = seed::company(pool).await;
                if arguments.wants("draft") {
                    draft::measure(&bench, &mut table).await;
                }
                let database = options.clone().database(names[0]);
                if arguments.wants("pages") {
                    pages::measure(pool, &bench, &database, &arguments, &mut table).await;
                }
                if arguments.wants("memory") {
                    memory::measure(pool, &bench, &database, &arguments, &mut table).await;
                }
            }
        }
        for (pool, name) in pools.iter().zip(names) {
            pool.close().await;
            drop(&admin, name).await;
        }
    }
    table.print(arguments.rounds);
    if let Some(file) = &arguments.json {
        std::fs::write(file, table.to_json(arguments.rounds)).unwrap();
        println!("\nThe same as JSON: {}", file.display());
    }
}

async fn drop(admin: &PgPool, database: &str) {
    let statement = format!("drop database if exists {database} with (force)");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(admin).await.unwrap();
}
