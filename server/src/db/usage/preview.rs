//! Sums of events that are previewed: written in a transaction that is rolled back.

use super::pending;
use crate::{Result, auth::CustomerAccess, db::Access, metering::Sums};
use sqlx::PgConnection;
use uuid::Uuid;

/// Whose usage a preview measures: the customer's own with the events of the preview, or these alone.
#[derive(Clone, Copy, Debug)]
pub struct PreviewAccess(Uuid);

impl Access for PreviewAccess {
    fn customer_id(self) -> Uuid {
        self.0
    }
}

/// Adds sums to a customer's usage, or to that of nobody, without the events behind them: for a transaction that is
/// rolled back. What it answers measures them there.
///
/// # Errors
/// When the database refuses.
pub async fn add_for_preview(
    db: &mut PgConnection,
    access: Option<CustomerAccess>,
    sums: &Sums,
) -> Result<PreviewAccess> {
    // Without a customer, the sums are of a fresh id, under which there is no other usage.
    let previewed = PreviewAccess(access.map_or_else(Uuid::new_v4, CustomerAccess::customer_id));
    sqlx::query!(
        "insert into usage_pending (customer_id, sums) values ($1, $2::text::json)",
        previewed.customer_id(),
        pending::to_json(sums),
    )
    .execute(db)
    .await?;
    Ok(previewed)
}
