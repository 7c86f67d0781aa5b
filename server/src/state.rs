//! What every handler can reach.

use crate::{
    config::Settings, embed_url::Keys, ingest::IngestQueue, origins::AllowedOrigins, readers::Readers,
    session_log::SessionLog,
};
use sqlx::PgPool;
use std::sync::Arc;

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The database, for all but readers.
    pub pool: PgPool,
    /// What stores events; all that share it store theirs together.
    pub ingest: IngestQueue,
    /// What pages and session tokens read by.
    pub readers: Readers,
    /// What notes which sessions of dashboards are opened and used.
    pub sessions: SessionLog,
    /// The origins that the database allows to frame dashboards.
    pub origins: AllowedOrigins,
    /// The keys that sign and verify embed and session tokens.
    pub keys: Arc<Keys>,
    /// What handlers need of the configuration.
    pub settings: Arc<Settings>,
}
