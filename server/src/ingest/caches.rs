//! What a process remembers of customers, ids and metrics from one batch to the next.

use super::{customers::KnownCustomers, filter::DedupeFilter, metrics::KnownMetrics};

/// What a process remembers from one batch to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct IngestCaches {
    pub(super) customers: KnownCustomers,
    pub(super) ids: DedupeFilter,
    pub(super) metrics: KnownMetrics,
}
