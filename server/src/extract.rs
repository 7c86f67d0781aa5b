//! Arguments of handlers: JSON bodies, queries and path parameters whose rejections are sentences that name the field.

use crate::{
    Error, Result,
    error::in_short,
    rejection::{self, path_rejection},
};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::marker::PhantomData;

/// A JSON body. Any content type is accepted; an empty body reads as `{}`.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

/// A body as it came, for a call that reads by itself what the reference describes as `T`.
#[derive(Clone, Debug)]
pub struct RawBody<T> {
    /// The body.
    pub bytes: Bytes,
    described: PhantomData<fn() -> T>,
}

/// The query string.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

/// The path parameters.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

/// Bodies from this size on are read on a thread of their own: the largest take tenths of a second, in which a thread
/// that serves others would serve nobody.
const LARGE_BODY: usize = 256 * 1024;

/// Reads a body of this size, apart from the threads that serve others when it is large.
///
/// # Errors
/// 500 when reading panics.
pub async fn read_apart<T: Send + 'static>(
    size: usize,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if size < LARGE_BODY {
        return Ok(read());
    }
    let reading = tokio::task::spawn_blocking(read);
    reading.await.map_err(|error| Error::Internal(format!("a body was not read to its end: {error}")))
}

impl<T: DeserializeOwned + Send + 'static, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = RawBody::<T>::from_request(request, state).await?.bytes;
        read_apart(bytes.len(), move || object(&bytes)).await?.map(Self)
    }
}

impl<T, S: Send + Sync> FromRequest<S> for RawBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.status().as_u16() {
                413 => Error::body_too_large(),
                _ => Error::BadRequest("the body could not be read to its end: send it again".to_owned()),
            }
        })?;
        Ok(Self { bytes, described: PhantomData })
    }
}

/// Parses a JSON body that is an object; an empty one reads as `{}`.
///
/// # Errors
/// As [`parse`].
pub fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // serde would read an object's fields from an array, in their order: nobody means that.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Error::BadRequest("the body must be an object, not an array".to_owned()));
    }
    parse(if bytes.is_empty() { b"{}" } else { bytes })
}

/// Parses a JSON body; the error names the path of the field.
///
/// # Errors
/// 400 when it is not JSON, or not what the call takes.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    refuse_nul(bytes)?;
    serde_json::from_slice(bytes).map_err(|problem| match serde_json::from_slice(bytes) {
        Ok(value) => rejection::of_body::<T>(&value).unwrap_or_else(|| unreadable(&problem)),
        Err(problem) => not_json(&problem),
    })
}

fn unreadable(problem: &serde_json::Error) -> Error {
    Error::BadRequest(format!(
        "the body cannot be read: {}",
        in_short(&problem.to_string().replace('`', "\""))
    ))
}

fn not_json(problem: &serde_json::Error) -> Error {
    Error::BadRequest(format!(
        "the body is not valid JSON: {problem}; send an object such as {{\"name\": \"Acme\"}}"
    ))
}

/// Postgres cannot keep the character U+0000, so no text that is stored may hold it.
fn refuse_nul(bytes: &[u8]) -> Result<()> {
    let escaped = bytes.windows(6).any(|window| window == b"\\u0000");
    // The escape may itself be escaped: only the parsed text tells.
    if escaped && serde_json::from_slice::<Value>(bytes).is_ok_and(|value| holds_nul(&value)) {
        return Err(Error::BadRequest(
            "the body holds the character U+0000, which cannot be stored: send it without".to_owned(),
        ));
    }
    Ok(())
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        if query.contains("%00") {
            return Err(Error::BadRequest(
                "the query holds the character U+0000: send it without".to_owned(),
            ));
        }
        rejection::query(query).map(Self)
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(path_rejection(&rejection)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Sample {
        name: String,
        #[serde(default)]
        ingest_aliases: Vec<String>,
        #[serde(default)]
        custom_fields: BTreeMap<String, String>,
        #[serde(default)]
        prices: Vec<Price>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Price {
        tier: u32,
        value: u32,
    }

    fn message(body: &str) -> String {
        parse::<Sample>(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said_with_its_path() {
        let cases = [
            ("{}", "name: is required"),
            (r#"{"name":"a","prices":[{"tier":0}]}"#, "prices[0].value: is required"),
            (r#"{"name":7}"#, "name: must be a string, not the integer 7"),
            (r#"{"name":null}"#, "name: must be a string, not null"),
            (
                r#"{"name":"a","ingest_aliases":["a",1]}"#,
                "ingest_aliases[1]: must be a string, not the integer 1",
            ),
            (
                r#"{"name":"a","custom_fields":{"b":1}}"#,
                "custom_fields.b: must be a string, not the integer 1",
            ),
            (
                r#"{"name":"a","ingest_alias":[]}"#,
                "ingest_alias: is not known here; did you mean \"ingest_aliases\"?",
            ),
            (r#"{"name":"a","NAME":"b"}"#, "NAME: is not known here; did you mean \"name\"?"),
            (
                r#"{"name":"a","currency":"EUR"}"#,
                "currency: is not known here; known are name, ingest_aliases, custom_fields, prices",
            ),
            (
                r#"{"name":"a","prices":[{"tier":0,"valu":1}]}"#,
                "prices[0].valu: is not known here; did you mean \"value\"?",
            ),
            (
                r#"{"name":"a\u0000"}"#,
                "the body holds the character U+0000, which cannot be stored: send it without",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(message(body), expected, "{body}");
        }
        assert!(message("{").starts_with("the body is not valid JSON: "));
        assert!(message(r#"{"name":"a","name":"b"}"#).starts_with("the body cannot be read: "));
        assert!(message(r#"{"name":"a"} x"#).starts_with("the body is not valid JSON: "));
        assert!(parse::<Sample>(br#"{"name":"a\\u0000"}"#).is_ok());
    }
}
