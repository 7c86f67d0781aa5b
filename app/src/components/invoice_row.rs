//! An invoice in the list, and the current one above it. Both open in place, without any script.

use super::{InvoiceDocument, StatusBadge};
use crate::view::{format, invoice::InvoiceView};
use leptos::prelude::*;

/// One invoice of the list: a row that opens to its document.
#[component]
pub fn InvoiceRow(
    /// The invoice.
    invoice: InvoiceView,
) -> impl IntoView {
    let under_period = match (invoice.number.as_str(), invoice.issued.as_str()) {
        (format::NONE, format::NONE) => String::new(),
        (number, issued) => format!("{number} · {issued}"),
    };
    let (id, status) = (invoice.id.clone(), invoice.status.as_str());
    view! {
        <li>
            <details class="invoice" data-invoice=id data-status=status>
                <summary>
                    <span class="period">{invoice.period.clone()} <small>{under_period}</small></span>
                    <span class="number">{invoice.number.clone()}</span>
                    <span class="status"><StatusBadge status=invoice.status word=invoice.status_word/></span>
                    <span class="issued">{invoice.issued.clone()}</span>
                    <span class="amount">{invoice.total.clone()}</span>
                </summary>
                <InvoiceDocument invoice/>
            </details>
        </li>
    }
}

/// The draft of the period that runs now: the total so far, and how far the period has gone.
#[component]
pub fn CurrentInvoice(
    /// The draft.
    invoice: InvoiceView,
) -> impl IntoView {
    let progress = invoice.progress.clone().map(|progress| {
        let text = format!("Day {} of {}", progress.day, progress.of);
        view! {
            <div
                class="progress"
                role="progressbar"
                aria-label="Billing period"
                aria-valuemin="0"
                aria-valuemax=progress.of.to_string()
                aria-valuenow=progress.day.to_string()
                aria-valuetext=format!("{text}, {}", progress.left.to_lowercase())
            >
                <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=(progress.day * 100 / progress.of.max(1)).to_string() height="1"></rect>
                </svg>
            </div>
            <p class="progress-words">
                <span>{text}</span>
                <span>{progress.left}</span>
            </p>
        }
    });
    let (id, status) = (invoice.id.clone(), invoice.status.as_str());
    view! {
        <section class="card current" aria-labelledby="current">
            <header>
                <h2 id="current">"Current period"</h2>
                <StatusBadge status=invoice.status word=invoice.status_word/>
            </header>
            <p class="figure">
                <strong>{invoice.total.clone()}</strong>
                " "
                <span>"so far"</span>
            </p>
            <p class="period">{invoice.period.clone()}</p>
            {progress}
            <details class="invoice" data-invoice=id data-status=status>
                <summary>"Line items"</summary>
                <InvoiceDocument invoice/>
            </details>
        </section>
    }
}
