//! Links within markup, which have no handler of their own.

use super::Dashboard;
use crate::{invoices::query::InvoicesQuery, markup::IN_PLACE, url::is_plain};
use leptos::ev;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

impl Dashboard {
    /// Shows in place what a link within markup leads to, unless it is to open elsewhere.
    pub(super) fn follow(self, event: &ev::MouseEvent) {
        let clicked = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = clicked.and_then(|clicked| clicked.closest("a").ok().flatten());
        let Some(link) = link.filter(|link| link.has_attribute(IN_PLACE.0) && is_plain(event)) else {
            return;
        };
        event.prevent_default();
        self.go(InvoicesQuery::of_address(&link.get_attribute("href").unwrap_or_default()));
    }
}
