//! What the islands ask of the browser: to renew the page's session.

use crate::view::links::with_token;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Request, RequestInit, Response};

/// Renews the page's tokens a minute before the first of them ends, for as long as the server agrees.
pub(crate) fn keep_session(expires_in: u32) {
    let wait = Duration::from_secs(u64::from(expires_in.saturating_sub(60).max(15)));
    leptos::prelude::set_timeout(
        move || {
            leptos::task::spawn_local(async move {
                match fetch("POST", "/embed/session").await {
                    Some((200, body)) => renewed(&body),
                    Some((401, _)) => show_expired(),
                    // Offline, or the server is away: try again while the token still holds.
                    _ => keep_session(75),
                }
            });
        },
        wait,
    );
}

/// Puts new tokens in their places: that of the session, and those of all links and forms.
fn renewed(body: &str) {
    let Ok(answer) = js_sys::JSON::parse(body) else { return };
    let field = |name: &str| js_sys::Reflect::get(&answer, &JsValue::from_str(name)).ok();
    let text = |name: &str| field(name).and_then(|value| value.as_string());
    let (Some(token), Some(link)) = (text("token"), text("link")) else { return };
    let expires_in = field("expires_in").and_then(|seconds| seconds.as_f64()).unwrap_or(600.0);
    if let Some(session) = session() {
        let _ = session.set_attribute("value", &token);
        let _ = session.set_attribute("data-link", &link);
    }
    each("[data-session]", |element| {
        let _ = match element.get_attribute("href") {
            Some(href) => element.set_attribute("href", &with_token(&href, &link)),
            None => element.set_attribute("value", &link),
        };
    });
    keep_session(expires_in as u32);
}

/// Where the page keeps its session token, and in nothing that outlives it.
fn session() -> Option<Element> {
    document().get_element_by_id("session")
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
    let token = session()?.get_attribute("value")?;
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
