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
    /// The right to bill the stretch of time on a plan that it bills.
    pub access: BillingAccess,
    /// Only a void one can be regenerated.
    pub status: InvoiceStatus,
    /// The billing period that it bills.
    pub period: Period,
    /// The invoice that has taken its place already.
    pub regenerated_as: Option<Uuid>,
    /// True when its customer is archived.
    pub is_archived: bool,
}

/// A stored invoice, whose customer plan nobody else changes or bills until the transaction ends.
pub async fn for_regeneration(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<RegenerationCandidate>> {
    // First the lock, in a statement of its own: the next one sees what was committed while this one waited.
    sqlx::query_scalar!(
        "select cp.id
        from invoice i
        join customer_plan cp on cp.id = i.customer_plan_id
        where i.id = $1
        for no key update of cp",
        id,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let row = sqlx::query!(
        r#"select i.customer_id as "customer_id!", i.customer_plan_id as "customer_plan_id!", i.status as "status!",
            i.start_timestamp as "start!", i.end_timestamp as "end!", next.id as "regenerated_as?",
            c.archived_at is not null as "is_archived!"
        from invoice i
        join customer c on c.id = i.customer_id
        left join invoice next on next.regenerated_from_invoice_id = i.id
        where i.id = $1"#,
        id,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(RegenerationCandidate {
            access: BillingAccess::new(row.customer_id, row.customer_plan_id),
            status: read_status(&row.status)?,
            period: Period { start: row.start, end: row.end },
            regenerated_as: row.regenerated_as,
            is_archived: row.is_archived,
        })
    })
    .transpose()
}

/// The finalized invoice of a customer plan that bills a part of `period`.
pub async fn overlapping(
    connection: &mut PgConnection,
    access: BillingAccess,
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
        access.customer_plan_id(),
        period.start,
        period.end,
    )
    .fetch_optional(connection)
    .await?)
}
