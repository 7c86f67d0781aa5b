//! The embed pages: verify the token, load the data, draw the whole page at once.

use crate::{
    AppState, Error, Result, assets,
    auth::{Reader, bearer, no_such_customer},
    clock, compress,
    dashboards::Viewer,
    db,
    embed_url::{InvalidToken, Session},
    error::chain,
    export::{self, Format},
    extract::Query,
    headers,
    invoicing::{self, Dossier, InvoiceFilter, InvoiceScope, Sort},
    readers::ReadPool,
    usage_page,
};
use app::{
    embed::{ColorScheme, Theme},
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
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
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

/// A page that may be shown: who reads it, what it is read by, and the tokens that go on.
struct Opened {
    session: Session,
    viewer: Viewer,
    pool: ReadPool,
    tokens: Tokens,
    now: DateTime<Utc>,
}

/// What an open page goes on with.
#[derive(Serialize)]
struct Tokens {
    /// The session token, for the `Authorization` of its requests.
    token: String,
    /// The link token, for the addresses on it.
    link: String,
    /// Seconds until the first of the two ends.
    expires_in: u32,
}

impl Tokens {
    fn sign(state: &AppState, session: &Session, now: DateTime<Utc>) -> Result<Self, InvalidToken> {
        let (token, link) = (state.keys.sign_session(session, now)?, state.keys.sign_link(session, now)?);
        let left = (token.expires_at.min(link.expires_at) - now).num_seconds();
        let expires_in = u32::try_from(left).unwrap_or_default();
        Ok(Self { token: token.token, link: link.token, expires_in })
    }
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

async fn invoices(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<InvoicesQuery>,
) -> Response {
    let credential = Credential::of_page(query.token.as_deref(), &headers);
    let opened = match open(&state, credential).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, credential).await,
    };
    let config = &opened.session.grant.config;
    let Ok(scope) = opened.viewer.invoices() else {
        return refuse(&state, Refusal::Expired, credential).await;
    };
    let found = match query.invoice.as_deref() {
        Some(id) => {
            let id = id.parse().unwrap_or_default();
            one_invoice(&state, &opened.pool, &scope, id, query.document(), opened.now).await
        }
        None => list(&state, &opened.pool, &scope, query.list(), opened.now).await,
    };
    let Ok(content) = found else { return refuse(&state, Refusal::Gone, credential).await };
    let page = InvoicesPage {
        content,
        now: opened.now,
        options: InvoiceOptions {
            show_zero_usage_line_items: config.options.show_zero_usage_line_items,
            statuses: config.options.statuses(),
            group_keys: config.group_keys.clone(),
        },
        links: Links::new(opened.tokens.link.clone()),
    };
    show(&state, opened, words::INVOICES, PageContent::Invoices(page)).await
}

async fn usage(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Response {
    let credential = Credential::of_page(query.token.as_deref(), &headers);
    let opened = match open(&state, credential).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, credential).await,
    };
    let choice = UsageChoice::read(
        query.window.as_deref(),
        query.view.as_deref(),
        query.measure.as_deref(),
        query.group.as_deref(),
        query.only.as_deref(),
    );
    let Ok(access) = opened.viewer.usage() else {
        return refuse(&state, Refusal::Expired, credential).await;
    };
    let board = match usage_page::board(&opened.pool, access, &choice, opened.now).await {
        Ok(None) | Err(Error::NotFound(_)) => return refuse(&state, Refusal::Gone, credential).await,
        Ok(Some(board)) => Ok(board),
        Err(error) => Err(failed("usage", &error)),
    };
    let page = UsagePage {
        board,
        choice,
        names: opened.session.grant.config.group_keys.clone(),
        now: opened.now,
        base_href: format!("/embed/usage?token={}", opened.tokens.link),
    };
    show(&state, opened, "Usage", PageContent::Usage(page)).await
}

/// What the buttons of the page's form send: the session token, and the invoice under the name of the format.
#[derive(Deserialize)]
struct DownloadForm {
    token: Option<String>,
    pdf: Option<Uuid>,
    csv: Option<Uuid>,
}

/// A PDF or CSV for a page. The token comes in the body: an address would stay in the browser's list of downloads.
async fn download(State(state): State<AppState>, body: String) -> Response {
    let Ok(form) = serde_urlencoded::from_str::<DownloadForm>(&body) else {
        return refuse(&state, Refusal::Expired, Credential::None).await;
    };
    let credential = form.token.as_deref().map_or(Credential::None, Credential::Session);
    let opened = match open(&state, credential).await {
        Ok(opened) => opened,
        Err(refusal) => return refuse(&state, refusal, credential).await,
    };
    let (id, format) = match (form.pdf, form.csv) {
        (Some(id), _) => (id, Format::Pdf),
        (None, csv) => (csv.unwrap_or_default(), Format::Csv),
    };
    match export::file(&state, opened.pool, &opened.viewer, id, format, false, opened.now).await {
        Ok(file) => file,
        Err(Error::NotFound(_)) => refuse(&state, Refusal::Gone, credential).await,
        Err(Error::Overloaded) => {
            let mut page = refuse(&state, Refusal::Unavailable, credential).await;
            page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            page
        }
        Err(error) => {
            let _ = failed("a download", &error);
            refuse(&state, Refusal::Unavailable, credential).await
        }
    }
}

/// New tokens for a session that still holds.
async fn renew(State(state): State<AppState>, reader: Reader) -> Result<Json<Tokens>> {
    let viewer = Viewer::reader(&reader);
    let pool = state.readers.turn(viewer.customer()).await?;
    if db::customer::find(&pool, viewer.customer()).await?.archived_at.is_some() {
        return Err(no_such_customer());
    }
    Tokens::sign(&state, reader.session(), clock::now()).map(Json).map_err(|_| Error::Unauthorized)
}

/// What a request for a page comes with.
#[derive(Clone, Copy)]
enum Credential<'a> {
    /// The token of an embeddable URL or of a link, in the address.
    Address(&'a str),
    /// A session token, in `Authorization` or in the body of a form.
    Session(&'a str),
    /// Nothing.
    None,
}

impl<'a> Credential<'a> {
    /// The token of the address or, where there is none, that of the header.
    fn of_page(token: Option<&'a str>, headers: &'a HeaderMap) -> Self {
        let session = || bearer(headers).map_or(Self::None, Self::Session);
        token.map_or_else(session, Self::Address)
    }
}

/// Why a page is not shown.
enum Refusal {
    /// The token is missing, wrong, of another time or of another dashboard. Which of them is not said.
    Expired,
    /// The customer is archived, or was deleted.
    Gone,
    /// Something went wrong on this side, or too much is under way.
    Unavailable,
}

async fn open(state: &AppState, credential: Credential<'_>) -> Result<Opened, Refusal> {
    let now = clock::now();
    let session = match credential {
        Credential::Address(token) => state.keys.verify_address(token, now),
        Credential::Session(token) => state.keys.verify_session(token, now),
        Credential::None => Err(InvalidToken),
    };
    let session = session.map_err(|_| Refusal::Expired)?;
    let tokens = Tokens::sign(state, &session, now).map_err(|_| Refusal::Expired)?;
    let viewer = Viewer::reader(&Reader::new(session.clone()));
    let pool = state.readers.turn(viewer.customer()).await.map_err(|error| {
        tracing::warn!(error = %chain(&error), "a page was turned away");
        Refusal::Unavailable
    })?;
    Ok(Opened { session, viewer, pool, tokens, now })
}

/// The customer is archived, or was deleted.
struct NoCustomer;

/// The invoices that both the dashboard's options and the reader's filters let through, newest first.
async fn list(
    state: &AppState,
    pool: &PgPool,
    scope: &InvoiceScope,
    query: InvoiceQuery,
    now: DateTime<Utc>,
) -> Result<InvoicesContent, NoCustomer> {
    let filter = InvoiceFilter {
        status: query.status.into_iter().collect(),
        sort: Sort::DateDesc,
        number: Some(query.number.clone()).filter(|number| !number.is_empty()),
        next_page: query.next_page.clone(),
        ..InvoiceFilter::default()
    };
    let grace = state.settings.grace_period;
    let found = match invoicing::overview(pool, scope, &filter, now, grace).await {
        Ok(found) => Ok(InvoiceList { invoices: found.invoices, projected_totals: found.projected_totals }),
        Err(Error::NotFound(_)) => return Err(NoCustomer),
        Err(error) => Err(failed("invoices", &error)),
    };
    Ok(InvoicesContent::List(query, found))
}

/// One invoice and the one before it, if the dashboard's options let them through.
async fn one_invoice(
    state: &AppState,
    pool: &PgPool,
    scope: &InvoiceScope,
    id: Uuid,
    query: DocumentQuery,
    now: DateTime<Utc>,
) -> Result<InvoicesContent, NoCustomer> {
    let found = match invoicing::dossier(pool, scope, id, now, state.settings.grace_period).await {
        Ok(Dossier { invoice, previous, days }) => Ok(Some(Box::new(OneInvoice { invoice, previous, days }))),
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

async fn show(state: &AppState, opened: Opened, title: &'static str, content: PageContent) -> Response {
    // All is read: the turn is for others.
    drop(opened.pool);
    let config = opened.session.grant.config;
    let Tokens { token, link, expires_in } = opened.tokens;
    let frame = PageFrame {
        scheme: config.color_scheme,
        theme: config.theme,
        session: Some(SessionProps { token, link, expires_in }),
        ..frame(title)
    };
    draw(state, StatusCode::OK, frame, content).await
}

/// Says why, in the colors of the page that was asked for.
async fn refuse(state: &AppState, refusal: Refusal, credential: Credential<'_>) -> Response {
    let (status, message) = match refusal {
        Refusal::Expired => (StatusCode::UNAUTHORIZED, MessagePage::EXPIRED),
        Refusal::Gone => (StatusCode::NOT_FOUND, GONE),
        Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, MessagePage::UNAVAILABLE),
    };
    let mut frame = frame(message.heading);
    let config = match credential {
        Credential::Address(token) | Credential::Session(token) => state.keys.config(token),
        Credential::None => None,
    };
    if let Some(config) = config {
        (frame.scheme, frame.theme) = (config.color_scheme, config.theme);
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
