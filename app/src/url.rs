//! Addresses: texts as parameters, and the browser's address bar and history.

use std::fmt::Write as _;

/// Percent-encodes all but what never needs it.
pub fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

/// Puts `&name=value` behind an address, or `?name=value` when it has no parameter yet.
pub fn append(address: &mut String, name: &str, value: &str) {
    address.push(if address.contains('?') { '&' } else { '?' });
    address.push_str(name);
    address.push('=');
    encode(value, address);
}

/// The parameters of an address that [`append`] made, decoded, without its place on the page.
pub fn parameters(address: &str) -> Vec<(String, String)> {
    let (address, _) = address.split_once('#').unwrap_or((address, ""));
    let (_, query) = address.split_once('?').unwrap_or_default();
    let parts = query.split('&').filter_map(|part| part.split_once('='));
    parts.map(|(name, value)| (name.to_owned(), decode(value))).collect()
}

/// What [`encode`] wrote; or a form, which writes a plus for a blank.
fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let byte = rest.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.extend(byte);
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes an address into the address bar, in place of the one that is there.
#[cfg(feature = "hydrate")]
pub fn replace(address: &str) {
    if let Ok(history) = leptos::prelude::window().history() {
        // An address of this origin is never refused.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(address));
    }
}

/// Writes an address into the address bar, as one of its own in the history.
#[cfg(feature = "hydrate")]
pub fn push(address: &str) {
    if let Ok(history) = leptos::prelude::window().history() {
        let _ = history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(address));
    }
}

/// The address that is in the address bar.
#[cfg(feature = "hydrate")]
pub fn current() -> String {
    let location = leptos::prelude::window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Whether a click is to be followed in place: not one that opens a tab, a window or a download.
pub fn is_plain(event: &leptos::ev::MouseEvent) -> bool {
    !(event.default_prevented()
        || event.button() != 0
        || event.meta_key()
        || event.ctrl_key()
        || event.shift_key()
        || event.alt_key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_and_told_apart() {
        let mut address = "usage".to_owned();
        append(&mut address, "group", "region,Zürich & co");
        append(&mut address, "window", "60");
        assert_eq!(address, "usage?group=region,Z%C3%BCrich%20%26%20co&window=60");
        let read = [("group", "region,Zürich & co"), ("window", "60")];
        assert_eq!(parameters(&address), read.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
