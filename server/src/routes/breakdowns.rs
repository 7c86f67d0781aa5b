//! Invoices by day and by hour.

use crate::{
    AppState, Error, Result,
    auth::Caller,
    clock,
    db::cursor,
    extract::{Path, Query},
    invoicing::{self, Billing, BreakdownFilter, BreakdownWindow},
    openapi::{Call, Calls},
    timestamp,
    viewer::Viewer,
};
use app::billing::{InvoiceBreakdown, InvoiceStatus, Page};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/invoices/breakdowns`.
pub(super) fn calls() -> Calls {
    Calls::new("Invoices", "What customers owe: drafts that follow usage, and finalized documents.").get(
        "/v1/customers/{customer_id}/invoices/breakdowns",
        list,
        LIST,
    )
}

const LIST: Call = Call::new("customers.invoices.listBreakdowns", "Break invoices down by day or hour")
    .about(
        "One row for each window of time and each draft or finalized invoice whose period it lies in, with what the \
         invoice grew by in it: the invoice as it would stand if nothing were used after the window, less the same at \
         its start. What is owed without usage, such as fixed charges and minimums, is in the first window of the \
         period. Each state is rounded as an invoice is, so the windows of a period add up to the invoice, and those \
         up to now to the draft, to the smallest unit. Usage is read as it is now: late events change the breakdowns \
         of a finalized invoice, never the invoice. Tiers that another window emptied have negative quantities, as \
         have MAX and LATEST metrics that fell.\n\nWindows lie on UTC midnights or full hours, wholly from \
         `starting_on` to `ending_before`, both required. A response covers at most 35 days, or 24 hours, \
         and 100 rows; `next_page` has the rest. A window that has not begun is listed only when it has usage. Voided \
         invoices have no breakdown. A [session token](#embedding) gets those of the invoices that its dashboard shows, \
         and none with `hide_amounts`.",
    )
    .order(
        "By the start of the window, oldest first unless `sort` says `date_desc`.",
        &["breakdown_start_timestamp", "id"],
    )
    .query("starting_on={this_month}&ending_before={next_month}&window_size=DAY")
    .missing("the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    starting_on: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    /// `DAY` or `HOUR`.
    #[schemars(extend("default" = "DAY"))]
    window_size: Option<String>,
    status: Option<String>,
    credit_type_id: Option<Uuid>,
    /// `date_asc` or `date_desc`.
    #[schemars(extend("default" = "date_asc"))]
    sort: Option<String>,
    /// Rows a page.
    #[schemars(extend("default" = cursor::MOST_ROWS))]
    limit: Option<i64>,
    next_page: Option<String>,
    #[serde(default)]
    skip_zero_qty_line_items: bool,
}

impl TryFrom<ListQuery> for BreakdownFilter {
    type Error = Error;

    fn try_from(query: ListQuery) -> Result<Self> {
        let status = super::invoices::statuses(query.status.as_deref())?;
        if status.contains(&InvoiceStatus::Void) {
            return Err(Error::field(
                "status",
                "\"VOID\" is not one of DRAFT, FINALIZED: voided invoices have no breakdown",
            ));
        }
        Ok(Self {
            window_size: query.window_size.as_deref().map(window_size).transpose()?.unwrap_or_default(),
            starting_on: required("starting_on", query.starting_on)?,
            ending_before: required("ending_before", query.ending_before)?,
            status,
            credit_type_id: query.credit_type_id,
            sort: query.sort.as_deref().map(super::invoices::sort).transpose()?.unwrap_or_default(),
            limit: query.limit,
            next_page: query.next_page,
            skip_zero_qty_line_items: query.skip_zero_qty_line_items,
        })
    }
}

/// Said after the access is checked, so that another customer answers as none does.
pub(super) fn required(name: &str, at: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    at.ok_or_else(|| Error::field(name, "is required"))
}

fn window_size(text: &str) -> Result<BreakdownWindow> {
    match text.to_ascii_uppercase().as_str() {
        "DAY" => Ok(BreakdownWindow::Day),
        "HOUR" => Ok(BreakdownWindow::Hour),
        _ => Err(Error::field("window_size", format!("\"{text}\" is not one of HOUR, DAY"))),
    }
}

async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<InvoiceBreakdown>>> {
    let viewer = Viewer::new(&caller, customer_id)?;
    let scope = viewer.amounts()?;
    let pool = viewer.read_pool(&state).await?;
    let billing = Billing { pool: &pool, now: clock::now(), grace: state.settings.grace_period };
    invoicing::breakdowns(billing, &scope, &query.try_into()?).await.map(Json)
}
