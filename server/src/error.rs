//! What can go wrong, and the one JSON body that says so: `{"message", "code", "request_id"}`.

use crate::limits::beginning;
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Characters of a path and of a problem in a message.
const MOST_PATH: usize = 300;
pub(crate) const MOST_PROBLEM: usize = 1_000;

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
    /// 503: too much work of this kind is under way. Repeating it in a few seconds will help.
    #[error("too much work of this kind is under way; try again in a few seconds")]
    Overloaded,
    /// 503: the database is away; the request can be repeated.
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
    /// A 400 about one field, by its JSON path: `charges[2].name: is empty`. What was sent is repeated by its beginning.
    pub fn field(path: impl AsRef<str>, problem: impl AsRef<str>) -> Self {
        let (path, problem) =
            (beginning(path.as_ref(), MOST_PATH), beginning(problem.as_ref(), MOST_PROBLEM));
        Self::BadRequest(format!("{path}: {problem}"))
    }

    /// A 413.
    pub fn body_too_large() -> Self {
        Self::TooLarge(format!(
            "the body is larger than {} MiB: send it in smaller parts",
            crate::extract::MAX_BODY / 1024 / 1024
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
            // 57P0x: the server shuts down or starts up; 08xxx: the connection broke.
            sqlx::Error::Database(inner)
                if inner.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08")) =>
            {
                Self::Unavailable(error)
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
            Self::Internal(_) | Self::Database(_) => "something went wrong on our side".to_owned(),
            error => error.to_string(),
        };
        let mut headers = HeaderMap::new();
        match self {
            // The official SDKs retry each 409 otherwise.
            Self::Conflict(_) => {
                headers.insert("x-should-retry", HeaderValue::from_static("false"));
            }
            Self::Busy(_) | Self::Overloaded | Self::Unavailable(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        (status, headers, Json(Body { message, code: self.code(), request_id })).into_response()
    }
}

/// The whole chain of causes on one line, for the log.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = match error.downcast_ref::<Error>() {
        Some(Error::Internal(detail)) => detail.clone(),
        _ => error.to_string(),
    };
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
