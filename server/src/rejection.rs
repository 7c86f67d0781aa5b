//! What serde and axum say of a request, as sentences for people: the field, what is wrong with it, what to send.

use crate::{
    Error,
    error::{cut, in_short},
};
use axum::extract::{path::ErrorKind, rejection::PathRejection};

/// An id as it looks, for those who sent something else.
const AN_ID: &str = "an id, like d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc";

/// Characters of a path or name that a message repeats: names in it may be the caller's own.
const LONGEST: usize = 64;

/// A sentence about the field at a path, made of what serde says.
pub(crate) fn rejection(path: &str, problem: &str) -> Error {
    let path = &*cut(path, LONGEST);
    let problem = match problem.rfind(" at line ") {
        Some(end) => &problem[..end],
        None => problem,
    };
    let root = path == "." || path.is_empty();
    let quoted: Vec<&str> = problem.split('`').skip(1).step_by(2).collect();
    if problem.starts_with("missing field")
        && let Some(name) = quoted.first()
    {
        let path = if root { (*name).to_owned() } else { format!("{path}.{name}") };
        return Error::field(path, "is required");
    }
    if problem.starts_with("unknown field")
        && let Some((name, known)) = quoted.split_first()
    {
        let place = if root || path == *name { cut(name, LONGEST) } else { path.into() };
        return Error::field(place, unknown(name, known));
    }
    let problem = in_short(&plain(problem, &quoted));
    match (root, problem.starts_with("must be")) {
        (true, true) => Error::BadRequest(format!("the body {problem}")),
        (true, false) => Error::BadRequest(problem),
        (false, true) if problem.ends_with(AN_ID) => {
            Error::field(path, format!("{problem}{}", by_alias(path, "…")))
        }
        (false, _) => Error::field(path, problem),
    }
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
        ErrorKind::DeserializeError { key, value, message } if message.contains("UUID") => {
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

/// What serde says, without its grammar.
fn plain(problem: &str, quoted: &[&str]) -> String {
    if problem.starts_with("UUID parsing failed") || problem.contains("expected a formatted UUID string") {
        return format!("must be {AN_ID}");
    }
    if let Some(given) =
        problem.strip_prefix("invalid type: ").or_else(|| problem.strip_prefix("invalid value: "))
        && let Some((given, expected)) = given.split_once(", expected ")
    {
        let given = given.replace('`', "");
        let article = if given == "null" || given.starts_with("unit") { "" } else { "the " };
        return format!("must be {}, not {article}{}", kind(expected), given.replace("unit value", "null"));
    }
    // What the standard library says of a text that is to be a whole number.
    if problem.starts_with("cannot parse integer") || problem.starts_with("invalid digit found") {
        return "must be a whole number".to_owned();
    }
    // serde reads a struct from an array of its fields; nobody means that.
    if problem.starts_with("invalid length") && problem.contains(" elements") {
        return "must be an object, not an array".to_owned();
    }
    if problem.starts_with("unknown variant")
        && let Some((given, known)) = quoted.split_first()
    {
        // Each is taken in any case, and serde lists every spelling.
        let mut words: Vec<&str> = Vec::new();
        for word in known {
            if !words.iter().any(|one| one.eq_ignore_ascii_case(word)) {
                words.push(word);
            }
        }
        return format!("\"{given}\" is not one of {}", words.join(", "));
    }
    problem.to_owned()
}

/// Rust's name of a type, as JSON has it.
fn kind(expected: &str) -> &str {
    match expected {
        "i64" | "u64" | "i32" | "u32" | "u16" | "u8" => "a whole number",
        "a JSON number" => "a number",
        "a sequence" => "an array",
        "a map" => "an object",
        text if text.starts_with("struct ") => "an object",
        text => text,
    }
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
