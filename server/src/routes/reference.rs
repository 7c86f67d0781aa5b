//! The description of the API: `/openapi.json` for programs, `/docs` for people.

use crate::{
    AppState, Error, Result, clock,
    http::compress::Compressed,
    openapi::{Call, Calls, document, values},
    reference,
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use chrono::{DateTime, NaiveDate, Utc};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The calls of this file.
pub(super) fn calls() -> Calls {
    Calls::new("Server", "").get("/openapi.json", openapi, OPENAPI).get("/docs", docs, DOCS)
}

const OPENAPI: Call = Call::new("server.openapi", "Read this description")
    .about(
        "An OpenAPI 3.1 document; `inlay openapi` prints the same. The dates in its examples are of today.",
    )
    .media_type("application/json");

const DOCS: Call = Call::new("server.docs", "Read the reference")
    .about("This page: the same description for people.")
    .media_type("text/html");

/// Both forms of the description, the same for everybody. They are made once a day, since the dates in their examples
/// are of that day, and are as large as all calls together, so they are kept compressed.
struct Documentation {
    day: NaiveDate,
    server: String,
    openapi: Compressed,
    docs: Compressed,
}

static DESCRIBED: Mutex<Option<Arc<Documentation>>> = Mutex::const_new(None);

async fn openapi(State(state): State<AppState>, headers: HeaderMap) -> Result<Response> {
    let mut answer = described(&state).await?.openapi.answer(&headers);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(answer)
}

async fn docs(State(state): State<AppState>, headers: HeaderMap) -> Result<Response> {
    let mut answer = described(&state).await?.docs.answer(&headers);
    answer.headers_mut().extend(reference::headers());
    Ok(answer)
}

/// Those of today; the first request of a day makes them, and the others wait for that.
async fn described(state: &AppState) -> Result<Arc<Documentation>> {
    let now = clock::now();
    let server = &state.settings.public_url;
    let mut kept = DESCRIBED.lock().await;
    match kept.as_ref() {
        Some(described) if described.day == now.date_naive() && described.server == *server => {
            Ok(described.clone())
        }
        _ => {
            let server = server.clone();
            let made = tokio::task::spawn_blocking(move || Documentation::new(server, now)).await;
            let made = Arc::new(made.map_err(|error| Error::Internal(error.to_string()))??);
            *kept = Some(made.clone());
            Ok(made)
        }
    }
}

impl Documentation {
    fn new(server: String, now: DateTime<Utc>) -> Result<Self> {
        let (groups, entries) = super::described();
        let document = document(groups, entries, &server, now);
        let compressed = |text: String| {
            Compressed::new(text.into_bytes()).map_err(|error| Error::Internal(error.to_string()))
        };
        let openapi = compressed(document.to_string())?;
        let docs = compressed(reference::page(&document, &values(&server, now)))?;
        Ok(Self { day: now.date_naive(), server, openapi, docs })
    }
}
