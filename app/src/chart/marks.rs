//! Plotters draws the marks of a chart: shapes only, in ink numbers that become CSS custom properties.

use super::scale::YScale;
use plotters::prelude::*;
use std::{collections::BTreeMap, fmt::Write as _};

/// The canvas in plotters' whole coordinates: so fine that their rounding cannot be seen.
pub const CANVAS: (u32, u32) = (3000, 1000);

/// The ink of grid lines, of the line at zero where there is something below it, of the start of a billing period and
/// of a change of plan; 0 to 9 are the series.
const GRID: u8 = 100;
const ZERO: u8 = 101;
const PERIOD: u8 = 102;
const CHANGE: u8 = 103;

/// Added to the ink of a series for today's incomplete day.
const TODAY: u8 = 200;

/// How the values of a chart are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One line, with a light area to zero.
    Area,
    /// A line for each series.
    Lines,
    /// A bar a day, the series on top of each other.
    Bars,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Marks<'a> {
    /// As what.
    pub shape: Shape,
    /// For each series its color's number and one value a day, the last one today's.
    pub series: Vec<(u8, &'a [f64])>,
    /// The y axis.
    pub scale: &'a YScale,
    /// Days with which a billing period begins, and with `true` those on which the plan changes.
    pub boundaries: &'a [(usize, bool)],
}

impl Marks<'_> {
    /// The marks as SVG elements for a [`CANVAS`] view box.
    pub fn svg(&self) -> String {
        let mut svg = String::new();
        // Drawing into a string cannot fail; were it to, the figures and the table still stand.
        if self.draw(&mut svg).is_err() {
            return String::new();
        }
        ink_to_css(inner(&svg))
    }

    fn draw(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
        let root = SVGBackend::with_string(svg, CANVAS).into_drawing_area();
        let (bottom, top) = (self.scale.bottom(), self.scale.top());
        let days = self.series.first().map_or(0, |(_, values)| values.len());
        let width = if self.shape == Shape::Bars { days } else { days.saturating_sub(1) }.max(1) as f64;
        let mut chart = ChartBuilder::on(&root).build_cartesian_2d(0f64..width, bottom..top)?;
        for tick in &self.scale.ticks {
            let ink = if *tick == 0.0 && bottom < 0.0 { ZERO } else { GRID };
            chart.draw_series(LineSeries::new([(0.0, *tick), (width, *tick)], RGBColor(0, 0, ink)))?;
        }
        for (day, is_change) in self.boundaries {
            // A bar stands on its day, a point of a line in its middle: the day begins half a step before.
            let x = *day as f64 - if self.shape == Shape::Bars { 0.0 } else { 0.5 };
            let ink = RGBColor(0, 0, if *is_change { CHANGE } else { PERIOD });
            if x > 0.0 {
                chart.draw_series(LineSeries::new([(x, bottom), (x, top)], ink))?;
            }
        }
        if self.shape == Shape::Bars {
            for (ink, from, to) in self.bars() {
                chart.draw_series([Rectangle::new([from, to], RGBColor(0, 0, ink).filled())])?;
            }
        } else {
            for (slot, values) in &self.series {
                let points: Vec<(f64, f64)> =
                    values.iter().enumerate().map(|(day, value)| (day as f64, *value)).collect();
                if self.shape == Shape::Area {
                    let area = AreaSeries::new(points.iter().copied(), 0.0, RGBColor(0, 0, *slot).mix(0.08));
                    chart.draw_series(area)?;
                }
                let (complete, today) = points.split_at(points.len().saturating_sub(1));
                chart.draw_series(LineSeries::new(complete.iter().copied(), RGBColor(0, 0, *slot)))?;
                if let (Some(yesterday), Some(today)) = (complete.last(), today.first()) {
                    chart.draw_series(LineSeries::new([*yesterday, *today], RGBColor(0, 0, TODAY + slot)))?;
                }
            }
        }
        root.present()?;
        Ok(())
    }

    /// Bars as corners on the chart: positive values upward from zero, negative ones downward, in the series' order.
    fn bars(&self) -> Vec<Bar> {
        let days = self.series.first().map_or(0, |(_, values)| values.len());
        let mut stacks = vec![(0.0, 0.0); days];
        let mut bars = Vec::new();
        for (slot, values) in &self.series {
            for (day, (value, (above, below))) in values.iter().zip(&mut stacks).enumerate() {
                if *value == 0.0 {
                    continue;
                }
                let foot = if *value > 0.0 { above } else { below };
                let (from, to) = (*foot, *foot + value);
                *foot = to;
                let ink = if day + 1 == days { TODAY + slot } else { *slot };
                bars.push((ink, (day as f64 + 0.14, from), (day as f64 + 0.86, to)));
            }
        }
        bars
    }
}

/// A bar's ink and two of its corners.
type Bar = (u8, (f64, f64), (f64, f64));

/// What stands between plotters' outer `<svg …>` and `</svg>`.
fn inner(svg: &str) -> &str {
    let start = svg.find('>').map_or(0, |at| at + 1);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    svg.get(start..end).unwrap_or_default().trim()
}

/// Ink numbers become custom properties, so that a theme recolors a chart without drawing it again. Polylines become
/// paths, which say the same in fewer bytes; all lines of the grid are one path, all of a kind of boundary one, and all
/// bars of a series one of thick strokes: every element costs at each change of window.
fn ink_to_css(marks: &str) -> String {
    let mut out = String::with_capacity(marks.len());
    let mut ruled: BTreeMap<u8, String> = BTreeMap::new();
    let mut bars: BTreeMap<u8, (u32, String)> = BTreeMap::new();
    for element in marks.split('<').filter(|element| !element.trim().is_empty()) {
        let attribute = |name: &str| {
            let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
            element[start..].split('"').next()
        };
        let ink = |name: &str| u8::from_str_radix(attribute(name)?.get(5..7)?, 16).ok();
        if element.starts_with("rect") {
            let side = |name: &str| attribute(name).and_then(|side| side.parse::<u32>().ok()).unwrap_or(0);
            let (x, y, width, height) = (side("x"), side("y"), side("width"), side("height"));
            let (widest, bar) = bars.entry(ink("fill").unwrap_or(0)).or_default();
            *widest = width.max(*widest);
            let _ = write!(bar, "M{},{y}v{height}", x + width / 2);
            continue;
        }
        let Some(points) = attribute("points") else { continue };
        let path = format!("M{}", points.trim().replace(' ', "L"));
        let is_area = attribute("fill").is_some_and(|fill| fill != "none");
        let _ = match ink(if is_area { "fill" } else { "stroke" }).unwrap_or(0) {
            n @ GRID..=CHANGE => write!(ruled.entry(n).or_default(), "{path}"),
            n if is_area => write!(out, r#"<path class="area" fill="var(--UsageLine_{n})" d="{path}Z"/>"#),
            n if n >= TODAY => {
                let n = n - TODAY;
                write!(out, r#"<path class="line today" stroke="var(--UsageLine_{n})" d="{path}"/>"#)
            }
            n => write!(out, r#"<path class="line" stroke="var(--UsageLine_{n})" d="{path}"/>"#),
        };
    }
    // Below what is drawn over them.
    let mut under = String::new();
    for (ink, path) in ruled {
        let class = match ink {
            GRID => "grid",
            ZERO => "grid zero",
            PERIOD => "boundary",
            _ => "boundary change",
        };
        let _ = write!(under, r#"<path class="{class}" d="{path}"/>"#);
    }
    out.insert_str(0, &under);
    for (ink, (width, path)) in bars {
        let (class, n) = if ink >= TODAY { ("bar today", ink - TODAY) } else { ("bar", ink) };
        let _ = write!(
            out,
            r#"<path class="{class}" stroke="var(--UsageLine_{n})" stroke-width="{width}" d="{path}"/>"#
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(shape: Shape, series: &[&[f64]], boundaries: &[(usize, bool)]) -> String {
        let all = || series.iter().flat_map(|values| values.iter().copied());
        let scale = YScale::new(all().fold(0.0, f64::min), all().fold(0.0, f64::max), false);
        let series = (0..).zip(series).map(|(slot, values)| (slot, *values)).collect();
        Marks { shape, series, scale: &scale, boundaries }.svg()
    }

    #[test]
    fn one_series_has_five_grid_lines_in_one_path_an_area_a_line_and_today() {
        let svg = svg(Shape::Area, &[&[1.0, 4.0, 2.0]], &[]);
        for (class, count) in [("grid", 1), ("area", 1), ("line", 1), ("line today", 1), ("bar", 0)] {
            assert_eq!(svg.matches(&format!("class=\"{class}\"")).count(), count, "{class}: {svg}");
        }
        let grid = svg.split('"').find(|text| text.starts_with("M0,999L2999,999")).unwrap_or_default();
        assert_eq!(grid.matches('M').count(), 5, "{svg}");
        assert!(!svg.contains('#'), "no literal color: {svg}");
    }

    #[test]
    fn marks_stand_where_the_numbers_say() {
        let svg = svg(Shape::Area, &[&[0.0, 4.0, 2.0]], &[]);
        assert!(svg.contains("d=\"M0,999L1499,0\""), "{svg}");
        assert!(svg.contains("d=\"M1499,0L2999,499\"") || svg.contains("d=\"M1499,0L2999,500\""), "{svg}");
    }

    #[test]
    fn bars_stack_in_the_order_of_the_series_and_negative_ones_hang() {
        let marks = |series: &[&[f64]]| {
            let scale = YScale::new(-4.0, 4.0, false);
            let series = (0..).zip(series).map(|(slot, values)| (slot, *values)).collect();
            Marks { shape: Shape::Bars, series, scale: &scale, boundaries: &[] }.bars()
        };
        let found: Vec<_> = marks(&[&[1.0, 2.0], &[-1.0, 0.0], &[2.0, 1.0]])
            .into_iter()
            .map(|(ink, (_, from), (_, to))| (ink, from, to))
            .collect();
        assert_eq!(found, [(0, 0.0, 1.0), (200, 0.0, 2.0), (1, 0.0, -1.0), (2, 1.0, 3.0), (202, 2.0, 3.0)]);
        let drawn = svg(Shape::Bars, &[&[1.0, 2.0], &[3.0, 1.0]], &[]);
        assert_eq!(drawn.matches("class=\"bar\"").count(), 2, "{drawn}");
        assert_eq!(drawn.matches("class=\"bar today\"").count(), 2, "{drawn}");
    }

    #[test]
    fn boundaries_are_drawn_where_their_day_begins() {
        let drawn = svg(Shape::Area, &[&[1.0; 11]], &[(0, false), (5, false), (7, true)]);
        assert_eq!(drawn.matches("class=\"boundary\"").count(), 1, "the first day has none: {drawn}");
        assert!(drawn.contains("class=\"boundary\" d=\"M1349,"), "{drawn}");
        assert!(drawn.contains("class=\"boundary change\" d=\"M1949,"), "{drawn}");
    }

    #[test]
    fn nothing_to_draw_is_no_error() {
        for shape in [Shape::Area, Shape::Lines, Shape::Bars] {
            assert!(svg(shape, &[], &[]).contains("grid"));
            assert!(svg(shape, &[&[]], &[]).contains("grid"));
            assert!(svg(shape, &[&[0.0]], &[]).contains("grid"));
            assert!(svg(shape, &[&[1e15]], &[]).contains("grid"));
        }
    }
}
