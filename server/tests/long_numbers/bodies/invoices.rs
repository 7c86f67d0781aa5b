//! Numbers of charges that are added to invoices.

use super::Numbered;

pub(super) fn bodies() -> Vec<Numbered> {
    const PATH: &str = "/v1/customers/{on_plan_customer_id}/addCharge";
    let charge = |field: &str| {
        let of = |name: &str| if name == field { "NUMBER" } else { "1" };
        format!(
            r#"{{"customer_plan_id":"{{customer_plan_id}}","charge_id":"{{added_charge_id}}",
            "invoice_start_timestamp":"{{this_month}}","description":"Set-up","price":{},"quantity":{}}}"#,
            of("price"),
            of("quantity")
        )
    };
    let of =
        |field| Numbered { call: "customers.invoices.addCharge", path: PATH, field, body: charge(field) };
    ["price", "quantity"].map(of).into()
}
