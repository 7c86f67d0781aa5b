//! Invoices: drafts and stored ones alike.

use super::{Data, Id};
use crate::{
    AppState, Error, Result,
    auth::{Caller, Operator},
    clock, db,
    extract::{Body, Path, Query},
    invoicing::{self, Billing, InvoiceFilter, Sort, TypeFilter},
    openapi::{Call, Calls},
    timestamp,
    viewer::Viewer,
};
use app::billing::{Invoice, InvoiceStatus, Page, Succession};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `/v1/customers/{customer_id}/invoices` and `/v1/invoices`.
pub(super) fn calls() -> Calls {
    Calls::new("Invoices", "What customers owe: drafts that follow usage, and finalized documents.")
        .get("/v1/customers/{customer_id}/invoices", list, LIST)
        .get("/v1/customers/{customer_id}/invoices/{invoice_id}", retrieve, RETRIEVE)
        .post("/v1/invoices/void", void, VOID)
        .post("/v1/invoices/regenerate", regenerate, REGENERATE)
}

const LIST: Call = Call::new("customers.invoices.list", "List a customer's invoices")
    .about(
        "The draft of the current period is computed anew each time. `status` may name several, comma-joined. \
         `starting_on` and `ending_before` select by billing period. `type` USAGE is every invoice of a plan. Only \
         contracts have invoices of another type, a `contract_id`, or historical commits, so there are none. \
         `webhook_notification_id` is taken and not looked at.\n\n\
         A [session token](#embedding) of an invoices dashboard lists what its dashboard shows; to one of another \
         dashboard, or with `hide_amounts`, the customer does not exist.",
    )
    .order(
        "By the start of the period, oldest first unless `sort` says `date_desc`.",
        &["start_timestamp", "id"],
    )
    .query("status=FINALIZED&sort=date_desc&limit=3")
    .missing("the customer");

/// The query of the list. `status` may name several, comma-joined.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    status: Option<String>,
    #[serde(rename = "type")]
    invoice_type: Option<String>,
    contract_id: Option<Uuid>,
    credit_type_id: Option<Uuid>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    starting_on: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    /// `date_asc` or `date_desc`.
    #[schemars(extend("default" = "date_asc"))]
    sort: Option<String>,
    /// Rows a page.
    limit: Option<i64>,
    next_page: Option<String>,
    #[serde(default)]
    skip_zero_qty_line_items: bool,
    /// Only contracts have commits, so there are none to include.
    #[serde(default, rename = "include_historical_commit_invoices")]
    _include_historical_commit_invoices: Option<bool>,
    /// The vendor's, for some of its own clients.
    #[serde(default, rename = "webhook_notification_id")]
    _webhook_notification_id: Option<String>,
}

impl TryFrom<ListQuery> for InvoiceFilter {
    type Error = Error;

    fn try_from(query: ListQuery) -> Result<Self> {
        Ok(Self {
            status: statuses(query.status.as_deref())?,
            invoice_type: query.invoice_type.as_deref().map(type_filter).transpose()?,
            contract_id: query.contract_id,
            search: None,
            credit_type_id: query.credit_type_id,
            starting_on: query.starting_on,
            ending_before: query.ending_before,
            sort: query.sort.as_deref().map(sort).transpose()?.unwrap_or_default(),
            limit: query.limit,
            next_page: query.next_page,
            skip_zero_qty_line_items: query.skip_zero_qty_line_items,
        })
    }
}

fn type_filter(text: &str) -> Result<TypeFilter> {
    match text.to_ascii_uppercase().as_str() {
        "USAGE" | "PLAN_ARREARS" => Ok(TypeFilter::Usage),
        "USAGE_CONSOLIDATED" | "SCHEDULED" => Ok(TypeFilter::Contract),
        _ => Err(Error::field(
            "type",
            format!("\"{text}\" is not one of USAGE, USAGE_CONSOLIDATED, SCHEDULED"),
        )),
    }
}

/// A comma-joined list of statuses.
pub(super) fn statuses(list: Option<&str>) -> Result<Vec<InvoiceStatus>> {
    list.unwrap_or_default()
        .split(',')
        .filter(|word| !word.is_empty())
        .map(|word| word.trim().parse::<InvoiceStatus>().map_err(|problem| Error::field("status", problem)))
        .collect()
}

pub(super) fn sort(text: &str) -> Result<Sort> {
    match text.to_ascii_lowercase().as_str() {
        "date_asc" => Ok(Sort::DateAsc),
        "date_desc" => Ok(Sort::DateDesc),
        _ => Err(Error::field("sort", format!("\"{text}\" is not one of date_asc, date_desc"))),
    }
}

/// An invoice, and those that it replaces or is replaced by.
#[derive(JsonSchema, Serialize)]
struct NamedInvoice {
    #[serde(flatten)]
    invoice: Invoice,
    #[serde(flatten)]
    succession: Succession,
}

async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<NamedInvoice>>> {
    let viewer = Viewer::new(&caller, customer_id)?;
    let scope = viewer.amounts()?;
    let pool = viewer.read_pool(&state).await?;
    let billing = Billing { pool: &pool, now: clock::now(), grace: state.settings.grace_period };
    let page = invoicing::list(billing, &scope, &query.try_into()?).await?;
    let successions = invoicing::successions(&pool, &scope, &page.data).await?;
    let named = |invoice: Invoice| NamedInvoice { succession: successions.of(invoice.id), invoice };
    Ok(Json(Page { data: page.data.into_iter().map(named).collect(), next_page: page.next_page }))
}

const RETRIEVE: Call = Call::new("customers.invoices.retrieve", "Retrieve an invoice")
    .about(
        "With `skip_zero_qty_line_items=true`, lines without usage are left out. To a [session token](#embedding), an \
         invoice that its dashboard does not show does not exist, nor to one with `hide_amounts` the customer.",
    )
    .missing("the invoice");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RetrieveQuery {
    #[serde(default)]
    skip_zero_qty_line_items: bool,
}

async fn retrieve(
    caller: Caller,
    State(state): State<AppState>,
    Path((customer_id, invoice_id)): Path<(Uuid, Uuid)>,
    Query(query): Query<RetrieveQuery>,
) -> Result<Json<Data<NamedInvoice>>> {
    let viewer = Viewer::new(&caller, customer_id)?;
    let scope = viewer.amounts()?;
    let pool = viewer.read_pool(&state).await?;
    let billing = Billing { pool: &pool, now: clock::now(), grace: state.settings.grace_period };
    let invoice = invoicing::find(billing, &scope, invoice_id, query.skip_zero_qty_line_items).await?;
    let succession = invoicing::successions(&pool, &scope, [&invoice]).await?.of(invoice.id);
    Ok(Data::json(NamedInvoice { invoice, succession }))
}

const VOID: Call = Call::new("invoices.void", "Void a finalized invoice")
    .about(
        "A voided invoice keeps its lines and is no longer owed; that cannot be taken back. A draft cannot be voided. Once \
         the invoice is regenerated, its `replaced_by` names the one in its place, as that one's `replaces` names it.",
    )
    .body(r#"{ "id": "{invoice_id}" }"#)
    .missing("the invoice");

/// What both of the calls below take.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ById {
    id: Uuid,
}

async fn void(
    _: Operator,
    State(state): State<AppState>,
    Body(ById { id }): Body<ById>,
) -> Result<Json<Data<Id>>> {
    db::write(async move { invoicing::void(&state.pool, id, clock::now()).await }).await?;
    Ok(Id::json(id))
}

const REGENERATE: Call = Call::new("invoices.regenerate", "Regenerate a voided invoice")
    .about(
        "Makes a new invoice for the period of a voided one, from usage and prices as they are now, finalized and \
         issued now, and answers its id; its `regenerated_from_invoice_id` is the voided one's. An invoice is \
         regenerated once: void its successor to regenerate that. An invoice whose period a plan bills anew anyway, \
         because its end was moved, cannot be regenerated.",
    )
    .body(r#"{ "id": "{void_invoice_id}" }"#)
    .missing("the invoice")
    .conflict("The invoice was regenerated already, or another one bills its period.");

async fn regenerate(
    _: Operator,
    State(state): State<AppState>,
    Body(ById { id }): Body<ById>,
) -> Result<Json<Data<Id>>> {
    let grace = state.settings.grace_period;
    let made =
        db::write(async move { invoicing::regenerate(&state.pool, id, clock::now(), grace).await }).await?;
    Ok(Id::json(made))
}
