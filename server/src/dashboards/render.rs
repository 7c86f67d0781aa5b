//! A page as an answer: the whole document at once, or why there is none.

use super::{
    embed_error::EmbedError,
    framing, hosts,
    session::{Credential, EmbedSession, Tokens, is_noted},
};
use crate::{
    AppState, Error,
    assets::{self, Bundle},
    audit,
    error::chain,
    http::headers,
};
use app::{
    embed::{ColorScheme, Theme},
    pages::{MessagePage, PageContent, PageFrame, Shell},
    session::SessionProps,
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

const GONE: MessagePage = MessagePage {
    heading: "This dashboard is no longer available",
    text: "The account it showed is closed.",
};

/// The way from a page to the root of the server: pages are one folder below it.
const ROOT: &str = "..";

/// Logs why a section could not be loaded; the page says only that.
pub(super) fn failed(section: &str, error: &Error) {
    tracing::error!(section, error = %chain(error), "a section of a page could not be loaded");
}

pub(super) async fn show(
    state: &AppState,
    opened: EmbedSession,
    title: &str,
    content: PageContent,
) -> Response {
    // All is read: the turn is for others.
    drop(opened.pool);
    if opened.session.url_id.is_some() {
        audit::opened(state, &opened.session);
    }
    if let Some(noted) = opened.noted
        && !matches!(is_noted(noted).await, Ok(true))
    {
        tracing::warn!(
            "a session was opened and could not be noted: it is not listed, nor revoked by its id"
        );
    }
    let customer_id = opened.session.grant.customer_id.to_string();
    let config = opened.session.grant.config;
    let origins = framing::allowed(state, Some(&config.rules));
    let Tokens { token, link, expires_in } = opened.tokens;
    let frame = PageFrame {
        scheme: config.color_scheme,
        theme: config.theme,
        hides_amounts: config.viewer.hide_amounts,
        session: Some(SessionProps { token, link, customer_id, expires_in }),
        ..frame(title)
    };
    draw(&origins, StatusCode::OK, frame, content).await
}

/// Says why, in the colors of the page that was asked for; more of it to developers, in the log and in a header.
pub(super) async fn refuse(state: &AppState, refusal: EmbedError, credential: Credential<'_>) -> Response {
    refuse_from(ROOT, state, refusal, credential).await
}

/// The same, where the way to the root of the server is another than that of pages.
pub(super) async fn refuse_from(
    root: &'static str,
    state: &AppState,
    refusal: EmbedError,
    credential: Credential<'_>,
) -> Response {
    let (status, message) = match refusal {
        EmbedError::Missing => (StatusCode::UNAUTHORIZED, MessagePage::RELOADED),
        EmbedError::Invalid
        | EmbedError::Expired
        | EmbedError::Used
        | EmbedError::Revoked
        | EmbedError::WrongDashboard => (StatusCode::UNAUTHORIZED, MessagePage::EXPIRED),
        EmbedError::Gone => (StatusCode::NOT_FOUND, GONE),
        EmbedError::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, MessagePage::UNAVAILABLE),
    };
    let (reason, meaning) = refusal.reason();
    tracing::info!(refusal = reason, "a page was refused: {meaning}");
    let mut frame = frame(message.heading);
    let token = match credential {
        Credential::Address(token) | Credential::Session(token) => Some(token),
        Credential::None => None,
    };
    // What fails on this side refuses nobody.
    if let Some(token) = token.filter(|_| status != StatusCode::SERVICE_UNAVAILABLE) {
        audit::refused(state, token, reason);
    }
    let config = token.and_then(|token| state.keys.config(token));
    let origins = framing::allowed(state, config.as_ref().map(|config| &config.rules));
    if let Some(config) = config {
        (frame.scheme, frame.theme) = (config.color_scheme, config.theme);
    }
    (frame.root, frame.refusal) = (root, Some(reason));
    let mut response = draw(&origins, status, frame, PageContent::Message(message)).await;
    response.headers_mut().insert(headers::REFUSAL, HeaderValue::from_static(reason));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// What surrounds a page without a session, in the plain colors; [`draw`] adds the app, its style and its hosts.
pub(crate) fn frame(title: &str) -> PageFrame {
    PageFrame {
        title: title.to_owned(),
        scheme: ColorScheme::default(),
        theme: Theme::default(),
        root: ROOT,
        js: "",
        wasm: "",
        css: "",
        frame_js: "",
        hosts: None,
        refusal: None,
        nonce: String::new(),
        hides_amounts: false,
        session: None,
    }
}

/// Renders a page to its end: the answer holds every figure before the browser runs anything. Who may frame it are these
/// origins; this server alone where there are none.
pub(crate) async fn draw(
    origins: &[String],
    status: StatusCode,
    frame: PageFrame,
    content: PageContent,
) -> Response {
    let site = assets::site();
    let Bundle { js, wasm, css } = match &content {
        PageContent::Invoices(_) => site.invoices,
        PageContent::Usage(_) => site.usage,
        PageContent::Message(_) => Bundle { js: "", wasm: "", css: site.css },
    };
    let css = assets::style(css);
    let hosts = hosts::pattern(origins);
    // A second call changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let origins = origins.to_vec();
    let page = move || {
        let mut frame =
            PageFrame { js, wasm, css, frame_js: site.frame, hosts: hosts.clone(), ..frame.clone() };
        frame.nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        if let Some(options) = use_context::<ResponseOptions>() {
            options.set_status(status);
            for (name, value) in headers::page(&frame.nonce, &origins) {
                if let Some(name) = name {
                    options.insert_header(name, value);
                }
            }
        }
        let content = content.clone();
        view! { <Shell frame content/> }
    };
    // The renderer sees no query: the token stays out of its context.
    let request = Request::builder().uri("/embed").body(Body::empty());
    match request {
        Ok(request) => leptos_axum::render_app_async_with_context(|| {}, page)(request).await,
        Err(error) => Error::Internal(error.to_string()).into_response(),
    }
}
