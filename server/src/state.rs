//! What every handler can reach.

use crate::{
    admission::Admission, config::Settings, embed_url::Keys, ingest::IngestQueue, metrics::Metrics,
    origins::AllowedOrigins, readers::Readers, session_log::SessionLog, stopping::Stopping,
    throttle::Throttle,
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
    /// How many requests are carried out at a time.
    pub admission: Admission,
    /// How often a caller may ask.
    pub throttle: Arc<Throttle>,
    /// What this server counts of itself.
    pub metrics: Metrics,
    /// Whether it is about to stop.
    pub stopping: Stopping,
}

impl AppState {
    /// The state of a server that has answered nothing yet.
    pub fn new(pool: PgPool, readers: Readers, keys: Keys, settings: Settings) -> Self {
        Self {
            admission: Admission::new(pool.options().get_max_connections()),
            throttle: Arc::new(Throttle::new(settings.rate_limit)),
            sessions: SessionLog::new(&pool),
            origins: AllowedOrigins::default(),
            pool,
            ingest: IngestQueue::default(),
            readers,
            keys: Arc::new(keys),
            settings: Arc::new(settings),
            metrics: Metrics::default(),
            stopping: Stopping::default(),
        }
    }
}
