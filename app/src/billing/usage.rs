//! Measured quantities over time.

use super::Decimal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One bucket of a usage answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum WindowSize {
    /// One bucket an hour, UTC.
    Hour,
    /// One bucket a day, UTC.
    Day,
    /// One bucket for the whole range.
    None,
}

impl<'de> Deserialize<'de> for WindowSize {
    /// Any case is accepted, as at the vendor.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.to_ascii_uppercase().as_str() {
            "HOUR" => Ok(Self::Hour),
            "DAY" => Ok(Self::Day),
            "NONE" => Ok(Self::None),
            _ => Err(D::Error::custom(format!("\"{text}\" is not one of HOUR, DAY, NONE"))),
        }
    }
}

/// How many days a usage chart spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsageWindow {
    /// 30 days, the first shown.
    #[default]
    Days30,
    /// 60 days.
    Days60,
    /// 90 days.
    Days90,
    /// So many days, at most 90: those of the running billing period.
    Period(u32),
}

impl UsageWindow {
    /// Those that every customer has, shortest first.
    pub const ALL: [Self; 3] = [Self::Days30, Self::Days60, Self::Days90];

    /// Those of a customer whose running billing period has so many days up to today; it comes last, and is no window
    /// where it is longer than the longest.
    pub fn of(period_days: Option<u32>) -> Vec<Self> {
        let period = period_days.filter(|days| *days <= Self::Days90.days()).map(Self::Period);
        Self::ALL.into_iter().chain(period).collect()
    }

    /// The number of days, today included.
    pub fn days(self) -> u32 {
        match self {
            Self::Days30 => 30,
            Self::Days60 => 60,
            Self::Days90 => 90,
            Self::Period(days) => days,
        }
    }

    /// The position of this window in [`Self::of`], from 0.
    pub fn index(self) -> usize {
        match self {
            Self::Days30 => 0,
            Self::Days60 => 1,
            Self::Days90 => 2,
            Self::Period(_) => 3,
        }
    }

    /// The window of this many days that every customer has, if there is one.
    pub fn from_days(days: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.days() == days)
    }
}

/// One row of `POST /v1/usage`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageRow {
    /// The metric that was measured.
    pub billable_metric_id: Uuid,
    /// The display name of the metric.
    pub billable_metric_name: String,
    /// The customer whose usage it is.
    pub customer_id: Uuid,
    /// Start of the bucket, inclusive.
    pub start_timestamp: DateTime<Utc>,
    /// End of the bucket, exclusive.
    pub end_timestamp: DateTime<Utc>,
    /// The usage; `null` where no event matched.
    pub value: Option<Decimal>,
    /// With `group_by`: usage by value of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<BTreeMap<String, Option<Decimal>>>,
}

/// One row of `POST /v1/usage/groups`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageGroup {
    /// Start of the bucket, inclusive.
    pub starting_on: DateTime<Utc>,
    /// End of the bucket, exclusive.
    pub ending_before: DateTime<Utc>,
    /// The key of a simple grouping, else `null`.
    pub group_key: Option<String>,
    /// Its value; `null` for events without the property.
    pub group_value: Option<String>,
    /// The usage; `null` where no event matched.
    pub value: Option<Decimal>,
    /// All keys of the grouping with their values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<BTreeMap<String, Option<String>>>,
}
