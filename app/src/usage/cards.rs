//! A report becomes cards: pure, and the same on the server and in the browser.

use super::{
    query::{GroupSelection, UsageQuery, Window},
    report::{DayMark, Figures, Group, Measure, MetricUsage, UsageReport},
    text,
};
use crate::{
    chart::marks::ChartKind,
    day,
    number::{ABSENT, Unit, accumulated, rescaled, sum},
};

/// The card of one metric, or of all that have a cost in one currency together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The metric's name.
    pub name: String,
    /// True for one that is as wide as the page: that of several metrics together.
    pub is_wide: bool,
    /// What is below it.
    pub content: CardContent,
}

/// What a card shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardContent {
    /// The metric could not be loaded.
    Failed,
    /// It cannot be shown as asked: why, as a sentence.
    Hidden(String),
    /// The metric as a chart.
    Chart(Box<UsageChart>),
}

/// One metric over one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageChart {
    /// The total.
    pub figure: String,
    /// With every digit, where it was rounded for reading.
    pub exact: Option<String>,
    /// What follows it: `in 30 days`.
    pub figure_note: String,
    /// The average and the change, where they can be told.
    pub facts: String,
    /// What the chart shows, as a sentence for those who do not see it.
    pub sentence: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// The lines or bars, largest first.
    pub series: Vec<ChartSeries>,
    /// The sums of all series by day, where there are several that add up.
    pub sums: Option<Vec<i128>>,
    /// The scale of all values.
    pub scale: i32,
    /// How they are written.
    pub unit: Unit,
    /// The day of the first value, since 1970-01-01.
    pub first_day: i32,
    /// What begins or ends with a day, counted from the first.
    pub marks: Vec<(usize, DayMark)>,
    /// The groups, where the metric is grouped; the metrics, where there are several.
    pub legend: Vec<LegendItem>,
    /// Why the card shows less than was asked for.
    pub hint: Option<String>,
    /// Said in the plot when nothing was used.
    pub nothing: Option<String>,
}

/// One line, or one color of bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartSeries {
    /// Its name: of a group, or what the values are.
    pub name: String,
    /// Which of the ten colors.
    pub slot: u8,
    /// One a day.
    pub values: Vec<i128>,
}

/// One group, or metric, in the legend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegendItem {
    /// Which of the ten colors.
    pub slot: u8,
    /// The name of the group or metric.
    pub name: String,
    /// The sum over the window, formatted with its unit.
    pub total: String,
    /// The part of all groups' sum, in percent, where the groups add up.
    pub share: Option<String>,
    /// What shows it alone; `None` for a metric.
    pub selection: Option<GroupSelection>,
    /// True for the group that is shown alone.
    pub is_current: bool,
}

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

    fn sentence(
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
    fn since(&self, query: &UsageQuery) -> Option<String> {
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

impl UsageChart {
    /// How many days it shows.
    pub fn days(&self) -> usize {
        self.series.first().map_or(0, |series| series.values.len())
    }

    /// Whether days are as wide as their bars: of a day alone, its line is.
    pub fn is_bars(&self) -> bool {
        self.kind == ChartKind::Bars || self.days() == 1
    }

    /// The values that a day's tooltip and row list: color, name, and the number as it is written.
    pub fn values_of(&self, day: usize) -> Vec<DayValue> {
        let one = |slot: Option<u8>, name: &str, values: &[i128]| {
            let value = values.get(day).copied().unwrap_or(0);
            let places = self.unit.places(values, self.scale);
            DayValue {
                slot,
                name: name.to_owned(),
                value,
                text: self.unit.write_to(value, self.scale, places),
            }
        };
        let sums = self.sums.iter().map(|sums| one(None, text::TOTAL, sums));
        sums.chain(self.series.iter().map(|series| one(Some(series.slot), &series.name, &series.values)))
            .collect()
    }
}

/// A series, or the sum of all, on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayValue {
    /// The number of the series' color, from 0; `None` for the sum.
    pub slot: Option<u8>,
    /// The name of the series.
    pub name: String,
    /// The value of the day, times ten to the power of the chart's scale.
    pub value: i128,
    /// The same, formatted with its unit.
    pub text: String,
}
