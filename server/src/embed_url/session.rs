//! What a token grants, and which session it opens or goes on with.

use app::embed::DashboardConfig;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What a token grants: one customer's data, shown in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The customer whose data may be read.
    pub customer_id: Uuid,
    /// What is shown, and how.
    pub config: DashboardConfig,
}

impl Grant {
    /// Who reads, by the integrator's own id, where the URL says so.
    pub fn viewer_id(&self) -> Option<&str> {
        self.config.viewer.id.as_deref()
    }
}

/// A verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// What it grants.
    pub grant: Grant,
    /// When the page was first opened: renewals end [`super::SESSION_LIFE`] later.
    pub opened_at: DateTime<Utc>,
    /// Its id: of a URL another one each time that it is opened.
    pub id: Uuid,
    /// The id of the URL that opens it now; `None` of a session that is open.
    pub url_id: Option<Uuid>,
    /// The number of the last revocation before the URL was made; `None` where it does not say it, and `valid_from`
    /// decides.
    pub seen: Option<i64>,
    /// When the URL was made; of a session that is open, when it was opened. To the second.
    pub valid_from: DateTime<Utc>,
}

impl Session {
    /// A session that was opened at this time.
    pub fn new(grant: Grant, opened_at: DateTime<Utc>) -> Self {
        Self { grant, opened_at, id: Uuid::new_v4(), url_id: None, seen: None, valid_from: opened_at }
    }
}

/// What the database compares in the place of a viewer's id.
pub fn viewer_key(viewer_id: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, viewer_id.as_bytes())
}

/// The id of a URL, of the `jti` of its token: what is no id of ours stands for one.
pub(super) fn url_id(jti: &str) -> Uuid {
    let bytes = URL_SAFE_NO_PAD.decode(jti).ok();
    bytes
        .and_then(|bytes| Uuid::from_slice(&bytes).ok())
        .unwrap_or_else(|| Uuid::new_v5(&Uuid::NAMESPACE_OID, jti.as_bytes()))
}
