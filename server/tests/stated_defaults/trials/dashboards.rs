//! How URLs of dashboards are made.

use super::{Made, Trial};

pub(super) const TRIALS: &[Trial] = &[Trial {
    body: r#"{ "customer_id": "{customer_id}", "dashboard": "usage",
        "bm_group_key_overrides": [{ "group_key_name": "region", "display_name": "Region" }] }"#,
    made: Made::Url,
    ..Trial::of("dashboards.getEmbeddableURL")
}];
