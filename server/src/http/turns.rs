//! Lets each request in in its turn, before anything of its body is read: calls of the API, and ingest.

use crate::{AppState, auth::bearer, limits::MAX_BODY};
use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// What a request takes its turn among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Calls of the API.
    Call,
    /// Ingest, with a body of so many bytes.
    Ingest(usize),
    /// Nothing here: readers have turns of their own, and who asks how the server is must hear it.
    Free,
}

impl Class {
    fn of(request: &Request) -> Self {
        match request.uri().path() {
            "/v1/ingest" => Self::Ingest(body_size(request)),
            path if path.starts_with("/v1/") && !is_of_reader(request) => Self::Call,
            _ => Self::Free,
        }
    }
}

/// Bytes that a body may have. One whose length is not said may have as many as are taken.
fn body_size(request: &Request) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).unwrap_or(MAX_BODY).min(MAX_BODY)
}

/// Whether the request comes with a session token, which is a JWT: API tokens hold no dot.
fn is_of_reader(request: &Request) -> bool {
    bearer(request.headers()).is_some_and(|token| token.contains('.'))
}

/// Lets a request in in its turn.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let turn = match Class::of(&request) {
        Class::Call => state.admission.call().await,
        Class::Ingest(bytes) => state.admission.body(bytes).await,
        Class::Free => return next.run(request).await,
    };
    match turn {
        Ok(_turn) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;

    #[test]
    fn requests_are_told_apart() {
        for (path, token, length, expected) in [
            ("/v1/customers", "inlay_a", None, Class::Call),
            ("/v1/customers/7/invoices", "inlay_a", None, Class::Call),
            ("/v1/customers/7/invoices", "a.b.c", None, Class::Free),
            ("/v1/ingest", "inlay_a", Some("7000"), Class::Ingest(7_000)),
            ("/v1/ingest", "a.b.c", Some("7000000000"), Class::Ingest(MAX_BODY)),
            ("/v1/ingest", "inlay_a", None, Class::Ingest(MAX_BODY)),
            ("/readyz", "inlay_a", None, Class::Free),
            ("/embed/usage", "", None, Class::Free),
        ] {
            let mut request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
            if let Some(length) = length {
                request = request.header(header::CONTENT_LENGTH, length);
            }
            assert_eq!(Class::of(&request.body(Body::empty()).unwrap()), expected, "{path} {token}");
        }
    }
}
