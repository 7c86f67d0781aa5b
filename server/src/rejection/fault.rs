//! What is wrong with a request, as deserializing it finds out: known by which of serde's errors it is, and never by the
//! words in which serde or another library tells of it.

use super::{LONGEST, by_alias, unknown};
use crate::{
    Error,
    error::{cut, in_short},
};
use app::billing::AN_ID;
use serde::de::{self, Expected, Unexpected, Visitor};
use std::{any::type_name, fmt};
use uuid::Uuid;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The steps from the outermost value, the last one first.
    steps: Vec<Step>,
    kind: Kind,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Field(String),
    Index(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A field that is not there.
    Missing(&'static str),
    /// A field that is there twice.
    Twice(&'static str),
    /// A field that is not known, and those that are.
    UnknownField(String, &'static [&'static str]),
    /// A word that is not one of these.
    UnknownWord(String, &'static [&'static str]),
    /// What is needed, and what was given.
    Type { expected: String, given: String },
    /// What was given in the place of an id.
    NotAnId(String),
    /// A sentence of whoever reads the value.
    Other(String),
}

impl Fault {
    fn new(kind: Kind) -> Self {
        Self { steps: Vec::new(), kind }
    }

    /// Something else than is needed.
    pub(super) fn wrong_type(expected: impl Into<String>, given: impl Into<String>) -> Self {
        Self::new(Kind::Type { expected: expected.into(), given: given.into() })
    }

    /// What `visitor` cannot read was given.
    pub(super) fn refused<'de, V: Visitor<'de>>(visitor: &V, given: String) -> Self {
        let expected: &dyn Expected = visitor;
        Self::wrong_type(expected.to_string(), given.clone()).of::<V::Value>(given)
    }

    /// The same of a value that was to be a `T`, in our words where `T` is of a library that has words of its own; `given`
    /// is what a message calls the value.
    pub(super) fn of<T>(self, given: String) -> Self {
        let is = |name: &str| type_name::<T>() == name;
        let word = if is(type_name::<String>()) {
            "a string"
        } else if is(type_name::<serde_json::Number>()) {
            "a number"
        } else if self.steps.is_empty() && is(type_name::<Uuid>()) {
            return Self::new(Kind::NotAnId(given));
        } else {
            return self;
        };
        self.expecting(word)
    }

    /// The same, with what was needed in our words. A fault of a value within stays as it is.
    pub(super) fn expecting(mut self, words: &str) -> Self {
        if let (Kind::Type { expected, .. }, true) = (&mut self.kind, self.steps.is_empty()) {
            words.clone_into(expected);
        }
        self
    }

    /// The same as seen from the value around this one.
    pub(super) fn within(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The path: `charges[0].prices[1].tier`; empty for the whole.
    fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => path.extend([".", name.as_str()]),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// A sentence about the field.
    pub(super) fn into_error(self) -> Error {
        let path = self.path();
        let path = &*cut(&path, LONGEST);
        let field = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let about = |problem: &str| match path {
            "" => Error::BadRequest(in_short(problem)),
            path => Error::field(path, in_short(problem)),
        };
        match self.kind {
            Kind::Missing(name) => Error::field(field(name), "is required"),
            Kind::Twice(name) => Error::field(field(name), "is given twice"),
            Kind::UnknownField(name, known) => {
                Error::field(field(&cut(&name, LONGEST)), unknown(&name, known))
            }
            Kind::UnknownWord(given, known) => {
                about(&format!("\"{given}\" is not one of {}", once_each(known)))
            }
            Kind::Type { expected, given } => {
                let whole = if path.is_empty() { "the body " } else { "" };
                about(&format!("{whole}must be {expected}, not {given}"))
            }
            Kind::NotAnId(given) => about(&format!("must be {AN_ID}, not {given}{}", by_alias(path, "…"))),
            Kind::Other(problem) => about(&problem),
        }
    }
}

/// Words that are taken in any case, of which serde lists every spelling.
fn once_each(known: &[&str]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in known {
        if !words.iter().any(|one| one.eq_ignore_ascii_case(word)) {
            words.push(word);
        }
    }
    words.join(", ")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.clone().into_error(), f)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self::new(Kind::Other(problem.to_string()))
    }

    fn invalid_type(given: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::wrong_type(expected.to_string(), described(given))
    }

    fn invalid_value(given: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::wrong_type(expected.to_string(), described(given))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::wrong_type(expected.to_string(), format!("{length} elements"))
    }

    fn unknown_variant(given: &str, known: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownWord(given.to_owned(), known))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownField(name.to_owned(), known))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(Kind::Missing(name))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(Kind::Twice(name))
    }
}

fn described(given: Unexpected<'_>) -> String {
    match given {
        Unexpected::Bool(flag) => format!("the boolean {flag}"),
        Unexpected::Unsigned(number) => format!("the integer {number}"),
        Unexpected::Signed(number) => format!("the integer {number}"),
        Unexpected::Float(number) => format!("the number {number}"),
        Unexpected::Char(letter) => format!("the string \"{letter}\""),
        Unexpected::Str(text) => format!("the string \"{text}\""),
        Unexpected::Unit => "null".to_owned(),
        Unexpected::Seq => "an array".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        Unexpected::Other(text) => text.to_owned(),
        _ => "something else".to_owned(),
    }
}
