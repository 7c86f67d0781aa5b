//! Eight servers on one database finalize everything that is due, while one after another is killed.
//!
//! `INLAY_FINALIZE_PERIODS` says how many periods, 800 unless it does.

use crate::common::{
    billing::{day, plan, put_on},
    seed,
};
use app::billing::{Decimal, Invoice};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Datelike as _, Duration, Months, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use server::{clock, ingest};
use sqlx::{ConnectOptions as _, PgPool, types::Json};
use std::{
    collections::BTreeMap,
    process::{Child, Command, Stdio},
    time::{Duration as Wait, Instant},
};
use uuid::Uuid;

const SERVERS: usize = 8;
const MONTHS: u32 = 8;
/// What the servers wait after the end of a period, unless told.
const GRACE: Duration = Duration::hours(24);
const KILL_EVERY: Wait = Wait::from_millis(250);

/// A server process, killed when it is dropped.
struct Server(Child);

impl Server {
    fn start(database: &str) -> Self {
        let random = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        let key = format!("test:{}", STANDARD.encode(random));
        let child = Command::new(env!("CARGO_BIN_EXE_inlay"))
            .arg("serve")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs([
                ("DATABASE_URL", database),
                ("INLAY_LISTEN", "127.0.0.1:0"),
                ("INLAY_SIGNING_KEYS", &key),
                ("INLAY_DATABASE_CONNECTIONS", "4"),
                ("INLAY_LOG", "error"),
            ])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// SIGKILL.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already needs no kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What one customer owes for each month, by the first of it, worked out from the events as they are made.
type Owed = BTreeMap<(Uuid, DateTime<Utc>), i64>;

/// Customers with months of usage and nothing finalized.
async fn company(pool: &PgPool, periods: usize, rng: &mut StdRng) -> Owed {
    // on the first of a month, the one before is in its grace period
    let month = (clock::now() - GRACE).date_naive().with_day(1).unwrap();
    let start = month - Months::new(MONTHS);
    let metric =
        seed::metric(pool, app::billing::AggregationType::Sum, "tokens", r#"[["model"],["region"]]"#).await;
    let plan_id = plan(pool, metric, day(&start.to_string())).await;
    let mut owed = Owed::new();
    let mut events = Vec::new();
    for _ in 0..periods.div_ceil(MONTHS as usize) {
        let customer_id = seed::customer(pool, "Acme").await;
        put_on(pool, customer_id, plan_id, &start.to_string(), None).await.unwrap();
        for back in 1..=MONTHS {
            let begin = day(&(month - Months::new(back)).to_string());
            let mut tokens = 0;
            for _ in 0..3 {
                let used = rng.random_range(1..1_000);
                tokens += used;
                let region = ["eu", "us"][rng.random_range(0..2)];
                events.push(seed::event(
                    &Uuid::new_v4().to_string(),
                    customer_id,
                    begin + Duration::hours(rng.random_range(0..27 * 24)),
                    &format!(r#"{{"tokens": {used}, "region": "{region}"}}"#),
                ));
            }
            // 2 cents a token, 1 more by region, and the fee.
            owed.insert((customer_id, begin), tokens * 3 + 1_000);
        }
    }
    for events in events.chunks(2_000) {
        ingest::record(pool, events.to_vec(), clock::now()).await.unwrap();
    }
    owed
}

#[sqlx::test(migrations = "./migrations")]
async fn periods_are_finalized_once_while_servers_are_killed(pool: PgPool) {
    let periods = std::env::var("INLAY_FINALIZE_PERIODS").map_or(800, |text| text.parse().unwrap());
    let mut rng = StdRng::seed_from_u64(8);
    let owed = company(&pool, periods, &mut rng).await;
    let database = pool.connect_options().to_url_lossy().to_string();
    let begun = Instant::now();
    let mut servers: Vec<Server> = (0..SERVERS).map(|_| Server::start(&database)).collect();
    let (mut kills, mut kills_at_work) = (0, 0);
    loop {
        tokio::time::sleep(KILL_EVERY).await;
        let (made,): (i64,) = sqlx::query_as("select count(*) from invoice").fetch_one(&pool).await.unwrap();
        if made as usize == owed.len() {
            break;
        }
        assert!(begun.elapsed() < Wait::from_secs(300), "{made} of {} after 5 minutes", owed.len());
        let ended = servers.iter_mut().find_map(|server| server.0.try_wait().unwrap());
        assert!(ended.is_none(), "a server ended by itself: {ended:?}");
        let victim = &mut servers[rng.random_range(0..SERVERS)];
        victim.kill();
        *victim = Server::start(&database);
        kills += 1;
        kills_at_work += usize::from(made > 0);
    }
    let took = begun.elapsed();
    drop(servers);
    println!(
        "{} periods by {SERVERS} servers in {:.1} s, {kills} killed, {kills_at_work} of them after the first invoice",
        owed.len(),
        took.as_secs_f32()
    );

    let stored: Vec<(Uuid, DateTime<Utc>, Json<Invoice>)> =
        sqlx::query_as("select customer_id, start_timestamp, document from invoice")
            .fetch_all(&pool)
            .await
            .unwrap();
    let found: BTreeMap<_, _> = stored
        .iter()
        .map(|(customer_id, start, invoice)| ((*customer_id, *start), &invoice.0.total))
        .collect();
    assert_eq!(stored.len(), found.len(), "a period was finalized twice");
    assert_eq!(found.len(), owed.len());
    for (period, total) in &owed {
        assert_eq!(found.get(period), Some(&&Decimal::from(*total)), "{period:?}");
    }
    // Nothing is left, and the next run finds nothing to do.
    assert_eq!(server::invoicing::finalize_due(&pool, clock::now(), GRACE).await.unwrap(), 0);
}
