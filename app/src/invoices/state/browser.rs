//! An open page in the browser: loads reports, and shows each where it belongs.

use super::{Dashboard, HEADING, PageState, history::SavedPage, row_id};
use crate::{
    api::{self, Failure},
    invoices::{
        InvoiceReport, InvoicesReport,
        query::{BY_DAY, InvoicesQuery},
        text,
    },
    place, url,
};
use leptos::{ev, prelude::*, task::spawn_local};
use std::{sync::Arc, time::Duration};

/// How long after a failure a load is tried again, where the browser does not report that it is back online; doubled
/// after each further failure.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pages that were left, and the loads that are waiting.
#[derive(Default)]
pub(super) struct Navigation {
    /// Counts the loads of pages: an answer to any but the last is dropped.
    turn: u32,
    /// Pages that were left, as they were.
    pub(super) kept: Vec<SavedPage>,
    /// Loads that found no connection, to be tried again.
    waiting: Vec<PendingLoad>,
}

/// Something to load, and where it belongs.
#[derive(Clone)]
struct PendingLoad {
    query: InvoicesQuery,
    place: Place,
    /// How often it has failed.
    failures: u32,
}

impl PendingLoad {
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
    pub(in crate::invoices) fn start(self) {
        // After the first drawing, which is as the server's.
        Effect::new(move |_| self.rows.update(|rows| rows.are_live = true));
        self.keep_links();
        window_event_listener(ev::popstate, move |_| {
            self.return_to(InvoicesQuery::of_address(&url::current()))
        });
        window_event_listener(ev::online, move |_| {
            self.alert.set(None);
            self.retry();
        });
    }

    /// Shows another page: what is at hand at once, all else once it is loaded.
    pub(in crate::invoices) fn go(self, query: InvoicesQuery) {
        let is_back = self.query.with_value(|shown| shown.is_part_of(&query));
        // The way back; within a page, another choice is asked for anew.
        if let Some(kept) = is_back.then(|| self.kept(&query)).flatten() {
            self.next_turn();
            self.leave();
            url::push(&query.href(""));
            return self.restore(kept);
        }
        if let InvoicesQuery::Document(document) = &query
            && query == InvoicesQuery::document(&document.id)
            && let Some(report) = self.loaded(&document.id)
        {
            self.next_turn();
            return self.show(PendingLoad::new(query, Place::Next), PageState::Document(report));
        }
        self.ask(PendingLoad::new(query, Place::Next));
    }

    pub(super) fn toggle(self, id: String) {
        let was_open = self.rows.with_untracked(|rows| rows.is_open(&id));
        if !was_open && self.loaded(&id).is_none() {
            self.ask(PendingLoad::new(InvoicesQuery::document(&id), Place::Row));
        }
        self.rows.update(|rows| match was_open {
            true => rows.opened.retain(|one| *one != id),
            false => rows.opened.push(id),
        });
    }

    pub(super) fn add(self, query: InvoicesQuery) {
        self.ask(PendingLoad::new(query, Place::Older));
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

    fn ask(self, mut ask: PendingLoad) {
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
                    self.alert.set(None);
                    self.show(ask, shown);
                }
                Err(Failure::Expired) => {
                    self.session.is_expired.set(true);
                    self.rows.update(|rows| {
                        let opened = std::mem::take(&mut rows.opened);
                        rows.opened = opened.into_iter().filter(|id| rows.document(id).is_some()).collect();
                    });
                }
                Err(Failure::Missing | Failure::Unreachable) => {
                    set_timeout(move || self.retry(), PATIENCE * 2u32.pow(ask.failures.min(6)));
                    ask.failures += 1;
                    self.moves.update_value(|moves| moves.waiting.push(ask));
                    self.alert.set(Some(text::OFFLINE));
                }
            }
        });
    }

    async fn load(self, query: &InvoicesQuery) -> Result<PageState, Failure> {
        let path = self.session.customer_id.with_value(|id| query.report_path(id));
        let (answer, missing) = if is_document(query) {
            let found = api::get::<InvoiceReport>(self.session.token, &path).await;
            (found.map(|report| PageState::Document(Arc::new(report))), PageState::Missing)
        } else {
            let found = api::get::<InvoicesReport>(self.session.token, &path).await;
            (found.map(PageState::List), PageState::Failed)
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
    fn show(self, ask: PendingLoad, shown: PageState) {
        let PendingLoad { query, place, .. } = ask;
        match (place, shown) {
            (Place::Row, PageState::Document(report)) => {
                self.rows.update(|rows| rows.documents.push(report));
            }
            (Place::Older, PageState::List(page)) => self.append(page),
            (place, shown) => self.replace(query, place, shown),
        }
    }

    fn append(self, page: InvoicesReport) {
        let first = page.rows.first().map(|row| row_id(&row.id));
        self.said.set(text::found(page.rows.len(), page.next_page.is_some()));
        self.shown.update(|shown| {
            if let PageState::List(list) = Arc::make_mut(shown) {
                list.rows.extend(page.rows);
                list.next_page = page.next_page;
            }
        });
        // Once it is drawn.
        request_animation_frame(move || {
            place::focus(&first.unwrap_or_default());
        });
    }

    fn replace(self, query: InvoicesQuery, place: Place, shown: PageState) {
        let is_same_kind = is_document(&query) == self.query.with_value(is_document);
        let to_days = !query.line().is_empty() && self.query.with_value(|shown| shown.line() != query.line());
        self.said.set(match &shown {
            PageState::List(list) => {
                text::found(list.rows.len() + list.current.len(), list.next_page.is_some())
            }
            PageState::Document(report) if is_same_kind => report.document.fold_notes(),
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
            if to_days && place::show(BY_DAY) {
                return;
            }
            // A choice within a page keeps its place, unless what was chosen is gone.
            if !is_same_kind {
                place::scroll(0.0);
            }
            if !is_same_kind || !place::focus(&focused) {
                place::focus(HEADING);
            }
        });
    }

    pub(super) fn draw(self, shown: Arc<PageState>) {
        document().set_title(&match &*shown {
            PageState::Document(report) => report.document.page_title(),
            PageState::List(_) | PageState::Missing | PageState::Failed => text::INVOICES.to_owned(),
        });
        self.shown.set(shown);
        self.page.set(());
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
            None => self.ask(PendingLoad::new(query, Place::Back)),
        }
    }
}

fn is_document(query: &InvoicesQuery) -> bool {
    matches!(query, InvoicesQuery::Document(_))
}
