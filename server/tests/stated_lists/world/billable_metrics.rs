//! Billable metrics, of which the first two are asked for by their ids.

use super::{Company, MANY};
use crate::common::seed;
use app::billing::AggregationType;

pub(super) async fn seed(company: &mut Company<'_>) {
    for _ in 0..MANY {
        let metric = seed::metric(company.pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
        company.metrics.push(metric);
    }
    company.set("billable_metric_id", company.metrics[0]);
    company.set("other_billable_metric_id", company.metrics[1]);
}
