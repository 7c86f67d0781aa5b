//! How the work on the whole database stands, for operators: figures, and nothing of any one customer.

use super::schema::READY_TIMEOUT;
use crate::{Error, Result};
use chrono::Duration;
use sqlx::PgPool;
use tokio::time::timeout;

/// How the work that all servers share stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DatabaseFigures {
    /// Bytes of sums that waited to be folded when a fold last looked.
    pub pending_bytes: i64,
    /// Seconds since a fold last kept up: it left less than one call moves.
    pub fold_lag_seconds: f64,
    /// Customer plans with a period that is due to be finalized.
    pub due_plans: i64,
    /// Seconds since the first of these was due; 0 when none is.
    pub finalization_lag_seconds: f64,
}

/// Reads the figures, by the database's clock; `grace` is the grace period of invoices.
///
/// # Errors
/// 503 when the database is away or takes longer than [`READY_TIMEOUT`].
pub async fn figures(pool: &PgPool, grace: Duration) -> Result<DatabaseFigures> {
    let figures = sqlx::query_as!(
        DatabaseFigures,
        r#"select
            backlog.size as "pending_bytes!",
            extract(epoch from statement_timestamp() - backlog.folded_at)::float8 as "fold_lag_seconds!",
            due.plans as "due_plans!",
            coalesce(extract(epoch from statement_timestamp() - due.since), 0)::float8 as "finalization_lag_seconds!"
        from usage_backlog backlog
        cross join (
            select
                count(*) as plans,
                min(greatest(period_end + make_interval(secs => $1), finalize_after)) as since
            from customer_plan
            where period_end <= statement_timestamp() - make_interval(secs => $1)
              and finalize_after <= statement_timestamp()
        ) due"#,
        grace.as_seconds_f64(),
    )
    .fetch_one(pool);
    let answer = timeout(READY_TIMEOUT, figures).await;
    Ok(answer.map_err(|_| Error::Unavailable(sqlx::Error::PoolTimedOut))??)
}
