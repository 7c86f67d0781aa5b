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
        let Some(link) = link.filter(|link| link.has_attribute(IN_PLACE.0)) else { return };
        let query = InvoicesQuery::of_address(&link.get_attribute("href").unwrap_or_default());
        if is_plain(event) {
            event.prevent_default();
            self.go(query);
        } else {
            // It opens elsewhere, by an address whose token may have expired since it was drawn.
            let _ = link.set_attribute("href", &query.href(&self.link_now()));
        }
    }
}
