//! Signs and verifies embed, session and link tokens; the only user of the signing keys.
//!
//! All are strict JWTs. The first part of a token must equal, byte for byte, the header that one of our keys writes:
//! so the algorithm, the type and the key all come from the key record and nothing from the header is ever obeyed.
//! Every failure is the same error, so that a refused token teaches nothing.

mod key;
mod session;

pub use session::{Grant, Session, viewer_key};

use app::embed::DashboardConfig;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use key::{ISSUER, Key, Purpose};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a session token is good for unless it is renewed.
pub const SESSION_TTL: Duration = Duration::minutes(30);

/// How long after the page was first opened its session can be renewed.
pub const SESSION_LIFE: Duration = Duration::hours(12);

/// How long a link on a page can be opened, unless the page's links are renewed.
pub const LINK_TTL: Duration = Duration::minutes(10);

/// The signing keys: the first signs, all verify.
pub struct Keys(Vec<Key>);

/// A freshly signed token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The signed token, a JWT.
    pub token: String,
    /// When it stops being good, to the second.
    pub expires_at: DateTime<Utc>,
    /// The id of the token.
    pub id: Uuid,
}

/// The token is not good. Why is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct InvalidToken;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(rename = "v")]
    config: DashboardConfig,
    /// Session and link tokens: when the page was first opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    /// Session and link tokens: the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    /// The number of the last revocation before the URL was made.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    seen: Option<i64>,
}

/// What a token says of the session that it belongs to.
#[derive(Clone, Copy)]
struct Opened {
    id: Uuid,
    at: DateTime<Utc>,
}

impl Keys {
    /// From `(kid, secret)` pairs; the first signs.
    pub fn new(keys: Vec<(String, Vec<u8>)>) -> Self {
        Self(keys.into_iter().map(|(kid, secret)| Key::new(kid, &secret)).collect())
    }

    /// The token of an embeddable URL. `seen` is the number of the last revocation: those after it end the URL. Without
    /// it, those at the time of the URL and later do.
    ///
    /// # Errors
    /// When there is no key.
    pub fn sign_embed(
        &self,
        grant: &Grant,
        seen: Option<i64>,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Signed, InvalidToken> {
        self.sign(Purpose::Embed, grant, (None, seen), now + ttl, now)
    }

    /// The token that an opened page holds: good for [`SESSION_TTL`], and never beyond [`SESSION_LIFE`].
    ///
    /// # Errors
    /// When the session has come to its end, or there is no key.
    pub fn sign_session(&self, session: &Session, now: DateTime<Utc>) -> Result<Signed, InvalidToken> {
        self.sign_opened(Purpose::Session, session, SESSION_TTL, now)
    }

    /// The token of the links on a page: good for [`LINK_TTL`], and never beyond [`SESSION_LIFE`].
    ///
    /// # Errors
    /// When the session has come to its end, or there is no key.
    pub fn sign_link(&self, session: &Session, now: DateTime<Utc>) -> Result<Signed, InvalidToken> {
        self.sign_opened(Purpose::Link, session, LINK_TTL, now)
    }

    /// Verifies the token of an embeddable URL: it starts a session now.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn verify_embed(&self, token: &str, now: DateTime<Utc>) -> Result<Session, InvalidToken> {
        self.verify(Purpose::Embed, token, now)
    }

    /// Verifies a token that opens a page from its address: an embed token starts a session now, a link token goes on
    /// with its own.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn verify_address(&self, token: &str, now: DateTime<Utc>) -> Result<Session, InvalidToken> {
        self.verify_embed(token, now).or_else(|_| self.verify(Purpose::Link, token, now))
    }

    /// Verifies a session token.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn verify_session(&self, token: &str, now: DateTime<Utc>) -> Result<Session, InvalidToken> {
        self.verify(Purpose::Session, token, now)
    }

    /// A token of a page that was opened.
    fn sign_opened(
        &self,
        purpose: Purpose,
        session: &Session,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Signed, InvalidToken> {
        let end = session.opened_at + SESSION_LIFE;
        if end <= now {
            return Err(InvalidToken);
        }
        let opened = Some(Opened { id: session.id, at: session.opened_at });
        self.sign(purpose, &session.grant, (opened, session.seen), end.min(now + ttl), now)
    }

    fn sign(
        &self,
        purpose: Purpose,
        grant: &Grant,
        (opened, seen): (Option<Opened>, Option<i64>),
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Signed, InvalidToken> {
        let key = self.0.first().ok_or(InvalidToken)?;
        let id = Uuid::new_v4();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: purpose.audience().to_owned(),
            sub: grant.customer_id,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
            jti: URL_SAFE_NO_PAD.encode(id.as_bytes()),
            config: grant.config.clone(),
            auth_time: opened.map(|opened| opened.at.timestamp()),
            sid: opened.map(|opened| opened.id),
            seen,
        };
        let token = key.sign(purpose, &claims)?;
        let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(InvalidToken)?;
        Ok(Signed { token, expires_at, id })
    }

    /// The dashboard of a token that is one of ours, though it may have expired: what is said in place of the page
    /// keeps the embedder's colors. `None` for any other token.
    pub fn config(&self, token: &str) -> Option<DashboardConfig> {
        self.grant(token).map(|grant| grant.config)
    }

    /// What a token that is one of ours grants, though it may have expired. `None` for any other token.
    pub fn grant(&self, token: &str) -> Option<Grant> {
        let claims = self
            .claims(Purpose::Embed, token)
            .or_else(|_| self.claims(Purpose::Link, token))
            .or_else(|_| self.claims(Purpose::Session, token));
        claims.ok().map(|claims| Grant { customer_id: claims.sub, config: claims.config })
    }

    /// True for a session token of ours, whatever the time, that shows the same dashboard of the same customer.
    pub fn is_of_page(&self, session_token: &str, session: &Session) -> bool {
        let Grant { customer_id, config } = &session.grant;
        let claims = self.claims(Purpose::Session, session_token);
        claims.is_ok_and(|own| own.sub == *customer_id && own.config.dashboard == config.dashboard)
    }

    /// True for a token that one of our keys signed and whose time is over.
    pub fn has_expired(&self, token: &str, now: DateTime<Utc>) -> bool {
        let claims =
            [Purpose::Embed, Purpose::Link, Purpose::Session].map(|purpose| self.claims(purpose, token));
        claims.into_iter().flatten().any(|claims| claims.exp <= now.timestamp())
    }

    /// What a token of ours says, whatever the time.
    fn claims(&self, purpose: Purpose, token: &str) -> Result<Claims, InvalidToken> {
        let (header, _) = token.split_once('.').ok_or(InvalidToken)?;
        let key = self.0.iter().find(|key| key.encoded_header(purpose) == header).ok_or(InvalidToken)?;
        key.read(purpose, token)
    }

    fn verify(&self, purpose: Purpose, token: &str, now: DateTime<Utc>) -> Result<Session, InvalidToken> {
        let claims = self.claims(purpose, token)?;
        // The library would ask the clock itself, and allow a minute of grace.
        let issued_at = DateTime::from_timestamp(claims.iat, 0).ok_or(InvalidToken)?;
        let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(InvalidToken)?;
        // Another replica's clock may be a little ahead of ours.
        if expires_at <= now || issued_at > now + Duration::minutes(1) {
            return Err(InvalidToken);
        }
        let (opened_at, id, url_id, valid_from) = match (purpose, claims.auth_time, claims.sid) {
            (Purpose::Embed, None, None) => {
                (now, Uuid::new_v4(), Some(session::url_id(&claims.jti)), issued_at)
            }
            (Purpose::Session | Purpose::Link, Some(seconds), Some(id)) => {
                let opened_at = DateTime::from_timestamp(seconds, 0).ok_or(InvalidToken)?;
                (opened_at, id, None, opened_at)
            }
            (Purpose::Embed | Purpose::Session | Purpose::Link, _, _) => return Err(InvalidToken),
        };
        let grant = Grant { customer_id: claims.sub, config: claims.config };
        Ok(Session { grant, opened_at, id, url_id, seen: claims.seen, valid_from })
    }
}

#[cfg(test)]
mod tests;
