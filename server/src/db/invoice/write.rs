//! Freezes invoices, and voids them.

use crate::{
    Error, Result,
    db::{Access as _, BillingAccess},
};
use app::billing::Invoice;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// Freezes invoices, each with the stretch of time on a plan that it bills; numbered in their order.
///
/// # Errors
/// 500 when one of them would not be read back as it is, or when the database refuses; then the transaction must not go
/// on.
pub async fn insert(
    connection: &mut PgConnection,
    invoices: &[(Uuid, &Invoice)],
    now: DateTime<Utc>,
) -> Result<()> {
    invoices.iter().try_for_each(|(_, invoice)| check_document(invoice))?;
    let column = |value: fn(&Invoice) -> DateTime<Utc>| -> Vec<_> {
        invoices.iter().map(|(_, invoice)| value(invoice)).collect()
    };
    sqlx::query!(
        "insert into invoice (id, customer_id, customer_plan_id, credit_type_id, status, start_timestamp,
            end_timestamp, issued_at, document, finalized_at, regenerated_from_invoice_id)
        select id, customer_id, customer_plan_id, credit_type_id, 'FINALIZED', start_timestamp,
            end_timestamp, issued_at, document, $9, regenerated_from_invoice_id
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
            $7::timestamptz[], $8::jsonb[], $10::uuid[])
            with ordinality as made (id, customer_id, customer_plan_id, credit_type_id, start_timestamp,
                end_timestamp, issued_at, document, regenerated_from_invoice_id, place)
        order by place",
        &invoices.iter().map(|(_, invoice)| invoice.id).collect::<Vec<_>>()[..],
        &invoices.iter().map(|(_, invoice)| invoice.customer_id).collect::<Vec<_>>()[..],
        &invoices.iter().map(|(customer_plan_id, _)| *customer_plan_id).collect::<Vec<_>>()[..],
        &invoices.iter().map(|(_, invoice)| invoice.credit_type.id).collect::<Vec<_>>()[..],
        &column(Invoice::at)[..],
        &column(Invoice::until)[..],
        &column(|invoice| invoice.issued_at)[..],
        &invoices.iter().map(|(_, invoice)| Json(*invoice)).collect::<Vec<_>>()[..] as _,
        now,
        &invoices.iter().map(|(_, invoice)| invoice.regenerated_from_invoice_id).collect::<Vec<_>>()[..] as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Voids those of a held customer's invoices that are finalized; what is void already stays as it is.
///
/// # Errors
/// When the database refuses.
pub async fn void(
    connection: &mut PgConnection,
    access: BillingAccess,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update invoice
        set status = 'VOID', voided_at = $2
        where customer_id = $3 and id = any($1) and status = 'FINALIZED'",
        ids,
        now,
        access.customer_id(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Refuses an invoice that would not be read back as it is.
fn check_document(invoice: &Invoice) -> Result<()> {
    let unreadable = |problem: String| {
        Error::Internal(format!("the invoice {} would not be read back as it is: {problem}", invoice.id))
    };
    let text = serde_json::to_string(invoice).map_err(|error| unreadable(error.to_string()))?;
    let read: Invoice = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    if read == *invoice { Ok(()) } else { Err(unreadable("it differs".to_owned())) }
}
