//! The usage dashboard's sentences.

use super::{
    format, text,
    usage_choice::{GroupValues, Only, UsageChoice},
};
use crate::{
    billing::{AggregationType, DayMark, DayMarkKind, NoCost, UsageWindow},
    embed::GroupKeyNames,
};
use chrono::{DateTime, Utc};

/// The page's title.
pub const USAGE: &str = "Usage";
/// The page could not be loaded.
pub const PAGE_FAILED: &str = "Usage could not be loaded.";
/// One chart could not be loaded.
pub const CHART_FAILED: &str = "This chart could not be loaded.";
/// Loads it again.
pub const RETRY: &str = "Retry";
/// A choice could not be loaded in place.
pub const CHOICE_FAILED: &str = "That could not be loaded. Try again in a moment.";
/// A customer without a plan.
pub const NO_PLAN: &str = "No usage yet. Charts appear here once a plan with metered usage begins.";
/// A plan that meters nothing.
pub const NO_METRICS: &str = "The current plan has no metered usage, so there is nothing to chart.";
/// Over the sentences of [`method`].
pub const METHOD: &str = "How this is counted";
/// What the window tabs choose.
pub const WINDOWS: &str = "Days shown";
/// What daily or cumulative choose.
pub const VIEWS: &str = "Daily or cumulative";
/// Each day alone.
pub const DAILY: &str = "Daily";
/// Each day with all before it.
pub const CUMULATIVE: &str = "Cumulative";
/// What quantity or cost choose.
pub const MEASURES: &str = "Measure";
/// Quantities.
pub const QUANTITY: &str = "Quantity";
/// Money.
pub const COST: &str = "Cost";
/// The menu of group keys.
pub const GROUP_BY: &str = "Group by";
/// Its first entry.
pub const NO_GROUPING: &str = "No grouping";
/// Opens the table.
pub const SHOW_TABLE: &str = "Show as table";
/// The table, for those who do not see it.
pub const TABLE: &str = "Table";
/// Over the table's first column.
pub const DAY: &str = "Day (UTC)";
/// Over its last, where groups add up.
pub const TOTAL: &str = "Total";
/// Beside today.
pub const SO_FAR: &str = "so far";
/// How a chart is walked by keys.
pub const BY_KEYS: &str = "By day: arrow keys move, Home and End jump";
/// What a legend's link does.
pub const SHOW_ALONE: &str = "Show alone";
/// What it does once that was done.
pub const SHOW_ALL: &str = "Show all again";

/// The menu of group keys when one was chosen.
pub fn grouped_by(key: &str) -> String {
    format!("By {key}")
}

/// What a link does that ends showing one group alone.
pub fn only(name: &str) -> String {
    format!("Only {name}: show all again")
}

/// `30 days`.
pub fn days(window: UsageWindow) -> String {
    format!("{} days", window.days())
}

/// Why a card has no cost.
pub(super) fn no_cost(reason: NoCost) -> &'static str {
    match reason {
        NoCost::NotPriced => "This metric has no price of its own.",
        NoCost::NotAdditive => {
            "This metric is billed once for a whole billing period, so its days have no cost of their own."
        }
        NoCost::WholePeriod => {
            "The price of each unit depends on the whole billing period, so its days have no cost of their own."
        }
        NoCost::TiersByGroup => {
            "Each group is priced by tiers of its own, so the days of the total have no exact cost."
        }
        NoCost::TiersOverGroups => {
            "Its price tiers count all groups together, so a single group has no exact cost."
        }
        NoCost::Currencies => "The plans of this time are priced in different currencies.",
    }
}

/// What the figure is: "in 30 days" follows it.
pub(super) fn measure(aggregation_type: AggregationType) -> &'static str {
    match aggregation_type {
        AggregationType::Count | AggregationType::Sum => "",
        AggregationType::Unique => "different",
        AggregationType::Max => "at most",
        AggregationType::Latest => "at last",
    }
}

/// What happens on a marked day.
pub(super) fn mark(mark: &DayMark) -> String {
    match &mark.kind {
        DayMarkKind::Period => "Billing period begins".to_owned(),
        DayMarkKind::PlanBegins(plan) => format!("Plan {} begins", text::name(plan)),
        DayMarkKind::PlanEnded(plan) => format!("Plan {} has ended", text::name(plan)),
    }
}

/// A group key for people: `Region, Model`.
pub fn group_key(key: &[String], names: &GroupKeyNames) -> String {
    key.iter().map(|name| text::group_key(name, names)).collect::<Vec<_>>().join(", ")
}

/// The values of a group for people: `us-east-1`, `No region`.
pub fn group_values(key: &[String], values: &GroupValues, names: &GroupKeyNames) -> String {
    let value = |(name, value): (&String, &Option<String>)| match value.as_deref() {
        None => format!("No {}", text::group_key(name, names)),
        Some("") => format!("Empty {}", text::group_key(name, names)),
        Some(value) => text::group_value(name, value, names),
    };
    key.iter().zip(values).map(value).collect::<Vec<_>>().join(", ")
}

/// What is shown alone, for people.
pub fn only_name(key: &[String], only: &Only, names: &GroupKeyNames) -> String {
    match only {
        Only::Group(values) => group_values(key, values, names),
        Only::Others => "Other groups".to_owned(),
    }
}

/// How fresh the numbers are.
pub fn as_of(now: DateTime<Utc>) -> String {
    format!(
        "As of {}, {} UTC. Days are UTC days; today is incomplete.",
        format::month_day(now.date_naive()),
        now.format("%H:%M")
    )
}

/// How the numbers are made, a sentence each.
pub fn method(is_cost: bool, marks: &[DayMark]) -> Vec<&'static str> {
    let mut sentences = vec!["Averages and changes count complete days, so today is left out of both."];
    if is_cost {
        sentences.push(
            "A day's cost is what it adds to its billing period at the plan's prices and tiers, so the days add up to the \
             invoice's line; fixed charges, credits and rounding are not part of it.",
        );
    }
    let is_change = |mark: &DayMark| mark.kind != DayMarkKind::Period;
    if marks.iter().any(|mark| !is_change(mark)) {
        sentences.push("Dotted lines mark the start of a billing period.");
    }
    if marks.iter().any(is_change) {
        sentences.push("Solid lines mark a change of plan.");
    }
    sentences
}

/// What a page shows, for those who do not see it change.
pub fn announcement(choice: &UsageChoice, names: &GroupKeyNames) -> String {
    let mut said = format!("Showing {}, ", days(choice.window));
    said.push_str(if choice.is_cumulative { "cumulative" } else { "by day" });
    if choice.is_cost {
        said.push_str(", cost");
    }
    if let Some(key) = &choice.group_key {
        said += &format!(", by {}", group_key(key, names));
        if let Some(only) = &choice.only {
            said += &format!(", only {}", only_name(key, only, names));
        }
    }
    said
}
