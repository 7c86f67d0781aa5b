//! Stored invoices whose documents cannot be read.

use super::{invoice_number, read_status};
use crate::Result;
use app::billing::{Invoice, InvoiceStatus};
use sqlx::PgPool;
use uuid::Uuid;

/// A stored invoice whose document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The id of the invoice.
    pub id: Uuid,
    /// Its number as printed, `INV-0042`.
    pub invoice_number: String,
    /// The customer that is billed.
    pub customer_id: Uuid,
    /// Whether it is finalized or void.
    pub status: InvoiceStatus,
    /// Why it cannot be read.
    pub problem: String,
}

/// Every stored invoice whose document cannot be read, by number. Reads all of them, a thousand at a time.
///
/// # Errors
/// When the database refuses.
pub async fn damaged(pool: &PgPool) -> Result<Vec<Damage>> {
    let mut damaged = Vec::new();
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query!(
            r#"select number, id, customer_id, status, document::text as "document!"
            from invoice
            where number > $1
            order by number
            limit 1000"#,
            after,
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(damaged) };
        after = last.number;
        for row in rows {
            if let Err(error) = serde_json::from_str::<Invoice>(&row.document) {
                damaged.push(Damage {
                    id: row.id,
                    invoice_number: invoice_number(row.number),
                    customer_id: row.customer_id,
                    status: read_status(&row.status)?,
                    problem: error.to_string(),
                });
            }
        }
    }
}
