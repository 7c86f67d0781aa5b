//! Numbers of plans of customers.

use super::{CENTS, Numbered};

pub(super) fn bodies() -> Vec<Numbered> {
    let add = |rest: &str| format!(r#"{{"plan_id":"{{plan_id}}","starting_on":"{{next_month}}",{rest}}}"#);
    let adjustment = |kind: &str, rest: &str| {
        add(&format!(
            r#""price_adjustments":[{{"charge_id":"{{charge_id}}","adjustment_type":"{kind}","start_period":0,{rest}}}]"#
        ))
    };
    let cap = format!(
        r#""trial_spec":{{"length_in_days":14,"spending_cap":{{"amount":NUMBER,"credit_type_id":"{CENTS}"}}}}"#
    );
    let of = |(field, body)| Numbered {
        call: "customers.plans.add",
        path: "/v1/customers/{customer_id}/plans/add",
        field,
        body,
    };
    let fields = [
        ("trial_spec.spending_cap.amount", add(&cap)),
        ("price_adjustments[].value", adjustment("override", r#""value":NUMBER"#)),
        ("price_adjustments[].quantity", adjustment("quantity", r#""quantity":NUMBER"#)),
        ("price_adjustments[].tier", adjustment("override", r#""value":1,"tier":NUMBER"#)),
    ];
    fields.map(of).into()
}
