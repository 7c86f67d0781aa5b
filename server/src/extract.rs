//! Arguments of handlers: JSON bodies, queries and path parameters whose rejections are sentences that name the field.

use crate::{Error, Result};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// A JSON body. Any content type is accepted; an empty body reads as `{}`.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

/// The query string.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

/// The path parameters.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

/// The largest body taken: 5 MiB.
pub const MAX_BODY: usize = 5 * 1024 * 1024;

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.status().as_u16() {
                413 => Error::TooLarge(format!("the body is larger than {} MiB", MAX_BODY / 1024 / 1024)),
                _ => Error::BadRequest("the body could not be read to its end".to_owned()),
            }
        })?;
        parse(if bytes.is_empty() { b"{}" } else { &bytes }).map(Self)
    }
}

/// Parses a JSON body; the error names the path of the field.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let problem = error.into_inner();
        match problem.classify() {
            serde_json::error::Category::Data if path == "." => Error::BadRequest(problem.to_string()),
            serde_json::error::Category::Data => Error::field(path, problem.to_string()),
            _ => Error::BadRequest(format!("the body is not valid JSON: {problem}")),
        }
    })?;
    deserializer
        .end()
        .map_err(|problem| Error::BadRequest(format!("the body is not valid JSON: {problem}")))?;
    Ok(value)
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let deserializer = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(deserializer).map(Self).map_err(|error| {
            let path = error.path().to_string();
            match path.as_str() {
                "." => Error::BadRequest(format!("query: {}", error.inner())),
                _ => Error::field(path, error.inner().to_string()),
            }
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Error::BadRequest(rejection.body_text())),
        }
    }
}
