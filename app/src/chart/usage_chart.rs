//! One metric's chart: picture, axes, legend and the table that says the same.
//!
//! The tooltip is drawn by the page's inline script from the table's rows.

use super::{
    ChartArea,
    marks::{Marks, Shape},
    scale::{self, YScale},
};
use crate::view::{
    axis, format,
    usage::{LegendItem, UsageCard},
    usage_words,
};
use leptos::prelude::*;
use std::fmt::Write as _;

/// Everything within a card but its name: what changes with the window.
#[component]
pub fn UsageChart(
    /// What it shows.
    card: UsageCard,
) -> impl IntoView {
    let Drawn { marks, axis_y, axis_x, head, rows, is_bars } = Drawn::new(&card);
    let UsageCard { name, figure, figure_note, facts, sentence, legend, hint, nothing, .. } = card;
    let is_long = figure.len() > 16;
    let figures = view! {
        <p class="figure" data-long=is_long.then_some("")><strong>{figure}</strong> " " <span>{figure_note}</span></p>
        <p class="comparison">{facts}</p>
    };
    view! {
        <figcaption>{figures}</figcaption>
        <div class="plot">
            <div class="axis-y" aria-hidden="true" inner_html=axis_y></div>
            <ChartArea marks sentence is_bars nothing/>
            <svg class="axis-x" aria-hidden="true" inner_html=axis_x></svg>
        </div>
        {(!legend.is_empty()).then(|| view! { <Legend metric=name items=legend/> })}
        {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
        <details class="data">
            <summary>{usage_words::SHOW_TABLE}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=usage_words::TABLE>
                <table>
                    <thead inner_html=head></thead>
                    <tbody inner_html=rows></tbody>
                </table>
            </div>
        </details>
    }
}

/// The groups, largest first; each is a link that shows it alone.
#[component]
fn Legend(metric: String, items: Vec<LegendItem>) -> impl IntoView {
    let entry = move |item: LegendItem| {
        let LegendItem { slot, name, total, share, href, is_current } = item;
        let key = format!("only={metric}: {name}");
        let fill = format!("var(--UsageLine_{slot})");
        let inside = view! {
            <svg class="swatch" viewBox="0 0 8 8" aria-hidden="true"><rect width="8" height="8" rx="2" fill=fill></rect></svg>
            <span class="name" title=name.clone()>{name.clone()}</span>
            " "
            <span class="total">{total}</span>
            {share.map(|share| view! { " " <span class="share">{share}</span> })}
        };
        let title = if is_current { usage_words::SHOW_ALL } else { usage_words::SHOW_ALONE };
        view! {
            <li><a href=href title=title data-session="" data-choice=key aria-current=is_current.then_some("true")>{inside}</a></li>
        }
    };
    let has_current = items.iter().any(|item| item.is_current);
    view! { <ol class="legend" data-alone=has_current.then_some("")>{items.into_iter().map(entry).collect_view()}</ol> }
}

/// The parts of a chart that are made of numbers, dates and names, as markup.
struct Drawn {
    marks: String,
    axis_y: String,
    axis_x: String,
    head: String,
    rows: String,
    is_bars: bool,
}

impl Drawn {
    fn new(card: &UsageCard) -> Self {
        let shape = match (card.is_stacked, card.series.len()) {
            (true, _) => Shape::Bars,
            (false, 1) => Shape::Area,
            (false, _) => Shape::Lines,
        };
        let is_bars = shape == Shape::Bars;
        let days = card.series.first().map_or(0, |series| series.values.len());
        let scale = scale_of(card, days);
        let boundaries: Vec<(usize, bool)> =
            card.marks.iter().map(|(day, is_change, _)| (*day, *is_change)).collect();
        let series = card.series.iter().map(|series| (series.slot, series.values.as_slice())).collect();
        let mut axis_y = String::new();
        for label in axis::labels(&scale.ticks, &card.unit).iter().rev() {
            let _ = write!(axis_y, "<span>{label}</span>");
        }
        let mut axis_x = String::new();
        for (place, day) in scale::x_ticks(days).into_iter().enumerate() {
            // In an attribute of SVG: the content security policy allows no style attribute.
            let (at, of) = if is_bars { (2 * day + 1, 2 * days) } else { (day, days.saturating_sub(1)) };
            let anchor = if place == 4 { "end" } else { "middle" };
            let x = if place == 4 { 100.0 } else { 100.0 * at as f64 / of.max(1) as f64 };
            let label = format::month_day_of(card.first_day + day as i32);
            let _ = write!(axis_x, r#"<text x="{x:.2}%" y="15" text-anchor="{anchor}">{label}</text>"#);
        }
        Self {
            marks: Marks { shape, series, scale: &scale, boundaries: &boundaries }.svg(),
            axis_y,
            axis_x,
            head: head(card),
            rows: rows(card, &scale, days),
            is_bars,
        }
    }
}

/// The axis that holds all series, or all of them on top of each other.
fn scale_of(card: &UsageCard, days: usize) -> YScale {
    let (mut min, mut max) = (0f64, 0f64);
    for day in 0..days {
        let values = card.series.iter().filter_map(|series| series.values.get(day).copied());
        if card.is_stacked {
            let (below, above): (Vec<f64>, Vec<f64>) = values.partition(|value| *value < 0.0);
            (min, max) = (min.min(below.iter().sum()), max.max(above.iter().sum()));
        } else {
            (min, max) = values.fold((min, max), |(min, max), value| (min.min(value), max.max(value)));
        }
    }
    if min == 0.0 && max == 0.0 {
        return YScale { ticks: vec![0.0, card.unit.divisor] };
    }
    // An axis in cents shows whole dollars only by chance.
    let is_whole = card.unit.divisor == 1.0
        && card.series.iter().flat_map(|series| &series.values).all(|value| value.fract() == 0.0);
    YScale::new(min, max, is_whole)
}

fn head(card: &UsageCard) -> String {
    let mut head = format!(r#"<tr><th scope="col">{}</th>"#, usage_words::DAY);
    for series in &card.series {
        let _ = write!(head, r#"<th scope="col" data-slot="{}">{}</th>"#, series.slot, escaped(&series.name));
    }
    if card.sums.is_some() {
        let _ = write!(head, r#"<th scope="col">{}</th>"#, usage_words::TOTAL);
    }
    head + "</tr>"
}

fn rows(card: &UsageCard, scale: &YScale, days: usize) -> String {
    let mut rows = String::new();
    for day in 0..days {
        rows.push_str("<tr");
        if let [series] = card.series.as_slice() {
            let _ = write!(rows, r#" data-y="{}""#, scale.thousandths(series.values[day]));
        }
        let _ = write!(rows, r#"><th scope="row">{}"#, format::date_of(card.first_day + day as i32));
        for (_, _, mark) in card.marks.iter().filter(|(marked, ..)| *marked == day) {
            let _ = write!(rows, " <small>{}</small>", escaped(mark));
        }
        if day + 1 == days {
            let _ = write!(rows, " <small>{}</small>", usage_words::SO_FAR);
        }
        rows.push_str("</th>");
        for text in card.series.iter().map(|series| &series.texts).chain(&card.sums) {
            let _ = write!(rows, "<td>{}</td>", escaped(text.get(day).map_or("", String::as_str)));
        }
        rows.push_str("</tr>");
    }
    rows
}

/// Names come from events and plans: as text they must not become markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
