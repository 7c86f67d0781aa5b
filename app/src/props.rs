//! What a page hands to its dashboard: on the server the value itself, in the browser its JSON in the page.
//!
//! Not as props of the island: those are one attribute, in which every quote is six characters, and are read by code
//! that weighs three times as much.

/// The element that holds the JSON.
pub const ID: &str = "props";

/// What the server provided.
///
/// # Panics
/// When nothing was.
#[cfg(not(feature = "hydrate"))]
pub fn take<T: Clone + 'static>() -> T {
    leptos::prelude::expect_context()
}

/// What the server wrote into the page.
///
/// # Panics
/// When the page holds nothing, or nothing of this kind: page and app come from one server.
#[cfg(feature = "hydrate")]
pub fn take<T: miniserde::Deserialize>() -> T {
    let text = leptos::prelude::document().get_element_by_id(ID).and_then(|element| element.text_content());
    let props = text.and_then(|text| miniserde::json::from_str(&text).ok());
    props.expect("the page holds no props")
}

/// The JSON as the content of a script element: no text in it can end that.
///
/// # Errors
/// When it cannot be written as JSON.
#[cfg(feature = "ssr")]
pub fn write<T: serde::Serialize>(props: &T) -> serde_json::Result<String> {
    serde_json::to_string(props).map(|text| text.replace('<', "\\u003c"))
}
