//! The reference for people, `/docs`: one page of HTML, made of the OpenAPI document and the rules beside the code.
//!
//! It needs no script and no other file: the browser's own search covers all of it.

mod call;
mod fields;
mod layout;
mod markdown;
mod operation;
mod sample;

pub use layout::page;

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// The style sheet: the tokens of the dashboards, and what a reference needs besides.
const STYLE: &str = concat!(
    include_str!("../../../style/tokens.css"),
    include_str!("style/text.css"),
    include_str!("style/contents.css"),
    include_str!("style/call.css"),
    include_str!("style/media.css"),
);

/// The content security policy: no script, no load, and this style sheet alone, by its hash.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

/// The headers of the page.
pub fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers
}
