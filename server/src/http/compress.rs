//! Compresses answers for those that say they can read it: brotli, else gzip.

use crate::assets::{accepted, accepts};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};
use std::io::Write;

/// The most bytes of an answer that are read to compress it; a page is far smaller.
const MAX_PAGE: usize = 16 * 1024 * 1024;

/// Effort of brotli, out of 11, for a page of one reader: more would cost more time than it saves on the wire.
const BROTLI_QUALITY: u32 = 5;

/// For what is compressed once and sent to many.
const BROTLI_QUALITY_ONCE: u32 = 9;

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
        ("br", brotli(&bytes, BROTLI_QUALITY))
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

/// A text in all forms in which it is sent, made once.
#[derive(Debug)]
pub struct Compressed {
    plain: Bytes,
    brotli: Bytes,
    gzip: Bytes,
    /// Known by its content, in whichever form.
    tag: HeaderValue,
}

impl Compressed {
    /// Compresses it.
    ///
    /// # Errors
    /// When that fails, which it does not for want of anything but memory.
    pub fn new(text: Vec<u8>) -> std::io::Result<Self> {
        let tag = format!("W/\"{}\"", &hex::encode(Sha256::digest(&text))[..32]);
        Ok(Self {
            brotli: brotli(&text, BROTLI_QUALITY_ONCE)?.into(),
            gzip: gzip(&text)?.into(),
            tag: HeaderValue::try_from(tag).map_err(std::io::Error::other)?,
            plain: text.into(),
        })
    }

    /// The answer to the sender of these headers: 304 when it has this text, else the smallest form that it takes.
    pub fn answer(&self, asked: &HeaderMap) -> Response {
        let accepted = accepted(asked);
        let mut response = if self.is_known(asked) {
            StatusCode::NOT_MODIFIED.into_response()
        } else if accepts(&accepted, "br") {
            ([(header::CONTENT_ENCODING, "br")], self.brotli.clone()).into_response()
        } else if accepts(&accepted, "gzip") {
            ([(header::CONTENT_ENCODING, "gzip")], self.gzip.clone()).into_response()
        } else {
            self.plain.clone().into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::ETAG, self.tag.clone());
        // It may be kept, and is asked for again by its tag.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    fn is_known(&self, asked: &HeaderMap) -> bool {
        let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let own = self.tag.to_str().map(strong).unwrap_or_default();
        let lines = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).any(|tag| tag.trim() == "*" || strong(tag) == own)
    }
}

fn brotli(bytes: &[u8], quality: u32) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4_096, quality, 20);
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
