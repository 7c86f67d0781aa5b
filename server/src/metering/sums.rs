//! What a batch of events adds to the sums, before it is written.

use super::{Event, admits, event::digest, group_values, property_decimal, property_text};
use app::billing::{AggregationType, BillableMetric, Decimal};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Which sum: one metric and group in one UTC hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SumKey {
    /// The metric.
    pub billable_metric_id: Uuid,
    /// 0 for usage over all groups, n for the nth of the metric's group keys.
    pub group_index: i16,
    /// [`group_id`] of the group's values; nil for group index 0.
    pub group_id: Uuid,
    /// Hours since 1970, UTC.
    pub hour: i64,
}

/// What is added to one sum. Merging is associative and commutative, so events may come in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    /// The group's values, one for each name of the group key.
    pub group_values: Vec<Option<String>>,
    /// The number of events.
    pub count: i64,
    /// SUM: the sum of their values.
    pub sum: Option<Decimal>,
    /// MAX: the largest value.
    pub max: Option<Decimal>,
    /// LATEST: the newest value.
    pub latest: Option<Latest>,
    /// UNIQUE: hashes of the values.
    pub values: BTreeSet<Uuid>,
}

/// The newest value of a LATEST metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Latest {
    /// When it was.
    pub at: DateTime<Utc>,
    /// Breaks ties at the same instant, whatever the order of arrival.
    pub key: Uuid,
    /// The value.
    pub value: Decimal,
}

/// What some events of one customer add to that customer's sums.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums(pub BTreeMap<SumKey, Sum>);

/// A hash of a group's values, short enough for keys.
pub fn group_id(group_values: &[Option<String>]) -> Uuid {
    digest(&serde_json::to_vec(group_values).unwrap_or_default())
}

impl Sums {
    /// Adds one event. An event whose value is missing, or not a number where one is needed, does not count.
    pub fn add(&mut self, metrics: &[BillableMetric], event: &Event) {
        for metric in metrics.iter().filter(|metric| admits(metric, event)) {
            let Some(measured) = measure(metric, event) else { continue };
            let hour = event.hour();
            let mut add = |group_index, group_id, group_values: Vec<Option<String>>| {
                let key = SumKey { billable_metric_id: metric.id, group_index, group_id, hour };
                let sum = self.0.entry(key).or_insert_with(|| Sum { group_values, ..Sum::default() });
                sum.merge(&measured);
            };
            add(0, Uuid::nil(), Vec::new());
            for (index, group_key) in (1..).zip(&metric.group_keys) {
                let values = group_values(&event.properties, group_key);
                add(index, group_id(&values), values);
            }
        }
    }
}

impl Sum {
    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        if let Some(value) = &other.sum {
            *self.sum.get_or_insert_default() += value;
        }
        if let Some(value) = &other.max
            && self.max.as_ref().is_none_or(|max| value > max)
        {
            self.max = Some(value.clone());
        }
        if let Some(one) = &other.latest
            && self.latest.as_ref().is_none_or(|latest| (one.at, one.key) > (latest.at, latest.key))
        {
            self.latest = Some(one.clone());
        }
        self.values.extend(&other.values);
    }
}

/// What one event adds to one metric; `None` when its value does not count.
fn measure(metric: &BillableMetric, event: &Event) -> Option<Sum> {
    let number = || property_decimal(&event.properties, metric.aggregation_key.as_deref()?);
    let one = Sum { count: 1, ..Sum::default() };
    Some(match metric.aggregation_type {
        AggregationType::Count => one,
        AggregationType::Sum => Sum { sum: Some(number()?), ..one },
        AggregationType::Max => Sum { max: Some(number()?), ..one },
        AggregationType::Latest => {
            Sum { latest: Some(Latest { at: event.timestamp, key: event.key(), value: number()? }), ..one }
        }
        AggregationType::Unique => {
            let text = property_text(&event.properties, metric.aggregation_key.as_deref()?)?;
            Sum { values: BTreeSet::from([digest(text.as_bytes())]), ..one }
        }
    })
}
