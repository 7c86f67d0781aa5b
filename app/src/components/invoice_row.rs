//! An invoice in the list: a row that opens to its document in place, without any script.

use super::{DocumentNotes, InvoiceDocument, StatusBadge, invoice_document::Folding};
use crate::view::{
    document::Document,
    invoice::InvoiceView,
    links::{DocumentQuery, Links},
    words,
};
use leptos::prelude::*;

/// One invoice of the list.
#[component]
pub fn InvoiceRow(
    /// The invoice.
    invoice: InvoiceView,
    /// The reader's addresses.
    links: Links,
) -> impl IntoView {
    let under_period = invoice.under_period();
    let (id, status) = (invoice.id.clone(), invoice.status);
    view! {
        <details class="invoice" data-invoice=id data-status=status.as_str()>
            <summary>
                <span class="period">{invoice.period} <small>{under_period}</small></span>
                <span class="number">{invoice.number}</span>
                <span class="status"><StatusBadge status/></span>
                <span class="issued">{invoice.issued}</span>
                <span class="amount">{invoice.total}</span>
            </summary>
            <InvoiceInside document=invoice.document links/>
        </details>
    }
}

/// What an opened row shows: the table, what to know, and what to do with the invoice.
#[component]
pub fn InvoiceInside(
    /// The invoice.
    document: Document,
    /// The reader's addresses.
    links: Links,
) -> impl IntoView {
    let (id, notes, title) = (document.id.clone(), document.notes.clone(), document.title.clone());
    let href = links.invoice(&id, &DocumentQuery::default());
    let all_href = links.invoice(&id, &DocumentQuery { show_all: true, find: String::new() });
    let folding = Folding { all_href, ..Folding::default() };
    view! {
        <div class="inside">
            <InvoiceDocument document folding/>
            <DocumentNotes notes/>
            <p class="actions">
                <a class="button" href=href data-session="">{words::OPEN_INVOICE}</a>
                <Downloads id title/>
            </p>
        </div>
    }
}

/// The buttons that download an invoice. They belong to the page's one form, whose body carries the session
/// token, so that it stands in no address.
#[component]
pub fn Downloads(
    /// The invoice.
    id: String,
    /// Its name, for those who hear the button without its row.
    title: String,
) -> impl IntoView {
    let button = |format: &'static str, word: &'static str| {
        let label = format!("{word}, {title}");
        view! {
            <button class="button" form="download" name=format value=id.clone() aria-label=label>
                {word}
            </button>
        }
    };
    view! {
        {button("pdf", words::DOWNLOAD_PDF)}
        {button("csv", words::DOWNLOAD_CSV)}
    }
}
