//! The invoices dashboard as a whole: the island that the server draws and the browser goes on with.

use super::{
    document::DocumentView,
    list::ListView,
    nothing::NothingView,
    query::{self, InvoicesQuery},
    report::{InvoiceReport, InvoicesReport},
    state::{Dashboard, PageState},
    text,
};
use crate::{
    fresh::Fresh,
    props,
    session::{Expired, SessionProps},
};
use leptos::{either::EitherOf3, prelude::*};
use std::sync::Arc;

/// What the page hands to the dashboard.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
pub struct InvoicesProps {
    /// The list, where it was asked for and could be loaded.
    pub list: Option<InvoicesReport>,
    /// One invoice, where it was asked for and could be loaded.
    pub document: Option<InvoiceReport>,
    /// Whether there is no such invoice.
    pub is_missing: bool,
    /// What was asked for, as an address.
    pub address: String,
    /// The reader's session.
    pub session: SessionProps,
}

/// The invoices dashboard.
#[island]
pub fn InvoicesDashboard() -> impl IntoView {
    let InvoicesProps { list, document, is_missing, address, session } = props::take();
    let shown = match (list, document) {
        (Some(list), _) => PageState::List(list),
        (None, Some(document)) => PageState::Document(Arc::new(document)),
        (None, None) if is_missing => PageState::Missing,
        (None, None) => PageState::Failed,
    };
    let dashboard = Dashboard::new(shown, InvoicesQuery::of_address(&address), session);
    dashboard.start();
    let content = move || {
        dashboard.page.track();
        let shown = dashboard.shown.get_untracked();
        Fresh(match (&*shown, dashboard.query.get_value()) {
            (PageState::List(report), InvoicesQuery::List(query)) => {
                EitherOf3::A(view! { <ListView dashboard report=report.clone() query/> })
            }
            (PageState::Document(report), InvoicesQuery::Document(query)) => {
                EitherOf3::B(view! { <DocumentView dashboard report=report.clone() query/> })
            }
            (shown, query) => {
                EitherOf3::C(view! { <NothingView dashboard is_missing=*shown == PageState::Missing query/> })
            }
        })
    };
    let session = dashboard.session;
    let is_well = move || dashboard.alert.get().is_none().then_some("");
    let alert = move || dashboard.alert.get().unwrap_or(text::OFFLINE);
    view! {
        <div
            id="invoices"
            aria-busy=move || dashboard.is_loading.get().then_some("true")
            on:click=move |event| dashboard.follow(&event)
        >
            {content}
        </div>
        <p class="card state" id="offline" role="alert" hidden=is_well>{alert}</p>
        <p class="said" role="status">{move || dashboard.said.get()}</p>
        // The buttons of all downloads belong to it: the token stands in its body and in no address.
        <form id="download" method="post" action=query::DOWNLOAD on:submit=move |event| dashboard.download(&event)>
            <input type="hidden" name="token" autocomplete="off" value=move || session.token.get()/>
        </form>
        <Expired session/>
    }
}
