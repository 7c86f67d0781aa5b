//! What the cards of a report and a query show: pure, and the same on the server and in the browser.

mod from_report;
mod sentence;

use super::{query::GroupSelection, report::DayMark, text};
use crate::{chart::marks::ChartKind, number::Unit};

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
