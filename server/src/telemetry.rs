//! Logs: one line a request, with its id, and never a token.

use crate::{
    Error,
    client::{CLIENT, Client},
    config::LogFormat,
    error::{REQUEST_ID, chain, cut},
};
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    any::Any,
    time::{Duration, Instant},
};
use tokio::time::timeout;
use tracing::{Instrument, Subscriber};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, layer::SubscriberExt};
use uuid::Uuid;

/// The header that carries a request's id, both ways.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How long a request may take: twice the time of a statement.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Characters of a path in the log: ours are shorter, and others may be as long as a head may be.
const LONGEST_PATH: usize = 200;

/// Logs to standard error from now on.
pub fn init(filter: &str, format: LogFormat) {
    // A second call, in tests, changes nothing.
    let _ = tracing::subscriber::set_global_default(subscriber(filter, format, std::io::stderr));
}

/// What writes the log.
pub fn subscriber<W>(filter: &str, format: LogFormat, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let registry = tracing_subscriber::registry().with(EnvFilter::new(filter));
    let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    match format {
        LogFormat::Text => Box::new(registry.with(layer)),
        LogFormat::Json => Box::new(registry.with(layer.json().flatten_event(true).with_span_list(false))),
    }
}

/// Gives each request an id, for the log, the response and the bodies of errors; logs the outcome.
///
/// The query is never logged: embed tokens travel there. So many proxies of ours stand in front.
pub async fn request_id(State(proxies): State<usize>, mut request: Request, next: Next) -> Response {
    let id = match request.headers().get(&X_REQUEST_ID).and_then(|value| value.to_str().ok()) {
        Some(given) if is_sane(given) => given.to_owned(),
        _ => Uuid::now_v7().to_string(),
    };
    let value = HeaderValue::try_from(&id).unwrap_or(HeaderValue::from_static("none"));
    request.headers_mut().insert(X_REQUEST_ID, value.clone());
    let method = request.method().clone();
    let path = cut(request.uri().path(), LONGEST_PATH).into_owned();
    let client = Client::of(request.headers(), request.extensions(), proxies);
    let span = tracing::info_span!("request", id = %id);
    let answer = async move {
        let start = Instant::now();
        let mut response = match timeout(LIMIT, next.run(request)).await {
            Ok(response) => response,
            // A connection that died silently would keep the client, and the connection, for ever.
            Err(_) => Error::Unavailable(sqlx::Error::PoolTimedOut).into_response(),
        };
        response.headers_mut().insert(X_REQUEST_ID, value);
        let status = response.status().as_u16();
        let ms = start.elapsed().as_millis();
        match path.as_str() {
            // Asked every few seconds by machines.
            "/healthz" | "/readyz" | "/metrics" => tracing::debug!(%method, path, status, ms, "answered"),
            _ => tracing::info!(%method, path, status, ms, "answered"),
        }
        response
    };
    CLIENT.scope(client, REQUEST_ID.scope(id, answer.instrument(span))).await
}

/// Short, printable, and nothing that could end a log line or carry a token of ours.
fn is_sane(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The answer to a request whose handler panicked.
pub fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "without a message".to_owned(),
    };
    Error::Internal(format!("a handler panicked: {text}")).into_response()
}

/// Logs an error of work that nobody waits for.
pub fn log_failure(work: &str, error: &Error) {
    tracing::error!(work, error = %chain(error), "background work failed");
}
