//! Daily usage for the charts.

use crate::{Error, Result, auth::CustomerAccess};
use app::billing::UsageSeries;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// The last 90 days of each billable metric of the customer's current plan, in the order of its charges; `None`
/// without a current plan.
pub async fn series(
    _pool: &PgPool,
    _access: CustomerAccess,
    _now: DateTime<Utc>,
) -> Result<Option<Vec<UsageSeries>>> {
    Err(Error::Internal("series is not there yet".to_owned()))
}
