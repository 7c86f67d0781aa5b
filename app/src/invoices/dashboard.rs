//! The invoices dashboard as a whole: the island that the server draws and the browser goes on with.

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
pub(super) enum Shown {
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
    shown: RwSignal<Arc<Shown>>,
    /// Another page is shown.
    page: RwSignal<()>,
    /// What `shown` answers.
    query: StoredValue<InvoicesQuery>,
    rows: RwSignal<Rows>,
    is_loading: RwSignal<bool>,
    is_offline: RwSignal<bool>,
    /// What is said to those who do not see the page change.
    said: RwSignal<String>,
    session: Session,
    #[cfg(feature = "hydrate")]
    moves: StoredValue<browser::Moves>,
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
pub(super) enum Act {
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

    /// The token of links, for forms that lead to an address.
    pub(super) fn link_token(self) -> impl Fn() -> String + Copy + Send + 'static {
        move || self.session.link.get()
    }

    /// Does in place what a link leads to, unless it is to open elsewhere.
    pub(super) fn click(self, act: Act) -> impl Fn(ev::MouseEvent) + Clone + 'static {
        move |event: ev::MouseEvent| {
            if is_plain(&event) {
                event.prevent_default();
                match act.clone() {
                    Act::Go(query) => self.go(query),
                    Act::Toggle(id) => self.toggle(id),
                    Act::Add(query) => self.add(query),
                }
            }
        }
    }

    /// The rows of the list, and where the next page begins.
    pub(super) fn list(self) -> (Vec<InvoiceRow>, Option<String>) {
        self.shown.with(|shown| match &**shown {
            Shown::List(list) => (list.rows.clone(), list.next_page.clone()),
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
    fn toggle(self, _id: String) {}

    #[cfg(not(feature = "hydrate"))]
    fn add(self, _query: InvoicesQuery) {}
}

/// The invoices dashboard.
#[island]
pub fn InvoicesDashboard() -> impl IntoView {
    let InvoicesProps { list, document, is_missing, address, session } = props::take();
    let shown = match (list, document) {
        (Some(list), _) => Shown::List(list),
        (None, Some(document)) => Shown::Document(Arc::new(document)),
        (None, None) if is_missing => Shown::Missing,
        (None, None) => Shown::Failed,
    };
    let dashboard = Dashboard {
        shown: RwSignal::new(Arc::new(shown)),
        page: RwSignal::new(()),
        query: StoredValue::new(InvoicesQuery::of_address(&address)),
        rows: RwSignal::new(Rows::default()),
        is_loading: RwSignal::new(false),
        is_offline: RwSignal::new(false),
        said: RwSignal::new(String::new()),
        session: Session::start(session),
        #[cfg(feature = "hydrate")]
        moves: StoredValue::new(browser::Moves::default()),
    };
    dashboard.start();
    let content = move || {
        dashboard.page.track();
        let shown = dashboard.shown.get_untracked();
        Fresh(match (&*shown, dashboard.query.get_value()) {
            (Shown::List(report), InvoicesQuery::List(query)) => {
                EitherOf3::A(view! { <ListView dashboard report=report.clone() query/> })
            }
            (Shown::Document(report), InvoicesQuery::Document(query)) => {
                EitherOf3::B(view! { <DocumentView dashboard report=report.clone() query/> })
            }
            (shown, query) => {
                EitherOf3::C(view! { <NothingView dashboard is_missing=*shown == Shown::Missing query/> })
            }
        })
    };
    let session = dashboard.session;
    let is_online = move || (!dashboard.is_offline.get()).then_some("");
    view! {
        <div id="invoices" aria-busy=move || dashboard.is_loading.get().then_some("true")>{content}</div>
        <p class="card state" id="offline" role="alert" hidden=is_online>{text::OFFLINE}</p>
        <p class="said" role="status">{move || dashboard.said.get()}</p>
        // The buttons of all downloads belong to it: the token stands in its body and in no address.
        <form id="download" method="post" action=query::DOWNLOAD>
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

/// How an open page goes on: JSON, the history, and the place of the reader.
#[cfg(feature = "hydrate")]
mod browser {
    use super::{Dashboard, HEADING, Shown};
    use crate::{
        api::{self, Failure},
        invoices::{InvoiceReport, InvoicesReport, query::InvoicesQuery, text},
        place, url,
    };
    use leptos::{ev, prelude::*, task::spawn_local};
    use std::{sync::Arc, time::Duration};

    /// How long after a failure what was asked is asked again, where the browser does not say that it is back online;
    /// after each further one twice as long.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// What moves between pages need to know of earlier ones.
    #[derive(Default)]
    pub(super) struct Moves {
        /// Counts what is asked of pages: the answer to one that another has followed is dropped.
        turn: u32,
        /// Pages that were left, as they were.
        kept: Vec<Kept>,
        /// What found no connection.
        waiting: Vec<Ask>,
    }

    /// A page that was left.
    #[derive(Clone)]
    struct Kept {
        query: InvoicesQuery,
        shown: Arc<Shown>,
        opened: Vec<String>,
        scrolled: f64,
        focused: String,
    }

    /// Something to load, and where it belongs.
    #[derive(Clone)]
    struct Ask {
        query: InvoicesQuery,
        place: Place,
        /// How often it has failed.
        failures: u32,
    }

    impl Ask {
        fn new(query: InvoicesQuery, place: Place) -> Self {
            Self { query, place, failures: 0 }
        }
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Place {
        /// In place of what is shown, with an entry of its own in the history.
        Next,
        /// In place of what is shown, where the history has led.
        Back,
        /// Below the list.
        Older,
        /// Below its row.
        Row,
    }

    impl Dashboard {
        pub(super) fn start(self) {
            // After the first drawing, which is as the server's.
            Effect::new(move |_| self.rows.update(|rows| rows.are_live = true));
            window_event_listener(ev::popstate, move |_| {
                self.return_to(InvoicesQuery::of_address(&url::current()))
            });
            window_event_listener(ev::online, move |_| self.retry());
        }

        /// Shows another page: what is at hand at once, all else once it is loaded.
        pub(in crate::invoices) fn go(self, query: InvoicesQuery) {
            match &query {
                InvoicesQuery::Document(document) if query == InvoicesQuery::document(&document.id) => {
                    if let Some(report) = self.loaded(&document.id) {
                        self.next_turn();
                        return self.show(Ask::new(query, Place::Next), Shown::Document(report));
                    }
                }
                // The way back to the list; within it, another choice is asked for anew.
                InvoicesQuery::List(_) if self.query.with_value(is_document) => {
                    if let Some(kept) = self.kept(&query) {
                        self.next_turn();
                        self.leave();
                        url::push(&query.href(""));
                        return self.restore(kept);
                    }
                }
                _ => {}
            }
            self.ask(Ask::new(query, Place::Next));
        }

        pub(super) fn toggle(self, id: String) {
            let was_open = self.rows.with_untracked(|rows| rows.is_open(&id));
            if !was_open && self.loaded(&id).is_none() {
                self.ask(Ask::new(InvoicesQuery::document(&id), Place::Row));
            }
            self.rows.update(|rows| match was_open {
                true => rows.opened.retain(|one| *one != id),
                false => rows.opened.push(id),
            });
        }

        pub(super) fn add(self, query: InvoicesQuery) {
            self.ask(Ask::new(query, Place::Older));
        }

        fn loaded(self, id: &str) -> Option<Arc<InvoiceReport>> {
            self.rows.with_untracked(|rows| rows.document(id).cloned())
        }

        fn next_turn(self) -> u32 {
            self.is_loading.set(false);
            self.moves
                .try_update_value(|moves| {
                    moves.turn += 1;
                    // What was asked before is not wanted any more, but for rows.
                    moves.waiting.retain(|ask| ask.place == Place::Row);
                    moves.turn
                })
                .unwrap_or_default()
        }

        fn ask(self, mut ask: Ask) {
            let is_row = ask.place == Place::Row;
            let turn = if is_row { 0 } else { self.next_turn() };
            if !is_row {
                self.is_loading.set(true);
                self.said.set(String::new());
            }
            spawn_local(async move {
                let answer = self.load(&ask.query).await;
                if !is_row && turn != self.moves.with_value(|moves| moves.turn) {
                    return;
                }
                if !is_row {
                    self.is_loading.set(false);
                }
                match answer {
                    Ok(shown) => {
                        self.is_offline.set(false);
                        self.show(ask, shown);
                    }
                    Err(Failure::Expired) => {
                        self.session.is_expired.set(true);
                        self.rows.update(|rows| {
                            let opened = std::mem::take(&mut rows.opened);
                            rows.opened =
                                opened.into_iter().filter(|id| rows.document(id).is_some()).collect();
                        });
                    }
                    Err(Failure::Missing | Failure::Unreachable) => {
                        set_timeout(move || self.retry(), PATIENCE * 2u32.pow(ask.failures.min(6)));
                        ask.failures += 1;
                        self.moves.update_value(|moves| moves.waiting.push(ask));
                        self.is_offline.set(true);
                    }
                }
            });
        }

        async fn load(self, query: &InvoicesQuery) -> Result<Shown, Failure> {
            let path = self.session.customer_id.with_value(|id| query.report_path(id));
            let (answer, missing) = if is_document(query) {
                let found = api::get::<InvoiceReport>(self.session, &path).await;
                (found.map(|report| Shown::Document(Arc::new(report))), Shown::Missing)
            } else {
                let found = api::get::<InvoicesReport>(self.session, &path).await;
                (found.map(Shown::List), Shown::Failed)
            };
            if answer == Err(Failure::Missing) { Ok(missing) } else { answer }
        }

        /// Asks again for what found no connection.
        fn retry(self) {
            let waiting = self.moves.try_update_value(|moves| std::mem::take(&mut moves.waiting));
            for ask in waiting.unwrap_or_default() {
                self.ask(ask);
            }
        }

        /// Shows what was loaded where it belongs.
        fn show(self, ask: Ask, shown: Shown) {
            let Ask { query, place, .. } = ask;
            match (place, shown) {
                (Place::Row, Shown::Document(report)) => {
                    self.rows.update(|rows| rows.documents.push(report));
                }
                (Place::Older, Shown::List(page)) => self.append(page),
                (place, shown) => self.replace(query, place, shown),
            }
        }

        fn append(self, page: InvoicesReport) {
            let first = page.rows.first().map(|row| crate::invoices::row::link_id(&row.id));
            self.said.set(text::found(page.rows.len(), page.next_page.is_some()));
            self.shown.update(|shown| {
                if let Shown::List(list) = Arc::make_mut(shown) {
                    list.rows.extend(page.rows);
                    list.next_page = page.next_page;
                }
            });
            // Once it is drawn.
            request_animation_frame(move || {
                place::focus(&first.unwrap_or_default());
            });
        }

        fn replace(self, query: InvoicesQuery, place: Place, shown: Shown) {
            let is_same_kind = is_document(&query) == self.query.with_value(is_document);
            self.said.set(match &shown {
                Shown::List(list) => {
                    text::found(list.rows.len() + list.current.len(), list.next_page.is_some())
                }
                Shown::Document(report) if is_same_kind => report.document.fold_notes(),
                _ => String::new(),
            });
            if place != Place::Back {
                self.leave();
                url::push(&query.href(""));
            }
            self.query.set_value(query);
            self.rows.update(|rows| rows.opened.clear());
            let focused = place::focused();
            self.draw(Arc::new(shown));
            request_animation_frame(move || {
                // A choice within a page keeps its place, unless what was chosen is gone.
                if !is_same_kind {
                    place::scroll(0.0);
                }
                if !is_same_kind || !place::focus(&focused) {
                    place::focus(HEADING);
                }
            });
        }

        fn draw(self, shown: Arc<Shown>) {
            self.shown.set(shown);
            self.page.set(());
        }

        /// Keeps the page that is shown for the way back.
        fn leave(self) {
            let kept = Kept {
                query: self.query.get_value(),
                shown: self.shown.get_untracked(),
                opened: self.rows.with_untracked(|rows| rows.opened.clone()),
                scrolled: place::scrolled(),
                focused: place::focused(),
            };
            self.moves.update_value(|moves| {
                moves.kept.retain(|one| one.query != kept.query);
                moves.kept.push(kept);
            });
        }

        fn kept(self, query: &InvoicesQuery) -> Option<Kept> {
            self.moves.with_value(|moves| moves.kept.iter().find(|one| one.query == *query).cloned())
        }

        /// The history has led to an address.
        fn return_to(self, query: InvoicesQuery) {
            if self.query.with_value(|shown| *shown == query) {
                return;
            }
            self.next_turn();
            self.leave();
            match self.kept(&query) {
                Some(kept) => self.restore(kept),
                None => self.ask(Ask::new(query, Place::Back)),
            }
        }

        /// Shows a page as it was left.
        fn restore(self, kept: Kept) {
            let Kept { query, shown, opened, scrolled, focused } = kept;
            self.query.set_value(query);
            self.rows.update(|rows| rows.opened = opened);
            self.draw(shown);
            request_animation_frame(move || {
                place::scroll(scrolled);
                if !place::focus(&focused) {
                    place::focus(HEADING);
                }
            });
        }
    }

    fn is_document(query: &InvoicesQuery) -> bool {
        matches!(query, InvoicesQuery::Document(_))
    }
}
