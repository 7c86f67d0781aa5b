//! The table of an invoice: products, their charges or group values, adjustments and totals.

use crate::view::{
    document::{Document, Row, RowKind, Section},
    format, words,
};
use leptos::{either::Either, prelude::*};

/// Where the folded lines of a document are shown in full, and how they are searched.
#[derive(Clone, Debug, Default)]
pub struct Folding {
    /// Every line is shown.
    pub show_all: bool,
    /// Only group values that hold this.
    pub find: String,
    /// The address at which all are shown.
    pub all_href: String,
}

/// Whether a figure is too long for a column that does not wrap.
pub(super) fn is_long(figure: &str) -> bool {
    figure.chars().count() > 24
}

/// The lines of an invoice as a table that adds up.
#[component]
pub fn InvoiceDocument(
    /// The invoice.
    document: Document,
    /// How long sections fold.
    folding: Folding,
) -> impl IntoView {
    let caption = format!("{}, {}", words::LINE_ITEMS, document.period);
    let is_empty = document.sections.is_empty() && !document.is_damaged;
    let is_long = document.rows().any(|row| {
        [&row.quantity, &row.unit_price, &row.amount].into_iter().any(|figure| is_long(&figure.text))
    });
    let subtotal = (!document.adjustments.is_empty()).then_some(document.subtotal);
    view! {
        <table class="document" data-long=is_long.then_some("")>
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{words::ITEM}</th>
                    <th scope="col">{words::QUANTITY}</th>
                    <th scope="col">{words::UNIT_PRICE}</th>
                    <th scope="col">{words::AMOUNT} " " <small>{document.unit}</small></th>
                </tr>
            </thead>
            {document.sections.into_iter().map(|section| product(section, &folding)).collect_view()}
            {is_empty
                .then(|| {
                    view! {
                        <tbody>
                            <tr class="none">
                                <td colspan="4">{words::NO_USAGE}</td>
                            </tr>
                        </tbody>
                    }
                })}
            <tfoot>
                {subtotal.map(sum)}
                {document.adjustments.into_iter().map(sum).collect_view()}
                {sum(document.total)}
            </tfoot>
        </table>
    }
}

fn product(section: Section, folding: &Folding) -> impl IntoView + use<> {
    let folded = section.fold(folding.show_all, &folding.find);
    let key = section.group_key.map(|key| view! { " " <small>{words::by(&key)}</small> });
    let is_single = section.head.quantity != Default::default();
    let note = folded.note.map(|note| {
        let all = (!folding.all_href.is_empty()).then(|| {
            view! { " " <a href=folding.all_href.clone() data-session="">{words::show_all(folded.of)}</a> }
        });
        view! { <tr class="fold"><td colspan="4">{note} {all}</td></tr> }
    });
    view! {
        <tbody>
            <tr class="product" data-single=is_single.then_some("")>
                <th scope="row">{section.head.name.clone()} {key} {detail(&section.head)}</th>
                {figures(&section.head)}
            </tr>
            {folded.rows.iter().map(line).collect_view()}
            {folded.rest.as_ref().map(line)}
            {note}
        </tbody>
    }
}

fn line(row: &Row) -> impl IntoView + use<> {
    let class = match row.kind {
        RowKind::Group => "group",
        _ => "charge",
    };
    let is_single = row.quantity != Default::default();
    view! {
        <tr class=class data-single=is_single.then_some("")>
            <th scope="row">{row.name.clone()} {detail(row)}</th>
            {figures(row)}
        </tr>
    }
}

fn figures(row: &Row) -> impl IntoView + use<> {
    // Where rows stack, a quantity without a price beside it says what it is.
    let is_lone = !row.quantity.text.is_empty() && row.unit_price.text.is_empty();
    let label = is_lone.then_some(words::QUANTITY);
    view! {
        <td data-none=row.quantity.text.is_empty().then_some("") data-label=label>{row.quantity.text.clone()}</td>
        <td data-none=row.unit_price.text.is_empty().then_some("")>{row.unit_price.text.clone()}</td>
        <td>{row.amount.text.clone()}</td>
    }
}

fn detail(row: &Row) -> impl IntoView + use<> {
    (!row.detail.is_empty()).then(|| view! { <span class="detail">{row.detail.clone()}</span> })
}

fn sum(row: Row) -> impl IntoView {
    let class = if row.kind == RowKind::Total { "total" } else { "sum" };
    view! {
        <tr class=class>
            <th scope="row" colspan="3">{row.name}</th>
            <td>{row.amount.text}</td>
        </tr>
    }
}

/// What a reader should know of a document, under its table.
#[component]
pub fn DocumentNotes(
    /// One sentence each.
    notes: Vec<String>,
) -> impl IntoView {
    match notes.is_empty() {
        true => Either::Left(()),
        false => Either::Right(view! { <p class="note">{notes.join(" ")}</p> }),
    }
}

/// The facts of a document as label and value.
#[component]
pub fn DocumentFacts(
    /// Label and value.
    facts: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <dl class="facts">
            {facts
                .into_iter()
                .filter(|(_, value)| value != format::NONE)
                .map(|(label, value)| view! { <div><dt>{label}</dt> <dd>{value}</dd></div> })
                .collect_view()}
        </dl>
    }
}
