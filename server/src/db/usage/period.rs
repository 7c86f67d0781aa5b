//! Usage over whole days, for rating.

use crate::{Error, Result, auth::CustomerAccess};
use app::billing::{AggregationType, Decimal};
use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

/// One measure that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The metric.
    pub billable_metric_id: Uuid,
    /// How it is measured.
    pub aggregation_type: AggregationType,
    /// 0 for usage over all groups, n for usage by the nth of the metric's group keys.
    pub group_index: i16,
}

/// The usage of one metric and group.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodUsage {
    /// The metric.
    pub billable_metric_id: Uuid,
    /// As wanted.
    pub group_index: i16,
    /// The group's values, in the order of the group key; empty for group index 0.
    pub group_values: Vec<Option<String>>,
    /// How much.
    pub quantity: Decimal,
}

/// The usage of each wanted measure from `start` to before `end`, both at midnight UTC. Groups without usage are absent.
pub async fn over_period(
    _db: impl PgExecutor<'_>,
    _access: CustomerAccess,
    _wanted: &[Wanted],
    _start: DateTime<Utc>,
    _end: DateTime<Utc>,
) -> Result<Vec<PeriodUsage>> {
    Err(Error::Internal("over_period is not there yet".to_owned()))
}
