//! The files a browser loads: carried in the binary, compressed beforehand, named by their content.

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// How the paths of files begin that pages of other origins load: the host's side of a frame.
const FOR_HOSTS: &str = "/embed.";

/// One file, in the forms it can be sent.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    /// Its name changes with its content, so it may be kept forever.
    hashed: bool,
    identity: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

/// URL paths of the client, for the head of a page; empty strings when the server was built without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// What the invoices dashboard loads.
    pub invoices: Bundle,
    /// What the usage dashboard loads.
    pub usage: Bundle,
    /// The style sheet of pages that are no dashboard.
    pub css: &'static str,
    /// The script by which a page talks to the page around its frame.
    pub frame: &'static str,
}

/// The app of one dashboard, and its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The JavaScript module: `init({ module_or_path: wasm })`, then `hydrate()`.
    pub js: &'static str,
    /// The WASM it loads.
    pub wasm: &'static str,
    /// The style sheet; pages carry its text.
    pub css: &'static str,
}

/// Where the client is served.
pub fn site() -> Site {
    SITE
}

/// The text of a style sheet; empty when the server was built without a client.
pub fn style(css: &str) -> &'static str {
    let sheet = ASSETS.iter().find(|asset| asset.path == css);
    sheet.and_then(|asset| std::str::from_utf8(asset.identity).ok()).unwrap_or_default()
}

/// Serves `/pkg/…` and the few files that live at the root of the host.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let at_root = ASSETS.iter().filter(|asset| !asset.hashed);
    at_root.fold(Router::new().route("/pkg/{*path}", get(serve)), |router, asset| {
        router.route(asset.path, get(serve))
    })
}

async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    match ASSETS.iter().find(|asset| asset.path == uri.path()) {
        Some(asset) => respond(asset, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn respond(asset: &Asset, headers: &HeaderMap) -> Response {
    let (encoding, body) = choose(asset, &accepted(headers));
    let cache = if asset.hashed { "public, max-age=31536000, immutable" } else { "public, max-age=86400" };
    let mut response = body.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if asset.path.starts_with(FOR_HOSTS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        answer.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    }
    response
}

/// All `accept-encoding` lines as one list.
pub(crate) fn accepted(headers: &HeaderMap) -> String {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.collect::<Vec<_>>().join(",")
}

/// The smallest encoding that the client accepts: brotli, else gzip, else the file as it is, which is also sent to a
/// client that refuses it (no 406).
fn choose(asset: &Asset, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
    match (asset.br, asset.gz) {
        (Some(br), _) if accepts(accepted, "br") => (Some("br"), br),
        (_, Some(gz)) if accepts(accepted, "gzip") => (Some("gzip"), gz),
        _ => (None, asset.identity),
    }
}

/// Whether a coding is listed, or stood for by `*`, with a weight above zero.
pub(crate) fn accepts(accepted: &str, coding: &str) -> bool {
    let weight_of = |wanted: &str| {
        accepted.split(',').find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
            named.then(|| {
                parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q="))).unwrap_or("1")
            })
        })
    };
    let weight = weight_of(coding).or_else(|| weight_of("*")).unwrap_or("0");
    weight.bytes().any(|digit| matches!(digit, b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    static SCRIPT: Asset = Asset {
        path: "/pkg/a-01234567.js",
        content_type: "text/javascript; charset=utf-8",
        hashed: true,
        identity: b"identity",
        br: Some(b"br"),
        gz: Some(b"gz"),
    };

    fn encoding(accepted: &str) -> Option<&'static str> {
        choose(&SCRIPT, accepted).0
    }

    #[test]
    fn brotli_goes_before_gzip_whatever_the_order() {
        assert_eq!(encoding("gzip, deflate, br"), Some("br"));
        assert_eq!(encoding("BR;q=0.1, gzip;q=1"), Some("br"));
    }

    #[test]
    fn gzip_goes_to_those_without_brotli() {
        assert_eq!(encoding("gzip"), Some("gzip"));
        assert_eq!(encoding("br;q=0, gzip"), Some("gzip"));
        assert_eq!(encoding("br; q=0.000, *"), Some("gzip"));
    }

    #[test]
    fn the_file_as_it_is_goes_to_everybody_else() {
        assert_eq!(choose(&SCRIPT, ""), (None, b"identity".as_slice()));
        assert_eq!(encoding("zstd, deflate"), None);
        assert_eq!(encoding("*;q=0"), None);
        assert_eq!(encoding("identity;q=0"), None);
    }

    #[test]
    fn a_star_stands_for_brotli() {
        assert_eq!(encoding("*"), Some("br"));
        assert_eq!(encoding("gzip;q=0.5, *;q=0.1"), Some("br"));
    }

    #[test]
    fn a_file_without_copies_is_sent_as_it_is() {
        let bare = Asset { path: "/robots.txt", br: None, gz: None, hashed: false, ..SCRIPT };
        assert_eq!(choose(&bare, "br, gzip"), (None, b"identity".as_slice()));
    }

    #[test]
    fn answers_say_what_they_vary_by_and_how_long_they_last() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        let response = respond(&SCRIPT, &headers);
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[header::VARY], "accept-encoding");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    }

    #[test]
    fn pages_of_every_origin_may_load_what_is_for_hosts_and_nothing_else() {
        for (path, policy) in [
            ("/embed.js", Some("cross-origin")),
            ("/embed.d.ts", Some("cross-origin")),
            ("/robots.txt", None),
        ] {
            let file = Asset { path, hashed: false, ..SCRIPT };
            let headers = respond(&file, &HeaderMap::new()).headers().clone();
            let sent = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(sent("cross-origin-resource-policy").as_deref(), policy, "{path}");
            assert_eq!(sent("access-control-allow-origin").as_deref(), policy.map(|_| "*"), "{path}");
        }
    }

    #[tokio::test]
    async fn every_file_of_the_bundle_is_served_and_nothing_else() {
        let router: Router = router();
        for path in ASSETS.iter().map(|asset| asset.path) {
            for method in ["GET", "HEAD"] {
                let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
                let response = router.clone().oneshot(request).await.unwrap();
                assert_eq!(response.status(), StatusCode::OK, "{method} {path}");
            }
        }
        let request = Request::builder().uri("/pkg/../Cargo.toml").body(Body::empty()).unwrap();
        assert_eq!(router.oneshot(request).await.unwrap().status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_site_names_files_that_are_there() {
        let Site { invoices, usage, css, frame } = site();
        let bundles = [invoices, usage].map(|Bundle { js, wasm, css }| [js, wasm, css]);
        let paths = bundles.as_flattened().iter().chain([&css, &frame]);
        for path in paths.filter(|path| !path.is_empty()) {
            assert!(ASSETS.iter().any(|asset| asset.path == *path), "{path}");
        }
    }
}
