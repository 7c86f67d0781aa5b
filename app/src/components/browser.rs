//! What the islands ask of the browser: fetches with the session token, and rows into the list.

use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, Request, RequestInit, Response};

thread_local! {
    /// The session token lives here and in the page's links, never in storage.
    static TOKEN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Holds the token and renews it a minute before it expires, for as long as the server agrees.
pub(crate) fn keep_session(token: String, expires_in: u32) {
    TOKEN.with(|held| *held.borrow_mut() = token);
    let wait = Duration::from_secs(u64::from(expires_in.saturating_sub(60).max(15)));
    leptos::prelude::set_timeout(
        move || {
            leptos::task::spawn_local(async move {
                match fetch("POST", "/embed/session").await {
                    Some((200, body)) => renewed(&body),
                    Some((401, _)) => show_expired(),
                    // Offline, or the server is away: try again while the token still holds.
                    _ => keep_session(TOKEN.with(|held| held.borrow().clone()), 75),
                }
            });
        },
        wait,
    );
}

fn renewed(body: &str) {
    let Ok(answer) = js_sys::JSON::parse(body) else { return };
    let field = |name: &str| js_sys::Reflect::get(&answer, &JsValue::from_str(name)).ok();
    let Some(token) = field("token").and_then(|token| token.as_string()) else { return };
    let expires_in = field("expires_in").and_then(|seconds| seconds.as_f64()).unwrap_or(1800.0);
    each("a[data-session]", |link| {
        if let Some(href) = link.get_attribute("href") {
            let old = TOKEN.with(|held| held.borrow().clone());
            let _ = link.set_attribute("href", &href.replace(&old, &token));
        }
    });
    keep_session(token, expires_in as u32);
}

fn show_expired() {
    each("#expired", |note| {
        let _ = note.remove_attribute("hidden");
    });
}

/// Fetches the rows that begin at `next_page` and adds them to the list; `advance` takes the cursor after them.
pub(crate) async fn append_rows(next_page: &str, advance: impl FnOnce(String)) {
    let more = document().get_element_by_id("more");
    let list = document().get_element_by_id("invoice-list");
    let (Some(more), Some(list)) = (more, list) else { return };
    let _ = more.set_attribute("aria-busy", "true");
    let encoded = String::from(js_sys::encode_uri_component(next_page));
    let answer = fetch("GET", &format!("/embed/invoices/rows?next_page={encoded}")).await;
    let _ = more.remove_attribute("aria-busy");
    match answer {
        Some((200, rows)) => {
            let first_new = list.child_element_count();
            let _ = list.insert_adjacent_html("beforeend", &rows);
            let cursor = list.last_element_child().and_then(|last| last.get_attribute("data-next"));
            if let Some(summary) = list
                .children()
                .item(first_new)
                .and_then(|row| row.query_selector("summary").ok().flatten())
                .and_then(|summary| summary.dyn_into::<HtmlElement>().ok())
            {
                let _ = summary.focus();
            }
            match cursor {
                Some(cursor) => advance(cursor),
                None => more.remove(),
            }
        }
        Some((401, _)) => show_expired(),
        _ => more.set_text_content(Some("Older invoices could not be loaded. Try again")),
    }
}

/// Writes the window into the address bar; the token was taken out of it by the page's script.
pub(crate) fn remember_window(days: u32) {
    if let Some(window) = web_sys::window()
        && let Ok(history) = window.history()
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("?window={days}")));
    }
}

async fn fetch(method: &str, url: &str) -> Option<(u16, String)> {
    let options = RequestInit::new();
    options.set_method(method);
    let request = Request::new_with_str_and_init(url, &options).ok()?;
    let token = TOKEN.with(|held| held.borrow().clone());
    request.headers().set("authorization", &format!("Bearer {token}")).ok()?;
    let response = JsFuture::from(web_sys::window()?.fetch_with_request(&request)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    Some((response.status(), text.as_string()?))
}

fn document() -> web_sys::Document {
    leptos::prelude::document()
}

fn each(selector: &str, act: impl Fn(&Element)) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for index in 0..found.length() {
        if let Some(element) = found.item(index).and_then(|node| node.dyn_into::<Element>().ok()) {
            act(&element);
        }
    }
}
