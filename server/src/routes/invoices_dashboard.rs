//! The figures of the invoices dashboard as JSON: what its page is drawn from.

use super::Data;
use crate::{
    AppState, Error, Result,
    auth::Caller,
    clock, dashboards,
    extract::{Path, Query},
    limits,
    openapi::{Call, Calls},
    viewer::Viewer,
};
use app::{
    billing::InvoiceStatus,
    invoices::{DocumentQuery, InvoiceReport, InvoicesReport, ListQuery},
};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/dashboards/invoices`.
pub(super) fn calls() -> Calls {
    Calls::new("Dashboards", "").get("/v1/customers/{customer_id}/dashboards/invoices", list, LIST).get(
        "/v1/customers/{customer_id}/dashboards/invoices/{invoice_id}",
        retrieve,
        RETRIEVE,
    )
}

const LIST: Call = Call::new("dashboards.invoices.list", "Retrieve the invoices dashboard")
    .about(
        "What the embedded dashboard is drawn from, for a page of your own: every amount and date as it is read, in the \
         invoice's currency. 25 invoices a page; `next_page` goes into the query. Unless the query narrows \
         the list, the drafts of periods that run now are in `current` and not among `rows`. `number` keeps the invoices \
         whose number holds it, as `INV-0032`, `inv0032` or `#32`, or whose total it is, as `$129.50` or `129`. A \
         [session token](#embedding) of an invoices dashboard reads what its dashboard shows, under the names of its \
         `bm_group_key_overrides`, without amounts where it has `hide_amounts`; to one of another dashboard, the customer \
         does not exist.",
    )
    .order("`rows` by the start of the period, newest first.", &["-start_timestamp", "-id"])
    .query("status=FINALIZED")
    .missing("the customer");

/// The query of the list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InvoicesQuery {
    status: Option<String>,
    number: Option<String>,
    next_page: Option<String>,
    /// Leave out lines without usage.
    #[serde(default)]
    skip_zero_qty_line_items: bool,
}

async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<InvoicesQuery>,
) -> Result<Json<Data<InvoicesReport>>> {
    let viewer = Viewer::new(&caller, customer_id)?;
    // Permission is checked before the parameters.
    viewer.invoices()?;
    let status = query.status.as_deref().filter(|status| !status.is_empty());
    let status =
        status.map(|status| status.parse::<InvoiceStatus>().map_err(|text| Error::field("status", text)));
    let asked = ListQuery {
        status: status.transpose()?,
        number: searched("number", query.number)?,
        next_page: query.next_page.filter(|cursor| !cursor.is_empty()),
    };
    let pool = viewer.read_pool(&state).await?;
    let (skip, now) = (query.skip_zero_qty_line_items, clock::now());
    dashboards::invoices::list(&pool, &state, &viewer, &asked, skip, now).await.map(Data::json)
}

const RETRIEVE: Call = Call::new("dashboards.invoices.retrieve", "Retrieve an invoice of the dashboard")
    .about(
        "The invoice as a document, why it differs from the one before it, and what was metered on each of its days. Of \
         a product with many group values the 12 largest are listed, and the others as one line: `show_all=true` lists \
         all, `find` those whose name holds it, 60 at most. The values of `daily_cost.days` are whole numbers that stand \
         for themselves times ten to the power of minus `scale`, in `daily_cost.unit`; with `rest` they add up to the \
         invoice. A line, or a product with group values, names in `days` the charges whose usage by day is known: asked \
         for as `line`, it is in `line_by_day`. To a [session token](#embedding), an invoice that its dashboard does not \
         show does not exist.",
    )
    .missing("the invoice");

/// The query of one invoice.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InvoiceQuery {
    /// List every group value.
    #[serde(default)]
    show_all: bool,
    /// List group values whose name holds this.
    find: Option<String>,
    /// Answer the days of this line too, one of the `days` of the document's lines.
    line: Option<Uuid>,
    /// Leave out lines without usage.
    #[serde(default)]
    skip_zero_qty_line_items: bool,
}

async fn retrieve(
    caller: Caller,
    State(state): State<AppState>,
    Path((customer_id, invoice_id)): Path<(Uuid, Uuid)>,
    Query(query): Query<InvoiceQuery>,
) -> Result<Json<Data<InvoiceReport>>> {
    let viewer = Viewer::new(&caller, customer_id)?;
    viewer.invoices()?;
    let asked = DocumentQuery {
        id: invoice_id.to_string(),
        find: searched("find", query.find)?,
        show_all: query.show_all,
        line: query.line.map(|line| line.to_string()).unwrap_or_default(),
    };
    let pool = viewer.read_pool(&state).await?;
    let (skip, now) = (query.skip_zero_qty_line_items, clock::now());
    dashboards::invoices::one(&pool, &state, &viewer, &asked, skip, now).await.map(Data::json)
}

/// A text to search for, without the blanks around it.
///
/// # Errors
/// When it is too long.
pub(super) fn searched(name: &'static str, text: Option<String>) -> Result<String> {
    let text = text.unwrap_or_default();
    let text = text.trim();
    limits::check_text(text, limits::WORD).map_err(|problem| Error::field(name, problem))?;
    Ok(text.to_owned())
}
