//! The invoices dashboard: the current period first, then past invoices; or one invoice alone.

use super::LoadError;
use crate::{
    billing::{Decimal, Invoice, InvoiceStatus, Page},
    components::{CurrentInvoice, EmptyState, ErrorState, InvoiceFilterBar, InvoiceRow},
    embed::GroupKeyNames,
    view::{
        current::Current,
        invoice::InvoiceView,
        links::{DocumentQuery, InvoiceQuery, Links},
        words,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use leptos::{either::EitherOf3, prelude::*};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the embed request said about the dashboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceOptions {
    /// Lines without usage are shown.
    pub show_zero_usage_line_items: bool,
    /// The statuses that are shown at all.
    pub statuses: Vec<InvoiceStatus>,
    /// Names for group keys and their values.
    pub group_keys: GroupKeyNames,
}

/// What the invoices page shows.
#[derive(Clone, Debug)]
pub struct InvoicesPage {
    /// The list, or one invoice.
    pub content: InvoicesContent,
    /// The present.
    pub now: DateTime<Utc>,
    /// What the embed request said.
    pub options: InvoiceOptions,
    /// The reader's addresses.
    pub links: Links,
}

/// The list, or one invoice.
#[derive(Clone, Debug)]
pub enum InvoicesContent {
    /// The list, as asked for.
    List(InvoiceQuery, Result<InvoiceList, LoadError>),
    /// One invoice; `None` when there is none of this id.
    One(Uuid, DocumentQuery, Result<Option<Box<OneInvoice>>, LoadError>),
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct InvoiceList {
    /// Newest period first.
    pub invoices: Page<Invoice>,
    /// Where drafts are heading, by their id.
    pub projected_totals: BTreeMap<Uuid, Decimal>,
}

/// One invoice and the one before it.
#[derive(Clone, Debug)]
pub struct OneInvoice {
    /// The invoice.
    pub invoice: Invoice,
    /// The one before it in the same credit type.
    pub previous: Option<Invoice>,
    /// What each day added.
    pub days: Vec<(NaiveDate, Decimal)>,
}

/// The script of this dashboard: moves between its pages without losing the place. They are links without it.
const SCRIPT: &str = include_str!("invoices.js");

/// How many rows a list has before it offers filters.
const FILTERED_FROM: usize = 10;

impl InvoicesPage {
    pub(super) fn view(self, nonce: String) -> impl IntoView {
        let Self { content, now, options, links } = self;
        let content = match content {
            InvoicesContent::List(query, Ok(found)) => {
                EitherOf3::A(list(query, found, &options, now, &links))
            }
            InvoicesContent::List(query, Err(LoadError)) => EitherOf3::B(view! {
                <header class="heading"><h1>{words::INVOICES}</h1></header>
                <ErrorState text=words::NOT_LOADED href=links.list(&query)/>
            }),
            InvoicesContent::One(id, query, one) => {
                EitherOf3::C(super::invoice::view(id, query, one, &options, now, &links))
            }
        };
        view! {
            {content}
            <form id="download" method="post" action=Links::DOWNLOAD></form>
            <p class="card state" id="offline" role="alert" hidden>{words::OFFLINE}</p>
            <script nonce=nonce inner_html=SCRIPT></script>
        }
    }
}

fn list(
    query: InvoiceQuery,
    found: InvoiceList,
    options: &InvoiceOptions,
    now: DateTime<Utc>,
    links: &Links,
) -> impl IntoView + use<> {
    let is_plain = query == InvoiceQuery::default();
    let (mut running, mut rows) = (Vec::new(), Vec::new());
    for invoice in &found.invoices.data {
        let view = InvoiceView::new(invoice, options.show_zero_usage_line_items, &options.group_keys);
        let projected = found.projected_totals.get(&invoice.id);
        let current =
            is_plain.then(|| Current::new(invoice, view.document.clone(), projected, now)).flatten();
        match current {
            Some(current) => running.push(current),
            None => rows.push(view),
        }
    }
    let next_page = found.invoices.next_page;
    let is_long = rows.len() >= FILTERED_FROM || next_page.is_some() || !is_plain;
    let filter = is_long.then(|| {
        let (query, statuses, links) = (query.clone(), options.statuses.clone(), links.clone());
        view! { <InvoiceFilterBar query statuses links/> }
    });
    let empty = rows.is_empty().then(|| match (is_plain, running.is_empty()) {
        (true, false) => view! { <EmptyState text=words::NO_PAST/> },
        (true, true) => view! { <EmptyState text=words::NO_INVOICES/> },
        (false, _) => {
            let all = Some((links.list(&InvoiceQuery::default()), words::SHOW_ALL_INVOICES));
            view! { <EmptyState text=words::NO_MATCH link=all/> }
        }
    });
    let newest = query.next_page.is_some().then(|| {
        let href = links.list(&InvoiceQuery { next_page: None, ..query.clone() });
        view! { <a class="button" href=href data-session="">{words::NEWEST}</a> }
    });
    let more = next_page.map(|next_page| {
        let href = links.list(&InvoiceQuery { next_page: Some(next_page), ..query.clone() });
        view! { <a class="button more" id="more" href=href data-session="">{words::OLDER}</a> }
    });
    let currents = running
        .into_iter()
        .map(|current| view! { <CurrentInvoice current links=links.clone()/> })
        .collect_view();
    view! {
        <header class="heading">
            <h1>{words::INVOICES}</h1>
            {newest}
        </header>
        <div class="currents">{currents}</div>
        {filter}
        {(!rows.is_empty()).then(|| table(rows, links))}
        {empty}
        {more}
    }
}

/// The rows, each year under its heading.
fn table(rows: Vec<InvoiceView>, links: &Links) -> impl IntoView + use<> {
    let mut year = None;
    let items = rows
        .into_iter()
        .map(|invoice| {
            let this = invoice.year;
            let heading = (year != Some(this)).then(|| view! { <h2 class="year">{this.to_string()}</h2> });
            year = Some(this);
            view! {
                <li data-year=this.to_string()>
                    {heading} <InvoiceRow invoice links=links.clone()/>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card invoices" aria-label=words::INVOICES>
            <div class="columns" aria-hidden="true">
                <span>{words::BILLING_PERIOD}</span>
                <span>{words::INVOICE}</span>
                <span>{words::STATUS}</span>
                <span>{words::ISSUED}</span>
                <span>{words::TOTAL}</span>
            </div>
            <ol id="invoice-list">{items}</ol>
        </section>
    }
}
