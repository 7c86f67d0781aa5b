//! A customer's costs by day.

use crate::{
    AppState, Result,
    auth::Operator,
    clock,
    extract::{Path, Query},
    invoicing::{self, Billing},
    openapi::{Call, Calls},
    rating::Period,
    routes::breakdowns::required,
    timestamp,
};
use app::billing::{CostOfDay, Page};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/costs`.
pub(super) fn calls() -> Calls {
    Calls::new("Customers", "Who is billed.").get("/v1/customers/{customer_id}/costs", list, LIST)
}

const LIST: Call = Call::new("customers.listCosts", "List a customer's costs by day")
    .about(
        "What each day, UTC, added to the customer's invoices, by credit type and line: the same as the breakdowns by \
         DAY, and by the same rule, also for UNIQUE metrics. Voided invoices cost nothing. The first day is the first \
         from `starting_on` on that a plan bills.",
    )
    .order("Oldest first.", &["start_timestamp"])
    .query("starting_on={this_month}&ending_before={next_month}")
    .missing("the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    starting_on: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    /// Days a page.
    limit: Option<i64>,
    next_page: Option<String>,
}

async fn list(
    operator: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<CostOfDay>>> {
    let access = operator.access(customer_id);
    let asked = Period {
        start: required("starting_on", query.starting_on)?,
        end: required("ending_before", query.ending_before)?,
    };
    let billing = Billing { pool: &state.pool, now: clock::now(), grace: state.settings.grace_period };
    invoicing::costs(billing, access, asked, query.limit, query.next_page.as_deref()).await.map(Json)
}
