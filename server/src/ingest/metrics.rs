//! The definitions of all billable metrics, remembered by the process and never out of date.

use crate::{
    Result,
    db::usage::{CatalogVersion, all_definitions},
};
use app::billing::BillableMetric;
use sqlx::PgConnection;
use std::sync::{Arc, PoisonError, RwLock};

/// All metrics, archived ones included.
pub(super) type Metrics = Arc<Vec<BillableMetric>>;

/// What was loaded last, and of which state of the metrics it is.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownMetrics(Arc<RwLock<Option<(CatalogVersion, Metrics)>>>);

impl KnownMetrics {
    /// The metrics at this version. The caller holds the catalog lock, so the version stays.
    pub(super) async fn at(&self, db: &mut PgConnection, version: CatalogVersion) -> Result<Metrics> {
        let remembered = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((known, metrics)) = remembered
            && known == version
        {
            return Ok(metrics);
        }
        let metrics = Arc::new(all_definitions(db).await?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((version, Arc::clone(&metrics)));
        Ok(metrics)
    }
}
