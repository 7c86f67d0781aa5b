//! Origins that may frame dashboards, and frames that were refused, as they are listed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An origin whose pages may frame the dashboards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AllowedOrigin {
    /// As a browser writes it: `https://app.example.com`, with its port where it has one; `https://*.example.com` is
    /// every host below `example.com`.
    pub origin: String,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// Which list does not have the origin of a frame that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RefusedBy {
    /// Neither `INLAY_ALLOWED_ORIGINS` nor the list of this server.
    Server,
    /// The `allowed_origins` of the URL that it showed.
    Url,
}

impl RefusedBy {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Url => "url",
        }
    }
}

/// Pages of one origin that browsers did not let frame a dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RefusedEmbed {
    /// The origin of the page around the frame.
    pub origin: String,
    /// Which list does not have it: `server`, the allowed origins of the server, or `url`, the `allowed_origins` of the
    /// URL.
    pub refused_by: RefusedBy,
    /// The entry of that list that would admit it.
    pub entry: String,
    /// How often that happened.
    pub times: i64,
    /// The first time.
    pub first_refused_at: DateTime<Utc>,
    /// The last time.
    pub last_refused_at: DateTime<Utc>,
}
