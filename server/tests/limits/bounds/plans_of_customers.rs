//! Bounds of plans of customers.

use super::{Bound, bound, custom_fields, merged};
use serde_json::{Value, json};
use server::limits;

/// A customer is put on a plan once, so for the next time it is taken off again.
pub(super) fn bounds() -> Vec<Bound> {
    const ADD: &str = "/v1/customers/{customer_id}/plans/add";
    fn add(change: Value) -> Value {
        merged(json!({ "plan_id": "{plan_id}", "starting_on": "{next_month}" }), change)
    }
    let mut bounds = vec![bound(ADD, "price_adjustments: has ", limits::PRICE_ADJUSTMENTS, |n| {
        let adjustment = |period: usize| json!({ "charge_id": "{charge_id}", "adjustment_type": "override", "start_period": period, "value": 1 });
        add(json!({ "price_adjustments": (0..n).map(adjustment).collect::<Vec<_>>() }))
    })];
    bounds.extend(custom_fields(ADD, |fields| add(json!({ "custom_fields": fields }))));
    bounds
}
