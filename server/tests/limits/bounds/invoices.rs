//! Bounds of charges that are added to invoices.

use super::{Bound, bound, text};
use serde_json::json;
use server::limits;

pub(super) fn bounds() -> Vec<Bound> {
    vec![bound("/v1/customers/{on_plan_customer_id}/addCharge", "description: ", limits::DESCRIPTION, |n| {
        json!({ "customer_plan_id": "{customer_plan_id}", "charge_id": "{added_charge_id}",
            "invoice_start_timestamp": "{this_month}", "description": text(n), "price": 1, "quantity": 1 })
    })]
}
