//! The definitions of billable metrics as measuring needs them, and the state that they are of.

use crate::Result;
use app::billing::BillableMetric;
use sqlx::{PgConnection, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// A state of the metrics: which database, and how often they changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CatalogVersion {
    pub(crate) catalog_id: Uuid,
    pub(crate) number: i64,
}

/// All metrics, archived ones included: products that use one go on counting. Whoever holds the catalog lock gets those
/// of one version.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn all_definitions(db: &mut PgConnection) -> Result<Vec<BillableMetric>> {
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
