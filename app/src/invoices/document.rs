//! One invoice alone: a document worth printing; and its table, which an opened row shows too.

use super::{
    comparison::ComparisonCard,
    daily_cost::DailyChart,
    dashboard::{Dashboard, HEADING},
    filter::SearchForm,
    link::Link,
    query::{DocumentQuery, InvoicesQuery},
    report::{Document, Fact, InvoiceReport, InvoiceStatus, Line, Section, Sum},
    row::badge,
    text,
};
use crate::markup::{IN_PLACE, Markup, all, flag, sum_row, tag, text as words};
use leptos::prelude::*;
use std::sync::Arc;

/// The invoice as it was asked for.
#[component]
pub(super) fn DocumentView(
    dashboard: Dashboard,
    report: Arc<InvoiceReport>,
    query: DocumentQuery,
) -> impl IntoView {
    let InvoiceReport { document, comparison, daily_cost, line_by_day } = (*report).clone();
    let whole = DocumentQuery { line: String::new(), ..query.clone() };
    // Where the days of the line are not known, those of all stand in their place.
    let shown = if line_by_day.is_some() { query.clone() } else { whole.clone() };
    let by_day = line_by_day.or(daily_cost);
    let by_day = by_day.map(|by_day| view! { <DailyChart dashboard by_day query=shown/> });
    let (id, title, status) = (document.id.clone(), document.title.clone(), document.status);
    let of = InvoicesQuery::Document(query);
    let search = document.is_searchable.then(|| view! { <SearchForm dashboard of/> });
    let (notes, related) = (document.notes.clone(), document.related.clone());
    view! {
        <article class="sheet" data-invoice=id data-status=status.as_str() aria-labelledby=HEADING>
            <header class="heading">
                <Link dashboard to=InvoicesQuery::default() words=text::ALL_INVOICES class="back"/>
                <p class="actions"><Related dashboard related/> <Downloads id=id.clone() title/></p>
            </header>
            <header class="masthead" inner_html=masthead(&document)></header>
            {comparison.map(|comparison| view! { <ComparisonCard comparison/> })}
            {by_day}
            {search}
            <DocumentTable dashboard document of=whole/>
            <DocumentNotes notes/>
        </article>
    }
}

/// Title, facts and total.
fn masthead(document: &Document) -> String {
    // The title of a draft says what it is.
    let badge =
        if document.status == InvoiceStatus::Draft { Markup::default() } else { badge(document.status) };
    let fact = |fact: &Fact| {
        let parts = [tag("dt", &[], words(&fact.label)), tag("dd", &[], words(&fact.value))];
        tag("div", &[], all(&parts))
    };
    let facts: Vec<Markup> = document.facts.iter().map(fact).collect();
    let heading = [("id", HEADING), ("tabindex", "-1")];
    let left = [
        tag("h1", &heading, all(&[words(&document.title), badge])),
        tag("dl", &[("class", "facts")], all(&facts)),
    ];
    let total =
        [tag("span", &[("class", "label")], words(text::TOTAL)), tag("strong", &[], words(&document.total))];
    all(&[tag("div", &[], all(&left)), tag("p", &[("class", "figure")], all(&total))]).html()
}

#[cfg(feature = "hydrate")]
impl Document {
    /// How much of long sections is shown, for those who do not see it change.
    pub(super) fn fold_notes(&self) -> String {
        self.sections.iter().filter_map(|section| section.note.as_deref()).collect::<Vec<_>>().join(". ")
    }
}

/// Whether a figure is too long for a column that does not wrap.
pub(super) fn is_long(figure: &str) -> bool {
    figure.chars().count() > 24
}

/// The id of the link to a line's days: it keeps the focus on the way back.
pub(super) fn line_id(invoice: &str, line: &str) -> String {
    format!("{invoice}/{line}")
}

/// The lines of an invoice as a table that adds up.
#[component]
pub(super) fn DocumentTable(
    dashboard: Dashboard,
    document: Document,
    /// The page that the table is on, where it is that of the invoice.
    #[prop(optional)]
    of: DocumentQuery,
) -> impl IntoView {
    let of = DocumentQuery { id: document.id.clone(), ..of };
    let caption = format!("{}, {}", text::LINE_ITEMS, document.period);
    let figures =
        |line: &Line| [&line.quantity, &line.unit_price, &line.amount].into_iter().any(|one| is_long(one));
    let lines = |section: &Section| figures(&section.head) || section.lines.iter().any(figures);
    let is_long = document.sections.iter().any(lines) || document.sums.iter().any(|sum| is_long(&sum.amount));
    let sections = document.sections.iter().map(|section| {
        let note = section.note.clone().map(|note| {
            let all = DocumentQuery { id: document.id.clone(), show_all: true, ..DocumentQuery::default() };
            let to = InvoicesQuery::Document(all);
            view! {
                <tbody class="fold">
                    <tr>
                        <td colspan="4">
                            {note} " "
                            <Link dashboard to words=text::show_all(section.of)/>
                        </td>
                    </tr>
                </tbody>
            }
        });
        let (section, of) = (section.clone(), of.clone());
        let rows = dashboard.linked(Box::new(move |token: &str| rows(&section, &of, token)));
        view! { <tbody inner_html=rows></tbody> {note} }
    });
    let sections = sections.collect_view();
    let none = (document.sections.is_empty() && !document.is_damaged).then(|| {
        let cell = tag("td", &[("colspan", "4")], words(text::NO_USAGE));
        let row = tag("tr", &[("class", "none")], cell);
        view! { <tbody inner_html=row.html()></tbody> }
    });
    let unit = all(&[words(text::AMOUNT), tag("small", &[], words(&document.unit))]);
    let columns = [words(text::ITEM), words(text::QUANTITY), words(text::UNIT_PRICE), unit];
    let columns = columns.map(|column| tag("th", &[("scope", "col")], column));
    let kind = |sum: &Sum| match (sum.is_total, sum.amount.starts_with('\u{2212}')) {
        (true, _) => "total",
        (false, true) => "sum credit",
        (false, false) => "sum",
    };
    let sum = |sum: &Sum| sum_row(kind(sum), "3", &sum.name, &sum.amount);
    let sums: Vec<Markup> = document.sums.iter().map(sum).collect();
    view! {
        <table class="document" data-long=is_long.then_some("")>
            <caption>{caption}</caption>
            <thead inner_html=tag("tr", &[], all(&columns)).html()></thead>
            {sections}
            {none}
            <tfoot inner_html=all(&sums).html()></tfoot>
        </table>
    }
}

/// A product and its lines as rows of the table. Links lead to the days of a line on the page `of` its invoice.
fn rows(section: &Section, of: &DocumentQuery, token: &str) -> String {
    let link = |days: &Fact, quantity: &str| {
        let label = format!("{quantity}, {}", days.label);
        let (attribute, says) = match quantity {
            "" => (("class", "detail"), days.label.as_str()),
            quantity => (("aria-label", label.as_str()), quantity),
        };
        let id = line_id(&of.id, &days.value);
        let href =
            InvoicesQuery::Document(DocumentQuery { line: days.value.clone(), ..of.clone() }).href(token);
        tag("a", &[attribute, ("id", &id), ("href", &href), IN_PLACE], words(says))
    };
    let key = section.group_key.as_deref().map(|key| tag("small", &[], words(&text::by(key))));
    let name = all(&[words(&section.head.name), key.unwrap_or_default()]);
    let mut rows = vec![row("product", name, &section.head, &link)];
    rows.extend(section.lines.iter().map(|line| {
        let class = if line.is_group { "group" } else { "charge" };
        row(class, words(&line.name), line, &link)
    }));
    all(&rows).html()
}

fn row(class: &str, name: Markup, line: &Line, link: &dyn Fn(&Fact, &str) -> Markup) -> Markup {
    let Line { detail, quantity, exact, unit_price, amount, days, .. } = line;
    let detail = match detail.as_str() {
        "" => Markup::default(),
        detail => tag("span", &[("class", "detail")], words(detail)),
    };
    // Where rows stack, a quantity without a price beside it says what it is.
    let is_lone = !quantity.is_empty() && unit_price.is_empty();
    let label = if is_lone { ("data-label", text::QUANTITY) } else { ("", "") };
    // A quantity leads to its days; where there is none, as of a product by region, its charges do below the name.
    let links: Vec<Markup> = days.iter().map(|days| link(days, quantity)).collect();
    let (below, linked) =
        if quantity.is_empty() { (all(&links), None) } else { (Markup::default(), links.first()) };
    let quantity_cell = linked.cloned().unwrap_or_else(|| words(quantity));
    let exact = exact.as_deref().map_or(("", ""), |exact| ("title", exact));
    let cells = [
        tag("th", &[("scope", "row")], all(&[name, detail, below])),
        tag("td", &[flag("data-none", quantity.is_empty()), label, exact], quantity_cell),
        tag("td", &[flag("data-none", unit_price.is_empty())], words(unit_price)),
        tag("td", &[], words(amount)),
    ];
    tag("tr", &[("class", class), flag("data-single", !quantity.is_empty())], all(&cells))
}

/// What a reader should know of a document, under its table.
#[component]
pub(super) fn DocumentNotes(notes: Vec<String>) -> impl IntoView {
    (!notes.is_empty()).then(|| view! { <p class="note">{notes.join(" ")}</p> })
}

/// Links to the invoices that it replaces, or that replace it.
#[component]
pub(super) fn Related(dashboard: Dashboard, related: Vec<Fact>) -> impl IntoView {
    related
        .into_iter()
        .map(|Fact { label, value }| {
            view! { <Link dashboard to=InvoicesQuery::document(&value) words=label class="button"/> }
        })
        .collect_view()
}

/// The buttons that download an invoice: they belong to the page's one form.
#[component]
pub(super) fn Downloads(
    /// The invoice.
    id: String,
    /// Its name, for those who hear the button without its row.
    title: String,
) -> impl IntoView {
    [("pdf", text::DOWNLOAD_PDF), ("csv", text::DOWNLOAD_CSV)]
        .into_iter()
        .map(|(format, word)| {
            let label = format!("{word}, {title}");
            view! {
                <button class="button" form="download" name=format value=id.clone() aria-label=label>
                    {word}
                </button>
            }
        })
        .collect_view()
}
