//! The definitions of billable metrics as measuring needs them, and the state that they are of.

use crate::Result;
use app::billing::{BillableMetric, EventTypeFilter, PropertyFilter};
use sqlx::{PgConnection, types::Json};
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
    let rows = sqlx::query_as!(
        Row,
        r#"select id, name, aggregation_type, aggregation_key,
            event_type_filter as "event_type_filter: Json<EventTypeFilter>",
            property_filters as "property_filters: Json<Vec<PropertyFilter>>",
            group_keys as "group_keys: Json<Vec<Vec<String>>>"
         from billable_metric
         order by id"#,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::into_metric).collect()
}

/// A row of billable_metric as far as measuring needs it.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) aggregation_type: String,
    pub(super) aggregation_key: Option<String>,
    pub(super) event_type_filter: Option<Json<EventTypeFilter>>,
    pub(super) property_filters: Json<Vec<PropertyFilter>>,
    pub(super) group_keys: Json<Vec<Vec<String>>>,
}

impl Row {
    pub(super) fn into_metric(self) -> Result<BillableMetric> {
        Ok(BillableMetric {
            id: self.id,
            name: self.name,
            aggregation_type: self.aggregation_type.parse().map_err(crate::Error::Internal)?,
            aggregation_key: self.aggregation_key,
            event_type_filter: self.event_type_filter.map(|json| json.0),
            property_filters: self.property_filters.0,
            group_keys: self.group_keys.0,
            custom_fields: Default::default(),
            archived_at: None,
        })
    }
}
