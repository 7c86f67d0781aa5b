//! The list: the periods that run now, then past invoices, each year under its heading.

use super::{
    current::CurrentCard,
    filter::FilterBar,
    link::Link,
    nothing::NothingHere,
    query::{InvoicesQuery, ListQuery},
    report::{InvoiceRow, InvoicesReport},
    row::Row,
    state::{Dashboard, HEADING},
    text,
};
use crate::{
    components::EmptyState,
    fresh::Fresh,
    markup::{all, tag, text as words},
};
use leptos::{either::EitherOf3, prelude::*};

/// How many rows a list has before it offers filters.
const FILTERED_FROM: usize = 10;

/// The list as it was asked for.
#[component]
pub(super) fn ListView(dashboard: Dashboard, report: InvoicesReport, query: ListQuery) -> impl IntoView {
    let InvoicesReport { current, rows, next_page, statuses, ended } = report;
    let is_plain = query == ListQuery::default();
    let has_filter = rows.len() >= FILTERED_FROM || next_page.is_some() || !is_plain;
    let filter = has_filter.then(|| view! { <FilterBar dashboard query=query.clone() statuses/> });
    let newest = query.next_page.is_some().then(|| {
        let to = InvoicesQuery::List(ListQuery { next_page: None, ..query.clone() });
        view! { <Link dashboard to words=text::NEWEST class="button"/> }
    });
    let has_current = !current.is_empty();
    let has_ended = ended.is_some();
    // Rows are added below; what is above them stays as it is.
    let list = move || {
        let (rows, next_page) = dashboard.list();
        let more = next_page.map(|next_page| {
            let to = InvoicesQuery::List(ListQuery { next_page: Some(next_page), ..query.clone() });
            view! { <Link dashboard to words=text::OLDER class="button more" id="more".to_owned() adds=true/> }
        });
        let list = if !rows.is_empty() {
            EitherOf3::A(view! { <Rows dashboard rows/> })
        } else if is_plain {
            let sentence = match (has_current, has_ended) {
                (true, _) => text::NO_PAST,
                (false, true) => text::NOTHING,
                (false, false) => text::NO_INVOICES,
            };
            EitherOf3::B(view! { <EmptyState text=sentence/> })
        } else {
            let (words, link) = (text::no_match(query.status), text::SHOW_ALL_INVOICES);
            EitherOf3::C(view! { <NothingHere dashboard words link/> })
        };
        Fresh((list, more))
    };
    let currents =
        current.into_iter().map(|current| view! { <CurrentCard dashboard current/> }).collect_view();
    view! {
        <header class="heading">
            <div>
                <h1 id=HEADING tabindex="-1">{text::INVOICES}</h1>
                {ended.map(|ended| view! { <p class="ended">{ended}</p> })}
            </div>
            {newest}
        </header>
        <div class="currents">{currents}</div>
        {filter}
        {list}
    }
}

#[component]
fn Rows(dashboard: Dashboard, rows: Vec<InvoiceRow>) -> impl IntoView {
    let mut year = None;
    let items = rows
        .into_iter()
        .map(|row| {
            let is_first = year.replace(row.year) != Some(row.year);
            let heading = is_first.then(|| view! { <h2 class="year">{row.year.to_string()}</h2> });
            view! { <li>{heading} <Row dashboard row/></li> }
        })
        .collect_view();
    let columns = [text::BILLING_PERIOD, text::INVOICE, text::STATUS, text::ISSUED, text::TOTAL];
    let columns = columns.map(|column| tag("span", &[], words(column)));
    view! {
        <section class="card invoices" aria-label=text::INVOICES>
            <div class="columns" aria-hidden="true" inner_html=all(&columns).html()></div>
            <ol id="invoice-list">{items}</ol>
        </section>
    }
}
