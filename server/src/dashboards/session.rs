//! The session of a page: what a request comes with, and the tokens that an open page goes on with.

use super::{embed_error::EmbedError, framing};
use crate::{
    AppState, Error, Result, audit,
    auth::{Reader, bearer, no_such_customer},
    clock,
    db::{self, dashboard_session::NewSession},
    embed_url::{InvalidToken, Session, viewer_key},
    error::chain,
    metrics::SessionEvent,
    readers::ReadPool,
    session_log::Noted,
    viewer::Viewer,
};
use axum::{Json, extract::State, http::HeaderMap};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::time::Duration;
use tokio::time::timeout;

/// How long an answer waits until its session is noted, which happens while the page is read.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a request for a page comes with.
#[derive(Clone, Copy)]
pub(super) enum Credential<'a> {
    /// The token of an embeddable URL or of a link, in the address.
    Address(&'a str),
    /// A session token, in `Authorization` or in the body of a form.
    Session(&'a str),
    /// Nothing.
    None,
}

impl<'a> Credential<'a> {
    /// The token of the address or, where there is none, that of the header.
    pub(super) fn of_page(token: Option<&'a str>, headers: &'a HeaderMap) -> Self {
        let session = || bearer(headers).map_or(Self::None, Self::Session);
        token.filter(|token| !token.is_empty()).map_or_else(session, Self::Address)
    }

    /// What is wrong with one that is not good.
    fn refusal(self, state: &AppState, now: DateTime<Utc>) -> EmbedError {
        match self {
            Self::None => EmbedError::Missing,
            Self::Address(token) | Self::Session(token) if state.keys.has_expired(token, now) => {
                EmbedError::Expired
            }
            Self::Address(_) | Self::Session(_) => EmbedError::Invalid,
        }
    }
}

/// A page that may be shown: who reads it, what it is read by, and the tokens that go on.
pub(super) struct EmbedSession {
    pub(super) session: Session,
    pub(super) viewer: Viewer,
    pub(super) pool: ReadPool,
    pub(super) tokens: Tokens,
    /// Tells when a session that begins is noted.
    pub(super) noted: Option<Noted>,
    pub(super) now: DateTime<Utc>,
}

/// What an open page goes on with.
#[derive(Serialize)]
pub(super) struct Tokens {
    /// The session token, for the `Authorization` of its requests.
    pub(super) token: String,
    /// The link token, for the addresses on it.
    pub(super) link: String,
    /// Seconds until the first of the two ends.
    pub(super) expires_in: u32,
}

impl Tokens {
    fn sign(state: &AppState, session: &Session, now: DateTime<Utc>) -> Result<Self, InvalidToken> {
        let (token, link) = (state.keys.sign_session(session, now)?, state.keys.sign_link(session, now)?);
        let left = (token.expires_at.min(link.expires_at) - now).num_seconds();
        let expires_in = u32::try_from(left).unwrap_or_default();
        Ok(Self { token: token.token, link: link.token, expires_in })
    }
}

pub(super) async fn open(
    state: &AppState,
    credential: Credential<'_>,
    headers: &HeaderMap,
) -> Result<EmbedSession, EmbedError> {
    let now = clock::now();
    let reader = match credential {
        Credential::Address(token) => Reader::by_address(&state.keys, token, now),
        Credential::Session(token) => Reader::by_session(&state.keys, token, now),
        Credential::None => Err(InvalidToken),
    };
    let reader = reader.map_err(|_| credential.refusal(state, now))?;
    let session = reader.session().clone();
    let tokens = Tokens::sign(state, &session, now).map_err(|_| EmbedError::Expired)?;
    let rules = &session.grant.config.rules;
    if let Some(refusal) = framing::refusal(state, rules, headers) {
        state.sessions.refused(refusal, now);
    }
    let viewer = Viewer::reader(&reader);
    let pool = state.readers.turn(viewer.customer()).await.map_err(|error| unavailable(&error))?;
    let mut noted = note(state, &session, now);
    if rules.single_use
        && let Some(noted) = noted.take()
    {
        match is_noted(noted).await {
            Ok(true) => {}
            Ok(false) => return Err(EmbedError::Used),
            Err(error) => return Err(unavailable(&error)),
        }
    }
    // The token of an embeddable URL begins a session, any other goes on with one.
    if session.url_id.is_some() {
        state.metrics.session(SessionEvent::Opened);
    }
    Ok(EmbedSession { session, viewer, pool, tokens, noted, now })
}

fn unavailable(error: &Error) -> EmbedError {
    tracing::warn!(error = %chain(error), "a page was turned away");
    EmbedError::Unavailable
}

/// Has a session that begins noted, and that another is used.
fn note(state: &AppState, session: &Session, now: DateTime<Utc>) -> Option<Noted> {
    let Some(url_id) = session.url_id else {
        state.sessions.used(session.id, now);
        return None;
    };
    let grant = &session.grant;
    let viewer_id = grant.viewer_id();
    Some(state.sessions.opened(NewSession {
        id: session.id,
        customer_id: grant.customer_id,
        dashboard: grant.config.dashboard.as_str().to_owned(),
        viewer_id: viewer_id.map(str::to_owned),
        viewer_key: viewer_id.map(viewer_key),
        url_id,
        is_single_use: grant.config.rules.single_use,
        seen: session.seen,
        valid_from: session.valid_from,
        opened_at: now,
    }))
}

/// Waits until a session is noted; false where its URL opens once and was opened before.
///
/// # Errors
/// When it cannot be noted.
pub(super) async fn is_noted(noted: Noted) -> Result<bool> {
    let away = || Error::Unavailable(sqlx::Error::PoolTimedOut);
    timeout(PATIENCE, noted).await.map_err(|_| away())?.map_err(|_| away())?
}

/// New tokens for a session that still holds.
pub(super) async fn renew(State(state): State<AppState>, reader: Reader) -> Result<Json<Tokens>> {
    let tokens = go_on(&state, &reader).await?;
    state.metrics.session(SessionEvent::Renewed);
    audit::renewed(&state, reader.session());
    Ok(Json(tokens))
}

/// A new session for an open page, by the token of another embeddable URL. In the body is the session token that the
/// page has, which may have expired: one page shows one dashboard of one customer.
pub(super) async fn reopen(
    State(state): State<AppState>,
    headers: HeaderMap,
    own: String,
) -> Result<Json<Tokens>> {
    let now = clock::now();
    let reader = bearer(&headers).and_then(|token| Reader::by_url(&state.keys, token, now).ok());
    let reader = reader.filter(|reader| state.keys.is_of_page(&own, reader.session()));
    let reader = reader.ok_or(Error::Unauthorized)?;
    let tokens = go_on(&state, &reader).await?;
    if let Some(noted) = note(&state, reader.session(), now)
        && !is_noted(noted).await?
    {
        return Err(refused(&state, &reader, &EmbedError::Used));
    }
    state.metrics.session(SessionEvent::Reopened);
    audit::renewed(&state, reader.session());
    Ok(Json(tokens))
}

async fn go_on(state: &AppState, reader: &Reader) -> Result<Tokens> {
    let viewer = Viewer::reader(reader);
    let pool = state.readers.turn(viewer.customer()).await?;
    let customer = match db::customer::find(&pool, viewer.customer()).await {
        Err(Error::Unauthorized) => return Err(refused(state, reader, &EmbedError::Revoked)),
        found => found?,
    };
    if customer.archived_at.is_some() {
        return Err(no_such_customer());
    }
    Tokens::sign(state, reader.session(), clock::now()).map_err(|_| Error::Unauthorized)
}

/// Logs that a page does not go on, and why; the page is only told that it does not.
fn refused(state: &AppState, reader: &Reader, refusal: &EmbedError) -> Error {
    let (reason, _) = refusal.reason();
    audit::not_renewed(state, reader.session(), reason);
    Error::Unauthorized
}
