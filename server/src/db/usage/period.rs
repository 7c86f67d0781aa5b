//! Usage of billing periods, for rating.

use super::{
    segments::{Segments, SpanQuery},
    stretch,
};
use crate::{
    Result,
    db::Access,
    rating::{Measure, MeteredUsage},
};
use app::billing::Decimal;
use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

/// The usage of each measure from `start` to before `end`, both on the hour UTC. Groups without usage are absent.
///
/// # Errors
/// When the database refuses.
pub async fn over_period(
    db: impl PgExecutor<'_>,
    access: impl Access,
    measures: &[Measure],
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<MeteredUsage>> {
    let whole = SpanQuery::whole(0, start, end);
    Ok(over_spans(db, access, measures, &[whole]).await?.pop().unwrap_or_default())
}

/// The same for several periods in one query, which may overlap and may be cut into segments: one list for each, in the
/// order of their places. Groups without usage are absent: of COUNT and SUM in the segments that are asked for, of others
/// since the start of the period. What was used before a period is not joined to it: see [`MeteredUsage::join`].
///
/// # Errors
/// When the database refuses.
pub async fn over_spans(
    db: impl PgExecutor<'_>,
    access: impl Access,
    measures: &[Measure],
    spans: &[SpanQuery],
) -> Result<Vec<Vec<MeteredUsage>>> {
    let mut segments = Segments::new(spans);
    if measures.is_empty() || spans.is_empty() {
        return Ok(segments.into_usage());
    }
    let rows = if segments.are_of_whole_days() {
        stretch::over_days(db, access, measures, segments.stretches()).await?
    } else {
        stretch::over_hours(db, access, measures, segments.stretches()).await?
    };
    for row in rows {
        let is_of = |one: &&Measure| {
            one.billable_metric_id == row.billable_metric_id && one.group_index == row.group_index
        };
        let (Ok(stretch), Some(measure)) = (usize::try_from(row.place - 1), measures.iter().find(is_of))
        else {
            continue;
        };
        for (group_values, quantity) in row.groups.0.iter().zip(row.quantities) {
            segments.add(stretch, *measure, group_values, &Decimal::from(quantity));
        }
    }
    Ok(segments.into_usage())
}
