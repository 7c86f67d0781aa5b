//! Nothing acknowledged is lost, and nothing counts twice, while Postgres and Inlay are killed, connections die and
//! clients hang up.
//!
//! Clients keep a ledger of what became of each event: acknowledged, refused, or unknown, which is sent again until it
//! is acknowledged. An acknowledged event is never sent again, so one that is lost stays lost.
//! `LEDGER_EVENTS=200000` runs the long version.

mod client;
mod stage;

use client::{Client, Ledger};
use stage::Stage;
use std::{sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, interval},
};

const CLIENTS: usize = 16;
/// Customers, each with an alias.
const CUSTOMERS: usize = 5;
/// How soon after a recovery an ingest must be acknowledged.
const RESUME: Duration = Duration::from_secs(5);
/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug)]
enum Fault {
    StopPostgres,
    KillInlay,
    Blackhole,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_counts_twice() {
    let events: usize = std::env::var("LEDGER_EVENTS").map_or(20_000, |text| text.parse().unwrap());
    let is_long = events > 50_000;
    let faults: Vec<Fault> =
        [Fault::Blackhole, Fault::StopPostgres, Fault::KillInlay].repeat(if is_long { 5 } else { 2 });
    let batch = if is_long { 100 } else { 20 };
    let began = Instant::now();
    let mut stage = Stage::new(CUSTOMERS).await;
    let ledger = Arc::new(Ledger::default());
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let client = Client::new(number, batch, &stage, ledger.clone());
        clients.spawn(client.send(events / CLIENTS / batch));
    }
    // Each fault strikes while its share of the batches is on its way.
    let share = events / batch / (faults.len() + 1);
    ledger.quota.add_permits(share);
    let mut slowest = Duration::ZERO;
    for fault in faults {
        let before = ledger.count();
        ledger.quota.add_permits(share);
        until(|| ledger.count() > before + batch * share / 10).await;
        match fault {
            Fault::Blackhole => stage.proxy.blackhole(),
            Fault::StopPostgres => stage.restart_postgres().await,
            Fault::KillInlay => stage.restart_inlay().await,
        }
        let recovered = Instant::now();
        until(|| ledger.has_acknowledged_since(recovered)).await;
        eprintln!("{fault:?}: writes resumed after {:?}", recovered.elapsed());
        slowest = slowest.max(recovered.elapsed());
    }
    ledger.quota.add_permits(events);
    while let Some(done) = clients.join_next().await {
        done.unwrap();
    }
    let sent = batch * CLIENTS * (events / CLIENTS / batch);
    assert_eq!(ledger.count(), sent);
    stage.check(&ledger).await;
    let (refused, unknown) = ledger.refused_and_unknown();
    eprintln!(
        "{sent} events in {:?}: all acknowledged once, 0 lost, 0 twice; {refused} refused, {unknown} of unknown fate sent again",
        began.elapsed()
    );
    assert!(refused > 0 && unknown > 0);
    assert!(slowest <= RESUME, "writes resumed only after {slowest:?}");
}

/// Waits for what the clients bring about.
async fn until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    let mut pace = interval(Duration::from_millis(10));
    while !is_so() {
        assert!(Instant::now() < deadline, "writes did not resume");
        pace.tick().await;
    }
}
