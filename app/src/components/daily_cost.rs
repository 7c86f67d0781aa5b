//! What each day added to an invoice: bars drawn on the server, and the same as a table.

use crate::{
    chart::{ChartArea, marks::CANVAS},
    view::{daily, words},
};
use leptos::prelude::*;
use std::fmt::Write as _;

/// The days of a billing period.
#[component]
pub fn DailyCost(
    /// The days.
    cost: daily::DailyCost,
) -> impl IntoView {
    let count = cost.bars.len();
    let sentence = format!("{}: {} {}", words::DAILY_COST, words::total_of(&cost.total, count), cost.summary);
    let marks = marks(&cost.bars);
    let rows = cost
        .bars
        .iter()
        .map(|bar| {
            let so_far = bar.is_today.then(|| view! { " " <small>{words::SO_FAR}</small> });
            view! { <tr><th scope="row">{bar.day.clone()} {so_far}</th> <td>{bar.amount.clone()}</td></tr> }
        })
        .collect_view();
    view! {
        <figure class="daily" aria-label=words::DAILY_COST>
            <figcaption>
                <span class="label">{words::DAILY_COST}</span>
                " "
                <small>{cost.summary}</small>
            </figcaption>
            <ChartArea marks sentence is_bars=true/>
            <p class="axis" aria-hidden="true">
                {cost.labels.map(|label| view! { <span>{label}</span> }).collect_view()}
            </p>
            <details class="data">
                <summary>{words::AS_TABLE}</summary>
                <table>
                    <caption>{words::DAILY_COST}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::DAY}</th>
                            <th scope="col">{words::AMOUNT}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{words::TOTAL}</th>
                            <td>{cost.total}</td>
                        </tr>
                    </tfoot>
                </table>
            </details>
        </figure>
    }
}

/// Two paths of thick strokes, as in the usage charts: the days, and today's, which is not over.
fn marks(bars: &[daily::Bar]) -> String {
    let (days, mut paths) = (bars.len() as u32, [String::new(), String::new()]);
    for (at, bar) in (0..).zip(bars) {
        let (x, (y, height)) = (CANVAS.0 * (2 * at + 1) / (2 * days), bar.bar);
        let _ = write!(paths[usize::from(bar.is_today)], "M{x},{y}v{height}");
    }
    let width = CANVAS.0 * 4 / (5 * days);
    let mut marks = String::new();
    for (class, path) in ["bar", "bar today"].into_iter().zip(paths).filter(|(_, path)| !path.is_empty()) {
        let _ = write!(
            marks,
            r#"<path class="{class}" stroke="var(--UsageLine_0)" stroke-width="{width}" d="{path}"/>"#
        );
    }
    marks
}
