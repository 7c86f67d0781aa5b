//! What a handler takes and answers, read off its types.

use crate::{
    AppState, Result,
    auth::{Caller, Operator},
    extract::{Body, Path, Query, RawBody},
};
use axum::{Json, extract::State, http::HeaderMap, http::StatusCode, response::Response};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};

/// What an operation takes and answers, as schemas.
#[derive(Debug)]
pub struct OperationSchema {
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

impl OperationSchema {
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
    fn describe(schema: &mut OperationSchema);
}

/// What a handler returns.
pub trait Answer {
    /// Adds what the answer looks like.
    fn describe(schema: &mut OperationSchema);
}

/// A handler whose arguments and answer are known; `A` are its arguments.
pub trait Signature<A> {
    /// Adds all of it.
    fn describe(schema: &mut OperationSchema);
}

impl<T: JsonSchema> Argument for Body<T> {
    fn describe(schema: &mut OperationSchema) {
        schema.body = Some(schema.requests.root_schema_for::<T>());
    }
}

impl<T: JsonSchema> Argument for RawBody<T> {
    fn describe(schema: &mut OperationSchema) {
        Body::<T>::describe(schema);
    }
}

impl<T: JsonSchema> Argument for Query<T> {
    fn describe(schema: &mut OperationSchema) {
        schema.query = Some(schema.requests.root_schema_for::<T>());
    }
}

impl Argument for Operator {
    fn describe(schema: &mut OperationSchema) {
        schema.operator = true;
    }
}

impl Argument for Caller {
    fn describe(schema: &mut OperationSchema) {
        schema.operator = true;
        schema.reader = true;
    }
}

/// Path parameters are read off the path; state and headers are not part of the description.
impl<T> Argument for Path<T> {
    fn describe(_: &mut OperationSchema) {}
}

impl Argument for State<AppState> {
    fn describe(_: &mut OperationSchema) {}
}

impl Argument for HeaderMap {
    fn describe(_: &mut OperationSchema) {}
}

impl<T: JsonSchema> Answer for Json<T> {
    fn describe(schema: &mut OperationSchema) {
        schema.answer = Some(schema.answers.subschema_for::<T>());
    }
}

impl<T: Answer> Answer for Result<T> {
    fn describe(schema: &mut OperationSchema) {
        T::describe(schema);
    }
}

impl<T: Answer> Answer for (StatusCode, T) {
    fn describe(schema: &mut OperationSchema) {
        T::describe(schema);
    }
}

impl Answer for () {
    fn describe(_: &mut OperationSchema) {}
}

impl Answer for StatusCode {
    fn describe(_: &mut OperationSchema) {}
}

/// For what is no JSON: the call names its media type.
impl Answer for Response {
    fn describe(_: &mut OperationSchema) {}
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
            fn describe(schema: &mut OperationSchema) {
                $($argument::describe(schema);)*
                O::describe(schema);
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
