//! The usage dashboard's words: the one file that another language replaces.

#![allow(missing_docs, reason = "a text says what it is")]

pub const USAGE: &str = "Usage";
pub const PAGE_FAILED: &str = "Usage could not be loaded.";
pub const CHART_FAILED: &str = "This chart could not be loaded.";
pub const RETRY: &str = "Retry";
pub const CHOICE_FAILED: &str = "That could not be loaded. Try again in a moment.";
pub const METHOD: &str = "How this is counted";
pub const METHOD_AVERAGES: &str = "Averages and changes count complete days, so today is left out of both. \
    The average of unique counts is that of the counts of single days.";
pub const METHOD_COST: &str = "A day costs what its usage adds to its billing period at the plan's prices and tiers, \
    so the days add up to the invoice's lines before these are rounded. Fixed charges, minimums, what a trial waives, \
    and peaks and unique counts, which are billed once a period, are not shown by day.";
pub const METHOD_LEVELS: &str = "No events, no level: a day without events has no peak and no latest value (\u{2013}), \
    and the bill leaves it out too. A billing period without any is billed as zero.";
pub const METHOD_PERIODS: &str = "Dotted lines mark the start of a billing period.";
pub const METHOD_PLANS: &str = "Solid lines mark a change of plan.";
pub const WINDOWS: &str = "Days shown";
pub const PERIOD: &str = "This period";
pub const VIEWS: &str = "Daily or cumulative";
pub const DAILY: &str = "Daily";
pub const CUMULATIVE: &str = "Cumulative";
pub const MEASURES: &str = "Measure";
pub const QUANTITY: &str = "Quantity";
pub const COST: &str = "Cost";
pub const GROUP_BY: &str = "Group by";
pub const NO_GROUPING: &str = "No grouping";
pub const SHOW_TABLE: &str = "Show as table";
pub const TABLE: &str = "Table";
pub const DAY: &str = "Day (UTC)";
pub const TOTAL: &str = "Total";
pub const SO_FAR: &str = "so far";
pub const SHOW_ALONE: &str = "Show alone";
pub const SHOW_ALL: &str = "Show all again";
pub const OTHER_GROUPS: &str = "Other groups";
pub const OF_ALL_GROUPS: &str = "Of all groups.";
pub const SEARCH: &str = "Search";
pub const NOT_CUMULATIVE: &str = "Shown by day: the days of this metric do not add up.";

/// What the values of a chart are, over the table's column.
pub fn values(is_cost: bool, is_cumulative: bool) -> &'static str {
    match (is_cost, is_cumulative) {
        (false, false) => "Usage",
        (false, true) => "Usage to date",
        (true, false) => "Cost",
        (true, true) => "Cost to date",
    }
}

/// The menu of group keys when one was chosen.
pub fn grouped_by(key: &str) -> String {
    format!("By {key}")
}

/// What a link does that ends showing one group alone.
pub fn only(name: &str) -> String {
    format!("Only {name}: show all again")
}

/// The field that searches the groups of a key.
pub fn search_by(key: &str) -> String {
    format!("Search by {key}")
}

/// How many groups are listed, of how many.
pub fn shown_of(shown: usize, of: &str) -> String {
    format!("{shown} of {of} shown")
}

/// In the place of groups.
pub fn none_matches(key: &str) -> String {
    format!("No {key} matches")
}

/// A metric that has no groups of the chosen key.
pub fn not_recorded(key: &str) -> String {
    format!("Not recorded by {key}: shown as a whole.")
}

/// `30 days`.
pub fn days(window: u32) -> String {
    if window == 1 { "1 day".to_owned() } else { format!("{window} days") }
}

/// What a figure spans that begins on a day with a name: `since Nov 1`.
pub fn since(day: &str) -> String {
    format!("since {day}")
}

/// `Nov 1 – today`.
pub fn to_today(day: &str) -> String {
    format!("{day} – today")
}

/// In the place of marks.
pub fn nothing_used(window: u32) -> String {
    format!("Nothing used in these {window} days")
}

/// In the place of marks, of a billing period.
pub fn nothing_used_in_period(since: &str) -> String {
    format!("Nothing used {since}")
}
