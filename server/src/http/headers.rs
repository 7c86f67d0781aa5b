//! Security headers: what a browser may do with an answer. Each is a string with a test.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Why a page was refused, for developers.
pub const REFUSAL: HeaderName = HeaderName::from_static("x-inlay-refusal");

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The policy of every answer that is not a page: it may not be framed, and as a document it may load nothing.
const CLOSED: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Powerful features that a dashboard never needs.
const NO_FEATURES: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/// The content security policy of a page: only what carries this page's nonce runs, and only `origins` may frame it.
///
/// Modules that a script with the nonce imports carry it along, so no `'strict-dynamic'` is needed.
pub fn content_security_policy(nonce: &str, origins: &[String]) -> String {
    let ancestors = match origins {
        [] => "'self'".to_owned(),
        origins => origins.join(" "),
    };
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'nonce-{nonce}' 'self'; \
         connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    )
}

/// The headers of an embed page.
pub fn page(nonce: &str, origins: &[String]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let policy = content_security_policy(nonce, origins);
    // An origin that is no header text would be a mistake of the configuration: then nobody may frame.
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(CLOSED));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A page that isolates itself (COEP) may frame only what says this.
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    headers
}

/// The headers of the style guide, which frames pages of this server and nothing else.
pub fn styleguide(nonce: &str) -> HeaderMap {
    let mut headers = page(nonce, &[]);
    let policy = format!("{}; frame-src 'self'", content_security_policy(nonce, &[]));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(CLOSED)),
    );
    headers
}

/// Gives every answer the headers that it does not have itself.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let defaults = [
        (header::CONTENT_SECURITY_POLICY, CLOSED),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (PERMISSIONS_POLICY, NO_FEATURES),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::{Router, body::Body, middleware, routing::get};
    use tower::ServiceExt as _;

    #[test]
    fn the_policy_of_a_page_is_exactly_this() {
        let origins = ["https://app.example.com".to_owned(), "https://*.example.org".to_owned()];
        assert_eq!(
            content_security_policy("AbC", &origins),
            "default-src 'none'; script-src 'nonce-AbC' 'wasm-unsafe-eval'; style-src 'nonce-AbC' 'self'; connect-src \
             'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors \
             https://app.example.com https://*.example.org"
        );
    }

    #[test]
    fn without_origins_only_the_server_itself_may_frame() {
        assert!(content_security_policy("AbC", &[]).ends_with("; frame-ancestors 'self'"));
    }

    #[test]
    fn an_origin_that_breaks_the_header_closes_the_page() {
        let headers = page("AbC", &["https://a\r\nset-cookie: b".to_owned()]);
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], CLOSED);
        assert_eq!(headers.len(), 3);
    }

    #[tokio::test]
    async fn every_other_answer_is_closed() {
        let router: Router = Router::new()
            .route("/plain", get(|| async { "text" }))
            .route("/page", get(|| async { (page("AbC", &[]), "text") }))
            .layer(middleware::from_fn(secure));
        let headers = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap().headers().clone()
        };
        let plain = headers("/plain").await;
        assert_eq!(plain["content-security-policy"], CLOSED);
        assert_eq!(plain["cache-control"], "no-store");
        assert_eq!(plain["referrer-policy"], "no-referrer");
        assert_eq!(plain["x-content-type-options"], "nosniff");
        assert_eq!(plain["cross-origin-resource-policy"], "same-origin");
        assert_eq!(plain["permissions-policy"], NO_FEATURES);
        let page = headers("/page").await;
        assert!(page["content-security-policy"].to_str().unwrap().contains("'nonce-AbC'"));
        assert_eq!(page["cross-origin-resource-policy"], "cross-origin");
        assert_eq!(page["referrer-policy"], "no-referrer");
        assert_eq!(page.get_all("cache-control").iter().count(), 1);
    }
}
