//! What a chart and the page show, as sentences for those who do not see them.

use super::UsageChart;
use crate::{
    day,
    usage::{
        query::{GroupSelection, UsageQuery, Window},
        report::{MetricUsage, UsageReport},
        text,
    },
};

impl UsageReport {
    /// What a chart shows.
    pub(super) fn sentence(
        &self,
        metric: &MetricUsage,
        query: &UsageQuery,
        chart: &UsageChart,
        daily: &[i128],
        change: Option<&str>,
        value_name: &str,
    ) -> String {
        let mut sentence = metric.name.clone();
        if let (Some(key), false) = (&query.group_key, chart.legend.is_empty()) {
            match self.selected_name(query) {
                Some(name) => sentence += &format!(", {name}"),
                None => sentence += &format!(" by {}", self.key_name(key)),
            }
        }
        // The name of a total says that it is a cost.
        let is_said = metric.id.is_empty() && !query.is_cumulative;
        if (query.is_cost && !is_said) || value_name.ends_with("to date") {
            sentence += &format!(", {}", value_name.to_ascii_lowercase());
        }
        let noun = if query.is_cost || metric.noun.is_empty() { "in total" } else { metric.noun.as_str() };
        let last_day = day::date(self.last_day);
        let days = text::days(self.days(query));
        sentence += &format!(", {days} to {last_day}: {} {noun}", chart.figure);
        if let Some(change) = change {
            let words = change.replace("\u{2191}\u{a0}", "up ").replace("\u{2193}\u{a0}", "down ");
            sentence += &format!(", {words}");
        }
        let peak = daily.iter().enumerate().max_by_key(|(at, value)| (**value, std::cmp::Reverse(*at)));
        if let Some((at, value)) = peak.filter(|(_, value)| **value > 0) {
            let day = day::month_day(chart.first_day + i32::try_from(at).unwrap_or(0));
            sentence += &format!(", peak {} on {day}", chart.unit.write(*value, chart.scale));
        }
        if let (Some(largest), None) = (chart.legend.first(), &query.only) {
            sentence += &format!(", the largest part {}: {}", largest.name, largest.total);
        }
        sentence
    }

    /// The first day of the billing period, where that is what is shown.
    pub(super) fn since(&self, query: &UsageQuery) -> Option<String> {
        let day = self.period_begin().filter(|_| query.window == Window::Period)?;
        Some(day::month_day(day))
    }

    /// The name of the groups that are shown alone.
    pub fn selected_name(&self, query: &UsageQuery) -> Option<String> {
        let only = query.only.as_ref()?;
        let values = match only {
            GroupSelection::Rest => return Some(text::OTHER_GROUPS.to_owned()),
            GroupSelection::One(values) => values,
        };
        let mut groups = self.metrics.iter().filter_map(|metric| metric.groups.as_ref()).flatten();
        let found = groups.find(|group| group.group_values.as_ref() == Some(values));
        Some(found.map_or_else(
            || values.iter().map(|value| value.as_deref().unwrap_or("~")).collect::<Vec<_>>().join(", "),
            |group| group.name.clone(),
        ))
    }

    /// What a page shows, for those who do not see it change.
    pub fn announcement(&self, query: &UsageQuery) -> String {
        let view = if query.is_cumulative { "cumulative" } else { "by day" };
        let window = match self.since(query) {
            Some(day) => text::to_today(&day),
            None => text::days(self.days(query)),
        };
        let mut said = format!("Showing {window}, {view}");
        if query.is_cost {
            said.push_str(", cost");
        }
        if let Some(key) = &query.group_key {
            said += &format!(", by {}", self.key_name(key));
        }
        if let Some(name) = self.selected_name(query) {
            said += &format!(", only {name}");
        }
        said
    }
}
