//! How customers are made.

use super::{Made, Trial};

pub(super) const TRIALS: &[Trial] = &[Trial {
    body: r#"{ "name": "Acme" }"#,
    made: Made::Data(&["id", "external_id"]),
    ..Trial::of("customers.create")
}];
