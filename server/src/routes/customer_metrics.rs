//! The billable metrics that measure one customer.

use crate::{
    AppState, Result,
    auth::{Caller, no_such_customer},
    clock, db,
    extract::{Path, Query},
    openapi::{Call, Calls},
    viewer::Viewer,
};
use app::billing::{BillableMetric, Page};
use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// The call about them.
pub(super) fn calls() -> Calls {
    Calls::new("Customers", "").get("/v1/customers/{customer_id}/billable-metrics", list, LIST)
}

const LIST: Call = Call::new(
    "customers.listBillableMetrics",
    "List the billable metrics that measure a customer",
)
.about(
    "All of them, or with `on_current_plan=true` those of today's plan. A [session token](#embedding) of a \
     usage dashboard gets the latter, as far as its `metrics` and `filters` show them; to one of another dashboard, the customer does \
     not exist.",
)
.order("Oldest first.", &["created_at", "id"])
.query("on_current_plan=true")
.missing("the customer");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListBillableMetrics {
    /// Only those of today's plan.
    #[schemars(extend("default" = false))]
    on_current_plan: Option<bool>,
    /// The archived ones too.
    #[schemars(extend("default" = false))]
    include_archived: Option<bool>,
    /// Rows a page.
    limit: Option<i64>,
    next_page: Option<String>,
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<ListBillableMetrics>,
) -> Result<Json<Page<BillableMetric>>> {
    let viewer = Viewer::new(&caller, customer_id)?;
    let scope = viewer.usage()?;
    let access = scope.access();
    let pool = viewer.read_pool(&state).await?;
    // Answers 404 for a customer that does not exist, or does not to a reader.
    let customer = db::customer::find(&pool, access).await?;
    if viewer.is_reader() && customer.archived_at.is_some() {
        return Err(no_such_customer());
    }
    let archived = query.include_archived.unwrap_or(false);
    let next_page = query.next_page.as_deref();
    // A reader learns of no metric that is not on the customer's plan.
    let mut page = if query.on_current_plan.unwrap_or(false) || viewer.is_reader() {
        let now = clock::now();
        db::billable_metric::list_on_current_plan(&pool, access, archived, query.limit, next_page, now)
            .await?
    } else {
        db::billable_metric::list(&pool, archived, query.limit, next_page).await?
    };
    // What a viewer may not see is left out after it was read: a page may have less than `limit` rows.
    page.data.retain(|metric| scope.admits(metric.id, &metric.group_keys));
    Ok(Json(page))
}
