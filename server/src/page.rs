//! The embed pages: verify the token, load the data, draw the whole page at once.

use crate::{
    AppState, Error, Result, assets,
    auth::{CustomerAccess, Reader, no_such_customer},
    clock, compress, db,
    embed_url::Session,
    error::chain,
    extract::Query,
    headers,
    invoicing::{self, InvoiceFilter, Sort},
};
use app::{
    billing::{Invoice, Page, UsageWindow},
    embed::{ColorScheme, Dashboard, DashboardOptions, Theme},
    pages::{
        InvoiceOptions, InvoiceRows, InvoicesPage, LoadError, MessagePage, PageContent, PageFrame,
        SessionProps, Shell, UsagePage,
    },
};
use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};

/// The pages, and what an open page asks for later.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/embed/invoices", get(invoices))
        .route("/embed/invoices/rows", get(invoice_rows))
        .route("/embed/usage", get(usage))
        .route("/embed/session", post(renew))
        .layer(middleware::from_fn(compress::page))
}

/// The query of a page. What cannot be read falls back to the default: a page is no place for a lecture.
#[derive(Deserialize)]
struct PageQuery {
    token: Option<String>,
    window: Option<String>,
    next_page: Option<String>,
}

/// A page that may be shown: who reads it, and the token that goes on.
struct Opened {
    session: Session,
    access: CustomerAccess,
    token: String,
    expires_in: u32,
    now: DateTime<Utc>,
}

const GONE: MessagePage = MessagePage {
    heading: "This dashboard is no longer available",
    text: "The account it showed is closed.",
};

async fn invoices(State(state): State<AppState>, Query(query): Query<PageQuery>) -> Response {
    let opened = match open(&state, &query, Dashboard::Invoices) {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal).await,
    };
    let options = &opened.session.grant.display.options;
    let invoices = list(&state, opened.access, options, query.next_page, opened.now).await;
    if let Err(Error::NotFound(_)) = invoices {
        return refuse(&state, Refusal::Gone).await;
    }
    let page = InvoicesPage {
        invoices: invoices.map_err(|error| failed("invoices", &error)),
        now: opened.now,
        options: invoice_options(options),
        base_href: format!("/embed/invoices?token={}", opened.token),
    };
    show(&state, opened, "Invoices", PageContent::Invoices(page)).await
}

async fn usage(State(state): State<AppState>, Query(query): Query<PageQuery>) -> Response {
    let opened = match open(&state, &query, Dashboard::Usage) {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal).await,
    };
    match active(&state, opened.access).await {
        Ok(()) => {}
        Err(Error::NotFound(_)) => return refuse(&state, Refusal::Gone).await,
        // The section below will fail too, and say so in its place.
        Err(error) => drop(failed("the customer", &error)),
    }
    let series = db::usage::series(&state.pool, opened.access, opened.now).await;
    let window = query.window.and_then(|days| days.parse().ok()).and_then(UsageWindow::from_days);
    let page = UsagePage {
        series: series.map_err(|error| failed("usage", &error)),
        window: window.unwrap_or_default(),
        now: opened.now,
        base_href: format!("/embed/usage?token={}", opened.token),
    };
    show(&state, opened, "Usage", PageContent::Usage(page)).await
}

/// The rows after a cursor, for a page that is already open.
async fn invoice_rows(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<PageQuery>,
) -> Result<Html<String>> {
    let now = clock::now();
    let display = &reader.session().grant.display;
    if display.dashboard != Dashboard::Invoices {
        return Err(Error::Unauthorized);
    }
    let invoices = list(&state, reader.access(), &display.options, query.next_page, now).await?;
    let options = invoice_options(&display.options);
    let rows = Owner::new().with(|| view! { <InvoiceRows invoices options now/> }.to_html());
    Ok(Html(rows))
}

#[derive(Serialize)]
struct Renewed {
    token: String,
    expires_in: u32,
}

/// A new session token for one that still holds.
async fn renew(State(state): State<AppState>, reader: Reader) -> Result<Json<Renewed>> {
    let now = clock::now();
    active(&state, reader.access()).await?;
    let signed = state.keys.sign_session(reader.session(), now).map_err(|_| Error::Unauthorized)?;
    let expires_in = seconds(signed.expires_at, now);
    Ok(Json(Renewed { token: signed.token, expires_in }))
}

/// Why a page is not shown.
enum Refusal {
    /// The token is missing, wrong or of another time. Which of them is not said.
    Expired,
    /// The customer is archived, or was deleted.
    Gone,
}

fn open(state: &AppState, query: &PageQuery, dashboard: Dashboard) -> Result<Opened, Refusal> {
    let now = clock::now();
    let token = query.token.as_deref().unwrap_or_default();
    let session = state.keys.verify_page(token, now).map_err(|_| Refusal::Expired)?;
    if session.grant.display.dashboard != dashboard {
        return Err(Refusal::Expired);
    }
    let signed = state.keys.sign_session(&session, now).map_err(|_| Refusal::Expired)?;
    let access = Reader::new(session.clone()).access();
    Ok(Opened { session, access, expires_in: seconds(signed.expires_at, now), token: signed.token, now })
}

/// Answers 404 for a customer that is archived or gone.
async fn active(state: &AppState, access: CustomerAccess) -> Result<()> {
    match db::customer::find(&state.pool, access).await?.archived_at {
        None => Ok(()),
        Some(_) => Err(no_such_customer()),
    }
}

/// The invoices that the dashboard's options let through, newest first.
async fn list(
    state: &AppState,
    access: CustomerAccess,
    options: &DashboardOptions,
    next_page: Option<String>,
    now: DateTime<Utc>,
) -> Result<Page<Invoice>> {
    let status = options.statuses();
    if status.is_empty() || !options.admits_plan_invoices() {
        return Ok(Page { data: Vec::new(), next_page: None });
    }
    let filter = InvoiceFilter {
        status,
        sort: Sort::DateDesc,
        next_page,
        active_only: true,
        ..InvoiceFilter::default()
    };
    invoicing::list(&state.pool, access, &filter, now, state.settings.grace_period).await
}

fn invoice_options(options: &DashboardOptions) -> InvoiceOptions {
    InvoiceOptions { show_zero_usage_line_items: options.show_zero_usage_line_items }
}

/// Logs why a section could not be loaded; the page says only that.
fn failed(section: &str, error: &Error) -> LoadError {
    tracing::error!(section, error = %chain(error), "a section of a page could not be loaded");
    LoadError
}

fn seconds(until: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    u32::try_from((until - now).num_seconds()).unwrap_or_default()
}

async fn show(state: &AppState, opened: Opened, title: &'static str, content: PageContent) -> Response {
    let display = opened.session.grant.display;
    let frame = PageFrame {
        scheme: display.color_scheme,
        theme: display.theme,
        session: Some(SessionProps { token: opened.token, expires_in: opened.expires_in }),
        ..frame(title)
    };
    draw(state, StatusCode::OK, frame, content).await
}

async fn refuse(state: &AppState, refusal: Refusal) -> Response {
    let (status, message) = match refusal {
        Refusal::Expired => (StatusCode::UNAUTHORIZED, MessagePage::EXPIRED),
        Refusal::Gone => (StatusCode::NOT_FOUND, GONE),
    };
    draw(state, status, frame(message.heading), PageContent::Message(message)).await
}

fn frame(title: &'static str) -> PageFrame {
    let assets::Site { js, wasm, css } = assets::site();
    PageFrame {
        title,
        scheme: ColorScheme::default(),
        theme: Theme::default(),
        js,
        wasm,
        css,
        nonce: String::new(),
        session: None,
    }
}

/// Renders a page to its end: the answer holds every figure before the browser runs anything.
async fn draw(state: &AppState, status: StatusCode, frame: PageFrame, content: PageContent) -> Response {
    // A second call changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let origins = state.settings.allowed_origins.clone();
    let page = move || {
        let mut frame = frame.clone();
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
