//! The focus and the scroll position of an open page.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast as _;
use web_sys::{FocusOptions, HtmlElement};

/// The id of what has the focus; empty where nothing with an id has it.
pub fn focused() -> String {
    document().active_element().map(|element| element.id()).unwrap_or_default()
}

/// Gives the focus to the element of an id, without scrolling; whether there is one.
pub fn focus(id: &str) -> bool {
    give_focus(id, true)
}

/// Gives the focus to the element of an id, and scrolls to it; whether there is one.
pub fn show(id: &str) -> bool {
    give_focus(id, false)
}

fn give_focus(id: &str, is_still: bool) -> bool {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let Some(element) = element else { return false };
    let options = FocusOptions::new();
    options.set_prevent_scroll(is_still);
    element.focus_with_options(&options).is_ok()
}

/// How far the page is scrolled down, in pixels.
pub fn scrolled() -> f64 {
    window().scroll_y().unwrap_or_default()
}

/// Scrolls the page to so many pixels from its top.
pub fn scroll(to: f64) {
    window().scroll_to_with_x_and_y(0.0, to);
}
