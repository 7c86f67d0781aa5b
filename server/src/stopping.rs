//! Whether this server is about to stop: `/readyz` says so at once, and jobs begin nothing more.

use std::sync::Arc;
use tokio::sync::watch;

/// Whether this server is about to stop. Clones tell the same.
#[derive(Clone, Debug)]
pub struct Stopping(Arc<watch::Sender<bool>>);

impl Default for Stopping {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stopping {
    /// Says it to all who ask or wait, for good.
    pub fn announce(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was said.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is said.
    pub async fn wait(&self) {
        // The sender lives as long as this.
        let _ = self.0.subscribe().wait_for(|has_begun| *has_begun).await;
    }
}
