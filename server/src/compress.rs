//! Compresses pages for the browsers that say they can read it: brotli, else gzip.

use crate::assets::{accepted, accepts};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::io::Write;

/// Beyond this a page would be a mistake.
const MAX_PAGE: usize = 16 * 1024 * 1024;

/// Effort of brotli, out of 11: more would cost more time than it saves on the wire.
const BROTLI_QUALITY: u32 = 5;

/// Compresses the answer by the request's `accept-encoding`.
pub async fn page(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    text(&headers, next.run(request).await).await
}

/// Compresses an answer for the sender of these headers.
pub async fn text(asked: &HeaderMap, response: Response) -> Response {
    let accepted = accepted(asked);
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_PAGE).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let (encoding, compressed) = if accepts(&accepted, "br") {
        ("br", brotli(&bytes))
    } else if accepts(&accepted, "gzip") {
        ("gzip", gzip(&bytes))
    } else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    match compressed {
        Ok(compressed) => {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(compressed))
        }
        Err(_) => Response::from_parts(parts, Body::from(bytes)),
    }
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4_096, BROTLI_QUALITY, 20);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    writer.write_all(bytes)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::{Router, middleware, routing::get};
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_page_is_compressed_as_the_browser_accepts() {
        let text = "<p>usage</p>".repeat(1_000);
        let body = text.clone();
        let router: Router =
            Router::new().route("/", get(move || async { body })).layer(middleware::from_fn(page));
        for (accepted, encoding) in
            [("gzip, br", Some("br")), ("gzip", Some("gzip")), ("br;q=0", None), ("", None)]
        {
            let request = Request::get("/").header("accept-encoding", accepted).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let given =
                response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(given.as_deref(), encoding, "{accepted}");
            assert_eq!(response.headers()["vary"], "accept-encoding");
            let bytes = to_bytes(response.into_body(), MAX_PAGE).await.unwrap();
            let mut plain = Vec::new();
            match encoding {
                Some("br") => brotli::BrotliDecompress(&mut bytes.as_ref(), &mut plain).unwrap(),
                Some(_) => flate2::write::GzDecoder::new(&mut plain).write_all(&bytes).unwrap(),
                None => plain = bytes.to_vec(),
            }
            assert_eq!(plain, text.as_bytes(), "{accepted}");
            assert_eq!(bytes.len() < 500, encoding.is_some());
        }
    }
}
