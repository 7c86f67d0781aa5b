//! An invoice as PDF and as CSV.

use crate::{
    AppState, Result,
    auth::Caller,
    clock,
    export::{Choice, Format, file},
    extract::{Path, Query},
    openapi::{Call, Calls},
    readers::ReadPool,
};
use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/invoices/{invoice_id}/…`.
pub(super) fn calls() -> Calls {
    Calls::new("Invoices", "").get("/v1/customers/{customer_id}/invoices/{invoice_id}/pdf", pdf, PDF).get(
        "/v1/customers/{customer_id}/invoices/{invoice_id}/csv",
        csv,
        CSV,
    )
}

const PDF: Call = Call::new("customers.invoices.retrievePdf", "Retrieve an invoice as PDF")
    .about(
        "A4, tagged for screen readers, fonts embedded. It shows the rows of the dashboard's document: charges of a \
         line are rounded so that they add up to it. A session token gets what its dashboard shows, under the names \
         of its `bm_group_key_overrides`.",
    )
    .media_type("application/pdf")
    .missing("the invoice");

const CSV: Call = Call::new("customers.invoices.retrieveCsv", "Retrieve an invoice as CSV")
    .about(
        "The same rows as the PDF, by RFC 4180 in UTF-8: a column `Type` says what a row is. Quantities and prices \
         hold every digit; amounts are in whole units (dollars, not cents). A text that a spreadsheet would take for \
         a formula begins with an apostrophe.",
    )
    .media_type("text/csv")
    .missing("the invoice");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// Leave out lines without usage.
    #[serde(default)]
    skip_zero_qty_line_items: bool,
}

async fn pdf(
    caller: Caller,
    State(state): State<AppState>,
    Path(ids): Path<(Uuid, Uuid)>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    export(caller, &state, ids, query, Format::Pdf).await
}

async fn csv(
    caller: Caller,
    State(state): State<AppState>,
    Path(ids): Path<(Uuid, Uuid)>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    export(caller, &state, ids, query, Format::Csv).await
}

async fn export(
    caller: Caller,
    state: &AppState,
    (customer_id, invoice_id): (Uuid, Uuid),
    query: ExportQuery,
    format: Format,
) -> Result<Response> {
    let access = caller.access(customer_id)?;
    let pool = ReadPool::of(&caller, state).await?;
    let choice = match caller {
        Caller::Reader(reader) => Choice::of(reader),
        Caller::Operator(_) => {
            Choice { skip_zero_qty_line_items: query.skip_zero_qty_line_items, ..Choice::default() }
        }
    };
    file(pool, state.settings.grace_period, access, invoice_id, format, choice, clock::now()).await
}
