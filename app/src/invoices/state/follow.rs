//! Links within markup, which have no handler and no signal of their own.

use super::Dashboard;
use crate::{invoices::query::InvoicesQuery, markup::IN_PLACE, url::is_plain};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

impl Dashboard {
    /// Shows in place what a link within markup leads to, unless it is to open elsewhere.
    pub(in crate::invoices) fn follow(self, event: &ev::MouseEvent) {
        let clicked = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = clicked.and_then(|clicked| clicked.closest("a").ok().flatten());
        let Some(link) = link.filter(|link| link.has_attribute(IN_PLACE.0) && is_plain(event)) else {
            return;
        };
        event.prevent_default();
        self.go(leads_to(&link).0);
    }

    /// Gives links within markup the new token whenever there is one: for those that are opened elsewhere.
    pub(super) fn keep_links(self) {
        Effect::new(move |was_drawn: Option<()>| {
            let token = self.session.link.get();
            if was_drawn.is_none() {
                // They have it from when they were drawn.
                return;
            }
            let links = document().links();
            for link in (0..links.length()).filter_map(|at| links.item(at)) {
                if link.has_attribute(IN_PLACE.0) {
                    let (query, place) = leads_to(&link);
                    let href = query.href(&token);
                    let (page, _) = href.split_once('#').unwrap_or((href.as_str(), ""));
                    // An address is never refused.
                    let _ = link.set_attribute("href", &(page.to_owned() + &place));
                }
            }
        });
    }
}

/// What a link shows, and the place on that page, with its mark; empty for none.
fn leads_to(link: &Element) -> (InvoicesQuery, String) {
    let href = link.get_attribute("href").unwrap_or_default();
    let place = href.find('#').map(|at| href[at..].to_owned()).unwrap_or_default();
    (InvoicesQuery::of_address(&href), place)
}
