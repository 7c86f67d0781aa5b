//! The invoices dashboard as a whole: the island that the server draws and the browser goes on with.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod follow;

use super::{
    document::DocumentView,
    link::Link,
    list::ListView,
    query::{self, InvoicesQuery},
    report::{InvoiceReport, InvoiceRow, InvoicesReport},
    text,
};
use crate::{
    components::ErrorState,
    fresh::Fresh,
    props,
    session::{Expired, Session, SessionProps},
    url::is_plain,
};
use leptos::{
    either::{Either, EitherOf3},
    ev,
    prelude::*,
};
use std::sync::Arc;

/// The heading of what is shown: it takes the focus when another page is shown in place.
pub(super) const HEADING: &str = "title";

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

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PageState {
    /// The list.
    List(InvoicesReport),
    /// One invoice.
    Document(Arc<InvoiceReport>),
    /// There is no such invoice.
    Missing,
    /// It could not be loaded.
    Failed,
}

/// What every part of the dashboard can reach.
#[derive(Clone, Copy)]
pub(super) struct Dashboard {
    /// The page that is shown, of the list with all rows that were added to it.
    shown: RwSignal<Arc<PageState>>,
    /// Another page is shown.
    page: RwSignal<()>,
    /// What `shown` answers.
    query: StoredValue<InvoicesQuery>,
    rows: RwSignal<Rows>,
    is_loading: RwSignal<bool>,
    /// The message of what failed; `None` while all works.
    alert: RwSignal<Option<&'static str>>,
    /// The text of the live region: for screen readers, what has changed.
    said: RwSignal<String>,
    session: Session,
    #[cfg(feature = "hydrate")]
    moves: StoredValue<browser::Navigation>,
}

/// What was opened of the list.
#[derive(Clone, Debug, Default)]
struct Rows {
    /// Whether the app runs: before that, a row leads to another page and does not open.
    are_live: bool,
    /// The invoices whose rows are open.
    opened: Vec<String>,
    /// The invoices that were loaded for their rows.
    documents: Vec<Arc<InvoiceReport>>,
}

impl Rows {
    fn is_open(&self, id: &str) -> bool {
        self.opened.iter().any(|one| one == id)
    }

    fn document(&self, id: &str) -> Option<&Arc<InvoiceReport>> {
        self.documents.iter().find(|one| one.document.id == id)
    }
}

/// What a click does in place.
#[derive(Clone)]
pub(super) enum ClickAction {
    /// Shows another page.
    Go(InvoicesQuery),
    /// Opens the row of an invoice, or closes it.
    Toggle(String),
    /// Adds the next page of the list below the one that is shown.
    Add(InvoicesQuery),
}

impl Dashboard {
    /// The page that shows this, for a link.
    pub(super) fn href(self, query: InvoicesQuery) -> impl Fn() -> String + Clone + Send + 'static {
        move || self.session.link.with(|token| query.href(token))
    }

    /// The token that links carry now.
    pub(super) fn link_now(self) -> String {
        self.session.link.get_untracked()
    }

    /// The token of links, for forms that lead to an address.
    pub(super) fn link_token(self) -> impl Fn() -> String + Copy + Send + 'static {
        move || self.session.link.get()
    }

    /// Does in place what a link leads to, unless it is to open elsewhere.
    pub(super) fn click(self, act: ClickAction) -> impl Fn(ev::MouseEvent) + Clone + 'static {
        move |event: ev::MouseEvent| {
            if is_plain(&event) {
                event.prevent_default();
                match act.clone() {
                    ClickAction::Go(query) => self.go(query),
                    ClickAction::Toggle(id) => self.toggle(id),
                    ClickAction::Add(query) => self.add(query),
                }
            }
        }
    }

    /// The rows of the list, and where the next page begins.
    pub(super) fn list(self) -> (Vec<InvoiceRow>, Option<String>) {
        self.shown.with(|shown| match &**shown {
            PageState::List(list) => (list.rows.clone(), list.next_page.clone()),
            _ => Default::default(),
        })
    }

    /// Whether a row is open, as attributes say it; nothing before the app runs.
    pub(super) fn is_expanded(self, id: &str) -> Option<bool> {
        self.rows.with(|rows| rows.are_live.then(|| rows.is_open(id)))
    }

    /// The invoice of an open row, once it is loaded.
    pub(super) fn opened(self, id: &str) -> Option<Arc<InvoiceReport>> {
        self.rows.with(|rows| rows.document(id).filter(|_| rows.is_open(id)).cloned())
    }

    #[cfg(not(feature = "hydrate"))]
    fn start(self) {
        let _ = self.rows;
    }

    #[cfg(not(feature = "hydrate"))]
    pub(super) fn go(self, _query: InvoicesQuery) {}

    #[cfg(not(feature = "hydrate"))]
    fn follow(self, _event: &ev::MouseEvent) {}

    #[cfg(not(feature = "hydrate"))]
    fn toggle(self, _id: String) {}

    #[cfg(not(feature = "hydrate"))]
    fn add(self, _query: InvoicesQuery) {}

    #[cfg(not(feature = "hydrate"))]
    fn download(self, _event: &ev::SubmitEvent) {}
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
    let dashboard = Dashboard {
        shown: RwSignal::new(Arc::new(shown)),
        page: RwSignal::new(()),
        query: StoredValue::new(InvoicesQuery::of_address(&address)),
        rows: RwSignal::new(Rows::default()),
        is_loading: RwSignal::new(false),
        alert: RwSignal::new(None),
        said: RwSignal::new(String::new()),
        session: Session::start(session),
        #[cfg(feature = "hydrate")]
        moves: StoredValue::new(browser::Navigation::default()),
    };
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

/// In place of what was asked for.
#[component]
fn NothingView(dashboard: Dashboard, is_missing: bool, query: InvoicesQuery) -> impl IntoView {
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
