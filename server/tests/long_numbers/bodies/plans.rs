//! Numbers of plans.

use super::{CENTS, Numbered};

pub(super) fn bodies() -> Vec<Numbered> {
    let plan = |field: &str| {
        let of = |name: &str, usual: &str| if name == field { "NUMBER".to_owned() } else { usual.to_owned() };
        format!(
            r#"{{"name":"Pro","billing_frequency":"MONTHLY","charges":[{{"product_id":"{{product_id}}","name":"Seat",
            "charge_type":"fixed","quantity":{},"credit_type_id":"{CENTS}","prices":[{{"tier":{},"value":{}}}],
            "unit_conversion":{{"division_factor":{}}}}}],
            "minimums":[{{"name":"Minimum","credit_type_id":"{CENTS}","value":{}}}]}}"#,
            of("charges[].quantity", "1"),
            of("charges[].prices[].tier", "0"),
            of("charges[].prices[].value", "1"),
            of("charges[].unit_conversion.division_factor", "1"),
            of("minimums[].value", "1"),
        )
    };
    let fields = [
        "charges[].quantity",
        "charges[].prices[].tier",
        "charges[].prices[].value",
        "charges[].unit_conversion.division_factor",
        "minimums[].value",
    ];
    let of = |field| Numbered { call: "plans.create", path: "/v1/plans/create", field, body: plan(field) };
    fields.map(of).into()
}
