//! Why a bill changed: a table of what each line adds to the difference.

use super::{
    lines::is_long,
    report::{BillComparison, ComparisonPart},
    text,
};
use crate::markup::{Markup, all, figure, flag, sum_row, tag, text as words};
use leptos::prelude::*;

/// The difference to the invoice before; it opens to its parts.
#[component]
pub(super) fn ComparisonCard(comparison: BillComparison) -> impl IntoView {
    view! { <details class="card change" inner_html=inside(&comparison)></details> }
}

fn inside(comparison: &BillComparison) -> String {
    let BillComparison { sentence, difference, previous_period, .. } = comparison;
    let element = |name: &str, class: &str, content: &str| tag(name, &[("class", class)], figure(content));
    let summary = [
        element("span", "question", text::WHY_CHANGED),
        element("span", "difference", difference),
        element("span", "sentence", sentence),
        tag("small", &[], words(&text::against(previous_period))),
    ];
    let causes = [
        (text::BY_QUANTITY, &comparison.by_quantity),
        (text::BY_PRICE, &comparison.by_price),
        (text::BY_OTHER, &comparison.by_other),
    ];
    let cause = |(label, sum): (&str, &String)| {
        tag("div", &[], all(&[tag("dt", &[], words(label)), tag("dd", &[], figure(sum))]))
    };
    let causes: Vec<Markup> = causes.into_iter().filter(|(_, sum)| !sum.is_empty()).map(cause).collect();
    // One alone is the difference itself.
    let causes = match causes.len() {
        0 | 1 => Markup::default(),
        _ => tag("dl", &[("class", "causes")], all(&causes)),
    };
    let note = comparison.note.as_deref().map(|note| element("p", "note", note));
    let inside = [causes, table(comparison), note.unwrap_or_default()];
    all(&[tag("summary", &[], all(&summary)), tag("div", &[("class", "inside")], all(&inside))]).html()
}

fn table(comparison: &BillComparison) -> Markup {
    let BillComparison { difference, previous_period, previous_total, total, total_of, parts, .. } =
        comparison;
    // Without a column of prices, that of quantities says what the change says.
    let has_price = parts.iter().any(|part| !part.by_price.is_empty());
    let has_quantity = has_price && parts.iter().any(|part| !part.by_quantity.is_empty());
    let column = |is_there: bool, name: &str| match is_there {
        true => tag("th", &[("scope", "col")], words(name)),
        false => Markup::default(),
    };
    let columns = [
        column(true, text::ITEM),
        column(has_quantity, text::BY_QUANTITY),
        column(has_price, text::BY_PRICE),
        column(true, text::CHANGE),
    ];
    let parts: Vec<Markup> = parts.iter().map(|one| part(one, has_quantity, has_price)).collect();
    let span = ["1", "2", "3"][usize::from(has_quantity) + usize::from(has_price)];
    let sums = [
        sum_row("sum", span, previous_period, previous_total),
        sum_row("sum", span, text::CHANGE, difference),
        sum_row("total", span, total_of, total),
    ];
    let is_long = [previous_total, difference, total].into_iter().any(|text| is_long(text));
    let parts = [
        tag("caption", &[], words(text::WHY_CHANGED)),
        tag("thead", &[], tag("tr", &[], all(&columns))),
        tag("tbody", &[], all(&parts)),
        tag("tfoot", &[], all(&sums)),
    ];
    tag("table", &[("class", "document"), flag("data-long", is_long)], all(&parts))
}

/// A part as a row of the table.
fn part(part: &ComparisonPart, has_quantity: bool, has_price: bool) -> Markup {
    let unless_empty = |name: &str, class: &str, content: &str| match content {
        "" => Markup::default(),
        content => tag(name, &[if class.is_empty() { ("", "") } else { ("class", class) }], figure(content)),
    };
    let head = [
        words(&part.name),
        unless_empty("small", "", &part.product),
        unless_empty("small", "", &part.word),
        unless_empty("span", "detail", &part.detail),
    ];
    let cell = |is_there: bool, label: &str, content: &str| match is_there {
        true => tag("td", &[flag("data-none", content.is_empty()), ("data-label", label)], figure(content)),
        false => Markup::default(),
    };
    let cells = [
        tag("th", &[("scope", "row")], all(&head)),
        cell(has_quantity, text::BY_QUANTITY, &part.by_quantity),
        cell(has_price, text::BY_PRICE, &part.by_price),
        tag("td", &[], figure(&part.total)),
    ];
    tag("tr", &[("class", "part")], all(&cells))
}
