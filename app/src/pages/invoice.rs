//! One invoice alone: a document worth printing.

use super::{InvoiceOptions, LoadError, OneInvoice};
use crate::{
    billing::InvoiceStatus,
    components::{
        BillChange, DailyCost, DocumentFacts, DocumentNotes, Downloads, EmptyState, ErrorState, Folding,
        InvoiceDocument, StatusBadge,
    },
    view::{
        change::Change,
        daily,
        document::Document,
        fold,
        links::{DocumentQuery, InvoiceQuery, Links},
        words,
    },
};
use chrono::{DateTime, Utc};
use leptos::{either::EitherOf3, prelude::*};
use uuid::Uuid;

pub(super) fn view(
    id: Uuid,
    query: DocumentQuery,
    found: Result<Option<Box<OneInvoice>>, LoadError>,
    options: &InvoiceOptions,
    now: DateTime<Utc>,
    links: &Links,
) -> impl IntoView + use<> {
    let list = links.list(&InvoiceQuery::default());
    match found {
        Err(LoadError) => EitherOf3::A(view! {
            <header class="heading"><h1>{words::INVOICE}</h1></header>
            <ErrorState text=words::INVOICE_NOT_LOADED href=links.invoice(&id.to_string(), &query)/>
        }),
        Ok(None) => EitherOf3::B(view! {
            <header class="heading"><h1>{words::INVOICE}</h1></header>
            <EmptyState text=words::NO_INVOICE link=Some((list, words::ALL_INVOICES))/>
        }),
        Ok(Some(one)) => EitherOf3::C(document(*one, query, options, now, links)),
    }
}

fn document(
    one: OneInvoice,
    query: DocumentQuery,
    options: &InvoiceOptions,
    now: DateTime<Utc>,
    links: &Links,
) -> impl IntoView + use<> {
    let document = Document::new(&one.invoice, options.show_zero_usage_line_items, &options.group_keys);
    let (id, title, status) = (document.id.clone(), document.title.clone(), document.status);
    // The title of a draft says what it is.
    let badge = (status != InvoiceStatus::Draft).then(|| view! { " " <StatusBadge status/> });
    let list = links.list(&InvoiceQuery::default());
    let all_href = links.invoice(&id, &DocumentQuery { show_all: true, find: String::new() });
    let is_long = document.sections.iter().any(|section| section.groups().len() > fold::SHOWN + 1);
    let search = is_long.then(|| {
        view! {
            <form class="filter" role="search" method="get" action=Links::PATH>
                <input type="hidden" name="token" value=links.token().to_owned() data-session=""/>
                <input type="hidden" name="invoice" value=id.clone()/>
                <input
                    type="search"
                    name="find"
                    value=query.find.clone()
                    aria-label=words::FIND_VALUE
                    placeholder=words::FIND_VALUE
                    autocomplete="off"
                    spellcheck="false"
                />
                <button class="button">{words::SEARCH_BUTTON}</button>
            </form>
        }
    });
    let (facts, notes, total) = (document.facts.clone(), document.notes.clone(), document.total_text.clone());
    let change = one
        .previous
        .as_ref()
        .and_then(|previous| Change::new(previous, &one.invoice, &options.group_keys))
        .map(|change| view! { <BillChange change/> });
    let cost = daily::DailyCost::new(&one.invoice, &one.days, now.date_naive())
        .map(|cost| view! { <DailyCost cost/> });
    let folding = Folding { show_all: query.show_all, find: query.find, all_href };
    view! {
        <article class="sheet" data-invoice=id data-status=status.as_str() aria-labelledby="title">
            <header class="heading">
                <a class="back" href=list data-session="">{words::ALL_INVOICES}</a>
                <p class="actions"><Downloads id=id.clone() title=title.clone()/></p>
            </header>
            <header class="masthead">
                <div>
                    <h1 id="title">{title} {badge}</h1>
                    <DocumentFacts facts/>
                </div>
                <p class="figure">
                    <span class="label">{words::TOTAL}</span>
                    <strong>{total}</strong>
                </p>
            </header>
            {change}
            {cost}
            {search}
            <InvoiceDocument document folding/>
            <DocumentNotes notes/>
        </article>
    }
}
