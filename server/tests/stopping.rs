//! The end of a server: it says that it stops before it does, answers what is in flight, and its jobs begin nothing more.

use crate::common::{
    self,
    billing::{GRACE, day, finalize, plan, put_on},
    seed, token,
};
use app::billing::AggregationType;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::Client;
use server::{
    config::Config,
    db, invoicing, jobs,
    serve::{self, Running},
};
use sqlx::PgPool;
use std::{
    ffi::OsString,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// `inlay serve` as a process of its own, killed when this is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts one on the database of a test.
    async fn start(pool: &PgPool, variables: &[(&str, &str)]) -> Self {
        let database = std::env::var("DATABASE_URL").unwrap();
        let (cluster, _) = database.rsplit_once('/').unwrap();
        let (name,): (String,) = sqlx::query_as("select current_database()").fetch_one(pool).await.unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_inlay"))
            .arg("serve")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("DATABASE_URL", format!("{cluster}/{name}"))
            .env("INLAY_LISTEN", "127.0.0.1:0")
            .env("INLAY_SIGNING_KEYS", format!("test:{}", STANDARD.encode(rand::random::<[u8; 32]>())))
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.by_ref().find(|line| line.contains("listening")).unwrap();
        // A full pipe would hold the server up.
        thread::spawn(move || lines.for_each(drop));
        Self { url: format!("http://{}", line.rsplit_once("address=").unwrap().1), child }
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already needs no kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// The status and the body of an answer.
async fn get(client: &Client, url: &str, token: &str) -> (u16, String) {
    let answer = client.get(url).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Asks until the server says that it stops.
async fn until_it_stops(client: &Client, url: &str) -> String {
    let asking = async {
        loop {
            match get(client, &format!("{url}/readyz"), "").await {
                (200, _) => tokio::task::yield_now().await,
                (503, body) => return body,
                (status, body) => panic!("{status}: {body}"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn after_sigterm_a_server_is_not_ready_and_answers_for_as_long_as_it_was_told(pool: PgPool) {
    let (token, client) = (token(&pool).await, client());
    let mut server = Server::start(&pool, &[("INLAY_STOP_DELAY", "5m")]).await;
    assert_eq!(get(&client, &format!("{}/readyz", server.url), "").await.0, 200);
    server.signal(Signal::SIGTERM);
    assert_eq!(until_it_stops(&client, &server.url).await, r#"{"status":"stopping"}"#);
    // Also on new connections: balancers have not heard of it yet.
    for client in [&client, &self::client()] {
        assert_eq!(get(client, &format!("{}/healthz", server.url), "").await.0, 200);
        assert_eq!(get(client, &format!("{}/v1/customers", server.url), &token).await.0, 200);
    }
    // A second signal does not wait.
    server.signal(Signal::SIGINT);
    assert_eq!(server.child.wait().unwrap().code(), Some(130));
}

#[sqlx::test(migrations = "./migrations")]
async fn from_the_keyboard_a_server_stops_at_once(pool: PgPool) {
    let mut server = Server::start(&pool, &[("INLAY_STOP_DELAY", "5m")]).await;
    let start = Instant::now();
    server.signal(Signal::SIGINT);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

async fn started(pool: &PgPool) -> Running {
    let variables = [("INLAY_LISTEN", "127.0.0.1:0"), ("INLAY_OPS_LISTEN", "127.0.0.1:0")];
    let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    serve::start(&Config::from_env(variables).unwrap(), pool.clone()).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn a_notice_of_the_end_comes_before_it(pool: PgPool) {
    const NOTICE: Duration = Duration::from_secs(2);
    let served = db::connect(pool.connect_options().as_ref().clone(), 4).await.unwrap();
    let running = started(&served).await;
    let url = format!("http://{}", running.address);
    let operators = format!("http://{}/readyz", running.ops_address.unwrap());
    let client = client();
    assert_eq!(get(&client, &operators, "").await.0, 200);
    let start = Instant::now();
    let stopping = tokio::spawn(running.stop(NOTICE));
    until_it_stops(&client, operators.trim_end_matches("/readyz")).await;
    stopping.await.unwrap();
    assert!(start.elapsed() >= NOTICE);
    client.get(&url).send().await.unwrap_err();
    served.close().await;
}

#[sqlx::test(migrations = "./migrations")]
async fn jobs_begin_nothing_more_once_a_server_is_about_to_stop(pool: PgPool) {
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    let plan_id = plan(&pool, metric, day("2026-01-01")).await;
    for _ in 0..40 {
        let customer = seed::customer(&pool, "Acme").await;
        put_on(&pool, customer, plan_id, "2026-01-01", Some("2026-02-01")).await.unwrap();
    }
    let invoices =
        async || sqlx::query_scalar::<_, i64>("select count(*) from invoice").fetch_one(&pool).await.unwrap();
    let state = common::state(pool.clone());
    state.stopping.announce();
    jobs::run(state).await;
    assert_eq!(invoices().await, 0);
    // A stop in the midst leaves what is begun whole, and the rest for later.
    let asked = AtomicUsize::new(0);
    let is_over = || asked.fetch_add(1, Ordering::Relaxed) > 0;
    let some = invoicing::finalize_due_until(&pool, day("2026-03-01"), GRACE, is_over).await.unwrap();
    assert!((1..40).contains(&some), "{some}");
    assert_eq!(invoices().await, i64::try_from(some).unwrap());
    assert_eq!(finalize(&pool, "2026-03-01").await, 40 - some);
}
