//! Billable metrics: named measures of usage.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{collections::BTreeMap, str::FromStr};
use uuid::Uuid;

/// How the events of a metric become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum AggregationType {
    /// The number of events.
    Count,
    /// The value of the newest event.
    Latest,
    /// The largest value.
    Max,
    /// The sum of values.
    Sum,
    /// The number of different values.
    Unique,
}

impl AggregationType {
    /// The upper-case name, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::Latest => "LATEST",
            Self::Max => "MAX",
            Self::Sum => "SUM",
            Self::Unique => "UNIQUE",
        }
    }
}

impl FromStr for AggregationType {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Count, Self::Latest, Self::Max, Self::Sum, Self::Unique]
            .into_iter()
            .find(|one| one.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("\"{text}\" is not one of COUNT, LATEST, MAX, SUM, UNIQUE"))
    }
}

impl<'de> Deserialize<'de> for AggregationType {
    /// Any case is accepted, as at the vendor.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Which event types count. Both lists must agree; an absent list admits everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventTypeFilter {
    /// The event types that count; absent where all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_values: Option<Vec<String>>,
    /// The event types that do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_in_values: Option<Vec<String>>,
}

/// A condition on one property of an event. All of a metric's conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PropertyFilter {
    /// The property of the event that is looked at.
    pub name: String,
    /// `true`: it must be there; `false`: it must not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// Only these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_values: Option<Vec<String>>,
    /// None of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_in_values: Option<Vec<String>>,
}

/// A named measure of usage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BillableMetric {
    /// The id that charges and calls about usage name it by.
    pub id: Uuid,
    /// Its name for people, as on the usage dashboard.
    pub name: String,
    /// How the events of a period become one number.
    pub aggregation_type: AggregationType,
    /// The property that is aggregated; absent for COUNT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregation_key: Option<String>,
    /// Which event types count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type_filter: Option<EventTypeFilter>,
    /// Conditions on properties.
    #[serde(default)]
    pub property_filters: Vec<PropertyFilter>,
    /// Each inner list is one simple (one name) or compound (several names) group key.
    #[serde(default)]
    pub group_keys: Vec<Vec<String>>,
    /// The integrator's own fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
    /// When it was archived; absent while active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<DateTime<Utc>>,
}
