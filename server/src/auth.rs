//! Who is calling: extractors whose presence in a signature states the permission.

use crate::{
    AppState, Error, Result, client, clock, db,
    embed_url::{InvalidToken, Keys, Session, viewer_key},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use chrono::{DateTime, Utc};
use std::hash::{Hash, Hasher};
use uuid::Uuid;

/// An integrator with a valid API token. A token of scope `read` reaches GET and the reading POSTs only.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The public part of the token, for logs.
    pub token_id: String,
    /// False for a token of scope `read`.
    pub can_write: bool,
}

/// Proof that the caller may read one customer. Only this file makes one, and only queries take the customer out of it.
/// Two are equal where the customer is the same.
#[derive(Clone, Copy, Debug)]
pub struct CustomerAccess(Uuid, Pass);

/// What a revocation can meet of a caller: the query that finds the customer asks whether one did. Nothing of an
/// operator.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pass {
    /// The session.
    pub(crate) session_id: Option<Uuid>,
    /// Who reads, by [`viewer_key`].
    pub(crate) viewer: Option<Uuid>,
    /// The number of the last revocation that does not count.
    pub(crate) seen: Option<i64>,
    /// Where there is no such number: from when on revocations count.
    pub(crate) valid_from: Option<DateTime<Utc>>,
}

impl CustomerAccess {
    /// The customer that may be read, for the parameters of queries.
    pub(crate) fn customer_id(self) -> Uuid {
        self.0
    }

    /// What a revocation can meet, for the parameters of queries.
    pub(crate) fn pass(self) -> Pass {
        self.1
    }
}

impl PartialEq for CustomerAccess {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for CustomerAccess {}

impl Hash for CustomerAccess {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Operator {
    /// An operator may read any customer.
    pub fn access(&self, customer_id: Uuid) -> CustomerAccess {
        CustomerAccess(customer_id, Pass::default())
    }

    /// Refuses a token of scope `read`.
    pub fn require_write(&self) -> Result<()> {
        if self.can_write {
            return Ok(());
        }
        Err(Error::Forbidden(
            "this API token may only read: make one that may write, by inlay token create --scope write"
                .to_owned(),
        ))
    }
}

/// Somebody who reads an embedded dashboard: the holder of a valid session token of one customer.
#[derive(Clone, Debug)]
pub struct Reader(Session);

impl Reader {
    /// The reader behind the token of an address.
    ///
    /// # Errors
    /// When no key signed the token as it is, or its time is over.
    pub(crate) fn by_address(keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Self, InvalidToken> {
        keys.verify_address(token, now).map(Self)
    }

    /// The reader behind the token of an embeddable URL, and of nothing else.
    ///
    /// # Errors
    /// As [`Reader::by_address`].
    pub(crate) fn by_url(keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Self, InvalidToken> {
        keys.verify_embed(token, now).map(Self)
    }

    /// The reader behind a session token.
    ///
    /// # Errors
    /// As [`Reader::by_address`].
    pub(crate) fn by_session(keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Self, InvalidToken> {
        keys.verify_session(token, now).map(Self)
    }

    /// What the token grants.
    pub fn session(&self) -> &Session {
        &self.0
    }

    /// A reader may read the one customer of the token; what of it, a `Viewer` says.
    pub(crate) fn access(&self) -> CustomerAccess {
        let Session { grant, id, seen, valid_from, .. } = &self.0;
        let viewer = grant.viewer_id().map(viewer_key);
        let pass = Pass { session_id: Some(*id), viewer, seen: *seen, valid_from: Some(*valid_from) };
        CustomerAccess(grant.customer_id, pass)
    }
}

/// Either of the two: what calls take that read one customer. What of it they may see, a `Viewer` says.
#[derive(Clone, Debug)]
pub enum Caller {
    /// An integrator, by an API token.
    Operator(Operator),
    /// A reader of an embedded dashboard, by a session token.
    Reader(Box<Reader>),
}

/// The one answer for a customer that does not exist and for one that the caller may not read. Every call about a
/// customer answers it, so that the two cannot be told apart.
pub fn no_such_customer() -> Error {
    Error::NotFound("the customer")
}

/// The one answer to an operator for what an archived customer cannot have any more.
pub fn archived_customer() -> Error {
    Error::BadRequest(
        "the customer is archived: it has no dashboards, and its plans cannot be changed any more".to_owned(),
    )
}

/// The bearer credential of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Marks a request to a POST that only reads, open to tokens of scope `read`: the route table puts it there for the calls
/// that say so of themselves.
#[derive(Clone, Copy, Debug)]
pub struct OnlyReads;

/// The operator behind the API token of a request; `None` when it has none, or one that lets nobody in.
///
/// # Errors
/// 429 after too many failed tries from where it comes.
pub(crate) async fn authenticate(state: &AppState, parts: &Parts) -> Result<Option<Operator>> {
    let Some(token) = bearer(&parts.headers) else { return Ok(None) };
    let address = client::address(&parts.headers, &parts.extensions, state.settings.proxies);
    state.throttle.may_try(address, token)?;
    let operator = db::api_token::authenticate(&state.pool, token, clock::now()).await?;
    state.throttle.tried(address, token, operator.is_some());
    Ok(operator)
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let operator = authenticate(state, parts).await?.ok_or(Error::Unauthorized)?;
        state.throttle.count(&operator.token_id)?;
        let reads = parts.method == Method::GET || parts.extensions.get::<OnlyReads>().is_some();
        if !reads {
            operator.require_write()?;
        }
        Ok(operator)
    }
}

impl FromRequestParts<AppState> for Reader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let token = bearer(&parts.headers).ok_or(Error::Unauthorized)?;
        let now = clock::now();
        let reader = Self::by_session(&state.keys, token, now).map_err(|_| Error::Unauthorized)?;
        state.sessions.used(reader.0.id, now);
        Ok(reader)
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        // Session tokens are JWTs: API tokens hold no dot.
        match bearer(&parts.headers) {
            Some(token) if token.contains('.') => {
                Reader::from_request_parts(parts, state).await.map(|reader| Self::Reader(Box::new(reader)))
            }
            _ => Operator::from_request_parts(parts, state).await.map(Self::Operator),
        }
    }
}
