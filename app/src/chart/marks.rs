//! Plotters draws the marks of a chart: shapes only, in ink numbers that become CSS custom properties.

use plotters::prelude::*;
use std::fmt::Write as _;

/// The canvas in plotters' whole coordinates: so fine that their rounding cannot be seen.
pub const CANVAS: (u32, u32) = (3000, 1000);

/// The ink of grid lines; 0 to 9 are the series.
const GRID: u8 = 100;

/// The ink of today's incomplete day.
const TODAY: u8 = 200;

/// Grid, area, line and today's dashed segment as SVG elements for a [`CANVAS`] view box.
///
/// `values` is one number a day, the last one today's; `top` is the top of the y axis.
pub fn line_chart(values: &[f64], top: f64) -> String {
    let mut svg = String::new();
    // Drawing into a string cannot fail; were it to, the figures and the table still stand.
    if draw(&mut svg, values, top).is_err() {
        return String::new();
    }
    ink_to_css(inner(&svg))
}

fn draw(svg: &mut String, values: &[f64], top: f64) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, CANVAS).into_drawing_area();
    let last = values.len().saturating_sub(1).max(1) as f64;
    let mut chart = ChartBuilder::on(&root).build_cartesian_2d(0f64..last, 0f64..top)?;
    for step in 0..=4 {
        let y = top * f64::from(step) / 4.0;
        chart.draw_series(LineSeries::new([(0.0, y), (last, y)], RGBColor(0, 0, GRID)))?;
    }
    let points: Vec<(f64, f64)> =
        values.iter().enumerate().map(|(day, value)| (day as f64, *value)).collect();
    chart.draw_series(AreaSeries::new(points.iter().copied(), 0.0, RGBColor(0, 0, 0).mix(0.08)))?;
    let (complete, today) = points.split_at(points.len().saturating_sub(1));
    chart.draw_series(LineSeries::new(complete.iter().copied(), RGBColor(0, 0, 0)))?;
    if let (Some(yesterday), Some(today)) = (complete.last(), today.first()) {
        chart.draw_series(LineSeries::new([*yesterday, *today], RGBColor(0, 0, TODAY)))?;
    }
    root.present()?;
    Ok(())
}

/// What stands between plotters' outer `<svg …>` and `</svg>`.
fn inner(svg: &str) -> &str {
    let start = svg.find('>').map_or(0, |at| at + 1);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    svg.get(start..end).unwrap_or_default().trim()
}

/// Ink numbers become custom properties, so that a theme recolors a chart without drawing it again. Polylines become
/// paths, which say the same in fewer bytes; today's segment is dashed by its class.
fn ink_to_css(marks: &str) -> String {
    let mut out = String::with_capacity(marks.len());
    for element in marks.split('<').filter(|element| !element.trim().is_empty()) {
        let attribute = |name: &str| {
            let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
            element[start..].split('"').next()
        };
        let Some(points) = attribute("points") else { continue };
        let fill = attribute("fill").unwrap_or("none");
        let (ink, is_area) = if fill == "none" { (attribute("stroke"), false) } else { (Some(fill), true) };
        let ink = ink.and_then(|ink| u8::from_str_radix(ink.get(5..7)?, 16).ok()).unwrap_or(0);
        let path = format!("M{}", points.trim().replace(' ', "L"));
        let _ = match (ink, is_area) {
            (GRID, _) => write!(out, r#"<path class="grid" d="{path}"/>"#),
            (TODAY, _) => write!(out, r#"<path class="line today" stroke="var(--UsageLine_0)" d="{path}"/>"#),
            (n, true) => write!(out, r#"<path class="area" fill="var(--UsageLine_{n})" d="{path}Z"/>"#),
            (n, false) => write!(out, r#"<path class="line" stroke="var(--UsageLine_{n})" d="{path}"/>"#),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_five_grid_lines_an_area_a_line_and_today() {
        let svg = line_chart(&[1.0, 3.0, 2.0], 4.0);
        assert_eq!(svg.matches("class=\"grid\"").count(), 5, "{svg}");
        assert_eq!(svg.matches("class=\"area\"").count(), 1, "{svg}");
        assert_eq!(svg.matches("class=\"line\"").count(), 1, "{svg}");
        assert_eq!(svg.matches("class=\"line today\"").count(), 1, "{svg}");
        assert!(!svg.contains('#'), "no literal color: {svg}");
    }

    #[test]
    fn marks_stand_where_the_numbers_say() {
        let svg = line_chart(&[0.0, 4.0, 2.0], 4.0);
        assert!(svg.contains("d=\"M0,999L1499,0\""), "{svg}");
        assert!(svg.contains("d=\"M1499,0L2999,499\"") || svg.contains("d=\"M1499,0L2999,500\""), "{svg}");
    }

    #[test]
    fn nothing_to_draw_is_no_error() {
        assert!(line_chart(&[], 1.0).contains("grid"));
        assert!(line_chart(&[0.0], 1.0).contains("grid"));
    }
}
