//! Answers to unknown paths and methods, and to calls of Metronome that Inlay leaves out.

use crate::{
    Error,
    openapi::{closest, sdk_call},
};
use axum::http::{Method, Uri};

/// 404: no call has this path.
pub(super) async fn path(method: Method, uri: Uri) -> Error {
    let path = uri.path();
    if let Some(left_out) = left_out(&method, path) {
        return left_out;
    }
    let (_, entries) = super::described();
    Error::UnknownCall(match closest(path, entries.iter().map(|entry| entry.path)) {
        Some(known) => format!("no call has this path; did you mean {known}? /docs lists all calls"),
        None => "no call has this path; /docs lists all calls".to_owned(),
    })
}

/// 405: the path is right, the method is not.
pub(super) async fn method(method: Method, uri: Uri) -> Error {
    if let Some(left_out) = left_out(&method, uri.path()) {
        return left_out;
    }
    let (_, entries) = super::described();
    let fits = |template: &str| closest(uri.path(), std::iter::once(template)).is_some();
    let methods: Vec<_> = entries.iter().filter(|entry| fits(entry.path)).map(|entry| entry.method).collect();
    Error::WrongMethod(match methods.as_slice() {
        [] => "this path does not take this method".to_owned(),
        methods => format!("this path does not take {method}; send {}", methods.join(" or ")),
    })
}

/// 404 for a call of Metronome that is not part of Inlay.
fn left_out(method: &Method, path: &str) -> Option<Error> {
    let (method, template, name) = sdk_call(method.as_str(), path)?;
    // `GET /v1/customers/archive` looks like a customer of the id "archive": that call is there, this path is another.
    let (_, entries) = super::described();
    if entries.iter().any(|entry| (entry.method, entry.path) == (method, template)) {
        return None;
    }
    Some(Error::UnknownCall(format!(
        "this call is not part of Inlay: {name} of Metronome; /docs lists those that are"
    )))
}
