//! What each day added to an invoice: bars drawn on the server, and the same as a table.

use crate::view::{daily, words};
use leptos::prelude::*;

/// The days of a billing period.
#[component]
pub fn DailyCost(
    /// The days.
    cost: daily::DailyCost,
) -> impl IntoView {
    let count = cost.bars.len();
    let label = format!("{}: {} {}", words::DAILY_COST, words::total_of(&cost.total, count), cost.summary);
    let bars = cost
        .bars
        .iter()
        .enumerate()
        .map(|(at, bar)| {
            let (y, height) = bar.bar;
            let title = format!("{}: {}", bar.day, bar.amount);
            view! {
                <g class="day">
                    <rect class="hit" x=(at * 10).to_string() y="0" width="10" height="1000"></rect>
                    <rect x=(at * 10 + 1).to_string() y=y.to_string() width="8" height=height.to_string()></rect>
                    <title>{title}</title>
                </g>
            }
        })
        .collect_view();
    let rows = cost
        .bars
        .iter()
        .map(|bar| view! { <tr><th scope="row">{bar.day.clone()}</th> <td>{bar.amount.clone()}</td></tr> })
        .collect_view();
    view! {
        <figure class="daily">
            <figcaption>
                <span class="label">{words::DAILY_COST}</span>
                <small>{cost.summary}</small>
            </figcaption>
            <svg
                role="img"
                aria-label=label
                viewBox=format!("0 0 {} 1000", count * 10)
                preserveAspectRatio="none"
            >
                {bars}
            </svg>
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
