//! An invoice as PDF and as CSV.

use crate::{
    AppState, Error, Result,
    auth::Caller,
    clock,
    export::{ExportOptions, Format, file},
    extract::{Path, Query},
    openapi::{Call, Calls},
    viewer::Viewer,
};
use app::embed::{GroupKeyNames, group_keys::GroupKeyOverride};
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
         line are rounded so that they add up to it. Of an invoice with more than 2,000 rows it shows the largest lines \
         by amount, and the others of each product as one row with their sum; the CSV has all of them. Names in Chinese, \
         Japanese, Korean, Arabic, Hebrew, Thai, the scripts of India and others are set in fonts of theirs; a letter that \
         none of them has prints as `?`. Who bills is said where `INLAY_COMPANY_NAME` says it. A [session token](#embedding) gets what its dashboard shows, under the names of \
         its `bm_group_key_overrides`, without amounts where it has `hide_amounts`. \
         Two files are made at a time, one of each customer: who waits for longer than two seconds gets a 503 with \
         `retry-after`.",
    )
    .media_type("application/pdf")
    .missing("the invoice");

const CSV: Call = Call::new("customers.invoices.retrieveCsv", "Retrieve an invoice as CSV")
    .about(
        "The same rows as the PDF, by RFC 4180 in UTF-8; each says whose invoice it is, its currency and its dates, as \
         `2026-11-01`. `Type` says what a row is: product, group, charge, adjustment, subtotal or total; `Group key` and \
         `Group` what a grouped line is of. An amount that no other row breaks down is in `Amount`, which adds up to \
         the invoice's total however it is filtered; one that adds up other rows is in `Sum`. Both days of a period \
         are within it. Quantities and prices hold every digit; amounts are in whole units (dollars, not cents). A \
         text that a spreadsheet would take for a formula begins with an apostrophe, and characters that turn the \
         direction of a text are left out. It is made in turn with PDFs. A [session token](#embedding) gets what its \
         dashboard shows, under the names of its `bm_group_key_overrides`; with `hide_amounts` it has no column of money.",
    )
    .media_type("text/csv")
    .missing("the invoice");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// Leave out lines without usage.
    #[serde(default)]
    skip_zero_qty_line_items: bool,
    /// Names for people in place of group keys and their values: the list that
    /// [getEmbeddableUrl](#dashboards.getEmbeddableURL) takes, as JSON. Give the same one, and the file has the names of
    /// the page. Left out, they are as events spell them; to a session token, those of its dashboard.
    #[serde(default)]
    bm_group_key_overrides: Option<String>,
}

impl TryFrom<ExportQuery> for ExportOptions {
    type Error = Error;

    fn try_from(query: ExportQuery) -> Result<Self> {
        let names = |list: String| {
            let invalid = |problem: String| Error::field("bm_group_key_overrides", problem);
            let read: Vec<GroupKeyOverride> = serde_json::from_str(&list)
                .map_err(|error| invalid(format!("is not the list of getEmbeddableUrl as JSON: {error}")))?;
            GroupKeyNames::new(read).map_err(|wrong| Error::field(&wrong.path, wrong.problem))
        };
        Ok(Self {
            skip_zero_qty_line_items: query.skip_zero_qty_line_items,
            group_keys: query.bm_group_key_overrides.map(names).transpose()?,
        })
    }
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
    let viewer = Viewer::new(&caller, customer_id)?;
    let wanted = query.try_into()?;
    let pool = viewer.read_pool(state).await?;
    file(state, pool, &viewer, invoice_id, format, wanted, clock::now()).await
}
