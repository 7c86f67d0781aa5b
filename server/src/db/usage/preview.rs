//! Sums of events that are previewed: written in a transaction that is rolled back.

use super::pending;
use crate::{Result, auth::CustomerAccess, metering::Sums};
use sqlx::PgConnection;

/// Adds sums to a customer's usage, without the events behind them: for a transaction that is rolled back.
///
/// # Errors
/// When the database refuses.
pub async fn add_for_preview(db: &mut PgConnection, access: CustomerAccess, sums: &Sums) -> Result<()> {
    sqlx::query("insert into usage_pending (customer_id, sums) values ($1, $2::text::json)")
        .bind(access.customer_id())
        .bind(pending::to_json(sums))
        .execute(db)
        .await?;
    Ok(())
}
