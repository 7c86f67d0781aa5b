//! `/styleguide`: theming, documented by trying it. The demo serves it; `serve` only when asked.

mod contrast;
mod page;
mod sample_invoices;
mod sample_usage;
mod samples;

pub use samples::{Sample, samples};

use crate::{
    AppState, Error, assets, dashboards,
    http::{compress, headers},
};
use app::{pages::PageFrame, session::SessionProps};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use leptos::{nonce::Nonce, prelude::*};
use page::Styleguide;

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
    // Beside the page, wherever a proxy has that.
    let css = assets::site().css.trim_start_matches('/');
    let public_url = state.settings.public_url.clone();
    draw(headers, || view! { <Styleguide css nonce public_url/> }.to_html())
}

async fn sample(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    let sample = samples().into_iter().find(|sample| sample.name == name);
    let Some(sample) = sample.filter(|_| state.settings.styleguide) else {
        return Error::NotFound("the page").into_response();
    };
    // A session without a customer that never ends: what a sample holds can be tried, requests of the server fail.
    let frame = PageFrame { session: Some(SessionProps::default()), ..dashboards::frame(sample.title) };
    dashboards::draw(&[], StatusCode::OK, frame, sample.content).await
}

fn draw(headers: HeaderMap, page: impl FnOnce() -> String) -> Response {
    (headers, Html(Owner::new().with(page))).into_response()
}
