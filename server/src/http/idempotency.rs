//! `Idempotency-Key`: a POST that is sent again with its key is not carried out again, but answered as before.
//!
//! What is guaranteed: the transaction that carries a call out also marks its key, so after a crash both are there or
//! neither. Without the mark, the next try carries the call out. With it, the call is never carried out again; if the
//! server ended in the moment between commit and keeping the answer, the next try is told so with a 409. Ingest leaves no
//! mark, as its transactions are those of several requests: each event has a key of its own, by which it counts once.
//!
//! What is kept: a hash of the request, and the answer. Calls that only read are left alone, `getEmbeddableUrl` among
//! them: nothing is gained by keeping their answers, and a URL with a token in it must not lie in the database.

use crate::{
    AppState, Error,
    auth::authenticate,
    client::CLIENT,
    clock,
    db::{
        self, Claim,
        idempotency::{Answer, KeyState},
    },
    error::{REQUEST_ID, chain},
    limits::MAX_BODY,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

/// The header with the caller's key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer is one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Letters of a key at most.
const LONGEST: usize = 255;

/// Answers a POST with a key from what is kept, or carries it out and keeps the answer. The routes of POSTs that only read
/// do not have it.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let applies = request.method() == Method::POST
        && request.headers().contains_key(&IDEMPOTENCY_KEY)
        && request.uri().path().starts_with("/v1/");
    if !applies {
        return next.run(request).await;
    }
    match answer(state, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn answer(state: AppState, request: Request, next: Next) -> crate::Result<Response> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let now = clock::now();
    // Whoever has no good token is refused behind this, in the one place that does so.
    let Some(operator) = authenticate(&state, &parts).await? else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| Error::body_too_large())?;
    let hash = hash(&parts, &bytes);
    match db::idempotency::claim(&state.pool, &operator.token_id, &key, &hash, now).await? {
        KeyState::Claimed(claim) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            Ok(carry_out(state, claim, request, next).await?)
        }
        KeyState::Answered(answer) => Ok(replay(answer)),
        KeyState::OtherRequest => Err(Error::Conflict(
            "Idempotency-Key: it was used with another request in the last 24 hours; make a new key for each call, and \
             send it again only with the same body"
                .to_owned(),
        )),
        KeyState::AnswerLost => Err(Error::Conflict(
            "Idempotency-Key: the call was carried out, but the server ended before its answer was kept; look for what \
             it made before you send it with a new key"
                .to_owned(),
        )),
        KeyState::Running => Err(Error::Busy(
            "Idempotency-Key: the call with this key is still being carried out; send it again in a second".to_owned(),
        )),
    }
}

fn key(headers: &HeaderMap) -> crate::Result<String> {
    let value = headers.get(&IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if value.is_empty() || value.len() > LONGEST || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = format!("must have 1 to {LONGEST} visible ASCII characters, such as a UUID");
        return Err(Error::field("Idempotency-Key", problem));
    }
    Ok(value.to_owned())
}

fn hash(parts: &Parts, body: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(parts.method.as_str());
    hash.update([0]);
    hash.update(parts.uri.path_and_query().map_or("", |path| path.as_str()));
    hash.update([0]);
    hash.update(body);
    hash.finalize().to_vec()
}

/// Runs the call in a task of its own: a client that hangs up is the very one that will ask again.
async fn carry_out(state: AppState, claim: Claim, request: Request, next: Next) -> crate::Result<Response> {
    let request_id = REQUEST_ID.try_with(Clone::clone).unwrap_or_default();
    let client = CLIENT.try_with(Clone::clone).unwrap_or_default();
    let work = async move {
        let response = db::under(claim.clone(), next.run(request)).await;
        keep(&state, &claim, response).await
    };
    let task = tokio::spawn(CLIENT.scope(client, REQUEST_ID.scope(request_id, work)).in_current_span());
    task.await.map_err(|error| Error::Internal(format!("a call did not run to its end: {error}")))?
}

/// Keeps a good answer. A refusal has changed nothing: its key is free again, for the corrected call.
async fn keep(state: &AppState, claim: &Claim, response: Response) -> crate::Result<Response> {
    if !response.status().is_success() {
        if let Err(error) = db::idempotency::release(&state.pool, claim).await {
            // It frees itself when its lease ends.
            tracing::warn!(error = %chain(&error), "an idempotency key was not released");
        }
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|error| Error::Internal(error.to_string()))?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let answer = Answer {
        status: i16::try_from(parts.status.as_u16()).unwrap_or(200),
        content_type: content_type.map(str::to_owned),
        body: body.to_vec(),
    };
    if let Err(error) = db::idempotency::keep(&state.pool, claim, &answer).await {
        tracing::error!(error = %chain(&error), "the answer of an idempotency key was not kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replay(answer: Answer) -> Response {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = (status.unwrap_or(StatusCode::OK), answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if let Some(value) = answer.content_type.and_then(|value| HeaderValue::try_from(value).ok()) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
