//! The definitions of all billable metrics, remembered by the process and never out of date.

use crate::Result;
use app::billing::BillableMetric;
use sqlx::{PgConnection, Row, postgres::PgRow, types::Json};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};
use uuid::Uuid;

/// A state of the metrics: which database, and how often they changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) catalog_id: Uuid,
    pub(super) number: i64,
}

/// All metrics, archived ones included: products that use one go on counting.
pub(super) type Metrics = Arc<Vec<BillableMetric>>;

/// What was loaded last, by database; a process has one, but for tests.
static REMEMBERED: LazyLock<RwLock<HashMap<Uuid, (i64, Metrics)>>> = LazyLock::new(RwLock::default);

/// Databases that are remembered at most.
const MOST: usize = 32;

/// The metrics at this version. The caller holds the catalog lock, so the version stays.
pub(super) async fn metrics(db: &mut PgConnection, version: Version) -> Result<Metrics> {
    let remembered =
        REMEMBERED.read().unwrap_or_else(PoisonError::into_inner).get(&version.catalog_id).cloned();
    if let Some((number, metrics)) = remembered
        && number == version.number
    {
        return Ok(metrics);
    }
    let metrics = Arc::new(load(db).await?);
    let mut all = REMEMBERED.write().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST {
        all.clear();
    }
    all.insert(version.catalog_id, (version.number, Arc::clone(&metrics)));
    Ok(metrics)
}

async fn load(db: &mut PgConnection) -> Result<Vec<BillableMetric>> {
    let rows = sqlx::query(
        "select id, name, aggregation_type, aggregation_key, event_type_filter, property_filters, group_keys
         from billable_metric
         order by id",
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(definition).collect()
}

/// A row of billable_metric as far as measuring needs it.
pub(super) fn definition(row: PgRow) -> Result<BillableMetric> {
    Ok(BillableMetric {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        aggregation_type: row
            .try_get::<String, _>("aggregation_type")?
            .parse()
            .map_err(crate::Error::Internal)?,
        aggregation_key: row.try_get("aggregation_key")?,
        event_type_filter: row.try_get::<Option<Json<_>>, _>("event_type_filter")?.map(|json| json.0),
        property_filters: row.try_get::<Json<_>, _>("property_filters")?.0,
        group_keys: row.try_get::<Json<_>, _>("group_keys")?.0,
        custom_fields: Default::default(),
        archived_at: None,
    })
}
