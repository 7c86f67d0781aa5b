//! `POST /v1/usage` and `POST /v1/usage/groups`: measured quantities out.

mod groups;
mod list;

use crate::{AppState, Error, Result, timestamp::is_midnight};
use app::billing::{BillableMetric, WindowSize};
use axum::{Router, routing::post};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The routes of this file.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/v1/usage", post(list::list)).route("/v1/usage/groups", post(groups::list))
}

/// Days that one request may span: ten years.
const MOST_DAYS: i64 = 3_660;
/// Values that a request may name.
const MOST_VALUES: usize = 200;

/// `group_by`: one simple group key, and which of its values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupBy {
    key: String,
    #[serde(default)]
    values: Option<Vec<String>>,
}

/// A half-open range of whole days, cut into windows.
#[derive(Clone, Copy, Debug)]
struct Windows {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    size: WindowSize,
}

impl Windows {
    fn new(start: DateTime<Utc>, end: DateTime<Utc>, size: WindowSize) -> Result<Self> {
        for (name, at) in [("starting_on", start), ("ending_before", end)] {
            if !is_midnight(at) {
                return Err(Error::field(name, "must be at midnight UTC, like 2026-01-31T00:00:00Z"));
            }
        }
        if start >= end {
            return Err(Error::field("ending_before", "must be at least one day after starting_on"));
        }
        if (end - start).num_days() > MOST_DAYS {
            return Err(Error::field(
                "ending_before",
                format!("must be at most {MOST_DAYS} days after starting_on"),
            ));
        }
        Ok(Self { start, end, size })
    }

    /// Windows in the range.
    fn count(self) -> i64 {
        match self.size {
            WindowSize::Hour => (self.end - self.start).num_hours(),
            WindowSize::Day => (self.end - self.start).num_days(),
            WindowSize::None => 1,
        }
    }

    /// The start of the nth window; of the one after the last, the end of the range.
    fn start_of(self, index: i64) -> DateTime<Utc> {
        match self.size {
            WindowSize::Hour => self.start + TimeDelta::hours(index),
            WindowSize::Day => self.start + TimeDelta::days(index),
            WindowSize::None if index == 0 => self.start,
            WindowSize::None => self.end,
        }
    }

    /// The end of the window that starts here.
    fn end_of(self, start: DateTime<Utc>) -> DateTime<Utc> {
        match self.size {
            WindowSize::Hour => start + TimeDelta::hours(1),
            WindowSize::Day => start + TimeDelta::days(1),
            WindowSize::None => self.end,
        }
    }
}

/// Finds a metric's group key by its names, in any order, and the filter on its values in the metric's order.
fn find_group_key(
    metric: &BillableMetric,
    names: &[String],
    filters: &BTreeMap<String, Vec<String>>,
    field: &str,
) -> Result<(i16, Vec<Option<Vec<String>>>)> {
    let sorted = |names: &[String]| {
        let mut sorted = names.to_vec();
        sorted.sort();
        sorted
    };
    let wanted = sorted(names);
    let found = (1..).zip(&metric.group_keys).find(|(_, key)| sorted(key) == wanted);
    let Some((index, key)) = found else {
        let known = serde_json::to_string(&metric.group_keys).unwrap_or_default();
        return Err(Error::field(
            field,
            format!("is not one of the group keys of this billable metric: {known}"),
        ));
    };
    if filters.values().map(Vec::len).sum::<usize>() > MOST_VALUES {
        return Err(Error::BadRequest(format!("filters on groups name at most {MOST_VALUES} values")));
    }
    if let Some(name) = filters.keys().find(|name| !key.contains(name)) {
        return Err(Error::field(format!("group_filters.{name}"), "is not part of group_key"));
    }
    let filter = |name| filters.get(name).filter(|values| !values.is_empty()).cloned();
    Ok((index, key.iter().map(filter).collect()))
}
