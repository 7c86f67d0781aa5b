//! The report of a viewer from whom money is hidden: quantities and shares alone. Pure.

use super::text;
use app::usage::report::{Group, MetricUsage, UsageReport};

/// The same report without any amount. Every part of it is named here, so that a new one is thought of.
pub(super) fn without_amounts(report: UsageReport) -> UsageReport {
    let UsageReport {
        as_of,
        last_day,
        period_days,
        grouping,
        metrics,
        totals: _,
        group_keys,
        found,
        marks,
        nothing,
        ended,
    } = report;
    let metrics = metrics.into_iter().map(metric).collect();
    UsageReport {
        as_of,
        last_day,
        period_days,
        grouping,
        metrics,
        totals: Vec::new(),
        group_keys,
        found,
        marks,
        nothing,
        ended,
    }
}

fn metric(metric: MetricUsage) -> MetricUsage {
    let MetricUsage { id, name, noun, adds_up, quantity, cost: _, no_cost: _, groups } = metric;
    let group = |group: Group| Group { cost: None, ..group };
    MetricUsage {
        id,
        name,
        noun,
        adds_up,
        quantity,
        cost: None,
        no_cost: Some(text::AMOUNTS_HIDDEN.to_owned()),
        groups: groups.map(|groups| groups.into_iter().map(group).collect()),
    }
}
