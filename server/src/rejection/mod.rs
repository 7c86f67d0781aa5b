//! What is wrong with a request, as sentences for people: the field, what is wrong with it, what to send.

#[macro_use]
mod methods;

mod fault;
mod json;
mod query;

use crate::{Error, Result, error::cut};
use app::billing::AN_ID;
use axum::extract::{path::ErrorKind, rejection::PathRejection};
use fault::Fault;
use json::Json;
use query::Parameters;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// Characters of a path or name that a message repeats: names in it may be the caller's own.
const LONGEST: usize = 64;

/// Why a JSON body, which serde_json could not read as a `T`, is none; `None` where it is one when its fields are looked at
/// alone, as when one of them is there twice.
pub(crate) fn of_body<T: DeserializeOwned>(body: &Value) -> Option<Error> {
    T::deserialize(Json(body)).err().map(Fault::into_error)
}

/// Reads the parameters of a query.
///
/// # Errors
/// A sentence about the parameter that cannot be read.
pub(crate) fn query<T: DeserializeOwned>(query: &str) -> Result<T> {
    let parameters: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    T::deserialize(Parameters(&parameters)).map_err(Fault::into_error)
}

/// Where to find a customer that events name by an alias; nothing for other ids.
fn by_alias(field: &str, alias: &str) -> String {
    match field.rsplit('.').next() {
        Some("customer_id") => {
            format!("; find the customer of an alias by GET /v1/customers?ingest_alias={alias}")
        }
        _ => String::new(),
    }
}

/// A sentence about a path parameter.
pub(crate) fn path_rejection(rejection: &PathRejection) -> Error {
    let PathRejection::FailedToDeserializePathParams(failed) = rejection else {
        return Error::Internal(rejection.body_text());
    };
    match failed.kind() {
        ErrorKind::DeserializeError { key, value, .. } if value.parse::<Uuid>().is_err() => {
            Error::field(key, format!("{value:?} is not {AN_ID}{}", by_alias(key, &alias(value))))
        }
        ErrorKind::DeserializeError { key, value, .. } => {
            Error::field(key, format!("{value:?} cannot be read"))
        }
        ErrorKind::ParseErrorAtKey { key, value, .. } => {
            Error::field(key, format!("{value:?} is not {AN_ID}{}", by_alias(key, &alias(value))))
        }
        ErrorKind::ParseError { value, .. } | ErrorKind::ParseErrorAtIndex { value, .. } => {
            Error::BadRequest(format!("the path holds {value:?}, which is not {AN_ID}"))
        }
        ErrorKind::InvalidUtf8InPathParam { key } => Error::field(key, "is not UTF-8 once it is decoded"),
        kind => Error::BadRequest(format!("the path cannot be read: {kind}")),
    }
}

/// A text as an address has it, in short.
fn alias(text: &str) -> String {
    url::form_urlencoded::byte_serialize(cut(text, LONGEST).as_bytes()).collect()
}

/// What to say of a name that is not known here.
fn unknown(name: &str, known: &[&str]) -> String {
    let closest =
        known.iter().filter_map(|one| Some((distance(name, one, 2.max(one.len() / 3))?, one))).min();
    match closest {
        Some((_, one)) => format!("is not known here; did you mean \"{one}\"?"),
        None if known.is_empty() => "is not known here; nothing is".to_owned(),
        None => format!("is not known here; known are {}", known.join(", ")),
    }
}

/// How many letters must be changed, added or removed to make one name of the other, case aside; `None` for more than
/// `most`, which is known without a comparison when one is longer by that.
pub(crate) fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    if one.chars().count().abs_diff(other.chars().count()) > most {
        return None;
    }
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.chars().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::billing::Decimal;
    use chrono::{DateTime, Utc};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Sample {
        customer_id: Option<Uuid>,
        word: Option<Word>,
        amount: Option<Decimal>,
        count: Option<u32>,
        is_there: Option<bool>,
        #[serde(default, deserialize_with = "crate::timestamp::deserialize_optional")]
        at: Option<DateTime<Utc>>,
        list: Option<Vec<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    enum Word {
        #[serde(rename = "few", alias = "FEW")]
        Few,
        #[serde(rename = "many", alias = "MANY")]
        Many,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        tier: u32,
    }

    fn no_id(given: &str) -> String {
        format!(
            "customer_id: must be an id, like d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc, not {given}; find the customer of an \
             alias by GET /v1/customers?ingest_alias=…"
        )
    }

    #[test]
    fn a_body_is_told_where_it_is_wrong_and_what_is_needed() {
        for (body, expected) in [
            ("7", "the body must be an object, not the integer 7"),
            (r#"{"customer_id":"acme"}"#, &*no_id("the string \"acme\"")),
            (r#"{"customer_id":7}"#, &*no_id("the integer 7")),
            (r#"{"word":"some"}"#, "word: \"some\" is not one of FEW, MANY"),
            (r#"{"word":7}"#, "word: must be a string, not the integer 7"),
            (r#"{"amount":"1"}"#, "amount: must be a number, not the string \"1\""),
            (r#"{"amount":[1]}"#, "amount: must be a number, not an array"),
            (r#"{"amount":{"a":1}}"#, "amount: must be a number, not an object"),
            (r#"{"count":-1}"#, "count: must be a whole number, not the integer -1"),
            (r#"{"count":4294967296}"#, "count: must be a whole number, not the integer 4294967296"),
            (r#"{"count":1.5}"#, "count: must be a whole number, not the number 1.5"),
            (r#"{"count":"1"}"#, "count: must be a whole number, not the string \"1\""),
            (r#"{"is_there":"true"}"#, "is_there: must be a boolean, not the string \"true\""),
            (r#"{"at":7}"#, "at: must be an RFC 3339 timestamp like 2026-01-31T00:00:00Z, not the integer 7"),
            (r#"{"list":{}}"#, "list: must be an array, not an object"),
            (r#"{"list":[{"tier":1},[1,2]]}"#, "list[1]: must be an object, not an array"),
            (r#"{"list":[{"tier":null}]}"#, "list[0].tier: must be a whole number, not null"),
            (r#"{"list":[{}]}"#, "list[0].tier: is required"),
        ] {
            assert!(serde_json::from_str::<Sample>(body).is_err(), "{body}");
            let value = serde_json::from_str(body).expect(body);
            let said = of_body::<Sample>(&value).map(|error| error.to_string());
            assert_eq!(said.as_deref(), Some(expected), "{body}");
        }
        let good = r#"{"customer_id":null,"word":"MANY","amount":0.1,"count":3,"is_there":true,"list":[{"tier":1,"x":2.5}]}"#;
        assert!(of_body::<Sample>(&serde_json::from_str(good).expect(good)).is_none());
    }

    #[test]
    fn a_query_is_told_which_parameter_is_wrong() {
        for (text, expected) in [
            ("count=x", "count: must be a whole number, not \"x\""),
            ("count=", "count: must be a whole number, not \"\""),
            ("count=-1", "count: must be a whole number, not \"-1\""),
            ("is_there=yes", "is_there: must be true or false, not \"yes\""),
            ("customer_id=acme", &*no_id("\"acme\"")),
            ("word=some", "word: \"some\" is not one of FEW, MANY"),
            ("conut=1", "conut: is not known here; did you mean \"count\"?"),
            ("count=1&count=2", "count: is given twice"),
        ] {
            let said = query::<Sample>(text).map(|_| ()).map_err(|error| error.to_string());
            assert_eq!(said, Err(expected.to_owned()), "{text}");
        }
        let good = query::<Sample>("count=7&word=few&is_there=false&at=2026-01-31T00:00:00Z");
        assert!(good.is_ok_and(|good| good.count == Some(7) && good.is_there == Some(false)));
    }

    #[test]
    fn names_are_compared_as_far_as_they_may_differ() {
        let long = "a".repeat(100_000);
        for (one, other, most, expected) in [
            ("limit", "limit", 2, Some(0)),
            ("Limits", "limit", 2, Some(1)),
            ("custmer_id", "customer_id", 3, Some(1)),
            ("abc", "xyz", 2, None),
            ("abc", "xyz", 3, Some(3)),
            (&long, "limit", 99_994, None),
            ("", &long, 3, None),
        ] {
            assert_eq!(distance(one, other, most), expected, "{most}");
        }
    }
}
