//! What an integrator sent, checked: events, or every problem by index and field.

use super::Event;
use crate::limits::{self, EVENTS, PROPERTIES, PROPERTY_DIGITS, PROPERTY_VALUE, TRANSACTION_ID, WORD};
use app::billing::Decimal;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How far back an event may lie.
pub(super) const OLDEST: TimeDelta = TimeDelta::days(limits::EVENT_DAYS as i64);
/// How far ahead an event may lie, for clocks that are wrong.
pub(super) const NEWEST: TimeDelta = TimeDelta::hours(limits::EVENT_HOURS_AHEAD as i64);

/// Problems that one answer lists of one event at most; every event with a problem is named.
const MOST_PROBLEMS: usize = 5;
/// Characters of a wrong text or name that a problem quotes.
const QUOTED: usize = 60;
const NUL: &str = "holds the character U+0000: send it without";

/// The events of a batch.
///
/// # Errors
/// A text that names the index and field of each problem; then none of the events is taken.
pub fn read_events(body: &[u8], now: DateTime<Utc>) -> Result<Vec<Event>, String> {
    // Nearly every batch is right and read straight into events; of one that is not, every problem is looked for.
    if let Ok(batch) = serde_json::from_slice::<Vec<EventObject>>(body)
        && (1..=EVENTS).contains(&batch.len())
        && let Some(events) = batch.into_iter().map(|EventObject(fields)| valid(fields, now)).collect()
    {
        return Ok(events);
    }
    let batch = serde_json::from_slice(body);
    let batch = match batch.map_err(|error| format!("the body is not valid JSON: {error}"))? {
        Value::Array(batch) => batch,
        other => {
            let given = named(&other);
            return Err(format!(
                "the body must be an array of events: [{{\"transaction_id\": …}}], not {given}"
            ));
        }
    };
    if batch.is_empty() || batch.len() > EVENTS {
        return Err(format!("a batch holds 1 to {EVENTS} events, this one holds {}", batch.len()));
    }
    let mut problems = Problems::default();
    let mut events = Vec::with_capacity(batch.len());
    for (index, value) in batch.into_iter().enumerate() {
        events.extend(read_event(value, now, &mut problems.of(index)));
    }
    problems.into_result(events)
}

/// An object whose fields are an event's. Derived alone, it could as well be an array of their values.
struct EventObject<'a>(EventFields<'a>);

impl<'de> Deserialize<'de> for EventObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = EventObject<'de>;

            fn expecting(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                text.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
                EventFields::deserialize(MapAccessDeserializer::new(fields)).map(EventObject)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The fields of an event, of the right types.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventFields<'a> {
    transaction_id: String,
    customer_id: String,
    event_type: String,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    properties: Option<Map<String, Value>>,
}

/// The fields of an event as far as they are there and of the right types; else what is wrong with them.
struct EventParts<'a> {
    transaction_id: Result<String, String>,
    customer_id: Result<String, String>,
    event_type: Result<String, String>,
    timestamp: Result<Cow<'a, str>, String>,
    properties: Result<Map<String, Value>, String>,
}

impl EventParts<'_> {
    /// The event. Whatever is wrong with it goes to `problem`, by its field, in their order; there may still be an event.
    fn event(self, now: DateTime<Utc>, problem: &mut dyn FnMut(&str, &str)) -> Option<Event> {
        let transaction_id = checked(self.transaction_id, TRANSACTION_ID);
        let transaction_id = transaction_id.map_err(|text| problem("transaction_id", &text)).ok();
        let customer_id = checked(self.customer_id, WORD);
        let customer_id = customer_id.map_err(|text| problem("customer_id", &text)).ok();
        let event_type = checked(self.event_type, WORD);
        let event_type = event_type.map_err(|text| problem("event_type", &text)).ok();
        let timestamp = checked(self.timestamp, WORD).and_then(|text| timestamp(&text, now));
        let timestamp = timestamp.map_err(|text| problem("timestamp", &text)).ok();
        let properties = self.properties.map_err(|text| problem("properties", &text)).ok();
        if let Err(text) = limits::check_count(properties.as_ref().map_or(0, Map::len), PROPERTIES) {
            problem("properties", &text);
        }
        for (name, value) in properties.iter().flatten() {
            if let Some(text) = property_problem(name, value) {
                problem(&format!("properties.{}", quoted(name)), &text);
            }
        }
        Some(Event {
            transaction_id: transaction_id?,
            customer_id: customer_id?,
            event_type: event_type?,
            timestamp: timestamp?,
            properties: properties?,
        })
    }
}

/// The event of these fields, if nothing is wrong with it.
fn valid(fields: EventFields<'_>, now: DateTime<Utc>) -> Option<Event> {
    let parts = EventParts {
        transaction_id: Ok(fields.transaction_id),
        customer_id: Ok(fields.customer_id),
        event_type: Ok(fields.event_type),
        timestamp: Ok(fields.timestamp),
        properties: Ok(fields.properties.unwrap_or_default()),
    };
    let mut is_valid = true;
    let event = parts.event(now, &mut |_, _| is_valid = false);
    event.filter(|_| is_valid)
}

#[derive(Default)]
struct Problems(Vec<String>);

/// Where the problems of one event go.
struct EventProblems<'a> {
    all: &'a mut Vec<String>,
    index: usize,
    /// How many it has.
    count: usize,
}

impl Problems {
    fn of(&mut self, index: usize) -> EventProblems<'_> {
        EventProblems { all: &mut self.0, index, count: 0 }
    }

    fn into_result<T>(self, value: T) -> Result<T, String> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0.join("; ")) }
    }
}

impl EventProblems<'_> {
    fn add(&mut self, field: &str, problem: &str) {
        self.count += 1;
        if self.count <= MOST_PROBLEMS {
            let dot = if field.is_empty() { "" } else { "." };
            self.all.push(format!("[{}]{dot}{field}: {problem}", self.index));
        }
    }
}

impl Drop for EventProblems<'_> {
    fn drop(&mut self) {
        if self.count > MOST_PROBLEMS {
            self.all.push(format!("[{}]: and {} more", self.index, self.count - MOST_PROBLEMS));
        }
    }
}

/// The beginning of a text that somebody sent, fit for a message.
fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(QUOTED).collect::<String>().replace('\0', "\\0");
    if text.chars().nth(QUOTED).is_some() { format!("{shown}…") } else { shown }
}

fn read_event(value: Value, now: DateTime<Utc>, problems: &mut EventProblems<'_>) -> Option<Event> {
    let mut fields = match value {
        Value::Object(fields) => fields,
        other => {
            problems.add("", &format!("must be an object, not {}", named(&other)));
            return None;
        }
    };
    let parts = EventParts {
        transaction_id: text(&mut fields, "transaction_id"),
        customer_id: text(&mut fields, "customer_id"),
        event_type: text(&mut fields, "event_type"),
        timestamp: text(&mut fields, "timestamp").map(Cow::Owned),
        properties: match fields.remove("properties") {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(properties)) => Ok(properties),
            Some(other) => Err(format!("must be an object, not {}", named(&other))),
        },
    };
    let event = parts.event(now, &mut |field, problem| problems.add(field, problem));
    for name in fields.keys() {
        problems.add(
            &quoted(name),
            "is not known here; known are transaction_id, customer_id, event_type, timestamp, properties",
        );
    }
    event
}

/// Takes a required string.
fn text(fields: &mut Map<String, Value>, name: &str) -> Result<String, String> {
    match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        None | Some(Value::Null) => Err("is required".to_owned()),
        Some(Value::Number(_)) if name == "timestamp" => {
            Err("must be an RFC 3339 string like \"2026-01-31T12:00:00Z\", not a number".to_owned())
        }
        Some(other) => Err(format!("must be a string, not {}", named(&other))),
    }
}

/// What a message calls a value of the wrong type: it may be too large to be repeated.
fn named(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A text that is not empty and of at most so many characters.
fn checked<T: AsRef<str>>(sent: Result<T, String>, most_characters: usize) -> Result<T, String> {
    let text = sent?;
    match text_problem(text.as_ref(), most_characters) {
        None => Ok(text),
        Some(problem) => Err(problem),
    }
}

fn text_problem(text: &str, most_characters: usize) -> Option<String> {
    limits::check_text(text, most_characters).err().or_else(|| {
        let problem = match text {
            "" => "is empty",
            _ if text.contains('\0') => NUL,
            _ => return None,
        };
        Some(problem.to_owned())
    })
}

/// When an event happened, or what is wrong with it.
fn timestamp(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    match parse_timestamp(text) {
        None => Err(format!("\"{}\" is not an RFC 3339 timestamp like 2026-01-31T12:00:00Z", quoted(text))),
        Some(at) if at < now - OLDEST => {
            Err(format!("\"{}\" is older than {} days", quoted(text), OLDEST.num_days()))
        }
        Some(at) if at > now + NEWEST => {
            Err(format!("\"{}\" is more than {} hours in the future", quoted(text), NEWEST.num_hours()))
        }
        Some(at) => Ok(at),
    }
}

fn property_problem(name: &str, value: &Value) -> Option<String> {
    if name.contains('\0') {
        return Some(NUL.to_owned());
    }
    if let Err(problem) = limits::check_text(name, WORD) {
        return Some(format!("has a name that {problem}"));
    }
    let problem = match value {
        Value::String(text) if text.contains('\0') => NUL.to_owned(),
        Value::String(text) => return limits::check_text(text, PROPERTY_VALUE).err(),
        Value::Number(number) if !is_short(number.as_str()) => {
            format!("has more than {PROPERTY_DIGITS} digits before or after the point")
        }
        Value::Array(_) | Value::Object(_) => {
            format!("must be a string, number, boolean or null, not {}", named(value))
        }
        Value::Number(_) | Value::Bool(_) | Value::Null => return None,
    };
    Some(problem)
}

/// Whether a number is within the bound. So few characters hold none that is too long, unless in an exponent.
fn is_short(number: &str) -> bool {
    let is_short = |value: Decimal| value.fits(PROPERTY_DIGITS, PROPERTY_DIGITS);
    (number.len() <= 20 && !number.contains(['e', 'E'])) || number.parse().is_ok_and(is_short)
}

/// An RFC 3339 instant, to the microsecond; without a zone it is UTC.
fn parse_timestamp(text: &str) -> Option<DateTime<Utc>> {
    crate::timestamp::parse(text).map(|at| at.trunc_subsecs(6))
}

#[cfg(test)]
mod tests;
