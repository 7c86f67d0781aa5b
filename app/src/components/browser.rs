//! What the islands ask of the browser: to keep the session token and to renew it.

use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Request, RequestInit, Response};

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
    let old = TOKEN.with(|held| held.borrow().clone());
    each("[data-session]", |element| {
        for name in ["href", "value"] {
            if let Some(text) = element.get_attribute(name) {
                let _ = element.set_attribute(name, &text.replace(&old, &token));
            }
        }
    });
    keep_session(token, expires_in as u32);
}

fn show_expired() {
    each("#expired", |note| {
        let _ = note.remove_attribute("hidden");
    });
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
