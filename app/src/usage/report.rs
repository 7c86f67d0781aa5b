//! The figures of the usage dashboard, ready to show: what the page is drawn from, and what the JSON call answers.

use super::query::{GroupSelection, GroupValues, UsageQuery, WINDOWS, Window};
use crate::number::{Column, Unit};

/// Usage of a customer by day and metric. All windows of every chart are in it, so a change of window asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageReport {
    /// How fresh the figures are, as a sentence.
    pub as_of: String,
    /// The last day of every column, today (UTC), as days since 1970-01-01.
    pub last_day: i32,
    /// Days of the running billing period, today included: a window beside 30, 60 and 90 days. Absent where no plan runs,
    /// and where the period began more than 90 days ago.
    pub period_days: Option<u32>,
    /// By which group key, and for which window, `groups` are listed; absent without grouping.
    pub grouping: Option<Grouping>,
    /// Each metric that a plan of the longest window has charges of.
    pub metrics: Vec<MetricUsage>,
    /// What these cost together, one for each currency that several of them have a cost in: those whose `cost` has the
    /// same `unit`. A total has a name, `cost`, and in `no_cost` what is not in it.
    pub totals: Vec<MetricUsage>,
    /// What the metrics can be grouped by.
    pub group_keys: Vec<GroupKey>,
    /// The groups of all metrics to choose from; absent unless asked for.
    pub found: Option<GroupMatches>,
    /// Where billing periods begin and plans change, oldest first.
    pub marks: Vec<DayMark>,
    /// Why there are no metrics, as a sentence.
    pub nothing: Option<String>,
    /// That and when the latest plan ended, as a sentence; absent while one runs.
    pub ended: Option<String>,
}

/// How a report is grouped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Grouping {
    /// The names of the properties that usage is split by.
    pub group_key: Vec<String>,
    /// The days by which groups are ranked: the largest are listed.
    pub window: u32,
}

/// A group key that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupKey {
    /// As events spell it.
    pub group_key: Vec<String>,
    /// What it is called on the page.
    pub name: String,
}

/// The groups whose name holds a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupMatches {
    /// The text; empty for all groups.
    pub find: String,
    /// The first 50, in the order of the charts: the largest of the first metric, then those that only the next one has.
    pub groups: Vec<GroupMatch>,
    /// How many there are in all.
    pub of: u32,
}

/// A group with usage of any metric in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupMatch {
    /// Its values, one for each name of the group key; none for events without the property.
    pub group_values: GroupValues,
    /// What the group is called on the page.
    pub name: String,
}

/// A day with which something begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayMark {
    /// Days since 1970-01-01.
    pub day: i32,
    /// True for a change of plan, false for a billing period.
    pub is_plan_change: bool,
    /// What happens, in a few words.
    pub text: String,
    /// What the line at this day means, in the plot: `Nov period`, `Scale`.
    pub label: String,
}

/// One metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricUsage {
    /// The id of the billable metric.
    pub id: String,
    /// What the metric is called on the page.
    pub name: String,
    /// What its figure is where it is no sum: `unique`, `peak`, `latest`.
    pub noun: String,
    /// True where the days add up to the total: COUNT and SUM.
    pub adds_up: bool,
    /// How much was used, in the metric's unit; absent where it could not be loaded.
    pub quantity: Option<Measure>,
    /// What it cost by day; absent where that cannot be told, see `no_cost`.
    pub cost: Option<Measure>,
    /// Why there is no cost, as a sentence; of a metric with a cost, why its groups have none.
    pub no_cost: Option<String>,
    /// The largest groups by usage in the window, largest first, the others together last; absent without grouping, and
    /// where the metric is not recorded by the group key.
    pub groups: Option<Vec<Group>>,
}

/// A metric in one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measure {
    /// How the numbers are written: what stands before and after them, and their digits.
    pub unit: Unit,
    /// One value a day to today: of 90 days. A peak or latest level has none on a day without events, and nothing has one
    /// before its plan began or after it has ended.
    pub days: Column,
    /// The figures of 30, 60 and 90 days, then those of `period_days` where there are.
    pub windows: Vec<Figures>,
}

/// The figures of one window, as they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figures {
    /// Over the whole window, today so far included; rounded for reading where it has many digits.
    pub total: String,
    /// The total with every digit; absent where `total` has them.
    pub exact: Option<String>,
    /// The average of its complete days since usage began and until the plan ended, where an average says something:
    /// `38.5 a day since Oct 22`.
    pub average: Option<String>,
    /// The change of its complete days against as many of the window before: `↑ 12.4% vs previous 30 days`.
    pub change: Option<String>,
    /// Its share of all groups, or of all metrics of a total, where these add up: `42%`. Shares add up to 100%.
    pub share: Option<String>,
}

/// A group of a metric, or all groups beyond the largest together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Group {
    /// The values of the group key, `null` for events without the property; absent for the others together.
    pub group_values: Option<GroupValues>,
    /// What the group is called on the page.
    pub name: String,
    /// Which of the colors `UsageLine_0` to `UsageLine_9`: the same on every metric as far as there are colors, the last
    /// for the others together.
    pub color: u32,
    /// How much the group used, in the metric's unit.
    pub quantity: GroupMeasure,
    /// What it cost; absent where that cannot be told.
    pub cost: Option<GroupMeasure>,
}

/// A group in one unit, that of its metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupMeasure {
    /// One value a day of the window to today.
    pub days: Column,
    /// The figures of the window.
    pub figures: Figures,
}

impl UsageReport {
    /// Whether all that is asked for is in here; else the report must be asked for again.
    pub fn holds(&self, query: &UsageQuery) -> bool {
        match (&self.grouping, &query.group_key) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(has), Some(group_key)) => {
                has.group_key == *group_key && has.window == self.days(query) && self.lists(query)
            }
        }
    }

    /// How many days are shown: where no billing period runs, the first of the windows in its place.
    pub fn days(&self, query: &UsageQuery) -> u32 {
        match query.window {
            Window::Days(days) => days,
            Window::Period => self.period_days.unwrap_or(WINDOWS[0]),
        }
    }

    /// Which of `windows` is shown.
    pub(super) fn window(&self, query: &UsageQuery) -> usize {
        match (query.window, self.period_days) {
            (Window::Period, Some(_)) => WINDOWS.len(),
            _ => WINDOWS.iter().position(|days| *days == self.days(query)).unwrap_or(0),
        }
    }

    /// The first day of the running billing period, where that is a window.
    pub fn period_begin(&self) -> Option<i32> {
        Some(self.last_day + 1 - i32::try_from(self.period_days?).unwrap_or(0))
    }

    /// Whether a group that is to be shown alone is among those of any metric; beside the others, whether those to
    /// choose from are listed.
    fn lists(&self, query: &UsageQuery) -> bool {
        let values = match &query.only {
            None => return true,
            Some(GroupSelection::Rest) => {
                return self.found.as_ref().is_some_and(|found| found.find == query.find);
            }
            Some(GroupSelection::One(values)) => values,
        };
        let mut groups = self.metrics.iter().filter_map(|metric| metric.groups.as_ref()).flatten();
        groups.any(|group| group.group_values.as_ref() == Some(values))
    }

    /// A group key for people, as it is where the report does not name it.
    pub fn key_name(&self, group_key: &[String]) -> String {
        let named = self.group_keys.iter().find(|one| one.group_key == group_key);
        named.map_or_else(|| group_key.join(", "), |one| one.name.clone())
    }
}
