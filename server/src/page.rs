//! The embed pages: verify the token, load the data, draw the whole page at once.

use crate::{
    AppState, Error, Result, assets,
    auth::{CustomerAccess, Reader, no_such_customer},
    clock, compress, db,
    embed_url::Session,
    error::chain,
    export::{self, Choice, Format},
    extract::Query,
    headers,
    invoicing::{self, Dossier, InvoiceFilter, Sort},
    readers::ReadPool,
    usage_page,
};
use app::{
    billing::Page,
    embed::{ColorScheme, Dashboard, Theme},
    pages::{
        InvoiceList, InvoiceOptions, InvoicesContent, InvoicesPage, LoadError, MessagePage, OneInvoice,
        PageContent, PageFrame, SessionProps, Shell, UsagePage,
    },
    view::{
        links::{DocumentQuery, InvoiceQuery, Links},
        usage_choice::UsageChoice,
        words,
    },
};
use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The pages, and what an open page asks for later.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/embed/invoices", get(invoices))
        .route("/embed/usage", get(usage))
        .route("/embed/session", post(renew))
        .layer(middleware::from_fn(compress::page))
        .route("/embed/invoices/download", post(download))
}

/// The query of a page. What cannot be read falls back to the default: a page is no place for a lecture.
#[derive(Deserialize)]
struct PageQuery {
    token: Option<String>,
    window: Option<String>,
    view: Option<String>,
    measure: Option<String>,
    group: Option<String>,
    only: Option<String>,
}

/// A page that may be shown: who reads it, what it is read by, and the token that goes on.
struct Opened {
    session: Session,
    access: CustomerAccess,
    pool: ReadPool,
    token: String,
    expires_in: u32,
    now: DateTime<Utc>,
}

const GONE: MessagePage = MessagePage {
    heading: "This dashboard is no longer available",
    text: "The account it showed is closed.",
};

/// The query of the invoices page: the list as asked for, or one invoice.
#[derive(Deserialize)]
struct InvoicesQuery {
    token: Option<String>,
    status: Option<String>,
    number: Option<String>,
    next_page: Option<String>,
    invoice: Option<String>,
    show: Option<String>,
    find: Option<String>,
}

impl InvoicesQuery {
    fn list(&self) -> InvoiceQuery {
        let number = self.number.as_deref().unwrap_or_default().trim();
        InvoiceQuery {
            status: self.status.as_deref().and_then(|status| status.parse().ok()),
            number: number.chars().take(LONGEST_SEARCH).collect(),
            next_page: self.next_page.clone().filter(|cursor| !cursor.is_empty()),
        }
    }

    fn document(&self) -> DocumentQuery {
        let find = self.find.as_deref().unwrap_or_default().trim();
        DocumentQuery {
            show_all: self.show.as_deref() == Some("all"),
            find: find.chars().take(LONGEST_SEARCH).collect(),
        }
    }
}

/// What is searched for is cut to this.
const LONGEST_SEARCH: usize = 100;

async fn invoices(State(state): State<AppState>, Query(query): Query<InvoicesQuery>) -> Response {
    let opened = match open(&state, query.token.as_deref(), Dashboard::Invoices).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, query.token.as_deref()).await,
    };
    let display = &opened.session.grant.display;
    let found = match query.invoice.as_deref() {
        Some(id) => one_invoice(&state, &opened, id.parse().unwrap_or_default(), query.document()).await,
        None => list(&state, &opened, query.list()).await,
    };
    let Ok(content) = found else {
        return refuse(&state, Refusal::Gone, query.token.as_deref()).await;
    };
    let page = InvoicesPage {
        content,
        now: opened.now,
        options: InvoiceOptions {
            show_zero_usage_line_items: display.options.show_zero_usage_line_items,
            statuses: display.options.statuses(),
            group_keys: display.group_keys.clone(),
        },
        links: Links::new(opened.token.clone()),
    };
    show(&state, opened, words::INVOICES, PageContent::Invoices(page)).await
}

async fn usage(State(state): State<AppState>, Query(query): Query<PageQuery>) -> Response {
    let opened = match open(&state, query.token.as_deref(), Dashboard::Usage).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, query.token.as_deref()).await,
    };
    let choice = UsageChoice::read(
        query.window.as_deref(),
        query.view.as_deref(),
        query.measure.as_deref(),
        query.group.as_deref(),
        query.only.as_deref(),
    );
    let board = match usage_page::board(&opened.pool, opened.access, &choice, opened.now).await {
        Ok(None) | Err(Error::NotFound(_)) => {
            return refuse(&state, Refusal::Gone, query.token.as_deref()).await;
        }
        Ok(Some(board)) => Ok(board),
        Err(error) => Err(failed("usage", &error)),
    };
    let page = UsagePage {
        board,
        choice,
        names: opened.session.grant.display.group_keys.clone(),
        now: opened.now,
        base_href: format!("/embed/usage?token={}", opened.token),
    };
    show(&state, opened, "Usage", PageContent::Usage(page)).await
}

/// What the buttons of the page's form send: the token, and the invoice under the name of the format.
#[derive(Deserialize)]
struct DownloadForm {
    token: Option<String>,
    pdf: Option<Uuid>,
    csv: Option<Uuid>,
}

/// A PDF or CSV for a page. The token comes in the body: an address would stay in the browser's list of downloads.
async fn download(State(state): State<AppState>, body: String) -> Response {
    let Ok(form) = serde_urlencoded::from_str::<DownloadForm>(&body) else {
        return refuse(&state, Refusal::Expired, None).await;
    };
    let token = form.token.as_deref();
    let opened = match open(&state, token, Dashboard::Invoices).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, token).await,
    };
    let (id, format) = match (form.pdf, form.csv) {
        (Some(id), _) => (id, Format::Pdf),
        (None, csv) => (csv.unwrap_or_default(), Format::Csv),
    };
    let choice = Choice::of(Reader::new(opened.session));
    let grace = state.settings.grace_period;
    match export::file(opened.pool, grace, opened.access, id, format, choice, opened.now).await {
        Ok(file) => file,
        Err(Error::NotFound(_)) => refuse(&state, Refusal::Gone, token).await,
        Err(error) => {
            let _ = failed("a download", &error);
            refuse(&state, Refusal::Unavailable, token).await
        }
    }
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
    /// Something went wrong on this side, or too much is under way.
    Unavailable,
}

async fn open(state: &AppState, token: Option<&str>, dashboard: Dashboard) -> Result<Opened, Refusal> {
    let now = clock::now();
    let session = state.keys.verify_page(token.unwrap_or_default(), now).map_err(|_| Refusal::Expired)?;
    if session.grant.display.dashboard != dashboard {
        return Err(Refusal::Expired);
    }
    let signed = state.keys.sign_session(&session, now).map_err(|_| Refusal::Expired)?;
    let access = Reader::new(session.clone()).access();
    let pool = state.readers.turn(access).await.map_err(|error| {
        tracing::warn!(error = %chain(&error), "a page was turned away");
        Refusal::Unavailable
    })?;
    Ok(Opened {
        session,
        access,
        pool,
        expires_in: seconds(signed.expires_at, now),
        token: signed.token,
        now,
    })
}

/// Answers 404 for a customer that is archived or gone.
async fn active(state: &AppState, access: CustomerAccess) -> Result<()> {
    let pool = state.readers.turn(access).await?;
    match db::customer::find(&pool, access).await?.archived_at {
        None => Ok(()),
        Some(_) => Err(no_such_customer()),
    }
}

/// The customer is archived, or was deleted.
struct NoCustomer;

/// The invoices that both the dashboard's options and the reader's filters let through, newest first.
async fn list(state: &AppState, opened: &Opened, query: InvoiceQuery) -> Result<InvoicesContent, NoCustomer> {
    let options = &opened.session.grant.display.options;
    let mut status = options.statuses();
    status.retain(|admitted| query.status.is_none_or(|wanted| wanted == *admitted));
    if status.is_empty() || !options.admits_plan_invoices() {
        let list = InvoiceList {
            invoices: Page { data: Vec::new(), next_page: None },
            projected_totals: BTreeMap::new(),
        };
        return Ok(InvoicesContent::List(query, Ok(list)));
    }
    let filter = InvoiceFilter {
        status,
        sort: Sort::DateDesc,
        number: Some(query.number.clone()).filter(|number| !number.is_empty()),
        next_page: query.next_page.clone(),
        active_only: true,
        ..InvoiceFilter::default()
    };
    let grace = state.settings.grace_period;
    let found = match invoicing::overview(&opened.pool, opened.access, &filter, opened.now, grace).await {
        Ok(found) => Ok(InvoiceList { invoices: found.invoices, projected_totals: found.projected_totals }),
        Err(Error::NotFound(_)) => return Err(NoCustomer),
        Err(error) => Err(failed("invoices", &error)),
    };
    Ok(InvoicesContent::List(query, found))
}

/// One invoice and the one before it, if the dashboard's options let it through.
async fn one_invoice(
    state: &AppState,
    opened: &Opened,
    id: Uuid,
    query: DocumentQuery,
) -> Result<InvoicesContent, NoCustomer> {
    let options = &opened.session.grant.display.options;
    let grace = state.settings.grace_period;
    let found = invoicing::dossier(&opened.pool, opened.access, id, opened.now, grace).await;
    let found = match found {
        Ok(Dossier { invoice, previous, days }) => {
            Ok(options.admits(invoice.status).then(|| Box::new(OneInvoice { invoice, previous, days })))
        }
        Err(Error::NotFound("the invoice")) => Ok(None),
        Err(Error::NotFound(_)) => return Err(NoCustomer),
        Err(error) => Err(failed("an invoice", &error)),
    };
    Ok(InvoicesContent::One(id, query, found))
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
    // All is read: the turn is for others.
    drop(opened.pool);
    let frame = PageFrame {
        scheme: display.color_scheme,
        theme: display.theme,
        session: Some(SessionProps { token: opened.token, expires_in: opened.expires_in }),
        ..frame(title)
    };
    draw(state, StatusCode::OK, frame, content).await
}

/// Says why, in the colors of the page that was asked for.
async fn refuse(state: &AppState, refusal: Refusal, token: Option<&str>) -> Response {
    let (status, message) = match refusal {
        Refusal::Expired => (StatusCode::UNAUTHORIZED, MessagePage::EXPIRED),
        Refusal::Gone => (StatusCode::NOT_FOUND, GONE),
        Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, MessagePage::UNAVAILABLE),
    };
    let mut frame = frame(message.heading);
    if let Some(display) = token.and_then(|token| state.keys.display(token)) {
        (frame.scheme, frame.theme) = (display.color_scheme, display.theme);
    }
    let mut response = draw(state, status, frame, PageContent::Message(message)).await;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn frame(title: &'static str) -> PageFrame {
    let assets::Site { js, wasm, .. } = assets::site();
    PageFrame {
        title,
        scheme: ColorScheme::default(),
        theme: Theme::default(),
        js,
        wasm,
        css: assets::style(),
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
