//! Why a bill changed: a table of what each line adds to the difference.

use super::{
    document::is_long,
    report::{BillComparison, ComparisonPart},
    text,
};
use crate::markup::{Markup, all, flag, sum_row, tag, text as words};
use leptos::prelude::*;

/// The difference to the invoice before; it opens to its parts.
#[component]
pub(super) fn ComparisonCard(comparison: BillComparison) -> impl IntoView {
    view! { <details class="card change" inner_html=inside(&comparison)></details> }
}

fn inside(comparison: &BillComparison) -> String {
    let BillComparison { difference, previous_period, .. } = comparison;
    let span = |class: &str, content: &str| tag("span", &[("class", class)], words(content));
    let against = tag("small", &[], words(&text::against(previous_period)));
    let summary = all(&[span("question", text::WHY_CHANGED), span("difference", difference), against]);
    let causes = [
        (text::BY_QUANTITY, &comparison.by_quantity),
        (text::BY_PRICE, &comparison.by_price),
        (text::BY_OTHER, &comparison.by_other),
    ];
    let cause = |(label, sum): (&str, &String)| {
        tag("div", &[], all(&[tag("dt", &[], words(label)), tag("dd", &[], words(sum))]))
    };
    let causes: Vec<Markup> = causes.into_iter().filter(|(_, sum)| !sum.is_empty()).map(cause).collect();
    let note = comparison.note.as_deref().map(|note| tag("p", &[("class", "note")], words(note)));
    let inside =
        [tag("dl", &[("class", "causes")], all(&causes)), table(comparison), note.unwrap_or_default()];
    all(&[tag("summary", &[], summary), tag("div", &[("class", "inside")], all(&inside))]).html()
}

fn table(comparison: &BillComparison) -> Markup {
    let BillComparison { difference, previous_period, previous_total, total, .. } = comparison;
    let columns = [text::ITEM, text::BY_QUANTITY, text::BY_PRICE, text::CHANGE];
    let columns = columns.map(|column| tag("th", &[("scope", "col")], words(column)));
    let parts: Vec<Markup> = comparison.parts.iter().map(part).collect();
    let sums = [
        sum_row("sum", "3", previous_period, previous_total),
        sum_row("sum", "3", text::CHANGE, difference),
        sum_row("total", "3", text::THIS_INVOICE, total),
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
fn part(part: &ComparisonPart) -> Markup {
    let unless_empty = |name: &str, class: &str, content: &str| match content {
        "" => Markup::default(),
        content => tag(name, &[if class.is_empty() { ("", "") } else { ("class", class) }], words(content)),
    };
    let head = [
        words(&part.name),
        unless_empty("small", "", &part.word),
        unless_empty("span", "detail", &part.detail),
    ];
    let cell = |label: &str, content: &str| {
        tag("td", &[flag("data-none", content.is_empty()), ("data-label", label)], words(content))
    };
    let cells = [
        tag("th", &[("scope", "row")], all(&head)),
        cell(text::BY_QUANTITY, &part.by_quantity),
        cell(text::BY_PRICE, &part.by_price),
        tag("td", &[], words(&part.total)),
    ];
    tag("tr", &[("class", "part")], all(&cells))
}
