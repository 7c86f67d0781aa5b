//! Why a bill changed: a table of what each line adds to the difference.

use super::invoice_document::is_long;
use crate::view::{
    change::{Change, ChangePart},
    words,
};
use leptos::prelude::*;

/// The difference to the invoice before; it opens to its parts.
#[component]
pub fn BillChange(
    /// The difference.
    change: Change,
) -> impl IntoView {
    let [by_quantity, by_price, other] = change.sums;
    let sums = [(words::BY_QUANTITY, by_quantity), (words::BY_PRICE, by_price), (words::BY_OTHER, other)];
    let sums = sums
        .into_iter()
        .filter(|(_, sum)| !sum.is_empty())
        .map(|(label, sum)| view! { <div><dt>{label}</dt> <dd>{sum}</dd></div> })
        .collect_view();
    let is_long =
        [&change.previous_total, &change.difference, &change.total].into_iter().any(|text| is_long(text));
    view! {
        <details class="card change">
            <summary>
                <span class="question">{words::WHY_CHANGED}</span>
                <span class="difference">{change.difference.clone()}</span>
                <small>{words::against(&change.previous_period)}</small>
            </summary>
            <div class="inside">
                <dl class="causes">{sums}</dl>
                <table class="document" data-long=is_long.then_some("")>
                    <caption>{words::WHY_CHANGED}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::ITEM}</th>
                            <th scope="col">{words::BY_QUANTITY}</th>
                            <th scope="col">{words::BY_PRICE}</th>
                            <th scope="col">{words::CHANGE}</th>
                        </tr>
                    </thead>
                    <tbody>{change.parts.into_iter().map(part).collect_view()}</tbody>
                    <tfoot>
                        {sum(change.previous_period, change.previous_total)}
                        {sum(words::CHANGE.to_owned(), change.difference)}
                        <tr class="total">
                            <th scope="row" colspan="3">{words::THIS_INVOICE}</th>
                            <td>{change.total}</td>
                        </tr>
                    </tfoot>
                </table>
                {change.note.map(|note| view! { <p class="note">{note}</p> })}
            </div>
        </details>
    }
}

fn part(part: ChangePart) -> impl IntoView {
    let word = (!part.word.is_empty()).then(|| view! { " " <small>{part.word}</small> });
    let detail = (!part.detail.is_empty()).then(|| view! { <span class="detail">{part.detail}</span> });
    let cell = |label: &'static str, text: String| {
        let none = text.is_empty().then_some("");
        view! { <td data-none=none data-label=label>{text}</td> }
    };
    view! {
        <tr class="part">
            <th scope="row">{part.name} {word} {detail}</th>
            {cell(words::BY_QUANTITY, part.by_quantity)}
            {cell(words::BY_PRICE, part.by_price)}
            <td>{part.total}</td>
        </tr>
    }
}

fn sum(name: String, amount: String) -> impl IntoView {
    view! {
        <tr class="sum">
            <th scope="row" colspan="3">{name}</th>
            <td>{amount}</td>
        </tr>
    }
}
