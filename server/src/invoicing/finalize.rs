//! From draft to frozen document, once.

use super::draft;
use crate::{Error, Result, auth::CustomerAccess, db, rating};
use app::billing::{Invoice, InvoiceStatus};
use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Finalizes every period whose grace period is over, each once, however many replicas try and however long none
/// did; the number of invoices made.
///
/// # Errors
/// The first one met; the other customer plans are finalized nevertheless, unless the database is away.
pub async fn finalize_due(pool: &PgPool, now: DateTime<Utc>, grace: Duration) -> Result<usize> {
    let mut finalized = 0;
    let mut failed: Vec<Uuid> = Vec::new();
    let mut first_error = None;
    loop {
        let step = db::write(finalize_next(pool.clone(), now, grace, failed.clone())).await?;
        match step {
            Step::Nothing => break,
            Step::Finalized => finalized += 1,
            Step::Failed(_, error @ Error::Unavailable(_)) => return Err(error),
            Step::Failed(customer_plan_id, error) => {
                tracing::error!(%customer_plan_id, error = %crate::error::chain(&error), "could not finalize");
                failed.push(customer_plan_id);
                first_error.get_or_insert(error);
            }
        }
    }
    first_error.map_or(Ok(finalized), Err)
}

/// What became of one attempt to finalize.
enum Step {
    Nothing,
    Finalized,
    Failed(Uuid, Error),
}

/// Claims one customer plan and finalizes its open period, in one transaction.
async fn finalize_next(pool: PgPool, now: DateTime<Utc>, grace: Duration, except: Vec<Uuid>) -> Result<Step> {
    let mut tx = pool.begin().await?;
    let Some(customer_plan_id) = db::customer_plan::claim(&mut tx, now - grace, &except).await? else {
        return Ok(Step::Nothing);
    };
    match finalize(&mut tx, customer_plan_id, now, grace).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(Step::Finalized)
        }
        Err(error) => Ok(Step::Failed(customer_plan_id, error)),
    }
}

async fn finalize(
    connection: &mut PgConnection,
    customer_plan_id: Uuid,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<()> {
    let terms = db::terms::of_customer_plan(connection, customer_plan_id).await?;
    let mut periods = terms.rhythm.periods_from(terms.billed_until);
    let Some(period) = periods.next() else {
        return db::customer_plan::advance(connection, customer_plan_id, terms.billed_until, None).await;
    };
    let access = CustomerAccess::for_billing(terms.customer_id);
    let usage = draft::usage(&mut *connection, access, &[(&terms, period)]).await?.pop().unwrap_or_default();
    let invoice = Invoice { status: InvoiceStatus::Finalized, ..rating::rate(&terms, &usage, period, grace) };
    db::invoice::insert(connection, customer_plan_id, &invoice, now).await?;
    let next = periods.next().map(|period| period.end);
    db::customer_plan::advance(connection, customer_plan_id, period.end, next).await
}
