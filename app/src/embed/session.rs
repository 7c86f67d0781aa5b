//! A session of a dashboard, as it is listed.

use super::Dashboard;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A session of a dashboard: what a reader got by opening an embeddable URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DashboardSession {
    /// The id that it is revoked by.
    pub id: Uuid,
    /// Whose data it shows.
    pub customer_id: Uuid,
    /// Which dashboard.
    pub dashboard: Dashboard,
    /// Who reads, by your own id, where the URL says so.
    pub viewer_id: Option<String>,
    /// The URL that opened it, by the `url_id` of `getEmbeddableUrl`.
    pub url_id: Uuid,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: DateTime<Utc>,
    /// When it ends at the latest, however often it is renewed.
    pub expires_at: DateTime<Utc>,
}
