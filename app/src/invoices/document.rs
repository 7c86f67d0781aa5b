//! The page of one invoice, which also prints.

use super::{
    comparison::ComparisonCard,
    daily_cost::DailyChart,
    filter::SearchForm,
    lines::{actions, notes, table},
    link::link,
    query::{DocumentQuery, InvoicesQuery},
    report::{Document, Fact, InvoiceReport},
    row::badge,
    state::{Dashboard, HEADING},
    status::InvoiceStatus,
    text,
};
use crate::markup::{Markup, all, figure, tag, text as words};
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
    let (id, status) = (document.id.clone(), document.status);
    let search = document.is_searchable.then(|| {
        let of = InvoicesQuery::Document(query);
        view! { <SearchForm dashboard of/> }
    });
    let token = dashboard.link_now();
    let back =
        link(&InvoicesQuery::default(), &token, [("class", "back"), ("", "")], words(text::ALL_INVOICES));
    let actions = tag("p", &[("class", "actions")], all(&actions(&document, &token)));
    let lines = all(&[table(&document, &whole, &token), notes(&document)]);
    view! {
        <article class="sheet" data-invoice=id data-status=status.as_str() aria-labelledby=HEADING>
            <header class="heading" inner_html=all(&[back, actions]).html()></header>
            <header class="masthead" inner_html=masthead(&document)></header>
            {comparison.map(|comparison| view! { <ComparisonCard comparison/> })}
            {by_day}
            {search}
            <div inner_html=lines.html()></div>
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
        [tag("span", &[("class", "label")], words(text::TOTAL)), tag("strong", &[], figure(&document.total))];
    all(&[tag("div", &[], all(&left)), tag("p", &[("class", "figure")], all(&total))]).html()
}

#[cfg(feature = "hydrate")]
impl Document {
    /// How much of long sections is shown, for those who do not see it change.
    pub(super) fn fold_notes(&self) -> String {
        self.sections.iter().filter_map(|section| section.note.as_deref()).collect::<Vec<_>>().join(". ")
    }
}
