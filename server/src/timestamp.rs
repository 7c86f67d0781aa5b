//! Timestamps as callers write them: RFC 3339, or without a zone, which the official SDKs send for naive datetimes.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use std::fmt;

/// An example for messages.
const LIKE: &str = "2026-01-31T00:00:00Z";

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

/// What to say of an instant that should be at 00:00 UTC.
pub fn not_midnight(at: DateTime<Utc>) -> String {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let nearest = (at + TimeDelta::hours(12)).date_naive().and_time(NaiveTime::MIN).and_utc();
    format!("must be at midnight UTC, which {} is not; the nearest is {}", text(at), text(nearest))
}

/// For `#[serde(deserialize_with)]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    deserializer.deserialize_str(Instant)
}

/// For `#[serde(default, deserialize_with)]`; `null` is absent.
pub fn deserialize_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(Deserialize)]
    struct Given(#[serde(deserialize_with = "deserialize")] DateTime<Utc>);
    Ok(Option::<Given>::deserialize(deserializer)?.map(|given| given.0))
}

/// Reads a text, and says of everything else what it should be: some send seconds since 1970.
struct Instant;

impl Visitor<'_> for Instant {
    type Value = DateTime<Utc>;

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(text, "an RFC 3339 timestamp like {LIKE}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
        parse(text).ok_or_else(|| E::custom(problem(text)))
    }
}

fn problem(text: &str) -> String {
    match text.parse::<NaiveDate>() {
        Ok(day) => format!("\"{text}\" is a date without a time: send \"{day}T00:00:00Z\""),
        Err(_) => format!("\"{text}\" is not an RFC 3339 timestamp like {LIKE}"),
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

    #[test]
    fn what_is_no_midnight_is_told_the_nearest() {
        for (at, nearest) in [
            ("2026-02-01T11:59:59.5Z", "2026-02-01T00:00:00Z"),
            ("2026-12-31T13:00:00+01:00", "2027-01-01T00:00:00Z"),
        ] {
            let text = not_midnight(parse(at).expect(at));
            assert!(text.ends_with(&format!("the nearest is {nearest}")), "{text}");
        }
    }
}
