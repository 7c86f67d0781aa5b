//! What is drawn of a chart: marks, axes, what is said of a day, and the rows of the table. Pure, and the same on the
//! server and in the browser.

use super::{
    cards::{Card, CardContent, UsageChart},
    text,
};
use crate::{
    chart::{
        Tip, TipLine, axis,
        marks::{ChartKind, Drawing, Mark},
        scale::{YScale, x_ticks},
        table,
    },
    day,
    markup::{Markup, adjacent, tag},
    number::ABSENT,
};

/// A card with its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnCard {
    /// The card.
    pub card: Card,
    /// Its picture; `None` where the card has no chart.
    pub picture: Option<Picture>,
}

/// The picture of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    scale: YScale,
    /// The marks from back to front.
    pub marks: Vec<Mark>,
    /// The numbers at the y axis, highest first.
    pub axis_y: Vec<String>,
    /// Five days at the x axis, oldest first, then what lines of the plot mark.
    pub axis_x: Vec<AxisLabel>,
}

/// A text at the x axis, or at the head of a line that marks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisLabel {
    /// Of what a line means, which of its sides is at the line: `start`, `middle` or `end`; none for a day.
    pub mark: Option<&'static str>,
    /// Its place as a share of the width: `50.00%`.
    pub at: String,
    /// What it says; nothing in the place of a day where fewer are marked.
    pub text: Option<String>,
}

impl DrawnCard {
    /// Draws a card.
    pub fn new(card: Card) -> Self {
        let picture = match &card.content {
            CardContent::Chart(chart) => Some(Picture::new(chart)),
            CardContent::Failed | CardContent::Hidden(_) => None,
        };
        Self { card, picture }
    }

    /// The chart, where there is one.
    pub fn chart(&self) -> Option<&UsageChart> {
        match &self.card.content {
            CardContent::Chart(chart) => Some(chart),
            CardContent::Failed | CardContent::Hidden(_) => None,
        }
    }

    /// What cannot change without the card being built anew: what it shows, and of how many parts.
    pub fn shape(&self) -> String {
        match &self.card.content {
            CardContent::Failed => format!("{}: failed", self.card.name),
            CardContent::Hidden(reason) => format!("{}: {reason}", self.card.name),
            CardContent::Chart(chart) => format!(
                "{}: {} {} {} {}",
                self.card.name,
                chart.kind as u8,
                u8::from(chart.is_bars()),
                chart.series.len(),
                // Colors too: metrics keep theirs in any order.
                chart.legend.iter().map(|item| char::from(b'0' + item.slot)).collect::<String>(),
            ),
        }
    }

    /// What is said of a day: its values, of several series only those that are not zero.
    pub fn tip(&self, day: usize) -> Tip {
        let (Some(chart), Some(picture)) = (self.chart(), &self.picture) else { return Tip::default() };
        let mut heads = vec![day::date(chart.first_day + i32::try_from(day).unwrap_or(0))];
        heads.extend(
            chart.marks.iter().filter(|(marked, _)| *marked == day).map(|(_, mark)| mark.text.clone()),
        );
        if day + 1 == chart.days() {
            heads.push(text::SO_FAR.to_owned());
        }
        let values = chart.values_of(day);
        let dot = match chart.series.as_slice() {
            [series] if chart.kind != ChartKind::Bars => series
                .values
                .get(day)
                .filter(|value| **value != ABSENT)
                .map(|value| ((1.0 - picture.scale.share(*value)) * 1000.0 + 0.5) as u32),
            _ => None,
        };
        let is_alone = values.len() == 1;
        let lines = values
            .into_iter()
            .filter(|one| is_alone || one.slot.is_none() || (one.value != 0 && one.value != ABSENT))
            .map(|value| TipLine {
                slot: value.slot.filter(|_| !is_alone),
                name: if is_alone { String::new() } else { value.name },
                text: value.text,
            })
            .collect();
        Tip { heads, lines, dot }
    }

    /// The table that says the same as the chart, newest day first, as markup.
    pub fn table(&self) -> String {
        let Some(chart) = self.chart() else { return String::new() };
        let names = chart.series.iter().map(|series| series.name.as_str());
        let sum = chart.sums.as_ref().map(|_| text::TOTAL);
        let head = table::head([text::DAY].into_iter().chain(sum).chain(names));
        let columns: Vec<Vec<String>> = chart
            .sums
            .iter()
            .chain(chart.series.iter().map(|series| &series.values))
            .map(|values| chart.unit.column(values, chart.scale))
            .collect();
        let row = |day: usize| {
            let marks =
                chart.marks.iter().filter(|(marked, _)| *marked == day).map(|(_, mark)| mark.text.as_str());
            let notes = marks.chain((day + 1 == chart.days()).then_some(text::SO_FAR));
            let values = columns.iter().map(|column| column.get(day).map_or("", String::as_str));
            table::day_row(chart.first_day + i32::try_from(day).unwrap_or(0), notes, values)
        };
        let rows: Vec<Markup> = (0..chart.days()).rev().map(row).collect();
        adjacent(&[head, tag("tbody", &[], adjacent(&rows))]).html()
    }
}

impl Picture {
    fn new(chart: &UsageChart) -> Self {
        let scale = scale_of(chart);
        // Where nothing was used, the sentence in place of the marks stands alone.
        let lines = if chart.nothing.is_some() { &[] } else { chart.marks.as_slice() };
        let boundaries: Vec<(usize, bool)> =
            lines.iter().map(|(day, mark)| (*day, mark.is_plan_change)).collect();
        let series = chart.series.iter().map(|series| (series.slot, series.values.as_slice())).collect();
        let today = chart.days().checked_sub(1);
        let marks =
            Drawing { kind: chart.kind, series, scale: &scale, boundaries: &boundaries, today }.marks();
        let mut axis_y = axis::labels(&scale, &chart.unit);
        axis_y.reverse();
        let days = chart.days();
        // Half days of the plot, and how many of them come before a day and its middle.
        let (of, before) = if chart.is_bars() { (2 * days, 0) } else { (2 * days.saturating_sub(1), 1) };
        let hundredths = |half_days: usize| 10_000 * half_days / of.max(1);
        let label = |mark, place: usize, text| AxisLabel {
            mark,
            at: format!("{}.{:02}%", place / 100, place % 100),
            text,
        };
        let mut axis_x: Vec<AxisLabel> = x_ticks(days)
            .into_iter()
            .map(|tick| {
                let at = hundredths(2 * tick.unwrap_or(0) + 1 - before);
                // A label that would be cut off ends where the plot does.
                let at = if at > 9_200 { 10_000 } else { at };
                let day = |day: usize| day::month_day(chart.first_day + i32::try_from(day).unwrap_or(0));
                label(None, at, tick.map(day))
            })
            .collect();
        // Lines that are close to each other have one label: that of a change of plan, or of the first.
        let near = 3 * days / 10;
        let is_change =
            |day: usize| lines.iter().any(|(other, mark)| mark.is_plan_change && other.abs_diff(day) < near);
        let mut free = 1;
        for (day, mark) in lines {
            if *day >= free && (mark.is_plan_change || !is_change(*day)) {
                free = day + near;
                let at = hundredths(2 * day - before);
                // Within the plot: beside it stand the numbers of the y axis.
                let side = match at {
                    ..1_200 => "start",
                    9_001.. => "end",
                    _ => "middle",
                };
                axis_x.push(label(Some(side), at, Some(mark.label.clone())));
            }
        }
        Self { scale, marks, axis_y, axis_x }
    }
}

/// The axis that holds all series, or all of them on top of each other.
fn scale_of(chart: &UsageChart) -> YScale {
    let (mut min, mut max) = (0i128, 0i128);
    for day in 0..chart.days() {
        let values = chart.series.iter().filter_map(|series| series.values.get(day).copied());
        let values = values.filter(|value| *value != ABSENT);
        if chart.kind == ChartKind::Bars {
            let (below, above): (Vec<i128>, Vec<i128>) = values.partition(|value| *value < 0);
            (min, max) = (min.min(below.iter().sum()), max.max(above.iter().sum()));
        } else {
            (min, max) = values.fold((min, max), |(min, max), value| (min.min(value), max.max(value)));
        }
    }
    let mut all = chart.series.iter().flat_map(|series| &series.values).filter(|value| **value != ABSENT);
    let is_whole = chart.unit.digits.is_none() && all.all(|value| is_whole(*value, chart.scale));
    YScale::new(min, max, chart.scale, is_whole)
}

fn is_whole(value: i128, scale: i32) -> bool {
    10i128.checked_pow(scale.max(0).unsigned_abs()).is_none_or(|power| value % power == 0)
}
