//! Who is calling: extractors whose presence in a signature states the permission.

use crate::{AppState, Error, Result, clock, db};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use uuid::Uuid;

/// An integrator with a valid API token. A token of scope `read` reaches GET and the reading POSTs only.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The public part of the token, for logs.
    pub token_id: String,
    /// False for a token of scope `read`.
    pub can_write: bool,
}

/// Proof that the caller may read one customer. Only this file makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerAccess(Uuid);

impl CustomerAccess {
    /// The customer that may be read.
    pub fn customer_id(self) -> Uuid {
        self.0
    }
}

impl Operator {
    /// An operator may read any customer.
    pub fn access(&self, customer_id: Uuid) -> CustomerAccess {
        CustomerAccess(customer_id)
    }

    /// Refuses a token of scope `read`.
    pub fn require_write(&self) -> Result<()> {
        if self.can_write {
            return Ok(());
        }
        Err(Error::Forbidden("this API token may only read: create one with --scope write".to_owned()))
    }
}

/// The bearer credential of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// POSTs that only read, open to tokens of scope `read`.
const READING_POSTS: [&str; 4] =
    ["/v1/usage", "/v1/usage/groups", "/v1/events/search", "/v1/dashboards/getEmbeddableUrl"];

impl FromRequestParts<AppState> for Operator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let token = bearer(&parts.headers).ok_or(Error::Unauthorized)?;
        let operator = db::api_token::authenticate(&state.pool, token, clock::now())
            .await?
            .ok_or(Error::Unauthorized)?;
        let reads = parts.method == Method::GET || READING_POSTS.contains(&parts.uri.path());
        if !reads {
            operator.require_write()?;
        }
        Ok(operator)
    }
}
