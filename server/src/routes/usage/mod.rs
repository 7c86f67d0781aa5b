//! `POST /v1/usage` and `POST /v1/usage/groups`: usage by hour, day or range.

mod groups;
mod list;

use crate::{
    Error, Result,
    openapi::{Call, Calls},
    timestamp::{is_midnight, not_midnight},
};
use app::billing::{BillableMetric, WindowSize};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use std::{collections::BTreeMap, ops::RangeInclusive};

/// The calls of this file.
pub(super) fn calls() -> Calls {
    Calls::new("Usage", "").post("/v1/usage", list::list, LIST).post("/v1/usage/groups", groups::list, GROUPS)
}

const LIST: Call = Call::new("usage.list", "Read usage of many customers")
    .about(
        "A row for each customer, metric and window of `window_size` (`HOUR`, `DAY`, or `NONE` for the whole range), \
         all in UTC. `starting_on` (inclusive) and `ending_before` (exclusive) are at midnight UTC, even for hours. \
         A customer and a metric that the request both names have every window, `value` `null` where no event matched; \
         where it leaves customers or metrics open, only pairs with usage in the range are listed, again with every \
         window. With `group_by`, `groups` splits the value by the values of a simple group key, the first 200 by name \
         or those that `values` names, `null` where no event matched. A page has 1,000 rows; `next_page` goes into \
         the query.",
    )
    .order(
        "By customer, metric and time, oldest first.",
        &["customer_id", "billable_metric_id", "start_timestamp"],
    )
    .body(
        r#"{
  "starting_on": "{week_ago}",
  "ending_before": "{tomorrow}",
  "window_size": "DAY",
  "customer_ids": ["{customer_id}"],
  "billable_metrics": [{ "id": "{billable_metric_id}", "group_by": { "key": "region" } }]
}"#,
    )
    .reads();

const GROUPS: Call = Call::new("usage.listWithGroups", "Read usage of a customer, by group")
    .about(
        "A row for each window and group that has usage. `group_key` names one of the metric's group keys, simple or \
         compound, its names in any order; `group_filters` keeps the values that are named, 200 at most in all. A simple \
         key fills `group_key`, `group_value` and `group`, a compound key `group` alone; the value of events without \
         the property is `null`. `group_by` is the older form of a simple key. Without a grouping every \
         window of the range is there, its `value` `null` without usage. `current_period` stands for the dates of the \
         customer's current billing period. `limit` and `next_page` go into the query.",
    )
    .order(
        "By time, oldest first, then by the values of the group key.",
        &["starting_on", "group_value"],
    )
    .query("limit=100")
    .body(
        r#"{
  "customer_id": "{customer_id}",
  "billable_metric_id": "{billable_metric_id}",
  "window_size": "DAY",
  "starting_on": "{week_ago}",
  "ending_before": "{tomorrow}",
  "group_key": ["region"],
  "group_filters": { "region": ["eu", "us"] }
}"#,
    )
    .missing("the customer or the billable metric")
    .reads();

/// Days that one request may span: ten years.
const MOST_DAYS: i64 = 3_660;
/// Years that a request may ask for.
const YEARS: RangeInclusive<i32> = 1970..=9999;
/// Values of groups that a request may name, and that one window of `/v1/usage` lists.
const MOST_VALUES: usize = 200;

/// `group_by`: one simple group key, and which of its values.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
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

/// Refuses a range that is not of whole days, at least one and at most ten years.
pub(super) fn check_range(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<()> {
    for (name, at) in [("starting_on", start), ("ending_before", end)] {
        if !is_midnight(at) {
            return Err(Error::field(name, not_midnight(at)));
        }
    }
    for (name, at) in [("starting_on", start), ("ending_before", end)] {
        if !YEARS.contains(&at.year()) {
            let problem = format!("must be in the years 1970 to 9999, not {}", at.year());
            return Err(Error::field(name, problem));
        }
    }
    if start >= end {
        return Err(Error::field("ending_before", "must be at least one day after starting_on"));
    }
    let days = (end - start).num_days();
    if days > MOST_DAYS {
        let problem = format!("must be at most {MOST_DAYS} days after starting_on, not {days}");
        return Err(Error::field("ending_before", problem));
    }
    Ok(())
}

impl Windows {
    fn new(start: DateTime<Utc>, end: DateTime<Utc>, size: WindowSize) -> Result<Self> {
        check_range(start, end)?;
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

/// Which values are wanted of each name of a group key; of a name that is absent, or has an empty list, all.
type Filters = BTreeMap<String, Vec<String>>;

/// Where in the request a group key and its filters stand, for errors.
struct Fields {
    key: String,
    filters: String,
}

/// Finds a metric's group key by its names, in any order, and the filter on its values in the metric's order.
fn find_group_key(
    metric: &BillableMetric,
    names: &[String],
    filters: &Filters,
    fields: &Fields,
) -> Result<(i16, Vec<Option<Vec<String>>>)> {
    let sorted = |names: &[String]| {
        let mut sorted = names.to_vec();
        sorted.sort();
        sorted
    };
    let wanted = sorted(names);
    let found = (1..).zip(&metric.group_keys).find(|(_, key)| sorted(key) == wanted);
    let Some((index, key)) = found else {
        let problem = match serde_json::to_string(&metric.group_keys) {
            Ok(known) if !metric.group_keys.is_empty() => {
                format!("is not one of the group keys of this billable metric: {known}")
            }
            _ => "cannot be used: this billable metric has no group keys".to_owned(),
        };
        return Err(Error::field(&fields.key, problem));
    };
    let named: usize = filters.values().map(Vec::len).sum();
    if named > MOST_VALUES {
        return Err(Error::field(
            &fields.filters,
            format!("may name {MOST_VALUES} values at most, this names {named}"),
        ));
    }
    if let Some(name) = filters.keys().find(|name| !key.contains(name)) {
        return Err(Error::field(
            format!("{}.{name}", fields.filters),
            "is not a name of the group_key: filter by those only",
        ));
    }
    let filter = |name| filters.get(name).filter(|values| !values.is_empty()).cloned();
    Ok((index, key.iter().map(filter).collect()))
}
