//! One signing key, the headers that it writes, and what a token is for.

use super::InvalidToken;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Serialize, de::DeserializeOwned};

/// The issuer of every token.
pub(super) const ISSUER: &str = "inlay";

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Opens a page, from an embeddable URL.
    Embed,
    /// Keeps an open page going: its requests, their data, its renewal. It stands in no address.
    Session,
    /// Opens a page from a link on a page, for those who follow it without a script or into another tab. It stands in
    /// addresses, which proxies log, so it is good for a short time and for nothing else.
    Link,
}

impl Purpose {
    pub(super) fn audience(self) -> &'static str {
        match self {
            Self::Embed => "embed",
            Self::Session => "session",
            Self::Link => "link",
        }
    }

    fn typ(self) -> &'static str {
        match self {
            Self::Embed => "embed+jwt",
            Self::Session => "session+jwt",
            Self::Link => "link+jwt",
        }
    }
}

/// One signing key with the headers it writes.
pub(super) struct Key {
    kid: String,
    signs: EncodingKey,
    verifies: DecodingKey,
    embed_header: String,
    session_header: String,
    link_header: String,
}

impl Key {
    pub(super) fn new(kid: String, secret: &[u8]) -> Self {
        let mut key = Self {
            kid,
            signs: EncodingKey::from_secret(secret),
            verifies: DecodingKey::from_secret(secret),
            embed_header: String::new(),
            session_header: String::new(),
            link_header: String::new(),
        };
        let encoded =
            |header: &Header| URL_SAFE_NO_PAD.encode(serde_json::to_vec(header).unwrap_or_default());
        key.embed_header = encoded(&key.header(Purpose::Embed));
        key.session_header = encoded(&key.header(Purpose::Session));
        key.link_header = encoded(&key.header(Purpose::Link));
        key
    }

    /// The token that says this.
    pub(super) fn sign<T: Serialize>(&self, purpose: Purpose, claims: &T) -> Result<String, InvalidToken> {
        jsonwebtoken::encode(&self.header(purpose), claims, &self.signs).map_err(|_| InvalidToken)
    }

    /// What a token of this key says, whatever the time. Whoever asks has compared its first part with
    /// [`Key::encoded_header`].
    pub(super) fn read<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Result<T, InvalidToken> {
        let decoded = jsonwebtoken::decode::<T>(token, &self.verifies, &validation(purpose));
        decoded.map(|decoded| decoded.claims).map_err(|_| InvalidToken)
    }

    fn header(&self, purpose: Purpose) -> Header {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(purpose.typ().to_owned());
        header.kid = Some(self.kid.clone());
        header
    }

    /// The first part of the tokens that this key signs.
    pub(super) fn encoded_header(&self, purpose: Purpose) -> &str {
        match purpose {
            Purpose::Embed => &self.embed_header,
            Purpose::Session => &self.session_header,
            Purpose::Link => &self.link_header,
        }
    }
}

fn validation(purpose: Purpose) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[purpose.audience()]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
    validation.validate_exp = false;
    validation
}
