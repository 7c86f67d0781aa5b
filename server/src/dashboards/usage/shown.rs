//! What of a customer's usage may be seen, as queries ask for it.

use crate::{
    Error, Result,
    db::{
        self,
        usage::{ChartedMetric, Daily, SplitMetric},
    },
    usage_scope::UsageScope,
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// The days of each metric, in their order: as far as they may be seen.
pub(super) async fn series(
    pool: &PgPool,
    scope: &UsageScope,
    metrics: &[ChartedMetric],
    period_days: Option<u32>,
    now: DateTime<Utc>,
) -> Result<Vec<Result<Daily>>> {
    if !scope.is_filtered() {
        let all: Vec<_> = metrics.iter().map(|metric| (metric.id, metric.aggregation_type)).collect();
        return db::usage::series(pool, scope.access(), &all, period_days, now).await;
    }
    let part = |metric: &ChartedMetric| {
        let index = index_of(metric.group_keys.iter().position(|key| scope.tells_apart(key)))?;
        split_by(metric, index, scope)
    };
    // Metrics that no group key tells apart are not there any more: `UsageScope::admits`.
    let parts: Option<Vec<_>> = metrics.iter().map(part).collect();
    let parts =
        parts.ok_or_else(|| Error::Internal("a metric without a group key to filter by".to_owned()))?;
    db::usage::series_of_groups(pool, scope.access(), &parts, period_days, now).await
}

/// The index of a group key, counted from 1.
pub(super) fn index_of(place: Option<usize>) -> Option<i16> {
    i16::try_from(place? + 1).ok()
}

/// A metric by its group key with this index, as far as it may be seen.
pub(super) fn split_by(metric: &ChartedMetric, group_index: i16, scope: &UsageScope) -> Option<SplitMetric> {
    let group_key = metric.group_keys.get(usize::try_from(group_index).ok()?.checked_sub(1)?)?;
    Some(SplitMetric {
        id: metric.id,
        aggregation_type: metric.aggregation_type,
        group_index,
        admitted: scope.admitted(group_key),
    })
}
