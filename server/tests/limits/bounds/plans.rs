//! Bounds of products and plans.

use super::{Bound, bound, custom_fields, fields, merged, text};
use app::billing::CreditType;
use serde_json::{Value, json};
use server::limits;
use uuid::Uuid;

pub(super) fn bounds() -> Vec<Bound> {
    const PRODUCT: &str = "/v1/products/create";
    const PLAN: &str = "/v1/plans/create";
    const CENTS: Uuid = CreditType::USD_CENTS;
    fn charge() -> Value {
        json!({ "product_id": "{product_id}", "name": "Seat", "charge_type": "fixed", "quantity": 1,
            "credit_type_id": CENTS, "prices": [{ "tier": 0, "value": 1 }] })
    }
    fn plan(change: Value) -> Value {
        merged(json!({ "name": "Pro", "billing_frequency": "MONTHLY", "charges": [charge()] }), change)
    }
    let with = |change: Value| plan(json!({ "charges": [charge(), merged(charge(), change)] }));
    let minimum =
        |n: usize| json!({ "name": "Least", "credit_type_id": CENTS, "value": 1, "start_period": n });
    let mut bounds = vec![
        bound(PRODUCT, "name: ", limits::NAME, |n| json!({ "name": text(n) })),
        bound(PRODUCT, "group_key: ", limits::WORD, |n| json!({ "name": "Tokens", "group_key": text(n) })),
        bound(PLAN, "name: ", limits::NAME, |n| plan(json!({ "name": text(n) }))),
        bound(PLAN, "description: ", limits::DESCRIPTION, |n| plan(json!({ "description": text(n) }))),
        bound(PLAN, "charges: has ", limits::CHARGES, |n| plan(json!({ "charges": vec![charge(); n] }))),
        bound(PLAN, "charges[1].name: ", limits::NAME, move |n| with(json!({ "name": text(n) }))),
        bound(PLAN, "charges[1].prices: has ", limits::TIERS, move |n| {
            let prices: Vec<Value> = (0..n).map(|tier| json!({ "tier": tier, "value": 1 })).collect();
            with(json!({ "prices": prices }))
        }),
        bound(PLAN, "charges[1].custom_fields: has ", limits::CUSTOM_FIELDS, move |n| {
            with(json!({ "custom_fields": fields(n) }))
        }),
        bound(PLAN, "charges[1].custom_fields.note: ", limits::CUSTOM_FIELD_VALUE, move |n| {
            with(json!({ "custom_fields": { "note": text(n) } }))
        }),
        bound(PLAN, "minimums: has ", limits::MINIMUMS, move |n| {
            plan(json!({ "minimums": (0..n).map(minimum).collect::<Vec<_>>() }))
        }),
        bound(PLAN, "minimums[0].name: ", limits::NAME, move |n| {
            plan(json!({ "minimums": [merged(minimum(0), json!({ "name": text(n) }))] }))
        }),
    ];
    bounds.extend(custom_fields(PRODUCT, |fields| json!({ "name": "Tokens", "custom_fields": fields })));
    bounds.extend(custom_fields(PLAN, |fields| plan(json!({ "custom_fields": fields }))));
    bounds
}
