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

/// Opens a pool of at most so many connections.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect(options: PgConnectOptions, connections: u32) -> sqlx::Result<PgPool> {
    self::options(connections).connect_with(session(options)).await
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
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "60s"),
        ("jit", "off"),
    ])
}

async fn prove_alive(connection: &mut PgConnection, idle_for: Duration) -> sqlx::Result<bool> {
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
