//! Who may frame a page, and what is known of who does.

use crate::{
    AppState,
    db::allowed_origin::Refusal,
    origins::{admit, narrowed, of_page},
};
use app::embed::{RefusedBy, UrlRules};
use axum::http::{HeaderMap, header};

/// The origins that may frame a page: of those that the server allows the ones that its URL names, or all.
pub(super) fn allowed(state: &AppState, rules: Option<&UrlRules>) -> Vec<String> {
    let server = state.origins.beside(&state.settings.allowed_origins);
    narrowed(rules.map(|rules| rules.allowed_origins.as_slice()).unwrap_or_default(), &server)
}

/// The frame that the browser is going to refuse, as far as the request tells: the page around it is known by its
/// `Referer`, which it may keep to itself.
pub(super) fn refusal(state: &AppState, rules: &UrlRules, headers: &HeaderMap) -> Option<Refusal> {
    let origin = parent(headers)?;
    let server = state.origins.beside(&state.settings.allowed_origins);
    let refused_by = match admit(&server, &origin) {
        false => RefusedBy::Server,
        true if admit(&narrowed(&rules.allowed_origins, &server), &origin) => return None,
        true => RefusedBy::Url,
    };
    Some(Refusal { origin, refused_by })
}

/// The origin of the page of another origin around the frame that is loaded.
fn parent(headers: &HeaderMap) -> Option<String> {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_frame = ["iframe", "frame", "embed", "object"].contains(&value("sec-fetch-dest")?);
    let is_foreign = ["cross-site", "same-site"].contains(&value("sec-fetch-site")?);
    let referer = value(header::REFERER.as_str()).filter(|_| is_frame && is_foreign)?;
    of_page(referer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn a_page_of_another_origin_is_known_by_its_referer() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            pairs.collect::<HeaderMap>()
        };
        let (frame, foreign) = (("sec-fetch-dest", "iframe"), ("sec-fetch-site", "cross-site"));
        let referer = ("referer", "https://app.example.com/billing?a");
        let known = parent(&headers(&[frame, foreign, referer]));
        assert_eq!(known.as_deref(), Some("https://app.example.com"));
        for unknown in [
            &[frame, foreign][..],
            &[frame, referer],
            &[foreign, referer],
            &[frame, ("sec-fetch-site", "same-origin"), referer],
            &[("sec-fetch-dest", "document"), foreign, referer],
            &[frame, foreign, ("referer", "about:client")],
        ] {
            assert_eq!(parent(&headers(unknown)), None, "{unknown:?}");
        }
    }
}
