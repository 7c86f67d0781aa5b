//! How billable metrics are made.

use super::{Made, Trial};

pub(super) const TRIALS: &[Trial] = &[Trial {
    body: r#"{ "name": "Requests", "aggregation_type": "COUNT" }"#,
    made: Made::Row("select to_jsonb(made) from billable_metric as made where id = $1"),
    ..Trial::of("billableMetrics.create")
}];
