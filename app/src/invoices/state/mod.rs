//! What every part of the invoices dashboard can reach: the page that is shown, and what a click does.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod download;
#[cfg(feature = "hydrate")]
mod follow;
#[cfg(feature = "hydrate")]
mod history;

use super::{
    query::InvoicesQuery,
    report::{InvoiceReport, InvoiceRow, InvoicesReport},
};
use crate::{
    session::{Session, SessionProps},
    url::is_plain,
};
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// The heading of what is shown: it takes the focus when another page is shown in place.
pub(super) const HEADING: &str = "title";

/// The id of the link of a row: it keeps the focus on the way back.
pub(super) fn row_id(invoice: &str) -> String {
    format!("row-{invoice}")
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
    pub(super) shown: RwSignal<Arc<PageState>>,
    /// Another page is shown.
    pub(super) page: RwSignal<()>,
    /// What `shown` answers.
    pub(super) query: StoredValue<InvoicesQuery>,
    rows: RwSignal<Rows>,
    /// Another page is on the way.
    pub(super) is_loading: RwSignal<bool>,
    /// The message of what failed; `None` while all works.
    pub(super) alert: RwSignal<Option<&'static str>>,
    /// The text of the live region: for screen readers, what has changed.
    pub(super) said: RwSignal<String>,
    /// The reader's session.
    pub(super) session: Session,
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
    /// Begins with what the page came with.
    pub(super) fn new(shown: PageState, query: InvoicesQuery, session: SessionProps) -> Self {
        Self {
            shown: RwSignal::new(Arc::new(shown)),
            page: RwSignal::new(()),
            query: StoredValue::new(query),
            rows: RwSignal::new(Rows::default()),
            is_loading: RwSignal::new(false),
            alert: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            session: Session::start(session),
            #[cfg(feature = "hydrate")]
            moves: StoredValue::new(browser::Navigation::default()),
        }
    }

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
    pub(super) fn start(self) {
        let _ = self.rows;
    }

    #[cfg(not(feature = "hydrate"))]
    pub(super) fn go(self, _query: InvoicesQuery) {}

    #[cfg(not(feature = "hydrate"))]
    pub(super) fn follow(self, _event: &ev::MouseEvent) {}

    #[cfg(not(feature = "hydrate"))]
    fn toggle(self, _id: String) {}

    #[cfg(not(feature = "hydrate"))]
    fn add(self, _query: InvoicesQuery) {}

    #[cfg(not(feature = "hydrate"))]
    pub(super) fn download(self, _event: &ev::SubmitEvent) {}
}
