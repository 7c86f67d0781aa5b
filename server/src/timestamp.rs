//! Timestamps as callers write them: RFC 3339, or without a zone, which the official SDKs send for naive datetimes.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, de::Error as _};

/// The instant; without a zone it is UTC. Its year has four digits: with more, adding to it could overflow.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let at = match DateTime::parse_from_rfc3339(text) {
        Ok(zoned) => zoned.to_utc(),
        Err(_) => text.parse::<NaiveDateTime>().ok()?.and_utc(),
    };
    (0..=9999).contains(&at.year()).then_some(at)
}

/// True at 00:00 UTC.
pub fn is_midnight(at: DateTime<Utc>) -> bool {
    at.time() == NaiveTime::MIN
}

/// For `#[serde(deserialize_with)]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::custom(problem(&text)))
}

/// For `#[serde(default, deserialize_with)]`; `null` is absent.
pub fn deserialize_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    match Option::<String>::deserialize(deserializer)? {
        None => Ok(None),
        Some(text) => parse(&text).map(Some).ok_or_else(|| D::Error::custom(problem(&text))),
    }
}

fn problem(text: &str) -> String {
    match text.parse::<NaiveDate>() {
        Ok(day) => format!("\"{text}\" is a date without a time: send \"{day}T00:00:00Z\""),
        Err(_) => format!("\"{text}\" is not an RFC 3339 timestamp like 2026-01-31T00:00:00Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_without_a_zone_is_utc() {
        for text in [
            "2026-02-01T00:00:00.000",
            "2026-02-01T00:00:00Z",
            "2026-02-01T02:00:00.000+02:00",
            "2026-02-01T00:00:00",
        ] {
            assert_eq!(
                parse(text).map(|at| at.to_rfc3339()),
                Some("2026-02-01T00:00:00+00:00".to_owned()),
                "{text}"
            );
        }
        assert_eq!(parse("2026-02-01"), None);
        assert_eq!(parse("2026-02-30T00:00:00Z"), None);
        assert_eq!(parse("+10000-01-01T00:00:00"), None);
    }
}
