//! The demo's billable metrics.

use app::billing::AggregationType;

/// A metric of the company.
#[derive(Clone, Copy, Debug)]
pub struct MetricSpec {
    /// What the dashboard calls it.
    pub name: &'static str,
    /// How events become one number.
    pub aggregation_type: AggregationType,
    /// The property that is aggregated.
    pub aggregation_key: Option<&'static str>,
    /// Which events count.
    pub event_type: &'static str,
}

/// Indexes into [`METRICS`], named.
pub mod metric {
    #![expect(missing_docs, reason = "the names say it")]
    pub const REQUESTS: usize = 0;
    pub const INPUT_TOKENS: usize = 1;
    pub const OUTPUT_TOKENS: usize = 2;
    pub const GPU_SECONDS: usize = 3;
    pub const ACTIVE_USERS: usize = 4;
    pub const STORAGE: usize = 5;
}

/// The six metrics. All can be grouped by region.
pub const METRICS: [MetricSpec; 6] = [
    MetricSpec::new("API requests", AggregationType::Count, None, "inference_request"),
    MetricSpec::new("Input tokens", AggregationType::Sum, Some("input_tokens"), "inference_request"),
    MetricSpec::new("Output tokens", AggregationType::Sum, Some("output_tokens"), "inference_request"),
    MetricSpec::new("GPU seconds", AggregationType::Sum, Some("gpu_seconds"), "gpu_job"),
    MetricSpec::new("Active users", AggregationType::Unique, Some("user_id"), "inference_request"),
    MetricSpec::new("Stored gigabytes", AggregationType::Max, Some("gigabytes"), "storage_snapshot"),
];

impl MetricSpec {
    const fn new(
        name: &'static str,
        aggregation_type: AggregationType,
        aggregation_key: Option<&'static str>,
        event_type: &'static str,
    ) -> Self {
        Self { name, aggregation_type, aggregation_key, event_type }
    }
}
