//! The status of an invoice: a word on a tint.

use crate::{billing::InvoiceStatus, view::words};
use leptos::prelude::*;

/// A badge with the status's word, always present; color only repeats it.
#[component]
pub fn StatusBadge(
    /// The status.
    status: InvoiceStatus,
) -> impl IntoView {
    view! { <span class="badge" data-status=status.as_str()>{words::status(status)}</span> }
}
