//! Finalizes drafts: rates each one a last time and stores the document, once.

use super::draft;
use crate::{
    Error, Result,
    db::{self, BillingAccess, customer::DueCustomer, customer_plan::Advance},
    rating::{self, Period, Terms},
};
use app::billing::{Invoice, InvoiceStatus};
use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Customers finalized in one transaction: what is spent a transaction is shared by them.
const BATCH: i64 = 32;

/// Periods of one customer in one transaction, after a long downtime.
const MOST_PERIODS: usize = 12;

/// Finalizes every period whose grace period is over, each once, however many replicas try and however long none
/// did; the number of invoices made.
///
/// # Errors
/// The first one met; the other customers are finalized nevertheless, unless the database is away.
pub async fn finalize_due(pool: &PgPool, now: DateTime<Utc>, grace: Duration) -> Result<usize> {
    finalize_due_until(pool, now, grace, || false).await
}

/// As [`finalize_due`], but begins no more transactions once `is_over` says so; what is left is as it was.
///
/// # Errors
/// As [`finalize_due`].
pub async fn finalize_due_until(
    pool: &PgPool,
    now: DateTime<Utc>,
    grace: Duration,
    is_over: impl Fn() -> bool,
) -> Result<usize> {
    let mut finalized = 0;
    let mut failed: Vec<BillingAccess> = Vec::new();
    let mut first_error = None;
    let mut batch = BATCH;
    while !is_over() {
        let step = db::write(finalize_next(pool.clone(), now, grace, failed.clone(), batch)).await?;
        match step {
            Step::Nothing => break,
            Step::Finalized(invoices) => finalized += invoices,
            Step::Failed(_, error @ Error::Unavailable(_)) => return Err(error),
            Step::Failed(customers, error) if customers.len() == 1 => {
                let DueCustomer { access, customer_plan_id } = customers[0];
                tracing::error!(%customer_plan_id, error = %crate::error::chain(&error), "could not finalize");
                failed.push(access);
                first_error.get_or_insert(error);
                batch = BATCH;
            }
            // One of them is at fault: one by one, it is found.
            Step::Failed(..) => batch = 1,
        }
    }
    first_error.map_or(Ok(finalized), Err)
}

/// The outcome of one attempt to finalize.
enum Step {
    Nothing,
    Finalized(usize),
    Failed(Vec<DueCustomer>, Error),
}

/// Claims customers and finalizes their periods that are due, in one transaction.
async fn finalize_next(
    pool: PgPool,
    now: DateTime<Utc>,
    grace: Duration,
    except: Vec<BillingAccess>,
    batch: i64,
) -> Result<Step> {
    let mut tx = db::begin(&pool).await?;
    let claimed = db::customer::claim_due(&mut tx, now, grace, &except, batch).await?;
    if claimed.is_empty() {
        return Ok(Step::Nothing);
    }
    match finalize(&mut tx, &claimed, now, grace).await {
        Ok(invoices) => {
            tx.commit().await?;
            Ok(Step::Finalized(invoices))
        }
        Err(error) => {
            // Awaited, or the claims are still held when the next attempt skips what is locked.
            tx.rollback().await?;
            Ok(Step::Failed(claimed, error))
        }
    }
}

async fn finalize(
    connection: &mut PgConnection,
    claimed: &[DueCustomer],
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<usize> {
    let mut invoices: Vec<(Uuid, Invoice)> = Vec::new();
    let mut advances = Vec::new();
    let held: Vec<_> = claimed.iter().map(|one| one.access).collect();
    for (access, all_terms) in db::terms::of_customers(connection, &held).await? {
        let periods = due(&all_terms, now, grace);
        let usage = draft::usage(&mut *connection, access, &periods).await?;
        invoices.extend(periods.iter().zip(&usage).map(|((terms, period), usage)| {
            let invoice = rating::bill(terms, usage, *period, grace);
            (terms.id, Invoice { status: InvoiceStatus::Finalized, ..invoice })
        }));
        advances.extend(all_terms.iter().map(|terms| {
            let last = periods.iter().rfind(|(of, _)| of.id == terms.id);
            let billed_until = last.map_or(terms.billed_until, |(_, period)| period.end);
            Advance {
                access,
                customer_plan_id: terms.id,
                billed_until,
                period_end: terms.schedule.periods_from(billed_until).next().map(|next| next.end),
            }
        }));
    }
    let made: Vec<_> =
        invoices.iter().map(|(customer_plan_id, invoice)| (*customer_plan_id, invoice)).collect();
    db::invoice::insert(connection, &made, now).await?;
    db::customer_plan::advance(connection, &advances).await?;
    Ok(made.len())
}

/// The open periods of a customer whose invoices are due at `now`, in the order in which they are finalized: by the
/// instants at which they are due, then by their ends, by the starts of their terms and by the ids of these.
fn due(all_terms: &[Terms], now: DateTime<Utc>, grace: Duration) -> Vec<(&Terms, Period)> {
    let mut due: Vec<(&Terms, Period)> = Vec::new();
    for terms in all_terms {
        let open = terms.schedule.periods_from(terms.billed_until);
        let is_due = |period: &Period| terms.issued_at(*period, grace) <= now;
        due.extend(open.take_while(is_due).take(MOST_PERIODS).map(|period| (terms, period)));
    }
    due.sort_by_key(|(terms, period)| {
        (terms.issued_at(*period, grace), period.end, terms.schedule.starting_at, terms.id)
    });
    due.truncate(MOST_PERIODS);
    due
}
