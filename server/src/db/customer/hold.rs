//! Holding customers while they are billed.
//!
//! What changes the bills of a customer holds the customer's row from its first statement to its end: a plan that is
//! added or ended, an added charge, a finalization, an invoice that is voided or regenerated, an archived customer. So
//! it happens one after the other, and reads what was committed by the one before. Several customers are held only by
//! the job that finalizes, which skips those that somebody else holds: no two wait for each other.
//!
//! The lock is `for no key update`: rows that refer to the customer are inserted meanwhile, and events are stored without
//! a lock on their customer.

use crate::{
    Result,
    auth::{CustomerAccess, no_such_customer},
    db::{Access as _, BillingAccess},
};
use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A customer that nobody else bills until the transaction ends.
#[derive(Clone, Copy, Debug)]
pub struct HeldCustomer {
    /// The right to bill it.
    pub access: BillingAccess,
    /// True when it is archived.
    pub is_archived: bool,
}

/// Holds a customer. Call it before all else that the transaction reads of the customer.
///
/// # Errors
/// 404 when there is no such customer.
pub async fn hold(connection: &mut PgConnection, access: CustomerAccess) -> Result<HeldCustomer> {
    let customer_id = access.customer_id();
    let is_archived = sqlx::query_scalar!(
        r#"select archived_at is not null as "is_archived!" from customer where id = $1 for no key update"#,
        customer_id,
    )
    .fetch_optional(connection)
    .await?
    .ok_or_else(no_such_customer)?;
    Ok(HeldCustomer { access: BillingAccess::new(customer_id), is_archived })
}

/// Holds the customer of a stored invoice; `None` when there is no such invoice.
///
/// # Errors
/// When the database refuses.
pub async fn hold_of_invoice(
    connection: &mut PgConnection,
    invoice_id: Uuid,
) -> Result<Option<HeldCustomer>> {
    let row = sqlx::query!(
        r#"select c.id, c.archived_at is not null as "is_archived!"
        from invoice i
        join customer c on c.id = i.customer_id
        where i.id = $1
        for no key update of c"#,
        invoice_id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| HeldCustomer { access: BillingAccess::new(row.id), is_archived: row.is_archived }))
}

/// A customer with a period that is due to be finalized.
#[derive(Clone, Copy, Debug)]
pub struct DueCustomer {
    /// The right to bill it.
    pub access: BillingAccess,
    /// Its customer plan that waits longest.
    pub customer_plan_id: Uuid,
}

/// Holds up to `most` customers with a customer plan whose open period is due to be finalized at `now`, as
/// [`Terms::issued_at`](crate::rating::Terms::issued_at) says, and that nobody else holds; the longest waiting first,
/// none of `except`.
///
/// # Errors
/// When the database refuses.
pub async fn claim_due(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    grace: Duration,
    except: &[BillingAccess],
    most: i64,
) -> Result<Vec<DueCustomer>> {
    // The customer plans too: a server of before, which is replaced while this one runs, holds these alone.
    let rows = sqlx::query!(
        "select c.id as customer_id, cp.id as customer_plan_id
        from customer_plan cp
        join customer c on c.id = cp.customer_id
        where cp.period_end <= $1 and cp.finalize_after <= $4 and c.id <> all($2)
        order by cp.period_end
        limit $3
        for no key update of c, cp skip locked",
        now - grace,
        &except.iter().map(|one| one.customer_id()).collect::<Vec<_>>()[..],
        most,
        now,
    )
    .fetch_all(connection)
    .await?;
    let mut due: Vec<DueCustomer> = Vec::new();
    for row in rows {
        let access = BillingAccess::new(row.customer_id);
        if due.iter().all(|one| one.access != access) {
            due.push(DueCustomer { access, customer_plan_id: row.customer_plan_id });
        }
    }
    Ok(due)
}
