//! What can go wrong, and the one JSON body that says so: `{"message", "code", "request_id"}`.

mod cli_error;

pub use cli_error::CliError;

use crate::limits::MAX_BODY;
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::borrow::Cow;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, named for its HTTP outcome.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: the request says something that cannot be. The text names the JSON path, query or path parameter.
    #[error("{0}")]
    BadRequest(String),
    /// 401: no credential, or one that is not valid. The body never says which of the two.
    #[error("the API token is missing or not valid: send it as \"Authorization: Bearer <token>\"")]
    Unauthorized,
    /// 403: the credential is good, but does not reach this far.
    #[error("{0}")]
    Forbidden(String),
    /// 404: it does not exist, or it is not yours.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// 404: no call has this path.
    #[error("{0}")]
    UnknownCall(String),
    /// 405: the path is right, the method is not.
    #[error("{0}")]
    WrongMethod(String),
    /// 409: it clashes with what is stored. Repeating it will not help.
    #[error("{0}")]
    Conflict(String),
    /// 409: the same call is under way. Repeating it in a second will help.
    #[error("{0}")]
    Busy(String),
    /// 413: the body is larger than is taken.
    #[error("{0}")]
    TooLarge(String),
    /// 429: the caller asks more often than it may. Repeating it after so many seconds will help.
    #[error("{reason}; try again in {seconds} s")]
    TooMany {
        /// What there was too much of.
        reason: &'static str,
        /// Seconds until one more is taken.
        seconds: u64,
    },
    /// 503: too much work of this kind is under way. Repeating it in a few seconds will help.
    #[error("too much work of this kind is under way; try again in a few seconds")]
    Overloaded,
    /// 503: the database is away or took too long; the request can be repeated.
    #[error("the database cannot be reached right now; try again in a few seconds")]
    Unavailable(#[source] sqlx::Error),
    /// 500: the database refused something that Inlay should not have asked.
    #[error("something went wrong on our side")]
    Database(#[source] sqlx::Error),
    /// 500: anything else.
    #[error("something went wrong on our side")]
    Internal(String),
}

impl Error {
    /// A 400 about one field, by its JSON path: `charges[2].name: is empty`. Of long ones, the beginning is said.
    pub fn field(path: impl AsRef<str>, problem: impl AsRef<str>) -> Self {
        Self::BadRequest(format!("{}: {}", cut(path.as_ref(), PATH), in_short(problem.as_ref())))
    }

    /// A 413.
    pub fn body_too_large() -> Self {
        Self::TooLarge(format!(
            "the body is larger than {} MiB: send it in smaller parts",
            MAX_BODY / 1024 / 1024
        ))
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) | Self::UnknownCall(_) => StatusCode::NOT_FOUND,
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) | Self::Busy(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A word that programs can compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(_) | Self::UnknownCall(_) => "not_found",
            Self::WrongMethod(_) => "method_not_allowed",
            Self::Conflict(_) => "conflict",
            Self::Busy(_) => "busy",
            Self::TooLarge(_) => "too_large",
            Self::TooMany { .. } => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::Unavailable(_) => "unavailable",
            Self::Database(_) | Self::Internal(_) => "internal",
        }
    }

    /// The name of the violated constraint, when the database refused a row.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.constraint(),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            // 57014: it took too long; 55P03: it waited too long for a lock; 57P0x: the server shuts down or starts up;
            // 08xxx: the connection broke.
            sqlx::Error::Database(inner)
                if inner.code().is_some_and(|code| {
                    ["57014", "55P03"].contains(&code.as_ref())
                        || code.starts_with("57P")
                        || code.starts_with("08")
                }) =>
            {
                Self::Unavailable(error)
            }
            // What a trigger of migration 28 refuses, in a sentence of its own.
            sqlx::Error::Database(inner) if inner.constraint() == Some("custom_field_value_is_unique") => {
                Self::Conflict(inner.message().to_owned())
            }
            _ => Self::Database(error),
        }
    }
}

tokio::task_local! {
    /// The id of the request being answered; set by the request-id middleware.
    pub static REQUEST_ID: String;
}

#[derive(Serialize)]
struct Body {
    message: String,
    code: &'static str,
    request_id: Option<String>,
}

/// Characters of what was sent that a message repeats in quotation marks.
const QUOTED: usize = 64;

/// Characters of a path: names in it may be the caller's own, and what is wrong comes after it.
const PATH: usize = 300;

/// Characters of a message.
const MESSAGE: usize = 1_000;

/// The first characters of a text, and a sign where there are more.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// A message without the length of what was sent: what it quotes is cut, and so is the whole.
pub(crate) fn in_short(message: &str) -> String {
    let mut short = String::new();
    for (at, part) in message.split('"').enumerate() {
        if at > 0 {
            short.push('"');
        }
        short.push_str(&cut(part, if at.is_multiple_of(2) { MESSAGE } else { QUOTED }));
        if short.len() > 4 * MESSAGE {
            break;
        }
    }
    cut(&short, MESSAGE).into_owned()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        match &self {
            Self::Overloaded => {
                tracing::warn!("a request was turned away: too much of its kind is under way")
            }
            _ if status.is_server_error() => tracing::error!(error = %chain(&self), "request failed"),
            _ => {}
        }
        let request_id = REQUEST_ID.try_with(Clone::clone).ok();
        let message = match &self {
            Self::Internal(_) | Self::Database(_) => {
                format!("{self}: the server's log has the cause, by this request_id")
            }
            error => in_short(&error.to_string()),
        };
        let mut headers = HeaderMap::new();
        match self {
            // The official SDKs retry each 409 otherwise.
            Self::Conflict(_) => {
                headers.insert("x-should-retry", HeaderValue::from_static("false"));
            }
            Self::TooMany { seconds, .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Busy(_) | Self::Overloaded | Self::Unavailable(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        (status, headers, Json(Body { message, code: self.code(), request_id })).into_response()
    }
}

/// The whole chain of causes on one line, for the log. A cause that the one before it repeats is said once.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = match error.downcast_ref::<Error>() {
        Some(Error::Internal(detail)) => detail.clone(),
        _ => error.to_string(),
    };
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_repeat_what_was_sent_in_short() {
        let long = "ä".repeat(100_000);
        let short = format!("{}…", "ä".repeat(64));
        for (message, expected) in [
            ("name: is required".to_owned(), "name: is required".to_owned()),
            (format!("sort: \"{long}\" is not one of a, b"), format!("sort: \"{short}\" is not one of a, b")),
            (format!("{long}: no"), format!("{}…", "ä".repeat(1_000))),
            ("\"".repeat(100_000), format!("{}…", "\"".repeat(1_000))),
        ] {
            assert_eq!(in_short(&message), expected);
        }
    }
}
