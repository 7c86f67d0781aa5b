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
    /// Place and day at the x axis, oldest first; no day where fewer are marked.
    pub axis_x: [(String, Option<String>); 5],
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
            chart.marks.iter().filter(|(marked, ..)| *marked == day).map(|(_, _, mark)| mark.clone()),
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
        let head = table::head([text::DAY].into_iter().chain(names).chain(sum));
        let columns: Vec<Vec<String>> = chart
            .series
            .iter()
            .map(|series| &series.values)
            .chain(&chart.sums)
            .map(|values| chart.unit.column(values, chart.scale))
            .collect();
        let row = |day: usize| {
            let marks =
                chart.marks.iter().filter(|(marked, ..)| *marked == day).map(|(_, _, mark)| mark.as_str());
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
        let boundaries: Vec<(usize, bool)> =
            chart.marks.iter().map(|(day, is_change, _)| (*day, *is_change)).collect();
        let series = chart.series.iter().map(|series| (series.slot, series.values.as_slice())).collect();
        let today = chart.days().checked_sub(1);
        let marks =
            Drawing { kind: chart.kind, series, scale: &scale, boundaries: &boundaries, today }.marks();
        let mut axis_y = axis::labels(&scale, &chart.unit);
        axis_y.reverse();
        let days = chart.days();
        let axis_x = x_ticks(days).map(|tick| {
            let day = tick.unwrap_or(0);
            let (at, of) =
                if chart.is_bars() { (2 * day + 1, 2 * days) } else { (day, days.saturating_sub(1)) };
            let hundredths = 10_000 * at / of.max(1);
            // A label that would be cut off ends where the plot does.
            let hundredths = if hundredths > 9_200 { 10_000 } else { hundredths };
            let label = tick.map(|day| day::month_day(chart.first_day + i32::try_from(day).unwrap_or(0)));
            (format!("{}.{:02}%", hundredths / 100, hundredths % 100), label)
        });
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
