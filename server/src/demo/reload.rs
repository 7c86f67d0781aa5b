//! For `cargo xtask dev`: the portal's page loads itself again once another server answers. Not in a release build.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::header,
    middleware,
    response::Response,
    routing::get,
};
use std::future::ready;
use uuid::Uuid;

/// Asks rather than holds a connection, which the old server would wait for before it ends.
const SCRIPT: &str = "<script>
let server;
setInterval(async () => {
  try {
    const now = await (await fetch('/server')).text();
    if (server && now !== server) location.reload();
    server = now;
  } catch {} // between two servers nobody answers
}, 500);
</script>
";

/// A portal whose pages watch for the next server.
pub(super) fn watching(portal: Router) -> Router {
    let server = Uuid::new_v4().to_string();
    portal.layer(middleware::map_response(with_script)).route("/server", get(move || ready(server.clone())))
}

async fn with_script(response: Response) -> Response {
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut page = to_bytes(body, usize::MAX).await.map(|page| page.to_vec()).unwrap_or_default();
    page.extend_from_slice(SCRIPT.as_bytes());
    Response::from_parts(parts, Body::from(page))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::{http::Request, response::Html};
    use tower::ServiceExt as _;

    async fn body(router: &Router, path: &str) -> String {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_page_asks_for_a_name_that_the_next_server_does_not_have() {
        let portal = || {
            Router::new()
                .route("/", get(|| async { Html("<p>") }))
                .route("/customers", get(|| async { "[]" }))
        };
        let (old, new) = (watching(portal()), watching(portal()));
        assert!(body(&old, "/").await.contains("fetch('/server')"));
        assert_eq!(body(&old, "/customers").await, "[]");
        assert_eq!(body(&old, "/server").await, body(&old, "/server").await);
        assert_ne!(body(&old, "/server").await, body(&new, "/server").await);
    }
}
