//! What a batch of events adds to the sums, before it is written.

use super::{Event, admits, event::digest, group_values, property_quantity, property_text};
use crate::limits;
use app::billing::{AggregationType, BillableMetric, Decimal};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The key of a sum: one metric and group in one UTC hour.
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
    /// The time of its event.
    pub at: DateTime<Utc>,
    /// Breaks ties at the same instant, whatever the order of arrival.
    pub key: Uuid,
    /// The value.
    pub value: Decimal,
}

/// What some events of one customer add to that customer's sums.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums(pub BTreeMap<SumKey, Sum>);

/// Why an event cannot be billed as it is: one of its properties is measured or grouped by, and beyond a bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("properties.{property}: {problem}")]
pub struct OversizedValue {
    /// The property.
    pub property: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A hash of a group's values, short enough for keys.
pub fn group_id(group_values: &[Option<String>]) -> Uuid {
    digest(&serde_json::to_vec(group_values).unwrap_or_default())
}

impl Sums {
    /// Adds one event. An event whose value is missing, or not a number where one is needed, does not count.
    ///
    /// # Errors
    /// The first of its values that is beyond a bound. A quantity that is too long did not count; a group's value
    /// that is too long did, as whoever adds up events that were stored before there was a bound must count them.
    pub fn add(&mut self, metrics: &[BillableMetric], event: &Event) -> Result<(), OversizedValue> {
        let mut outcome = Ok(());
        for metric in metrics.iter().filter(|metric| admits(metric, event)) {
            let measured = match measure(metric, event) {
                Ok(Some(measured)) => measured,
                Ok(None) => continue,
                Err(oversized) => {
                    outcome = outcome.and(Err(oversized));
                    continue;
                }
            };
            let hour = event.hour();
            let mut add = |group_index, group_id, group_values: Vec<Option<String>>| {
                let key = SumKey { billable_metric_id: metric.id, group_index, group_id, hour };
                let sum = self.0.entry(key).or_insert_with(|| Sum { group_values, ..Sum::default() });
                sum.merge(&measured);
            };
            add(0, Uuid::nil(), Vec::new());
            for (index, group_key) in (1..).zip(&metric.group_keys) {
                let values = group_values(&event.properties, group_key);
                if let Err(oversized) = check_group(group_key, &values) {
                    outcome = outcome.and(Err(oversized));
                }
                add(index, group_id(&values), values);
            }
        }
        outcome
    }
}

/// Refuses values that are too long to be shown and to stand in an address.
fn check_group(group_key: &[String], values: &[Option<String>]) -> Result<(), OversizedValue> {
    for (property, value) in group_key.iter().zip(values) {
        let found = value.as_deref().map_or(Ok(()), |value| limits::check_text(value, limits::GROUP_VALUE));
        found.map_err(|problem| OversizedValue {
            property: property.clone(),
            problem: format!("{problem}, and usage is grouped by it"),
        })?;
    }
    Ok(())
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
pub(super) fn measure(metric: &BillableMetric, event: &Event) -> Result<Option<Sum>, OversizedValue> {
    let key = metric.aggregation_key.as_deref();
    let number = || match key {
        None => Ok(None),
        Some(property) => property_quantity(&event.properties, property)
            .map_err(|problem| OversizedValue { property: property.to_owned(), problem }),
    };
    let one = || Sum { count: 1, ..Sum::default() };
    Ok(match metric.aggregation_type {
        AggregationType::Count => Some(one()),
        AggregationType::Sum => number()?.map(|value| Sum { sum: Some(value), ..one() }),
        AggregationType::Max => number()?.map(|value| Sum { max: Some(value), ..one() }),
        AggregationType::Latest => number()?.map(|value| {
            let latest = Latest { at: event.timestamp, key: event.key(), value };
            Sum { latest: Some(latest), ..one() }
        }),
        AggregationType::Unique => key.and_then(|key| property_text(&event.properties, key)).map(|text| {
            let values = BTreeSet::from([digest(text.as_bytes())]);
            Sum { values, ..one() }
        }),
    })
}
