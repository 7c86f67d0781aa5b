//! Narrows the list: links for the status, a form for the number. Both lead to an address, so neither needs a script.

use crate::{
    billing::InvoiceStatus,
    view::{
        links::{InvoiceQuery, Links},
        words,
    },
};
use leptos::prelude::*;

/// The filters above the list.
#[component]
pub fn InvoiceFilterBar(
    /// What is shown now.
    query: InvoiceQuery,
    /// The statuses that the embed request admits.
    statuses: Vec<InvoiceStatus>,
    /// The reader's addresses.
    links: Links,
) -> impl IntoView {
    let tab = |status: Option<InvoiceStatus>, word: &'static str| {
        let href = links.list(&InvoiceQuery { status, next_page: None, ..query.clone() });
        view! {
            <a href=href data-session="" aria-current=(query.status == status).then_some("true")>
                {word}
            </a>
        }
    };
    let tabs = (statuses.len() > 1).then(|| {
        view! {
            <nav class="tabs" aria-label=words::STATUS>
                {tab(None, words::ALL)}
                {statuses.iter().map(|status| tab(Some(*status), words::status(*status))).collect_view()}
            </nav>
        }
    });
    view! {
        <div class="filter">
            {tabs}
            <form role="search" method="get" action=Links::PATH>
                <input type="hidden" name="token" value=links.token().to_owned() data-session=""/>
                {query
                    .status
                    .map(|status| view! { <input type="hidden" name="status" value=status.as_str()/> })}
                <input
                    type="search"
                    name="number"
                    value=query.number.clone()
                    aria-label=words::SEARCH
                    placeholder=words::SEARCH_HINT
                    autocomplete="off"
                    spellcheck="false"
                />
                <button class="button">{words::SEARCH_BUTTON}</button>
            </form>
        </div>
    }
}
