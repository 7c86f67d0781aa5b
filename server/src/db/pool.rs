//! The pool of connections, and the hook that holds down two faults of sqlx 0.9.0.

use sqlx::{
    Connection, Executor, PgConnection, PgPool, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// How long a request waits for a connection before it answers 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an unused connection is taken to be alive.
const IDLE_TRUST: Duration = Duration::from_secs(5);
/// How long a returned connection has to prove that it is sound.
const PROOF_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a statement may run.
const STATEMENT_TIMEOUT: &str = "30s";
/// How long a statement may wait for a lock: longer than whoever holds one works, unless something is amiss.
pub(super) const LOCK_TIMEOUT: &str = "5s";
/// How long a statement of a page may run: nobody waits longer for a page.
const READERS_TIMEOUT: &str = "3s";

/// How many of a server's connections are for readers, and for all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// For pages and session tokens.
    pub readers: u32,
    /// For the API, ingest, jobs and readiness.
    pub others: u32,
}

/// Divides so many connections: two fifths are for readers, and one notes their sessions.
pub fn share(connections: u32) -> Share {
    let readers = (connections * 2 / 5).max(1);
    Share { readers, others: connections.saturating_sub(readers + 1).max(1) }
}

/// Connections of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// Those that are open.
    pub open: u32,
    /// Those of them that nobody uses.
    pub idle: u32,
    /// As many as there may be.
    pub most: u32,
}

impl PoolUse {
    /// The connections of a pool as they are now.
    pub fn of(pool: &PgPool) -> Self {
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        Self { open: pool.size(), idle, most: pool.options().get_max_connections() }
    }

    /// The connections of both.
    pub fn and(self, other: Self) -> Self {
        let Self { open, idle, most } = other;
        Self { open: self.open + open, idle: self.idle + idle, most: self.most + most }
    }
}

/// Opens a pool of at most so many connections.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect(options: PgConnectOptions, connections: u32) -> sqlx::Result<PgPool> {
    self::options(connections).connect_with(session(options)).await
}

/// A pool of at most so many connections to the database of another pool, for readers whom the database does not bind
/// (`bound.rs`). It connects when it is asked.
pub fn readers(pool: &PgPool, connections: u32) -> PgPool {
    options(connections).connect_lazy_with(session_of_readers(pool))
}

/// A pool of one connection to the database of another pool, by which sessions of dashboards are noted: pages that begin
/// wait for it, and not for the connections of others. It connects when it is asked.
pub fn notes(pool: &PgPool) -> PgPool {
    options(1).connect_lazy_with(PgConnectOptions::clone(&pool.connect_options()))
}

/// A reader's session with the database of another pool.
pub(super) fn session_of_readers(pool: &PgPool) -> PgConnectOptions {
    PgConnectOptions::clone(&pool.connect_options()).options([("statement_timeout", READERS_TIMEOUT)])
}

/// The pool's rules.
///
/// A connection comes back to the pool only when it proves to be outside a transaction, with one simple query, in a
/// second. Otherwise sqlx 0.9.0 hands on a connection with an open transaction when a future was dropped while `BEGIN`
/// was in flight, and the next acknowledged write vanishes (transact-rs/sqlx issues 4393, 4385); and connections that
/// died silently keep the pool's permits for ever (issue 4349). An `Err` from the hook drops the connection without I/O.
pub fn options(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A ping before each use would cost what the hook costs after it; only long unused connections are asked.
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| Box::pin(prove_alive(connection, metadata.idle_for)))
        .after_release(|connection, _| Box::pin(prove_sound(connection)))
}

/// Settings of each session. A statement that runs for half a minute answers nobody any more. What writes says so: see
/// `transaction.rs`.
fn session(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("inlay").options([
        ("default_transaction_read_only", "on"),
        ("statement_timeout", STATEMENT_TIMEOUT),
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", "60s"),
        ("jit", "off"),
    ])
}

/// Asks a connection that was not used for a while.
pub(super) async fn prove_alive(connection: &mut PgConnection, idle_for: Duration) -> sqlx::Result<bool> {
    if idle_for < IDLE_TRUST {
        return Ok(true);
    }
    tokio::time::timeout(PROOF_TIMEOUT, connection.ping())
        .await
        .map_err(|_| sqlx::Error::Protocol("a connection died while nobody used it".to_owned()))??;
    Ok(true)
}

async fn prove_sound(connection: &mut PgConnection) -> sqlx::Result<bool> {
    // Outside a transaction each simple query is one of its own, which begins with it.
    let query = sqlx::raw_sql("select statement_timestamp() > transaction_timestamp()");
    let row = tokio::time::timeout(PROOF_TIMEOUT, connection.fetch_one(query)).await.map_err(|_| {
        sqlx::Error::Protocol("a connection did not answer when it came back to the pool".to_owned())
    })??;
    match row.try_get::<bool, _>(0)? {
        false => Ok(true),
        true => Err(sqlx::Error::Protocol("a connection came back with an open transaction".to_owned())),
    }
}

/// One connection outside the pool, without its time limits: for migrations.
pub(super) async fn single(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(options))
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
