//! In place of what was asked for and is not there, or could not be loaded.

use super::{
    link::Link,
    query::InvoicesQuery,
    state::{Dashboard, HEADING},
    text,
};
use crate::components::ErrorState;
use leptos::{either::Either, prelude::*};

/// In place of what was asked for.
#[component]
pub(super) fn NothingView(dashboard: Dashboard, is_missing: bool, query: InvoicesQuery) -> impl IntoView {
    let (heading, failed) = match query {
        InvoicesQuery::List(_) => (text::INVOICES, text::NOT_LOADED),
        InvoicesQuery::Document(_) => (text::INVOICE, text::INVOICE_NOT_LOADED),
    };
    let state = if is_missing {
        Either::Left(view! { <NothingHere dashboard words=text::NO_INVOICE link=text::ALL_INVOICES/> })
    } else {
        Either::Right(view! { <ErrorState text=failed href=dashboard.href(query)/> })
    };
    view! {
        <header class="heading"><h1 id=HEADING tabindex="-1">{heading}</h1></header>
        {state}
    }
}

/// Nothing that was asked for, and the way to all invoices.
#[component]
pub(super) fn NothingHere(
    dashboard: Dashboard,
    /// What is not here.
    words: &'static str,
    /// What the link says.
    link: &'static str,
) -> impl IntoView {
    view! {
        <div class="card state" data-state="empty">
            <p>{words}</p>
            <Link dashboard to=InvoicesQuery::default() words=link class="button"/>
        </div>
    }
}
