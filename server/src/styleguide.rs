//! `/styleguide`: theming, documented by trying it. The demo serves it; `serve` only when asked.

use crate::{AppState, Error, assets, compress, headers};
use app::{
    embed::{ColorScheme, Theme},
    pages::{PageFrame, Shell, Styleguide},
    samples::samples,
};
use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use leptos::{nonce::Nonce, prelude::*};

/// The guide, and each sample page that it frames.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/styleguide", get(guide))
        .route("/styleguide/{sample}", get(sample))
        .layer(middleware::from_fn(compress::page))
}

async fn guide(State(state): State<AppState>) -> Response {
    if !state.settings.styleguide {
        return Error::NotFound("the page").into_response();
    }
    let nonce = Nonce::new().to_string();
    let headers = headers::styleguide(&nonce);
    let css = assets::site().css;
    let public_url = state.settings.public_url.clone();
    draw(headers, || view! { <Styleguide css nonce public_url/> }.to_html())
}

async fn sample(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    let sample = samples().into_iter().find(|sample| sample.name == name);
    let Some(sample) = sample.filter(|_| state.settings.styleguide) else {
        return Error::NotFound("the page").into_response();
    };
    let nonce = Nonce::new().to_string();
    let headers = headers::page(&nonce, &[]);
    let frame = PageFrame {
        title: sample.title,
        scheme: ColorScheme::default(),
        theme: Theme::default(),
        js: "",
        wasm: "",
        css: assets::style(),
        nonce,
        session: None,
    };
    draw(headers, || view! { <Shell frame content=sample.content/> }.to_html())
}

fn draw(headers: HeaderMap, page: impl FnOnce() -> String) -> Response {
    (headers, Html(Owner::new().with(page))).into_response()
}
