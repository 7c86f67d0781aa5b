//! What is stored of invoices beside their documents: their periods, and which one took the place of which.

use super::{invoice_number, read_status};
use crate::{Result, auth::CustomerAccess, db::Access as _};
use app::billing::{InvoiceName, InvoiceStatus};
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// The columns of a stored invoice, without its document.
#[derive(Clone, Debug)]
pub struct Header {
    /// The id of the invoice.
    pub id: Uuid,
    /// Its number as printed, `INV-0042`.
    pub invoice_number: String,
    /// The stretch of time on a plan that it bills.
    pub customer_plan_id: Uuid,
    /// Start of its billing period, inclusive.
    pub start_timestamp: DateTime<Utc>,
    /// End of its billing period, exclusive.
    pub end_timestamp: DateTime<Utc>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// The voided invoice it replaces.
    pub regenerated_from_invoice_id: Option<Uuid>,
}

/// The headers of a customer's finalized invoices whose periods lie at least in part from `start` to before `end`.
pub async fn finalized_during(
    pool: &PgPool,
    access: CustomerAccess,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<Header>> {
    let rows = sqlx::query!(
        "select id, number, customer_plan_id, start_timestamp, end_timestamp, issued_at,
            regenerated_from_invoice_id
        from invoice
        where customer_id = $1
            and status = 'FINALIZED'
            and start_timestamp < $3
            and end_timestamp > $2
        order by start_timestamp, id",
        access.customer_id(),
        start,
        end,
    )
    .fetch_all(pool)
    .await?;
    let headers = rows.into_iter().map(|row| Header {
        id: row.id,
        invoice_number: invoice_number(row.number),
        customer_plan_id: row.customer_plan_id,
        start_timestamp: row.start_timestamp,
        end_timestamp: row.end_timestamp,
        issued_at: row.issued_at,
        regenerated_from_invoice_id: row.regenerated_from_invoice_id,
    });
    Ok(headers.collect())
}

/// An invoice before or after another one that was voided and regenerated.
#[derive(Clone, Debug)]
pub struct Relative {
    /// The id of the invoice that was asked for.
    pub of: Uuid,
    /// Id and number of this one.
    pub name: InvoiceName,
    /// Whether this one is finalized or void.
    pub status: InvoiceStatus,
    /// Whether it is the one that was replaced, and not the one in its place.
    pub is_replaced: bool,
}

/// What these invoices of a customer replace, and what replaces them.
pub async fn relatives(pool: &PgPool, access: CustomerAccess, ids: &[Uuid]) -> Result<Vec<Relative>> {
    let rows = sqlx::query!(
        r#"select one.id as of, other.id, other.number, other.status,
            coalesce(other.id = one.regenerated_from_invoice_id, false) as "is_replaced!"
        from invoice one
        join invoice other on other.customer_id = one.customer_id
            and (other.id = one.regenerated_from_invoice_id or other.regenerated_from_invoice_id = one.id)
        where one.customer_id = $1 and one.id = any($2)"#,
        access.customer_id(),
        ids,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let name = InvoiceName { id: row.id, invoice_number: invoice_number(row.number) };
            let status = read_status(&row.status)?;
            Ok(Relative { of: row.of, name, status, is_replaced: row.is_replaced })
        })
        .collect()
}
