//! Which customer is on which plan, and when.

use super::{Data, Id, PageQuery};
use crate::{
    AppState, Result,
    auth::Operator,
    clock,
    db::{self, customer_plan::NewCustomerPlan},
    extract::{Body, Path, Query},
    timestamp,
};
use app::billing::{CustomerPlan, Page};
use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/plans`.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/customers/{customer_id}/plans", get(list))
        .route("/v1/customers/{customer_id}/plans/add", post(add))
        .route("/v1/customers/{customer_id}/plans/{customer_plan_id}/end", post(end))
}

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<CustomerPlan>>> {
    db::customer_plan::list(&state.pool, customer_id, query.limit, query.next_page.as_deref()).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddBody {
    plan_id: Uuid,
    #[serde(deserialize_with = "timestamp::deserialize")]
    starting_on: DateTime<Utc>,
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    net_payment_terms_days: Option<i64>,
    #[serde(default)]
    custom_fields: BTreeMap<String, String>,
}

async fn add(
    _: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Body(body): Body<AddBody>,
) -> Result<Json<Data<Id>>> {
    let new = NewCustomerPlan {
        customer_id,
        plan_id: body.plan_id,
        starting_on: body.starting_on,
        ending_before: body.ending_before,
        net_payment_terms_days: body.net_payment_terms_days,
        custom_fields: body.custom_fields,
    };
    let id = db::write(async move { db::customer_plan::add(&state.pool, new, clock::now()).await }).await?;
    Ok(Id::json(id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndBody {
    #[serde(default, deserialize_with = "timestamp::deserialize_optional")]
    ending_before: Option<DateTime<Utc>>,
    #[serde(default)]
    void_invoices: bool,
    /// Nothing is sent to Stripe, so there is nothing to void there.
    #[serde(default, rename = "void_stripe_invoices")]
    _void_stripe_invoices: bool,
}

async fn end(
    _: Operator,
    State(state): State<AppState>,
    Path((customer_id, customer_plan_id)): Path<(Uuid, Uuid)>,
    Body(body): Body<EndBody>,
) -> Result<Json<serde_json::Value>> {
    db::write(async move {
        let EndBody { ending_before, void_invoices, .. } = body;
        let now = clock::now();
        db::customer_plan::end(&state.pool, customer_id, customer_plan_id, ending_before, void_invoices, now)
            .await
    })
    .await?;
    Ok(Json(serde_json::json!({})))
}
