//! How many requests are carried out at a time, so that no kind of them takes the connections and the memory of another:
//! calls of the API by their number, ingest by the bytes of its bodies. Pages and session tokens take turns in
//! [`crate::readers`], and what says how a server is takes no turn.

use crate::{AppState, Error, Result, auth::bearer, limits::MAX_BODY};
use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Bytes of the bodies of ingest at a time: about a second of work.
const BODIES: usize = 32 * 1024 * 1024;
/// What each body counts for at least: so that no more than 256 requests wait at a time.
const SMALLEST: usize = 128 * 1024;
/// Bytes that a permit stands for.
const UNIT: usize = 1024;

/// Fewest calls of the API at a time, where there are so many connections.
const FEWEST: usize = 4;

/// How long a request waits for its turn before it is a 503.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who may be carried out now.
#[derive(Clone, Debug)]
pub struct Admission {
    api: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

impl Admission {
    /// For a server of so many connections to the database: half of them are for calls of the API, the others for ingest,
    /// jobs and readiness.
    pub fn new(connections: u32) -> Self {
        let connections = connections as usize;
        let at_a_time = (connections / 2).max(FEWEST).min(connections.saturating_sub(1)).max(1);
        Self { api: Arc::new(Semaphore::new(at_a_time)), bodies: Arc::new(Semaphore::new(BODIES / UNIT)) }
    }

    /// The room that a request needs; `None` for one that takes no turn here.
    fn room(&self, request: &Request) -> Option<Room> {
        let (of, permits) = match request.uri().path() {
            "/v1/ingest" => (&self.bodies, body_size(request).div_ceil(UNIT)),
            path if path.starts_with("/v1/") && !is_of_reader(request) => (&self.api, 1),
            _ => return None,
        };
        Some(Room { of: of.clone(), permits: u32::try_from(permits).unwrap_or(u32::MAX) })
    }
}

/// Room that a request needs.
struct Room {
    of: Arc<Semaphore>,
    permits: u32,
}

impl Room {
    /// Waits for it, and has it until the permit is dropped.
    async fn take(self) -> Result<OwnedSemaphorePermit> {
        match timeout(PATIENCE, self.of.acquire_many_owned(self.permits)).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::Overloaded),
        }
    }
}

/// Bytes that a body counts for. One whose length is not said may have as many as are taken.
fn body_size(request: &Request) -> usize {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).unwrap_or(MAX_BODY).clamp(SMALLEST, MAX_BODY)
}

/// Whether the request comes with a session token, which is a JWT: API tokens hold no dot.
fn is_of_reader(request: &Request) -> bool {
    bearer(request.headers()).is_some_and(|token| token.contains('.'))
}

/// Lets a request in in its turn. Its body is not read before.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(room) = state.admission.room(&request) else { return next.run(request).await };
    match room.take().await {
        Ok(_turn) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;

    fn ingest(length: Option<usize>) -> Request {
        let mut request = Request::post("/v1/ingest");
        if let Some(length) = length {
            request = request.header(header::CONTENT_LENGTH, length);
        }
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn half_of_the_connections_are_for_calls_of_the_api_and_one_is_always_left() {
        for (connections, expected) in [(1, 1), (3, 2), (5, 4), (8, 4), (12, 6), (600, 300)] {
            assert_eq!(Admission::new(connections).api.available_permits(), expected, "{connections}");
        }
    }

    #[tokio::test]
    async fn bodies_take_the_room_that_they_may_need() {
        for (length, at_a_time) in [(Some(0), 256), (Some(1_000_000), 33), (Some(usize::MAX), 6), (None, 6)] {
            let admission = Admission::new(10);
            let mut turns = Vec::new();
            for _ in 0..at_a_time {
                turns.push(admission.room(&ingest(length)).unwrap().take().await.unwrap());
            }
            let left = admission.bodies.available_permits() * UNIT;
            assert!(left < body_size(&ingest(length)), "{length:?}: {left}");
            // Others have theirs.
            let call = Request::get("/v1/customers").body(Body::empty()).unwrap();
            admission.room(&call).unwrap().take().await.unwrap();
        }
    }

    #[tokio::test]
    async fn session_tokens_and_health_take_no_turn() {
        let admission = Admission::new(1);
        let call = |path: &str, token: &str| {
            let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
            request.body(Body::empty()).unwrap()
        };
        let of_api = || admission.room(&call("/v1/customers", "inlay_a")).unwrap().take();
        let _held = of_api().await.unwrap();
        assert!(admission.room(&call("/v1/customers/7/invoices", "a.b.c")).is_none());
        assert!(admission.room(&call("/readyz", "inlay_a")).is_none());
        assert!(matches!(of_api().await, Err(Error::Overloaded)), "after a second");
    }
}
