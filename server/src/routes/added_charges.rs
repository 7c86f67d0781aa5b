//! Charges that are made once, on one draft.

use super::Empty;
use crate::{
    AppState, Result,
    auth::Operator,
    clock,
    db::{self, added_charge::NewAddedCharge},
    extract::{Body, Path},
    openapi::{Call, Calls},
    timestamp,
};
use app::billing::Decimal;
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

/// `POST /v1/customers/{customer_id}/addCharge`.
pub(super) fn calls() -> Calls {
    Calls::new("Invoices", "").post("/v1/customers/{customer_id}/addCharge", add, ADD)
}

const ADD: Call = Call::new("customers.invoices.addCharge", "Add a one-off charge to a draft")
    .about(
        "`invoice_start_timestamp` is the `start_timestamp` of an invoice that is a draft. `charge_id` is a charge of \
         any plan whose product is not on the customer's plan and has fixed charges only; the invoice gets a line for \
         the product, with `description` as the name of the sub line. `price` is that of a unit in the credit type of \
         the invoice, negative for a refund. The charge is not prorated, is owed in a trial too, and counts \
         toward the plan's minimum.",
    )
    .body(
        r#"{
  "customer_plan_id": "{customer_plan_id}",
  "charge_id": "{added_charge_id}",
  "invoice_start_timestamp": "{this_month}",
  "description": "Set-up",
  "price": 25000,
  "quantity": 1
}"#,
    )
    .missing("the customer, or its plan");

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddBody {
    customer_plan_id: Uuid,
    charge_id: Uuid,
    /// The `start_timestamp` of an invoice that is a draft.
    #[serde(deserialize_with = "timestamp::deserialize")]
    invoice_start_timestamp: DateTime<Utc>,
    /// At most 1,000 characters.
    description: String,
    /// Of a unit, in the credit type of the invoice; negative for a refund. At most 18 digits before and after the point.
    price: Decimal,
    /// At least 0, with at most 18 digits before and after the point.
    quantity: Decimal,
}

async fn add(
    operator: Operator,
    State(state): State<AppState>,
    Path(customer_id): Path<Uuid>,
    Body(body): Body<AddBody>,
) -> Result<Json<Empty>> {
    let new = NewAddedCharge {
        access: operator.access(customer_id),
        customer_plan_id: body.customer_plan_id,
        invoice_start_timestamp: body.invoice_start_timestamp,
        charge_id: body.charge_id,
        description: body.description,
        price: body.price,
        quantity: body.quantity,
    };
    db::write(async move { db::added_charge::add(&state.pool, new, clock::now()).await }).await?;
    Ok(Json(Empty {}))
}
