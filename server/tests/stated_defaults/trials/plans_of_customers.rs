//! How customers are put on plans, and how their plans end.

use super::{Made, Trial};
use axum::http::StatusCode;

pub(super) const TRIALS: &[Trial] = &[
    Trial {
        // Nobody is on two plans at a time.
        takes_new_customer: true,
        made: Made::Row("select to_jsonb(made) from customer_plan as made where id = $1"),
        ..Trial::of("customers.plans.add")
    },
    Trial {
        // Another end than that of the example: invoices beyond it are finalized, and `void_invoices` decides.
        body: r#"{ "ending_before": "{two_months_ago}" }"#,
        status: StatusCode::BAD_REQUEST,
        ..Trial::of("customers.plans.end")
    },
];
