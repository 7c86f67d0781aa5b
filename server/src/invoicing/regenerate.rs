//! A new invoice in the place of a voided one.

use super::draft;
use crate::{Error, Result, db, rating, rating::Period};
use app::billing::{Invoice, InvoiceStatus};
use chrono::{DateTime, Duration, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Makes the successor of a voided invoice: the same billing period under a new id, finalized, with usage and prices
/// as they are now, issued now. Its id is returned.
///
/// A voided invoice has one successor; when that is voided too, it can be regenerated in its turn.
///
/// # Errors
/// 400 for an invoice that is not void, or whose period the plan does not cover any more or will bill anew anyway; 404
/// when there is no such invoice; 409 when the period is billed already.
pub async fn regenerate(pool: &PgPool, id: Uuid, now: DateTime<Utc>, grace: Duration) -> Result<Uuid> {
    let mut tx = db::begin(pool).await?;
    let (customer_plan_id, invoice) = match bill_anew(&mut tx, id, now, grace).await {
        Ok(Some(billed)) => billed,
        refused => {
            // Awaited, or the customer is still held when the answer is there.
            tx.rollback().await?;
            refused?;
            return Err(super::not_stored(pool, "id", id, now, "voided, and then regenerated").await?);
        }
    };
    db::invoice::insert(&mut tx, &[(customer_plan_id, &invoice)], now).await?;
    tx.commit().await?;
    Ok(invoice.id)
}

/// The invoice that takes the place of a voided one, and the customer's plan that it bills; `None` when there is no
/// invoice of this id.
async fn bill_anew(
    tx: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
    grace: Duration,
) -> Result<Option<(Uuid, Invoice)>> {
    let Some(held) = db::customer::hold_of_invoice(tx, id).await? else { return Ok(None) };
    let voided = db::invoice::for_regeneration(tx, held.access, id).await?;
    if voided.status != InvoiceStatus::Void {
        return Err(Error::field("id", "is finalized: only a voided invoice can be regenerated"));
    }
    if let Some(successor) = voided.regenerated_as {
        return Err(Error::Conflict(format!("the invoice was regenerated already, as {successor}")));
    }
    if held.is_archived {
        return Err(Error::field("id", "belongs to an archived customer, who is not billed any more"));
    }
    let terms = db::terms::of_customer_plan(tx, held.access, voided.customer_plan_id).await?;
    let end = terms.schedule.ending_before.map_or(voided.period.end, |end| end.min(voided.period.end));
    let period = Period { end, ..voided.period };
    if period.start >= end {
        return Err(Error::field("id", "bills a period that the customer's plan does not cover any more"));
    }
    if period.end > terms.billed_until {
        return Err(Error::field(
            "id",
            "bills a period that is open again: its draft takes the invoice's place",
        ));
    }
    if let Some(other) = db::invoice::overlapping(tx, held.access, voided.customer_plan_id, period).await? {
        return Err(Error::Conflict(format!("the invoice's billing period is billed already, by {other}")));
    }
    let usage = draft::usage(tx, held.access, &[(&terms, period)]).await?.pop().unwrap_or_default();
    let invoice = Invoice {
        id: db::new_id(now),
        status: InvoiceStatus::Finalized,
        issued_at: now,
        regenerated_from_invoice_id: Some(id),
        ..rating::bill(&terms, &usage, period, grace)
    };
    Ok(Some((voided.customer_plan_id, invoice)))
}
