//! A customer's usage as the report that page and JSON call show: pure, every string final.

use super::{
    UsageData, colors,
    compare::{self, GroupCost},
    measure::{Costs, columns, last, leave_out, quantity_figures, shares},
    text, total,
};
use app::{
    billing::{DayMark, DayMarkKind, Decimal, GroupSeries, UsageSeries, UsageWindow},
    embed::GroupKeyNames,
    number::Unit,
    usage::report::{
        self, Figures, Group, GroupKey, GroupMeasure, Grouping, Measure, MetricUsage, UsageReport,
    },
    view::format,
};
use chrono::{DateTime, Utc};

impl UsageData {
    /// The report of what was loaded, grouped as it was loaded.
    pub(crate) fn report(
        self,
        names: &GroupKeyNames,
        grouping: Option<Grouping>,
        now: DateTime<Utc>,
    ) -> UsageReport {
        let Self { has_plan, ended, period_days, metrics, fixed, group_keys, found, marks } = self;
        let windows = UsageWindow::of(period_days);
        let ended = ended.as_ref().map(text::ended);
        let nothing = metrics.is_empty().then(|| match (has_plan, &ended) {
            (true, _) => text::NO_METRICS.to_owned(),
            (false, Some(ended)) => format!("{ended} {}", text::NOT_CHARTED),
            (false, None) => text::NO_PLAN.to_owned(),
        });
        let mut shown: Vec<MetricUsage> = metrics
            .iter()
            .map(|(name, series)| match series {
                Some(series) => metric(series, names, grouping.as_ref(), &windows),
                None => MetricUsage { name: name.clone(), ..MetricUsage::default() },
            })
            .collect();
        colors::assign(&mut shown);
        UsageReport {
            as_of: text::as_of(now),
            last_day: format::day_number(now.date_naive()),
            totals: total::totals(&metrics, &fixed, &mut shown, &windows),
            metrics: shown,
            group_keys: group_keys
                .into_iter()
                .map(|group_key| GroupKey { name: text::group_key(&group_key, names), group_key })
                .collect(),
            found,
            marks: marks.iter().map(mark).collect(),
            nothing,
            ended,
            period_days,
            grouping,
        }
    }
}

fn mark(mark: &DayMark) -> report::DayMark {
    report::DayMark {
        day: format::day_number(mark.day),
        is_plan_change: mark.kind != DayMarkKind::Period,
        text: text::mark(&mark.kind),
        label: text::mark_label(&mark.kind, mark.day),
    }
}

fn metric(
    series: &UsageSeries,
    names: &GroupKeyNames,
    grouping: Option<&Grouping>,
    windows: &[UsageWindow],
) -> MetricUsage {
    let is_grouped =
        |window: &&UsageWindow| grouping.is_some_and(|grouping| grouping.window == window.days());
    let window = windows.iter().find(is_grouped).copied().unwrap_or_default();
    let groups = series.groups.as_deref().unwrap_or_default();
    let group_days = |values: fn(&GroupSeries) -> &[Decimal]| groups.iter().map(values).collect::<Vec<_>>();
    let mut quantities = columns(last(&series.values), &group_days(|group| &group.values), 0, None);
    let used =
        std::iter::once(series.used.as_slice()).chain(groups.iter().map(|group| group.used.as_slice()));
    for (column, used) in quantities.iter_mut().zip(used) {
        leave_out(column, series, used);
    }
    let quantity = Measure {
        unit: Unit::default(),
        days: quantities.remove(0),
        windows: windows
            .iter()
            .map(|window| {
                let compared = compare::compare(series, None, *window);
                quantity_figures(&series.measure(*window).total, &compared, *window)
            })
            .collect(),
    };
    let cost = series.cost.as_ref().map(|cost| Costs::new(series, cost, groups, windows));
    let shares_of = |totals: Vec<Decimal>| {
        if series.is_additive() { shares(&totals) } else { vec![None; totals.len()] }
    };
    let mut quantity_shares =
        shares_of(groups.iter().map(|group| group.measure.total.clone()).collect()).into_iter();
    let mut cost_shares = cost.as_ref().map_or(Vec::new(), |cost| shares_of(cost.group_totals())).into_iter();
    let listed = series.groups.as_ref().zip(grouping).map(|(groups, grouping)| {
        groups
            .iter()
            .zip(quantities)
            .enumerate()
            .map(|(at, (group, days))| {
                let compared = |cost: Option<&GroupCost>| compare::compare_group(series, group, cost, window);
                let quantity_figures = quantity_figures(&group.measure.total, &compared(None), window);
                Group {
                    group_values: group.group_values.clone(),
                    name: match &group.group_values {
                        Some(values) => text::group_values(&grouping.group_key, values, names),
                        None => text::others(group.count),
                    },
                    // Known once the groups of all metrics are.
                    color: 0,
                    quantity: GroupMeasure {
                        days,
                        figures: Figures { share: quantity_shares.next().flatten(), ..quantity_figures },
                    },
                    cost: cost.as_ref().ok().and_then(|cost| {
                        let share = cost_shares.next().flatten();
                        cost.group(at, share, |cost| compared(Some(cost)), window)
                    }),
                }
            })
            .collect()
    });
    let no_cost = match (&cost, groups.is_empty()) {
        (Err(reason), _) => Some(text::no_cost(**reason).to_owned()),
        (Ok(cost), false) => cost.no_groups.map(text::no_group_cost),
        (Ok(_), true) => None,
    };
    MetricUsage {
        id: series.billable_metric_id.to_string(),
        name: series.name.clone(),
        noun: text::noun(series.aggregation_type).to_owned(),
        adds_up: series.is_additive(),
        quantity: Some(quantity),
        no_cost,
        cost: cost.ok().map(|cost| cost.measure),
        groups: listed,
    }
}
