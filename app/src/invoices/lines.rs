//! The lines of an invoice as a table that adds up, what to know of them, and what to do with the invoice: on its page
//! and in an opened row of the list.

use super::{
    link::link,
    query::{DocumentQuery, InvoicesQuery},
    report::{Document, Fact, Line, Section, Sum},
    text,
};
use crate::markup::{Markup, all, figure, flag, sum_row, tag, text as words};

/// Whether a figure is too long for a column that is as wide in every table.
pub(super) fn is_long(figure: &str) -> bool {
    figure.len() > 14
}

/// The id of the link to a line's days: it keeps the focus on the way back.
pub(super) fn line_id(invoice: &str, line: &str) -> String {
    format!("{invoice}/{line}")
}

/// The lines of an invoice as a table that adds up, on the page `of` that invoice.
pub(super) fn table(document: &Document, of: &DocumentQuery, token: &str) -> Markup {
    let figures =
        |line: &Line| [&line.quantity, &line.unit_price, &line.amount].into_iter().any(|one| is_long(one));
    let lines = |section: &Section| figures(&section.head) || section.lines.iter().any(figures);
    let is_long = document.sections.iter().any(lines) || document.sums.iter().any(|sum| is_long(&sum.amount));
    let unit = all(&[words(text::AMOUNT), tag("small", &[], words(&document.unit))]);
    let columns = [words(text::ITEM), words(text::QUANTITY), words(text::UNIT_PRICE), unit];
    let columns = columns.map(|column| tag("th", &[("scope", "col")], column));
    let mut parts = vec![
        tag("caption", &[], words(&format!("{}, {}", text::LINE_ITEMS, document.period))),
        tag("thead", &[], tag("tr", &[], all(&columns))),
    ];
    for section in &document.sections {
        parts.push(tag("tbody", &[], rows(section, of, token)));
        if let Some(note) = &section.note {
            let whole = DocumentQuery { id: of.id.clone(), show_all: true, ..DocumentQuery::default() };
            let to = InvoicesQuery::Document(whole);
            let link = link(&to, token, [("", ""); 2], words(&text::show_all(section.of)));
            let cell = tag("td", &[("colspan", "4")], all(&[words(note), link]));
            parts.push(tag("tbody", &[("class", "fold")], tag("tr", &[], cell)));
        }
    }
    if document.sections.is_empty() && !document.is_damaged {
        let cell = tag("td", &[("colspan", "4")], words(text::NO_USAGE));
        parts.push(tag("tbody", &[], tag("tr", &[("class", "none")], cell)));
    }
    let kind = |sum: &Sum| match (sum.is_total, sum.amount.starts_with('\u{2212}')) {
        (true, _) => "total",
        (false, true) => "sum credit",
        (false, false) => "sum",
    };
    let sum = |sum: &Sum| sum_row(kind(sum), "3", &sum.name, &sum.amount);
    let sums: Vec<Markup> = document.sums.iter().map(sum).collect();
    parts.push(tag("tfoot", &[], all(&sums)));
    tag("table", &[("class", "document"), flag("data-long", is_long)], all(&parts))
}

/// A product and its lines as rows of the table. Links lead to the days of a line on the page `of` its invoice.
fn rows(section: &Section, of: &DocumentQuery, token: &str) -> Markup {
    let to_days = |days: &Fact, quantity: &str| {
        let label = format!("{quantity}, {}", days.label);
        let (attribute, says) = match quantity {
            "" => (("class", "detail"), days.label.as_str()),
            quantity => (("aria-label", label.as_str()), quantity),
        };
        let id = line_id(&of.id, &days.value);
        let to = InvoicesQuery::Document(DocumentQuery { line: days.value.clone(), ..of.clone() });
        link(&to, token, [attribute, ("id", &id)], figure(says))
    };
    // A name may say it already.
    let key =
        section.group_key.as_deref().map(text::by).filter(|by| !section.head.name.ends_with(by.as_str()));
    let key = key.map(|by| tag("small", &[], words(&by)));
    let name = all(&[words(&section.head.name), key.unwrap_or_default()]);
    let mut rows = vec![row("product", name, &section.head, &to_days)];
    rows.extend(section.lines.iter().map(|line| {
        let class = if line.is_group { "group" } else { "charge" };
        row(class, words(&line.name), line, &to_days)
    }));
    all(&rows)
}

fn row(class: &str, name: Markup, line: &Line, to_days: &dyn Fn(&Fact, &str) -> Markup) -> Markup {
    let Line { detail, quantity, exact, unit_price, amount, days, .. } = line;
    let detail = match detail.as_str() {
        "" => Markup::default(),
        detail => tag("span", &[("class", "detail")], figure(detail)),
    };
    // Where rows stack, a quantity without a price beside it says what it is.
    let is_lone = !quantity.is_empty() && unit_price.is_empty();
    let label = if is_lone { ("data-label", text::QUANTITY) } else { ("", "") };
    // A quantity leads to its days; where there is none, as of a product by region, its charges do below the name.
    let links: Vec<Markup> = days.iter().map(|days| to_days(days, quantity)).collect();
    let (below, linked) =
        if quantity.is_empty() { (all(&links), None) } else { (Markup::default(), links.first()) };
    let quantity_cell = linked.cloned().unwrap_or_else(|| figure(quantity));
    let exact = exact.as_deref().map_or(("", ""), |exact| ("title", exact));
    let cells = [
        tag("th", &[("scope", "row")], all(&[name, detail, below])),
        tag("td", &[flag("data-none", quantity.is_empty()), label, exact], quantity_cell),
        tag("td", &[flag("data-none", unit_price.is_empty())], figure(unit_price)),
        tag("td", &[], figure(amount)),
    ];
    tag("tr", &[("class", class), flag("data-single", !quantity.is_empty())], all(&cells))
}

/// What a reader should know of a document, under its table.
pub(super) fn notes(document: &Document) -> Markup {
    match document.notes.join(" ").as_str() {
        "" => Markup::default(),
        notes => tag("p", &[("class", "note")], words(notes)),
    }
}

/// Links to the invoices that it replaces, or that replace it; then the buttons that download it, which belong to the
/// page's one form.
pub(super) fn actions(document: &Document, token: &str) -> Vec<Markup> {
    let related = document.related.iter().map(|Fact { label, value }| {
        link(&InvoicesQuery::document(value), token, [("class", "button"), ("", "")], words(label))
    });
    let downloads = [("pdf", text::DOWNLOAD_PDF), ("csv", text::DOWNLOAD_CSV)].map(|(format, word)| {
        // Its name, for those who hear the button without its row.
        let label = format!("{word}, {}", document.title);
        let button = [
            ("class", "button"),
            ("form", "download"),
            ("name", format),
            ("value", &document.id),
            ("aria-label", &label),
        ];
        tag("button", &button, words(word))
    });
    related.chain(downloads).collect()
}
