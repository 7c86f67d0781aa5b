//! What a handler takes and answers, read off its types.

use crate::{
    AppState, Result,
    auth::{Caller, Operator},
    extract::{Body, Path, Query, RawBody},
};
use axum::{Json, extract::State, http::HeaderMap, http::StatusCode, response::Response};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};

/// What becomes known of a call as its types are read.
#[derive(Debug)]
pub struct Sketch {
    /// The schema of its body.
    pub body: Option<Schema>,
    /// The schema of its query.
    pub query: Option<Schema>,
    /// Whether it needs an API token.
    pub operator: bool,
    /// Whether a session token will do.
    pub reader: bool,
    /// The schema of its answer; `None` when the body is empty.
    pub answer: Option<Schema>,
    /// Schemas of answers are named and shared.
    pub(super) answers: SchemaGenerator,
    /// Schemas of requests stand where they are used.
    pub(super) requests: SchemaGenerator,
}

impl Sketch {
    pub(super) fn new() -> Self {
        let settings = |place: &str| {
            let mut settings = SchemaSettings::draft2020_12();
            settings.meta_schema = None;
            settings.definitions_path = place.to_owned().into();
            settings
        };
        let answers = settings("/components/schemas").for_serialize();
        let requests = settings("/components/schemas").for_deserialize().with(|requests| {
            requests.inline_subschemas = true;
        });
        Self {
            body: None,
            query: None,
            operator: false,
            reader: false,
            answer: None,
            answers: answers.into_generator(),
            requests: requests.into_generator(),
        }
    }
}

/// An argument of a handler.
pub trait Argument {
    /// Adds what the argument means for the call.
    fn sketch(sketch: &mut Sketch);
}

/// What a handler returns.
pub trait Answer {
    /// Adds what the answer looks like.
    fn sketch(sketch: &mut Sketch);
}

/// A handler whose arguments and answer are known; `A` are its arguments.
pub trait Signature<A> {
    /// Adds all of it.
    fn sketch(sketch: &mut Sketch);
}

impl<T: JsonSchema> Argument for Body<T> {
    fn sketch(sketch: &mut Sketch) {
        sketch.body = Some(sketch.requests.root_schema_for::<T>());
    }
}

impl<T: JsonSchema> Argument for RawBody<T> {
    fn sketch(sketch: &mut Sketch) {
        Body::<T>::sketch(sketch);
    }
}

impl<T: JsonSchema> Argument for Query<T> {
    fn sketch(sketch: &mut Sketch) {
        sketch.query = Some(sketch.requests.root_schema_for::<T>());
    }
}

impl Argument for Operator {
    fn sketch(sketch: &mut Sketch) {
        sketch.operator = true;
    }
}

impl Argument for Caller {
    fn sketch(sketch: &mut Sketch) {
        sketch.operator = true;
        sketch.reader = true;
    }
}

/// Path parameters are read off the path; state and headers are not part of the description.
impl<T> Argument for Path<T> {
    fn sketch(_: &mut Sketch) {}
}

impl Argument for State<AppState> {
    fn sketch(_: &mut Sketch) {}
}

impl Argument for HeaderMap {
    fn sketch(_: &mut Sketch) {}
}

impl<T: JsonSchema> Answer for Json<T> {
    fn sketch(sketch: &mut Sketch) {
        sketch.answer = Some(sketch.answers.subschema_for::<T>());
    }
}

impl<T: Answer> Answer for Result<T> {
    fn sketch(sketch: &mut Sketch) {
        T::sketch(sketch);
    }
}

impl<T: Answer> Answer for (StatusCode, T) {
    fn sketch(sketch: &mut Sketch) {
        T::sketch(sketch);
    }
}

impl Answer for () {
    fn sketch(_: &mut Sketch) {}
}

impl Answer for StatusCode {
    fn sketch(_: &mut Sketch) {}
}

/// For what is no JSON: the call names its media type.
impl Answer for Response {
    fn sketch(_: &mut Sketch) {}
}

macro_rules! signatures {
    ($(($($argument:ident),*))*) => {$(
        impl<F, R, O, $($argument),*> Signature<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R,
            R: Future<Output = O>,
            O: Answer,
            $($argument: Argument,)*
        {
            fn sketch(sketch: &mut Sketch) {
                $($argument::sketch(sketch);)*
                O::sketch(sketch);
            }
        }
    )*};
}

signatures! {
    ()
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
    (A, B, C, D, E, G)
}
