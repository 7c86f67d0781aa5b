//! Files of an invoice, saved without leaving the page.

use super::Dashboard;
use crate::{
    api::{self, Failure},
    invoices::text,
};
use leptos::{ev, prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::JsCast as _;
use web_sys::{Blob, HtmlElement, Url};

impl Dashboard {
    /// Saves the file of the button that was pressed. The page stays, whatever becomes of it.
    pub(in crate::invoices) fn download(self, event: &ev::SubmitEvent) {
        event.prevent_default();
        let Some(button) = event.submitter() else { return };
        let value = |name: &str| button.get_attribute(name).unwrap_or_default();
        let (invoice, format) = (value("value"), value("name"));
        let customer = self.session.customer_id.get_value();
        let path = format!("../v1/customers/{customer}/invoices/{invoice}/{format}");
        // What cannot be marked as busy is loaded all the same.
        let _ = button.set_attribute("aria-busy", "true");
        spawn_local(async move {
            match api::file(self.session.token, &path).await {
                Ok((blob, name)) => {
                    self.alert.set(None);
                    save(&blob, &name);
                }
                Err(Failure::Expired) => self.session.is_expired.set(true),
                Err(Failure::Missing | Failure::Unreachable) => {
                    self.alert.set(Some(text::NOT_DOWNLOADED));
                }
            }
            let _ = button.remove_attribute("aria-busy");
        });
    }
}

/// Hands a file to the browser, as a link to a download does.
fn save(blob: &Blob, name: &str) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let link: HtmlElement = document().create_element("a").ok()?.unchecked_into();
    link.set_attribute("href", &url).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    // The browser may read it after the click.
    let forget = move || {
        let _ = Url::revoke_object_url(&url);
    };
    set_timeout(forget, Duration::from_secs(60));
    Some(())
}
