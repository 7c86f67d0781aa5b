//! Narrows the list: links for the status, a form for the number. Both lead to an address, so neither needs a script.

use super::{
    link::Link,
    query::{self, InvoicesQuery, ListQuery},
    state::Dashboard,
    status::InvoiceStatus,
    text,
};
use leptos::{ev, html, prelude::*};

/// The filters above the list.
#[component]
pub(super) fn FilterBar(
    dashboard: Dashboard,
    query: ListQuery,
    statuses: Vec<InvoiceStatus>,
) -> impl IntoView {
    let tab = |status: Option<InvoiceStatus>| {
        let to = InvoicesQuery::List(ListQuery { status, next_page: None, ..query.clone() });
        let (words, id) =
            (status.map_or(text::ALL, text::status), status.map_or("ALL", InvoiceStatus::as_str));
        view! { <Link dashboard to words id=id.to_owned() is_current=query.status == status/> }
    };
    let tabs = (statuses.len() > 1).then(|| {
        let all = std::iter::once(None).chain(statuses.into_iter().map(Some));
        view! { <nav class="tabs" aria-label=text::STATUS>{all.map(tab).collect_view()}</nav> }
    });
    view! {
        <div class="filter">
            {tabs}
            <SearchForm dashboard of=InvoicesQuery::List(query)/>
        </div>
    }
}

/// Searches the list by number, or a document by its group values.
#[component]
pub(super) fn SearchForm(
    dashboard: Dashboard,
    /// What is searched.
    of: InvoicesQuery,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let searched = of.searched().to_owned();
    let (class, name, label, hint, other) = match &of {
        InvoicesQuery::List(list) => {
            let status = list.status.map(|status| ("status", status.as_str().to_owned()));
            (None, "number", text::SEARCH, text::SEARCH_HINT, status)
        }
        InvoicesQuery::Document(document) => {
            let invoice = Some(("invoice", document.id.clone()));
            (Some("filter"), "find", text::FIND_VALUE, text::FIND_VALUE, invoice)
        }
    };
    let other = other.map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        // Where the button was pressed: the reader goes on in the field, also where nothing is found.
        let _ = field.focus();
        dashboard.go(of.clone().search(field.value().trim()));
    };
    view! {
        <form class=class role="search" method="get" action=query::PATH on:submit=submit>
            <input type="hidden" name="token" value=dashboard.link_token()/>
            {other}
            <input
                type="search"
                id="search"
                name=name
                value=searched.clone()
                prop:value=searched
                aria-label=label
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                node_ref=field
            />
            <button class="button">{text::SEARCH_BUTTON}</button>
        </form>
    }
}
