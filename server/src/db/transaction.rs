//! The one way to a transaction that writes.
//!
//! Sessions are read-only (`pool.rs`) until a transaction says otherwise, and only [`begin`] says so: what is written
//! on any other connection, the database refuses. So a request with an `Idempotency-Key` cannot change anything without
//! the mark that its call was carried out.

use crate::{Error, Result, client::CLIENT, error::REQUEST_ID};
use sqlx::{PgPool, Postgres, Transaction, postgres::PgArguments, query::Query};
use std::time::Duration;
use tokio::time::timeout;

/// How long a write may take.
const WRITE_LIMIT: Duration = Duration::from_secs(60);

/// The right to carry out the call of an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The API token, by its public part.
    pub token_id: String,
    /// The `Idempotency-Key` of the request.
    pub key: String,
    /// Which try of the call this is.
    pub(super) attempt: i32,
}

tokio::task_local! {
    /// The claim of the request being carried out, if it has a key.
    static CLAIM: Claim;
}

/// Runs the work of a request under its claim.
pub async fn under<T>(claim: Claim, work: impl Future<Output = T>) -> T {
    CLAIM.scope(claim, work).await
}

/// Begins a transaction that may write. If the request being carried out has a key, the transaction marks it as carried
/// out: a crash loses both or neither. A try that was overtaken by another cannot go on. What refuses the request must
/// not commit, or the key of the corrected request is spent.
///
/// # Errors
/// 409 when another try holds the key.
pub async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>> {
    let mut tx = pool.begin_with("begin read write").await?;
    let Ok(claim) = CLAIM.try_with(Clone::clone) else { return Ok(tx) };
    let marked = sqlx::query!(
        "update idempotency_key
         set effect_at = statement_timestamp()
         where token_id = $1
           and key = $2
           and attempt = $3
           and status is null",
        claim.token_id,
        claim.key,
        claim.attempt,
    )
    .execute(&mut *tx)
    .await?;
    if marked.rows_affected() == 0 {
        return Err(Error::Conflict(
            "Idempotency-Key: this call took so long that another one with the key was carried out in its place; send \
             it again for the answer of that one"
                .to_owned(),
        ));
    }
    Ok(tx)
}

/// Writes what changes one row, named by its id, in a transaction of its own.
///
/// # Errors
/// `missing` where there is no such row.
pub async fn update_one(
    pool: &PgPool,
    update: Query<'static, Postgres, PgArguments>,
    missing: fn() -> Error,
) -> Result<()> {
    let pool = pool.clone();
    write(async move {
        let mut tx = begin(&pool).await?;
        if update.execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(missing());
        }
        Ok(tx.commit().await?)
    })
    .await
}

/// Runs a write to its end in a task of its own, so that a client that hangs up cannot drop it half-way.
///
/// sqlx 0.9.0 returns a connection with an open transaction to the pool when a future is dropped while `BEGIN` is in
/// flight (transact-rs/sqlx issues 4393 and 4385), and the next acknowledged write on it would vanish.
/// The second half of the answer is the hook in `pool.rs`.
pub async fn write<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let request_id = REQUEST_ID.try_with(Clone::clone).unwrap_or_default();
    let client = CLIENT.try_with(Clone::clone).unwrap_or_default();
    let work = async {
        // A connection that died silently would be waited for without end; a statement takes 30 s at most.
        timeout(WRITE_LIMIT, work).await.unwrap_or(Err(Error::Unavailable(sqlx::Error::PoolTimedOut)))
    };
    let claim = CLAIM.try_with(Clone::clone).ok();
    let work = async {
        match claim {
            Some(claim) => under(claim, work).await,
            None => work.await,
        }
    };
    tokio::spawn(CLIENT.scope(client, REQUEST_ID.scope(request_id, work)))
        .await
        .map_err(|error| Error::Internal(format!("a write did not run to its end: {error}")))?
}
