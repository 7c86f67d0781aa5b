//! Words of the usage dashboard that come with its figures.

use crate::db::terms::PlanEnd;
use app::{
    billing::{AggregationType, DayMarkKind, NoCost},
    embed::GroupKeyNames,
    usage::GroupValues,
    view::{format, text},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};

/// A customer that never had a plan.
pub(super) const NO_PLAN: &str = "No usage yet. Charts appear here once a plan with metered usage begins.";
/// A plan that meters nothing.
pub(super) const NO_METRICS: &str = "The current plan has no metered usage, so there is nothing to chart.";

/// After [`ended`], where the plan ended before the longest window.
pub(super) const NOT_CHARTED: &str = "Charts show the usage of the last 90 days that a plan has metered.";

/// `Plan Starter ended on Oct 16, 2026.`, its last day, with which its last invoice ends.
pub(in crate::dashboards) fn ended(ended: &PlanEnd) -> String {
    format!(
        "Plan {} ended on {}.",
        text::name(&ended.plan_name),
        format::date((ended.ending_before - Duration::microseconds(1)).date_naive())
    )
}

/// A viewer who may see some usage alone, of which there is none.
pub(super) const NARROWED: &str = "There is no usage to show here.";

/// Why a metric has no cost for a viewer from whom money is hidden.
pub(super) const AMOUNTS_HIDDEN: &str = "Amounts are not shown here.";

/// How fresh the numbers are.
pub(super) fn as_of(now: DateTime<Utc>) -> String {
    format!(
        "As of {}, {} UTC. Days are UTC days; today is incomplete.",
        format::month_day(now.date_naive()),
        now.format("%H:%M")
    )
}

/// Why a metric, or a group of it, has no cost.
pub(super) fn no_cost(reason: NoCost) -> &'static str {
    match reason {
        NoCost::NotPriced => "This metric has no price of its own.",
        NoCost::NotAdditive => {
            "Peaks and unique counts are billed once a period: their cost is on the invoice, not shown by day."
        }
        NoCost::WholePeriod => {
            "The price of a unit depends on the whole billing period or on earlier ones, so days have no cost of their own."
        }
        NoCost::TiersByGroup => {
            "Its price tiers count each value of another key by itself, so these groups have no exact cost."
        }
        NoCost::TooManyGroups => {
            "Each of its groups is priced by itself, and there are too many to price them day by day: their cost is on the \
             invoice."
        }
        NoCost::TiersOverGroups => {
            "Its price tiers count all groups together, so a single group has no exact cost."
        }
        NoCost::Currencies => "The plans of this time are priced in different currencies.",
    }
}

/// Why the groups of a metric have no cost, beside the metric's own.
pub(super) fn no_group_cost(reason: NoCost) -> String {
    format!("{} Shown as a whole.", no_cost(reason))
}

/// The card of what several metrics cost: `Metered cost`, `Metered cost in EUR` where it is one of several.
pub(super) fn total(currency: Option<&str>) -> String {
    currency.map_or_else(|| "Metered cost".to_owned(), |currency| format!("Metered cost in {currency}"))
}

/// Why a metric is not in a total, after its name.
pub(super) fn left_out(reason: NoCost) -> &'static str {
    match reason {
        NoCost::NotPriced => "no price of its own",
        NoCost::NotAdditive => "billed once a period",
        NoCost::WholePeriod => "priced by the whole period",
        NoCost::TiersByGroup | NoCost::TiersOverGroups => "priced by group",
        NoCost::TooManyGroups => "priced by too many groups",
        NoCost::Currencies => "priced in several currencies",
    }
}

/// Metrics that have no days in a total, with the reason of each: `Not shown by day: Active users, Stored gigabytes
/// (billed once a period).`
pub(super) fn not_by_day(parts: &[(String, Vec<&str>)]) -> String {
    format!("Not shown by day: {}.", with_reasons(parts))
}

/// Other metrics that are not in a total: `Not in this total: Seats (in EUR).`
pub(super) fn not_in_total(parts: &[(String, Vec<&str>)]) -> String {
    format!("Not in this total: {}.", with_reasons(parts))
}

/// A fixed charge of the plans that run now: `$99.00 a billing period`.
pub(super) fn a_period(amount: &str) -> String {
    format!("{amount} a billing period")
}

/// Why cents differ from those of an invoice.
pub(super) const ROUNDED: &str =
    "Each day and each total here is rounded by itself, a line of an invoice once: cents can differ.";

fn with_reasons(parts: &[(String, Vec<&str>)]) -> String {
    let part = |(reason, names): &(String, Vec<&str>)| format!("{} ({reason})", names.join(", "));
    parts.iter().map(part).collect::<Vec<_>>().join("; ")
}

/// Why a metric is not in a total when it could not be loaded.
pub(super) const FAILED: &str = "could not be loaded";

/// Why a metric is not in a total that is priced in another currency.
pub(super) fn in_currency(currency: &str) -> String {
    format!("in {currency}")
}

/// What a figure is: "in 30 days" follows it.
pub(super) fn noun(aggregation_type: AggregationType) -> &'static str {
    match aggregation_type {
        AggregationType::Count | AggregationType::Sum => "",
        AggregationType::Unique => "unique",
        AggregationType::Max => "peak",
        AggregationType::Latest => "latest",
    }
}

/// What happens on a marked day.
pub(super) fn mark(kind: &DayMarkKind) -> String {
    match kind {
        DayMarkKind::Period => "Billing period begins".to_owned(),
        DayMarkKind::PlanBegins(plan) => format!("Plan {} begins", text::name(plan)),
        DayMarkKind::PlanEnded(plan) => format!("Plan {} has ended", text::name(plan)),
    }
}

/// What the line at a marked day means, in the plot: `Nov period`, `Scale`, `Scale ended`.
pub(super) fn mark_label(kind: &DayMarkKind, day: NaiveDate) -> String {
    match kind {
        DayMarkKind::Period => format!("{} period", day.format("%b")),
        DayMarkKind::PlanBegins(plan) => text::name(&shortened(plan)),
        DayMarkKind::PlanEnded(plan) => format!("{} ended", text::name(&shortened(plan))),
    }
}

/// A name as there is room for at a line: with its first 12 characters.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(12) {
        Some((at, _)) => format!("{}\u{2026}", name[..at].trim_end()),
        None => name.to_owned(),
    }
}

/// A group key for people: `Region, Model`.
pub(super) fn group_key(key: &[String], names: &GroupKeyNames) -> String {
    key.iter().map(|name| text::group_key(name, names)).collect::<Vec<_>>().join(", ")
}

/// The values of a group for people: `us-east-1`, `No region`.
pub(super) fn group_values(key: &[String], values: &GroupValues, names: &GroupKeyNames) -> String {
    let value = |(name, value): (&String, &Option<String>)| match value.as_deref() {
        None => format!("No {}", text::group_key(name, names)),
        Some(value) => text::group_value(name, value, names),
    };
    key.iter().zip(values).map(value).collect::<Vec<_>>().join(", ")
}

/// All groups beyond the largest.
pub(super) fn others(count: i64) -> String {
    format!("Other ({count})")
}
