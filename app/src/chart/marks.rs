//! Plotters draws the marks of a chart: shapes as the data of paths, one path for all that looks alike.

use super::{
    backend::{CANVAS, PathBackend},
    scale::YScale,
};
use crate::number::ABSENT;
use plotters::{coord::types::RangedCoordf64, element::DynElement, prelude::*};
use std::{cell::RefCell, ops::Range, rc::Rc};

/// How the values of a chart are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// One line, with a light area to zero.
    Area,
    /// A line for each series.
    Lines,
    /// A bar a day, the series on top of each other.
    Bars,
}

/// A chart to draw: its kind, series and axis.
#[derive(Clone, Debug)]
pub struct Drawing<'a> {
    /// As what.
    pub kind: ChartKind,
    /// For each series its color's number and one value a day, the last one today's. Where one is absent, there is a gap.
    pub series: Vec<(u8, &'a [i128])>,
    /// The y axis.
    pub scale: &'a YScale,
    /// Days with which a billing period begins, and with `true` those on which the plan changes.
    pub boundaries: &'a [(usize, bool)],
    /// The day that is not over: its bar is drawn lighter.
    pub today: Option<usize>,
}

/// All that looks alike in a chart, for a view box of [`super::CANVAS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The class that CSS draws it by.
    pub class: &'static str,
    /// The color's number of a series; `None` for lines of the chart itself.
    pub slot: Option<u8>,
    /// How wide its strokes are, for bars.
    pub width: Option<i32>,
    /// The data of the path; empty where there is nothing of the kind.
    pub path: String,
}

/// The space between bars on top of each other, as a share of the plot's height: of 168 px one.
const GAP: f64 = 0.006;

/// A point of the chart: days to the right, the axis's numbers upward.
type Point = (f64, f64);

impl Drawing<'_> {
    /// The marks from back to front. How many there are and of which class depends on the kind and the number of series
    /// alone, so that a change of window changes nothing but paths.
    pub fn marks(&self) -> Vec<Mark> {
        let (bottom, top) = (self.scale.bottom() as f64, self.scale.top() as f64);
        let right = self.right();
        let level = |tick: &i128| [(0.0, *tick as f64), (right, *tick as f64)];
        let is_zero = |tick: &&i128| **tick == 0 && bottom < 0.0;
        let ticks = || self.scale.ticks.iter();
        let upright = |is_change: bool| {
            let days = self.boundaries.iter().filter(move |(_, change)| *change == is_change);
            // A bar stands on its day, a point of a line in its middle: the day begins half a step before.
            let begins = days.map(|(day, _)| *day as f64 - if self.is_bars() { 0.0 } else { 0.5 });
            begins.filter(|x| *x > 0.0).map(|x| [(x, bottom), (x, top)]).collect::<Vec<_>>()
        };
        let mut marks = vec![
            rule("grid", self.lines(ticks().filter(|tick| !is_zero(tick)).map(level).collect())),
            rule("grid zero", self.lines(ticks().filter(is_zero).map(level).collect())),
            rule("boundary", self.lines(upright(false))),
            rule("boundary change", self.lines(upright(true))),
        ];
        if self.is_bars() {
            marks.extend(self.bars());
        } else {
            marks.extend(self.series.iter().flat_map(|(slot, values)| self.curve(*slot, values)));
        }
        marks
    }

    fn is_bars(&self) -> bool {
        self.kind == ChartKind::Bars
    }

    fn days(&self) -> usize {
        self.series.first().map_or(0, |(_, values)| values.len())
    }

    /// Where the plot ends: bars have a width, points of a line none.
    fn right(&self) -> f64 {
        let days = self.days();
        (if self.is_bars() { days } else { days.saturating_sub(1) }).max(1) as f64
    }

    /// The area, the line of the days that are over, the one to today, and a dot for each day that stands alone; lines are
    /// interrupted where values are absent.
    fn curve(&self, slot: u8, values: &[i128]) -> Vec<Mark> {
        let runs = runs(values);
        let today = values.len().saturating_sub(1);
        let points = |days: Range<usize>| -> Vec<Point> {
            let mut points: Vec<Point> =
                days.map(|day| (day as f64, self.scale.place(values[day]))).collect();
            // A day alone is a level from edge to edge.
            if let ([(_, value)], 1) = (&points[..], values.len()) {
                points.push((self.right(), *value));
            }
            points
        };
        let mark = |class, path| Mark { class, slot: Some(slot), width: None, path };
        let mut marks = Vec::new();
        if self.kind == ChartKind::Area {
            // The first of its shapes is the area, the second a border.
            let areas = runs.iter().flat_map(|run| AreaSeries::new(points(run.clone()), 0.0, BLACK).take(1));
            marks.push(mark("area", self.path(areas)));
        }
        let over = runs.iter().map(|run| points(run.start..run.end.min(today)));
        marks.push(mark("line", self.lines(over.collect())));
        let last = runs.last().filter(|run| run.end > today);
        let last = last.map(|run| points(run.start.max(today.saturating_sub(1))..run.end));
        marks.push(mark("line today", self.lines(last.into_iter().collect())));
        // A point alone draws no line; one from it to itself has round ends, and they are the dot.
        let alone = runs.iter().map(|run| points(run.clone())).filter(|points| points.len() == 1);
        marks.push(mark("dot", self.lines(alone.map(|points| points.repeat(2)).collect())));
        marks
    }

    /// Two paths a series: its days, and today's, which is not over. Positive values stand on top of each other from
    /// zero, negative ones hang, in the series' order; a gap of a pixel keeps them apart without color.
    fn bars(&self) -> Vec<Mark> {
        let gap = (self.scale.top() - self.scale.bottom()) as f64 * GAP;
        let days = self.days();
        let mut stacks = vec![(0i128, 0i128); days];
        let mut marks = Vec::new();
        for (slot, values) in &self.series {
            let mut bars: [Vec<[Point; 2]>; 2] = Default::default();
            for (day, (value, (above, below))) in values.iter().zip(&mut stacks).enumerate() {
                if *value == 0 || *value == ABSENT {
                    continue;
                }
                let foot = if *value > 0 { above } else { below };
                let (from, to) = (*foot, foot.saturating_add(*value));
                *foot = to;
                let x = day as f64;
                let (mut start, end) = (self.scale.place(from), self.scale.place(to));
                // What is hardly higher than the gap stays as high as it is.
                if from != 0 && (end - start).abs() > 3.0 * gap {
                    start += gap.copysign(end - start);
                }
                let corners = [(x + 0.14, start), (x + 0.86, end)];
                bars[usize::from(self.today == Some(day))].push(corners);
            }
            for (class, bars) in ["bar", "bar today"].into_iter().zip(bars) {
                let bars = bars.into_iter().map(|corners| Rectangle::new(corners, BLACK.filled()).into_dyn());
                let path = self.path(bars);
                let width = (f64::from(CANVAS.0) * 0.72 / self.right()) as i32;
                marks.push(Mark { class, slot: Some(*slot), width: Some(width), path });
            }
        }
        marks
    }

    fn lines<P: IntoIterator<Item = Point>>(&self, lines: Vec<P>) -> String {
        self.path(lines.into_iter().flat_map(|line| LineSeries::new(line, BLACK)))
    }

    /// The data of one path: what is drawn on a plot of its own. Drawing into a text cannot fail; were it to, the
    /// figures and the table still stand.
    fn path(&self, shapes: impl Iterator<Item = DynElement<'static, PathBackend, Point>>) -> String {
        let backend = Rc::new(RefCell::new(PathBackend::default()));
        let (width, height) = (CANVAS.0.cast_signed() - 1, CANVAS.1.cast_signed() - 1);
        let (bottom, top) = (self.scale.bottom() as f64, self.scale.top() as f64);
        // Not by way of plotters' chart builder: its margins, meshes and labels weigh 5 kB and are not drawn.
        let coordinates = Coordinates::new(0f64..self.right(), bottom..top, (0..width, height..0));
        let plot = DrawingArea::from(&backend).apply_coord_spec(coordinates);
        for shape in shapes {
            let _ = plot.draw(&shape);
        }
        backend.take().path
    }
}

type Coordinates = Cartesian2d<RangedCoordf64, RangedCoordf64>;

/// The stretches of days that have a value.
fn runs(values: &[i128]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for day in (0..values.len()).filter(|day| values[*day] != ABSENT) {
        match runs.last_mut().filter(|run| run.end == day) {
            Some(run) => run.end += 1,
            None => runs.push(day..day + 1),
        }
    }
    runs
}

fn rule(class: &'static str, path: String) -> Mark {
    Mark { class, slot: None, width: None, path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(kind: ChartKind, series: &[&[i128]], boundaries: &[(usize, bool)]) -> Vec<Mark> {
        let all = || series.iter().flat_map(|values| values.iter().copied());
        let scale = YScale::new(all().min().unwrap_or(0), all().max().unwrap_or(0), 0, false);
        let today = series.first().and_then(|values| values.len().checked_sub(1));
        let series = (0..).zip(series).map(|(slot, values)| (slot, *values)).collect();
        Drawing { kind, series, scale: &scale, boundaries, today }.marks()
    }

    fn path<'a>(marks: &'a [Mark], class: &str) -> &'a str {
        marks.iter().find(|mark| mark.class == class).map_or("", |mark| &mark.path)
    }

    #[test]
    fn one_series_has_a_grid_an_area_a_line_and_today() {
        let marks = marks(ChartKind::Area, &[&[1, 4, 2]], &[]);
        let classes: Vec<_> = marks.iter().map(|mark| mark.class).collect();
        let expected =
            ["grid", "grid zero", "boundary", "boundary change", "area", "line", "line today", "dot"];
        assert_eq!(classes, expected);
        let grid = path(&marks, "grid");
        assert!(grid.starts_with("M0,999l2999,0"), "{grid}");
        assert_eq!(grid.matches('M').count(), 5, "{grid}");
        let area = path(&marks, "area");
        assert!(area.ends_with('Z') && area.matches('M').count() == 1, "{area}");
    }

    #[test]
    fn a_day_alone_is_a_level_from_edge_to_edge() {
        let marks = marks(ChartKind::Area, &[&[4]], &[(0, false)]);
        assert_eq!((path(&marks, "line today"), path(&marks, "dot")), ("M0,0l2999,0", ""));
        assert!(path(&marks, "area").starts_with("M0,"), "{marks:?}");
        assert_eq!(path(&marks, "boundary"), "");
    }

    #[test]
    fn marks_stand_where_the_numbers_say() {
        let marks = marks(ChartKind::Area, &[&[0, 4, 2]], &[]);
        assert_eq!(path(&marks, "line"), "M0,999l1499,-999");
        let today = path(&marks, "line today");
        assert!(["M1499,0l1500,499", "M1499,0l1500,500"].contains(&today), "{today}");
    }

    #[test]
    fn an_absent_value_is_a_gap() {
        assert_eq!(runs(&[ABSENT, 1, 2, ABSENT, 0, ABSENT]), [1..3, 4..5]);
        let drawn = |values: &[i128]| {
            let scale = YScale::new(0, 4, 0, false);
            let series = vec![(0, values)];
            Drawing { kind: ChartKind::Area, series, scale: &scale, boundaries: &[], today: None }.marks()
        };
        let count = |marks: &[Mark], class| path(marks, class).matches('M').count();
        let marks = drawn(&[4, 4, ABSENT, 2, ABSENT, 4, 4]);
        assert_eq!([count(&marks, "area"), count(&marks, "line"), count(&marks, "line today")], [3, 3, 1]);
        // The day alone is a dot in its place, 3 of 6.
        let dot = path(&marks, "dot");
        assert!(dot.starts_with("M1499,") && dot.ends_with("l0,0") && count(&marks, "dot") == 1, "{dot}");
        let first = drawn(&[ABSENT, ABSENT, 3]);
        assert!(path(&first, "dot").starts_with("M2999,"), "a first day is one too: {first:?}");
        let ended = drawn(&[4, 4, 4, ABSENT, ABSENT]);
        assert_eq!((count(&ended, "line"), path(&ended, "line today"), path(&ended, "dot")), (1, "", ""));
        assert!(drawn(&[ABSENT; 3])[4..].iter().all(|mark| mark.path.is_empty()));
    }

    #[test]
    fn bars_stack_in_the_order_of_the_series_and_negative_ones_hang() {
        // An axis from -4 to 4: zero is in the middle, a unit is an eighth of 999.
        let marks = marks(ChartKind::Bars, &[&[1, 2], &[-1, 0], &[3, 1], &[-3, -3]], &[]);
        let bars: Vec<_> =
            marks[4..].iter().map(|mark| (mark.class, mark.slot, mark.path.as_str())).collect();
        let height = |path: &str| path.split('v').nth(1).and_then(|height| height.parse::<i32>().ok());
        assert_eq!(bars.len(), 8);
        assert_eq!(bars[3], ("bar today", Some(1), ""));
        assert!(bars[4].2.starts_with("M749,0"), "the third series ends at the top: {bars:?}");
        assert!(height(bars[4].2) > height(bars[0].2), "{bars:?}");
        assert!(marks[4].width.is_some_and(|width| width > 1_000));
    }

    #[test]
    fn bars_on_top_of_each_other_are_kept_apart_where_there_is_room() {
        // An axis from 0 to 1000, on which a unit is a unit of the canvas; the gap is 6 of them.
        let marks = marks(ChartKind::Bars, &[&[500, 1000], &[490, 0], &[10, 0]], &[]);
        let bars = marks.iter().filter(|mark| mark.class == "bar");
        let spans = bars.map(|mark| {
            let (start, height) = mark.path.split_once('v').unwrap_or_default();
            let start: i32 = start.rsplit(',').next().and_then(|y| y.parse().ok()).unwrap_or(-1);
            let (height, _) =
                height.split_once(|letter: char| letter.is_ascii_alphabetic()).unwrap_or((height, ""));
            let end = start + height.parse::<i32>().unwrap_or(0);
            (start.min(end), start.max(end))
        });
        let spans: Vec<_> = spans.collect();
        assert_eq!(spans.len(), 3);
        let between = [spans[0].0 - spans[1].1, spans[1].0 - spans[2].1];
        assert!((5..=7).contains(&between[0]) && (-1..=1).contains(&between[1]), "{spans:?}");
    }

    #[test]
    fn boundaries_are_drawn_where_their_day_begins() {
        let marks = marks(ChartKind::Area, &[&[1; 11]], &[(0, false), (5, false), (7, true)]);
        let period = path(&marks, "boundary");
        assert!(
            period.starts_with("M1349,") && period.matches('M').count() == 1,
            "the first day has none: {period}"
        );
        assert!(path(&marks, "boundary change").starts_with("M1949,"));
    }

    #[test]
    fn nothing_to_draw_is_no_error() {
        for kind in [ChartKind::Area, ChartKind::Lines, ChartKind::Bars] {
            for series in [&[][..], &[&[][..]], &[&[0]], &[&[1_000_000_000_000_000]]] {
                assert!(!path(&marks(kind, series, &[]), "grid").is_empty(), "{kind:?} {series:?}");
            }
        }
    }
}
