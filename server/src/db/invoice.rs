//! Finalized and voided invoices: frozen documents.

use crate::{Result, auth::CustomerAccess};
use app::billing::{Invoice, InvoiceStatus};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

/// Which stored invoices to read.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only these; empty for all.
    pub statuses: Vec<InvoiceStatus>,
    /// Only this credit type.
    pub credit_type_id: Option<Uuid>,
    /// Only billing periods that start at or after this.
    pub starting_on: Option<DateTime<Utc>>,
    /// Only billing periods that end at or before this.
    pub ending_before: Option<DateTime<Utc>>,
    /// Newest first.
    pub descending: bool,
    /// Only what comes after the invoice with this period start and id.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// At most so many.
    pub limit: i64,
}

/// A stored row: document, status, number.
type Row = (Json<Invoice>, String, i64);

/// Stored invoices of a customer in the order of their billing periods.
pub async fn list(pool: &PgPool, access: CustomerAccess, wanted: &Wanted) -> Result<Vec<Invoice>> {
    macro_rules! page_sql {
        ($comparison:literal, $direction:literal) => {
            concat!(
                "select document, status, number
                from invoice
                where customer_id = $1
                    and (cardinality($2::text[]) = 0 or status = any($2))
                    and ($3::uuid is null or credit_type_id = $3)
                    and ($4::timestamptz is null or start_timestamp >= $4)
                    and ($5::timestamptz is null or end_timestamp <= $5)
                    and ($6::timestamptz is null or (start_timestamp, id) ",
                $comparison,
                " ($6, $7))
                order by start_timestamp ",
                $direction,
                ", id ",
                $direction,
                " limit $8"
            )
        };
    }
    let sql = if wanted.descending { page_sql!("<", "desc") } else { page_sql!(">", "asc") };
    let (start, id) = wanted.after.unzip();
    let rows: Vec<Row> = sqlx::query_as(sql)
        .bind(access.customer_id())
        .bind(wanted.statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>())
        .bind(wanted.credit_type_id)
        .bind(wanted.starting_on)
        .bind(wanted.ending_before)
        .bind(start)
        .bind(id)
        .bind(wanted.limit)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// One stored invoice of a customer.
pub async fn find(pool: &PgPool, access: CustomerAccess, id: Uuid) -> Result<Option<Invoice>> {
    let row: Option<Row> =
        sqlx::query_as("select document, status, number from invoice where id = $1 and customer_id = $2")
            .bind(id)
            .bind(access.customer_id())
            .fetch_optional(pool)
            .await?;
    Ok(row.map(from_row))
}

/// Freezes an invoice.
pub async fn insert(
    connection: &mut PgConnection,
    customer_plan_id: Uuid,
    invoice: &Invoice,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "insert into invoice (id, customer_id, customer_plan_id, credit_type_id, status, start_timestamp,
            end_timestamp, issued_at, document, finalized_at)
        values ($1, $2, $3, $4, 'FINALIZED', $5, $6, $7, $8, $9)",
    )
    .bind(invoice.id)
    .bind(invoice.customer_id)
    .bind(customer_plan_id)
    .bind(invoice.credit_type.id)
    .bind(invoice.start_timestamp)
    .bind(invoice.end_timestamp)
    .bind(invoice.issued_at)
    .bind(Json(invoice))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Voids a finalized invoice; false when there is none of this id. Voiding twice changes nothing.
pub async fn void(pool: &PgPool, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let row: (bool,) = sqlx::query_as(
        "with voided as (
            update invoice
            set status = 'VOID', voided_at = $2
            where id = $1 and status = 'FINALIZED'
        )
        select exists (select 1 from invoice where id = $1)",
    )
    .bind(id)
    .bind(now)
    .fetch_one(pool)
    .await?;
    Ok(row.0)
}

fn from_row((document, status, number): Row) -> Invoice {
    Invoice {
        status: status.parse().unwrap_or(InvoiceStatus::Finalized),
        invoice_number: Some(format!("INV-{number:04}")),
        ..document.0
    }
}
