//! Which customer is on which plan, and when.

use super::{Data, Id, Nothing, PageQuery};
use crate::{
    AppState, Result,
    auth::Operator,
    clock,
    db::{self, customer_plan::NewCustomerPlan},
    extract::{Body, Path, Query},
    openapi::{Call, Calls},
    timestamp,
};
use app::billing::{CustomerPlan, Page};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// `/v1/customers/{customer_id}/plans`.
pub(super) fn calls() -> Calls {
    Calls::new("Plans of customers", "Which customer is on which plan, and when.")
        .get("/v1/customers/{customer_id}/plans", list, LIST)
        .post("/v1/customers/{customer_id}/plans/add", add, ADD)
        .post("/v1/customers/{customer_id}/plans/{customer_plan_id}/end", end, END)
}

const LIST: Call =
    Call::new("customers.plans.list", "List a customer's plans").query("limit=10").missing("the customer");

async fn list(
    _: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<CustomerPlan>>> {
    db::customer_plan::list(&state.pool, customer_id, query.limit, query.next_page.as_deref()).await.map(Json)
}

const ADD: Call = Call::new("customers.plans.add", "Put a customer on a plan")
    .about(
        "Dates are at midnight UTC; `starting_on` is inclusive, `ending_before` exclusive and optional. A customer is \
         on one plan at a time. A start in the past bills the periods since then.",
    )
    .body(r#"{ "plan_id": "{plan_id}", "starting_on": "{next_month}", "net_payment_terms_days": 30 }"#)
    .missing("the customer")
    .conflict("The customer is already on a plan in this time.");

#[derive(Deserialize, JsonSchema)]
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

const END: Call = Call::new("customers.plans.end", "End a customer's plan")
    .about(
        "`ending_before` is at midnight UTC; without one, an end that was set is taken back. The period in which it \
         lies is billed to that day. With `void_invoices`, finalized invoices of later periods are voided.",
    )
    .body(r#"{ "ending_before": "{next_month}" }"#)
    .missing("the customer plan")
    .conflict("Invoices beyond the new end are finalized.");

#[derive(Deserialize, JsonSchema)]
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
) -> Result<Json<Nothing>> {
    db::write(async move {
        let EndBody { ending_before, void_invoices, .. } = body;
        let now = clock::now();
        db::customer_plan::end(&state.pool, customer_id, customer_plan_id, ending_before, void_invoices, now)
            .await
    })
    .await?;
    Ok(Json(Nothing {}))
}
