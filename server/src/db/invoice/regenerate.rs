//! Whether an invoice can be regenerated: its own state, and what else bills its period.

use super::read_status;
use crate::{
    Result,
    db::{Access as _, BillingAccess},
    rating::Period,
};
use app::billing::InvoiceStatus;
use sqlx::PgConnection;
use uuid::Uuid;

/// What decides whether an invoice can be regenerated.
#[derive(Clone, Debug)]
pub struct RegenerationCandidate {
    /// The stretch of time on a plan that it bills.
    pub customer_plan_id: Uuid,
    /// Only a void one can be regenerated.
    pub status: InvoiceStatus,
    /// The billing period that it bills.
    pub period: Period,
    /// The invoice that has taken its place already.
    pub regenerated_as: Option<Uuid>,
}

/// A stored invoice of a customer that is held.
pub async fn for_regeneration(
    connection: &mut PgConnection,
    access: BillingAccess,
    id: Uuid,
) -> Result<RegenerationCandidate> {
    let row = sqlx::query!(
        r#"select i.customer_plan_id as "customer_plan_id!", i.status as "status!", i.start_timestamp as "start!",
            i.end_timestamp as "end!", next.id as "regenerated_as?"
        from invoice i
        left join invoice next on next.customer_id = i.customer_id and next.regenerated_from_invoice_id = i.id
        where i.customer_id = $2 and i.id = $1"#,
        id,
        access.customer_id(),
    )
    .fetch_one(connection)
    .await?;
    Ok(RegenerationCandidate {
        customer_plan_id: row.customer_plan_id,
        status: read_status(&row.status)?,
        period: Period { start: row.start, end: row.end },
        regenerated_as: row.regenerated_as,
    })
}

/// The finalized invoice of a customer plan that bills a part of `period`.
pub async fn overlapping(
    connection: &mut PgConnection,
    access: BillingAccess,
    customer_plan_id: Uuid,
    period: Period,
) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select id
        from invoice
        where customer_id = $1
            and customer_plan_id = $2
            and status = 'FINALIZED'
            and start_timestamp < $4
            and end_timestamp > $3
        limit 1",
        access.customer_id(),
        customer_plan_id,
        period.start,
        period.end,
    )
    .fetch_optional(connection)
    .await?)
}
