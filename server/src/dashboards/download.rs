//! PDF and CSV for a page.

use super::{
    embed_error::EmbedError,
    render::{failed, refuse_from},
    session::{Credential, open},
};
use crate::{
    AppState, Error,
    export::{self, ExportOptions, Format},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use serde::Deserialize;
use uuid::Uuid;

/// What the buttons of the page's form send: the session token, and the invoice under the name of the format.
#[derive(Deserialize)]
pub(super) struct DownloadForm {
    token: Option<String>,
    pdf: Option<Uuid>,
    csv: Option<Uuid>,
}

/// A PDF or CSV for a page. The token comes in the body: an address would stay in the browser's list of downloads.
pub(super) async fn download(State(state): State<AppState>, body: String) -> Response {
    let Ok(form) = serde_urlencoded::from_str::<DownloadForm>(&body) else {
        return refuse(&state, EmbedError::Invalid, Credential::None).await;
    };
    let credential = form.token.as_deref().map_or(Credential::None, Credential::Session);
    let opened = match open(&state, credential, &HeaderMap::new()).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, credential).await,
    };
    let (id, format) = match (form.pdf, form.csv) {
        (Some(id), _) => (id, Format::Pdf),
        (None, csv) => (csv.unwrap_or_default(), Format::Csv),
    };
    let options = ExportOptions::default();
    match export::file(&state, opened.pool, &opened.viewer, id, format, options, opened.now).await {
        Ok(file) => file,
        Err(Error::NotFound(_)) => refuse(&state, EmbedError::Gone, credential).await,
        Err(Error::Unauthorized) => refuse(&state, EmbedError::Revoked, credential).await,
        Err(Error::Overloaded) => {
            let mut page = refuse(&state, EmbedError::Unavailable, credential).await;
            page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            page
        }
        Err(error) => {
            failed("a download", &error);
            refuse(&state, EmbedError::Unavailable, credential).await
        }
    }
}

/// The form's address is a folder deeper than that of a page.
async fn refuse(state: &AppState, refusal: EmbedError, credential: Credential<'_>) -> Response {
    refuse_from("../..", state, refusal, credential).await
}
