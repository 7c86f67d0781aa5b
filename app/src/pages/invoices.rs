//! The invoices dashboard: the current draft first, then past invoices.

use super::LoadError;
use crate::{
    billing::{Invoice, Page},
    components::{CurrentInvoice, EmptyState, ErrorState, InvoiceRow, MoreInvoices},
    view::invoice::InvoiceView,
};
use chrono::{DateTime, Utc};
use leptos::{either::Either, prelude::*};

/// What the embed request said about the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InvoiceOptions {
    /// Lines without usage are shown.
    pub show_zero_usage_line_items: bool,
}

/// What the invoices page shows.
#[derive(Clone, Debug)]
pub struct InvoicesPage {
    /// Newest period first.
    pub invoices: Result<Page<Invoice>, LoadError>,
    /// The present.
    pub now: DateTime<Utc>,
    /// What the embed request said.
    pub options: InvoiceOptions,
    /// This page with its token, to which `&next_page=…` is appended.
    pub base_href: String,
}

impl InvoicesPage {
    pub(super) fn view(self) -> impl IntoView {
        let page = self;
        let content = match page.invoices {
            Err(LoadError) => {
                Either::Left(view! { <ErrorState text="Invoices could not be loaded." href=page.base_href/> })
            }
            Ok(invoices) => Either::Right(list(invoices, page.options, page.now, page.base_href)),
        };
        view! {
            <header class="heading"><h1>"Invoices"</h1></header>
            {content}
        }
    }
}

fn list(
    invoices: Page<Invoice>,
    options: InvoiceOptions,
    now: DateTime<Utc>,
    base_href: String,
) -> impl IntoView {
    let mut views: Vec<InvoiceView> = invoices
        .data
        .iter()
        .map(|invoice| InvoiceView::new(invoice, options.show_zero_usage_line_items, now))
        .collect();
    let current = views.iter().position(|invoice| invoice.progress.is_some()).map(|at| views.remove(at));
    let more = invoices.next_page.map(|next_page| {
        let href = format!("{base_href}&next_page={next_page}");
        view! { <MoreInvoices href next_page/> }
    });
    let has_current = current.is_some();
    let past = match (views.is_empty() && more.is_none(), has_current) {
        (false, _) => Either::Left(view! {
            <section class="card invoices" aria-label="Invoices">
                <div class="columns" aria-hidden="true">
                    <span>"Billing period"</span>
                    <span>"Invoice"</span>
                    <span>"Status"</span>
                    <span>"Issued"</span>
                    <span>"Total"</span>
                </div>
                <ol id="invoice-list">
                    {views.into_iter().map(|invoice| view! { <InvoiceRow invoice/> }).collect_view()}
                </ol>
            </section>
        }),
        (true, true) => Either::Right(view! {
            <EmptyState text="No past invoices yet. The first one appears when the current billing period has ended."/>
        }),
        (true, false) => Either::Right(view! {
            <EmptyState text="No invoices yet. The first one appears when a billing period starts."/>
        }),
    };
    view! {
        {current.map(|invoice| view! { <CurrentInvoice invoice/> })}
        {past}
        {more}
    }
}

/// The rows of a further page alone, as the server sends them to a page that is already open. The last row carries
/// `data-next`, the cursor of the page after.
#[component]
pub fn InvoiceRows(
    /// The rows.
    invoices: Page<Invoice>,
    /// What the embed request said.
    options: InvoiceOptions,
    /// The present.
    now: DateTime<Utc>,
) -> impl IntoView {
    let next = invoices.next_page;
    let rows = invoices
        .data
        .iter()
        .map(|invoice| InvoiceView::new(invoice, options.show_zero_usage_line_items, now))
        .map(|invoice| view! { <InvoiceRow invoice/> })
        .collect_view();
    view! {
        {rows}
        {next.map(|next| view! { <li hidden data-next=next></li> })}
    }
}
