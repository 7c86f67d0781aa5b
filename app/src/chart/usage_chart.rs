//! One metric's card: figure, chart and the table that says the same.
//!
//! The tooltip is drawn by the page's inline script from the table's rows, so that it answers before WASM arrives.

use super::{marks, scale};
use crate::{
    billing::UsageWindow,
    view::{format, usage::UsageCard},
};
use leptos::prelude::*;
use std::fmt::Write as _;

/// A card with one chart. Redraws when the window changes.
#[component]
pub fn UsageChart(
    /// What it shows.
    card: UsageCard,
    /// Over how many days.
    window: Signal<UsageWindow>,
) -> impl IntoView {
    let card = StoredValue::new(card);
    let drawn = Memo::new(move |_| card.with_value(|card| Drawn::new(card, window.get())));
    let name = card.with_value(|card| card.name.clone());
    let full_name = name.clone();
    view! {
        <figure class="card usage-chart" data-chart="">
            <figcaption>
                <h2 title=full_name>{name}</h2>
                <p class="figure">
                    <strong>{move || card.with_value(|card| card.total(window.get()).to_owned())}</strong>
                    " "
                    <span>{move || card.with_value(|card| card.figure_note(window.get()))}</span>
                </p>
            </figcaption>
            <div class="plot">
                <div class="axis-y" aria-hidden="true" inner_html=move || drawn.with(|drawn| drawn.axis_y.clone())></div>
                <div class="area" tabindex="0" role="group" aria-label="By day: arrow keys move, Home and End jump">
                    <svg
                        viewBox="0 0 3000 1000"
                        preserveAspectRatio="none"
                        role="img"
                        aria-label=move || card.with_value(|card| card.sentence(window.get()))
                        inner_html=move || drawn.with(|drawn| drawn.marks.clone())
                    ></svg>
                    <div class="cursor" hidden><i></i></div>
                    <div class="tooltip" role="tooltip" aria-live="polite" hidden></div>
                </div>
                <div
                    class="axis-x"
                    aria-hidden="true"
                    data-days=move || window.get().days().to_string()
                    inner_html=move || drawn.with(|drawn| drawn.axis_x.clone())
                ></div>
            </div>
            <details class="data">
                <summary>"Show as table"</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Day (UTC)"</th>
                            <th scope="col">"Usage"</th>
                        </tr>
                    </thead>
                    <tbody inner_html=move || drawn.with(|drawn| drawn.rows.clone())></tbody>
                </table>
            </details>
        </figure>
    }
}

/// The parts of a chart that change with the window, as markup made of numbers and dates only.
#[derive(PartialEq)]
struct Drawn {
    marks: String,
    axis_y: String,
    axis_x: String,
    rows: String,
}

impl Drawn {
    fn new(card: &UsageCard, window: UsageWindow) -> Self {
        let (texts, first_day) = card.window(window);
        let values: Vec<f64> = texts.iter().map(|text| text.parse().unwrap_or(0.0)).collect();
        let top = scale::nice_max(values.iter().copied().fold(0.0, f64::max));
        let mut axis_y = String::new();
        for value in scale::y_ticks(top).iter().rev() {
            let _ = write!(axis_y, "<span>{}</span>", format::compact(*value));
        }
        let last = values.len().saturating_sub(1);
        let mut axis_x = String::new();
        for day in scale::x_ticks(values.len()) {
            // Where each stands is in charts.css: the content security policy allows no style attribute.
            let _ = write!(axis_x, "<span>{}</span>", format::month_day_of(first_day + day as i32));
        }
        let mut rows = String::new();
        for (day, (text, value)) in texts.iter().zip(&values).enumerate() {
            let date = format::date_of(first_day + day as i32);
            let so_far = if day == last { "<small> so far</small>" } else { "" };
            let _ = write!(
                rows,
                r#"<tr data-y="{}"><th scope="row">{date}</th><td>{}{so_far}</td></tr>"#,
                ((value / top).clamp(0.0, 1.0) * 1000.0) as u32,
                format::number(text),
            );
        }
        Self { marks: marks::line_chart(&values, top), axis_y, axis_x, rows }
    }
}
