//! A report becomes cards.

use super::{Card, CardContent, ChartSeries, LegendItem, UsageChart};
use crate::{
    chart::marks::ChartKind,
    number::{ABSENT, accumulated, rescaled, sum},
    usage::{
        query::{GroupSelection, UsageQuery},
        report::{Figures, Group, Measure, MetricUsage, UsageReport},
        text,
    },
};

impl UsageReport {
    /// The card of each metric; before them, in money, that of all together.
    pub fn cards(&self, query: &UsageQuery) -> Vec<Card> {
        let card = |metric: &MetricUsage, is_wide: bool| {
            let content = if is_wide { self.total(metric, query) } else { self.content(metric, query) };
            Card { name: metric.name.clone(), is_wide, content }
        };
        let totals = self.totals.iter().filter(|_| query.is_cost).map(|total| card(total, true));
        totals.chain(self.metrics.iter().map(|metric| card(metric, false))).collect()
    }

    /// What all metrics of a currency cost, on top of each other. Each keeps its color in every window.
    fn total(&self, total: &MetricUsage, query: &UsageQuery) -> CardContent {
        let Some(measure) = &total.cost else { return CardContent::Failed };
        let (days, window) = (self.days(query) as usize, self.window(query));
        let costs = self.metrics.iter().filter_map(|metric| Some((metric, metric.cost.as_ref()?)));
        let part = |(slot, (metric, cost)): (u8, (&'_ MetricUsage, &'_ Measure))| {
            let days = rescaled(cost.days.last(days), measure.days.scale - cost.days.scale);
            ChartPart {
                slot,
                name: metric.name.clone(),
                figures: cost.windows.get(window).cloned().unwrap_or_default(),
                selection: None,
                days,
            }
        };
        let costs = costs.filter(|(_, cost)| cost.unit == measure.unit);
        let parts = (0..9).chain(std::iter::repeat(9)).zip(costs).map(part).collect();
        let mut chart = self.chart(total, measure, &by_size(parts), &query.clone().with_group_key(None));
        let whole = query.only.as_ref().map(|_| text::OF_ALL_GROUPS.to_owned());
        chart.hint = whole.into_iter().chain(total.no_cost.clone()).reduce(|one, other| one + " " + &other);
        CardContent::Chart(Box::new(chart))
    }

    fn content(&self, metric: &MetricUsage, query: &UsageQuery) -> CardContent {
        let hidden = || CardContent::Hidden(metric.no_cost.clone().unwrap_or_default());
        let Some(quantity) = &metric.quantity else { return CardContent::Failed };
        let measure = if query.is_cost { metric.cost.as_ref() } else { Some(quantity) };
        let Some(measure) = measure else { return hidden() };
        // Groups that the report holds of another key, while the right ones are under way, are not these.
        let groups = metric.groups.as_deref().filter(|_| query.group_key.is_some()).unwrap_or_default();
        let parts: Option<Vec<ChartPart>> =
            groups.iter().map(|group| ChartPart::of(group, query.is_cost, self.days(query))).collect();
        let Some(mut parts) = parts else {
            // The groups have no cost of their own: the metric as a whole, and why.
            let mut chart = self.chart(metric, measure, &[], &query.clone().with_group_key(None));
            chart.hint = metric.no_cost.clone();
            return CardContent::Chart(Box::new(chart));
        };
        if query.is_cost {
            parts = by_size(parts);
        }
        let mut chart = self.chart(metric, measure, &parts, query);
        chart.hint = self.hint(metric, query);
        CardContent::Chart(Box::new(chart))
    }

    fn chart(
        &self,
        metric: &MetricUsage,
        measure: &Measure,
        parts: &[ChartPart],
        query: &UsageQuery,
    ) -> UsageChart {
        let days = self.days(query) as usize;
        let window = self.window(query);
        // Where the window is a billing period.
        let since = self.since(query).map(|day| text::since(&day));
        let is_cumulative = query.is_cumulative && metric.adds_up;
        let is_grouped = metric.groups.is_some() && query.group_key.is_some();
        let selection = query.only.as_ref().filter(|_| is_grouped);
        let alone =
            selection.and_then(|only| parts.iter().position(|part| part.selection.as_ref() == Some(only)));
        let (figures, daily) = match (selection, alone) {
            (None, _) => {
                (measure.windows.get(window).cloned().unwrap_or_default(), measure.days.last(days).to_vec())
            }
            (Some(_), Some(at)) => (parts[at].figures.clone(), parts[at].days.clone()),
            // The group used nothing of this metric in this window.
            (Some(_), None) => {
                let total = measure.unit.write(0, 0);
                (Figures { total, ..Figures::default() }, vec![0; measure.days.last(days).len()])
            }
        };
        let is_split = !parts.is_empty() && selection.is_none();
        let series = |name: &str, slot: u8, values: &[i128]| ChartSeries {
            name: name.to_owned(),
            slot,
            values: if is_cumulative { accumulated(values) } else { values.to_vec() },
        };
        let value_name = text::values(query.is_cost, is_cumulative);
        let drawn: Vec<ChartSeries> = if is_split {
            parts.iter().map(|part| series(&part.name, part.slot, &part.days)).collect()
        } else {
            vec![series(value_name, alone.map_or(0, |at| parts[at].slot), &daily)]
        };
        let kind = match (is_split && metric.adds_up, drawn.len()) {
            (true, _) => ChartKind::Bars,
            (false, 1) => ChartKind::Area,
            (false, _) => ChartKind::Lines,
        };
        let first_day = self.last_day + 1 - i32::try_from(daily.len()).unwrap_or(0);
        let marks = self.marks.iter().filter_map(|mark| {
            let day = usize::try_from(mark.day - first_day).ok().filter(|day| *day < daily.len())?;
            Some((day, mark.clone()))
        });
        let noun = if query.is_cost { "" } else { metric.noun.as_str() };
        let gap = if noun.is_empty() { "" } else { " " };
        let legend = parts.iter().enumerate().map(|(at, part)| LegendItem {
            slot: part.slot,
            name: part.name.clone(),
            total: part.figures.total.clone(),
            share: part.figures.share.clone(),
            selection: part.selection.clone(),
            is_current: alone == Some(at),
        });
        let facts: Vec<String> = [figures.average, figures.change.clone()].into_iter().flatten().collect();
        let mut chart = UsageChart {
            figure: figures.total,
            exact: figures.exact,
            figure_note: match &since {
                Some(since) => format!("{noun}{gap}{since}"),
                None => format!("{noun}{gap}in {days} days"),
            },
            facts: facts.join(" · "),
            sentence: String::new(),
            kind,
            sums: (kind == ChartKind::Bars)
                .then(|| if is_cumulative { accumulated(&daily) } else { daily.clone() }),
            series: drawn,
            scale: measure.days.scale,
            unit: measure.unit.clone(),
            first_day,
            marks: marks.collect(),
            legend: legend.collect(),
            hint: None,
            nothing: daily.iter().all(|value| *value == 0 || *value == ABSENT).then(|| match &since {
                Some(since) => text::nothing_used_in_period(since),
                None => text::nothing_used(self.days(query)),
            }),
        };
        chart.sentence = self.sentence(metric, query, &chart, &daily, figures.change.as_deref(), value_name);
        chart
    }

    fn hint(&self, metric: &MetricUsage, query: &UsageQuery) -> Option<String> {
        match &query.group_key {
            Some(key) if metric.groups.is_none() => Some(text::not_recorded(&self.key_name(key))),
            _ => (query.is_cumulative && !metric.adds_up).then(|| text::NOT_CUMULATIVE.to_owned()),
        }
    }
}

/// The largest first, all others together last. There are ten groups at most; the library's sort weighs 5 kB.
fn by_size(parts: Vec<ChartPart>) -> Vec<ChartPart> {
    let mut sorted: Vec<ChartPart> = Vec::new();
    let is_rest = |part: &ChartPart| part.selection == Some(GroupSelection::Rest);
    for part in parts {
        let is_before =
            |other: &ChartPart| is_rest(other) || (!is_rest(&part) && sum(&part.days) > sum(&other.days));
        let at = sorted.iter().position(is_before).unwrap_or(sorted.len());
        sorted.insert(at, part);
    }
    sorted
}

/// One color of a chart, in the unit that is shown: a group, or a metric among others.
struct ChartPart {
    slot: u8,
    name: String,
    figures: Figures,
    selection: Option<GroupSelection>,
    days: Vec<i128>,
}

impl ChartPart {
    fn of(group: &Group, is_cost: bool, days: u32) -> Option<Self> {
        let measure = if is_cost { group.cost.as_ref()? } else { &group.quantity };
        let selection = group.group_values.clone().map_or(GroupSelection::Rest, GroupSelection::One);
        Some(Self {
            slot: u8::try_from(group.color).unwrap_or(9),
            name: group.name.clone(),
            figures: measure.figures.clone(),
            selection: Some(selection),
            days: measure.days.last(days as usize).to_vec(),
        })
    }
}
