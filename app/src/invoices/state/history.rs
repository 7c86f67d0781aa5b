//! Pages that were left, as they were: the way back shows them at once, with their focus and scroll position.

use super::{Dashboard, HEADING, PageState};
use crate::{invoices::query::InvoicesQuery, place};
use leptos::prelude::*;
use std::sync::Arc;

/// A page that was left.
#[derive(Clone)]
pub(super) struct SavedPage {
    query: InvoicesQuery,
    shown: Arc<PageState>,
    opened: Vec<String>,
    scrolled: f64,
    focused: String,
}

impl Dashboard {
    /// Keeps the page that is shown for the way back.
    pub(super) fn leave(self) {
        let kept = SavedPage {
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

    pub(super) fn kept(self, query: &InvoicesQuery) -> Option<SavedPage> {
        self.moves.with_value(|moves| moves.kept.iter().find(|one| one.query == *query).cloned())
    }

    /// Shows a page as it was left.
    pub(super) fn restore(self, kept: SavedPage) {
        let SavedPage { query, shown, opened, scrolled, focused } = kept;
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
