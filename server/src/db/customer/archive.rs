//! Archives customers.

use super::hold::hold;
use crate::{
    Result,
    auth::CustomerAccess,
    db::{begin, write},
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Archives a customer: its plans end with the day, its invoices are void, and nothing more is billed, all at once. Its
/// aliases stay taken. Archiving it again changes nothing.
///
/// # Errors
/// 404 when there is none.
pub async fn archive(pool: &PgPool, access: CustomerAccess, now: DateTime<Utc>) -> Result<()> {
    let pool = pool.clone();
    let customer_id = access.customer_id();
    write(async move {
        let mut tx = begin(&pool).await?;
        if hold(&mut tx, access).await?.is_archived {
            return Ok(());
        }
        sqlx::query!(
            "update customer set archived_at = $2, updated_at = $2 where id = $1",
            customer_id,
            now,
        )
        .execute(&mut *tx)
        .await?;
        // A plan that has not begun is left one day, which is not billed either.
        sqlx::query!(
            "update customer_plan
            set ending_before = last.day, billed_until = greatest(billed_until, last.day), period_end = null
            from (
                select id, least(
                    ending_before,
                    greatest(
                        date_trunc('day', $2::timestamptz + interval '1 day', 'UTC'),
                        starting_on + interval '1 day'
                    )
                ) as day
                from customer_plan
                where customer_id = $1
            ) as last
            where customer_plan.id = last.id and customer_plan.customer_id = $1",
            customer_id,
            now,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "update invoice
            set status = 'VOID', voided_at = $2
            where customer_id = $1 and status = 'FINALIZED'",
            customer_id,
            now,
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    })
    .await
}
