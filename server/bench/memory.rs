//! Resident memory of the finished server: idle, and while many clients send events and open pages.

use crate::{
    Arguments,
    events::Random,
    http::timed,
    ingest::{BATCH, bodies},
    seed::Bench,
    server::Process,
    table::{Table, Target},
};
use sqlx::{PgPool, postgres::PgConnectOptions};

const CLIENTS: usize = 32;

enum Work {
    Ingest(String),
    Page(String),
}

pub async fn measure(
    pool: &PgPool,
    bench: &Bench,
    database: &PgConnectOptions,
    arguments: &Arguments,
    table: &mut Table,
) {
    println!("▸ memory");
    let Some(server) = Process::start(pool, database).await else {
        return table.skip("Resident memory", "INLAY_BIN names no binary");
    };
    let path = format!("{}&window=90", server.api.embed(&bench.charts.to_string(), "usage").await);
    server.api.page(&path, "br").await;
    let (idle, _) = server.resident();

    // Every client sends a batch, then opens a page, and so on.
    let sent = bodies(&bench.customers, &mut Random(5), CLIENTS, arguments.batches, BATCH);
    let lanes = sent.into_iter().map(|bodies| {
        let work = bodies.into_iter().flat_map(|body| [Work::Ingest(body), Work::Page(path.clone())]);
        work.collect::<Vec<_>>()
    });
    let api = server.api.clone();
    timed(lanes.collect(), move |work| {
        let api = api.clone();
        async move {
            match work {
                Work::Ingest(body) => drop(api.post("/v1/ingest", body).await),
                Work::Page(path) => drop(api.page(&path, "br").await),
            }
        }
    })
    .await;
    let (after, most) = server.resident();
    table.add(
        "Resident memory, idle, MiB",
        idle.round(),
        Target::AtMost(64.0),
        "the limit",
        "after one page",
    );
    table.add(
        format!("Resident memory, {CLIENTS} clients that send 1,000 events and open a page in turn, MiB"),
        most.round(),
        Target::AtMost(256.0),
        "the limit",
        format!("the most there was; {} afterwards", after.round()),
    );
}
