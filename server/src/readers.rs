//! What readers' answers are read by: connections of their own, in turn, so that no reader takes those of the API, of
//! ingest and of readiness, nor those of another customer's readers.

use crate::{
    AppState, Result,
    auth::CustomerAccess,
    dashboards::Viewer,
    gate::{Gate, Turn},
};
use sqlx::PgPool;
use std::{ops::Deref, sync::Arc, time::Duration};

/// Answers of one customer that are read at a time; each takes two connections at most.
const OF_CUSTOMER: usize = 3;
/// How long an answer waits for its turn before it is a 503.
const PATIENCE: Duration = Duration::from_secs(2);

/// The pool that pages and session tokens read from.
#[derive(Clone, Debug)]
pub struct Readers {
    pool: PgPool,
    gate: Arc<Gate<CustomerAccess>>,
}

/// The connections that one answer reads by. Dropping it ends the turn.
#[derive(Debug)]
pub struct ReadPool {
    pool: PgPool,
    _turn: Option<Turn>,
}

impl Readers {
    /// Readers of this pool: [`crate::db::readers`] makes one.
    pub fn new(pool: PgPool) -> Self {
        let at_a_time = pool.options().get_max_connections() as usize;
        Self { pool, gate: Arc::new(Gate::new(at_a_time, OF_CUSTOMER, PATIENCE)) }
    }

    /// Waits for the turn of one customer's reader.
    ///
    /// # Errors
    /// 503 when too much is read for this customer, or for all.
    pub async fn turn(&self, access: CustomerAccess) -> Result<ReadPool> {
        let turn = self.gate.turn(access).await?;
        Ok(ReadPool { pool: self.pool.clone(), _turn: Some(turn) })
    }

    /// Closes the connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl ReadPool {
    /// What a call reads by that both kinds of viewers may make: an operator by the connections of the API, a reader in
    /// turn.
    ///
    /// # Errors
    /// As [`Readers::turn`].
    pub async fn of(viewer: &Viewer, state: &AppState) -> Result<Self> {
        if viewer.is_reader() {
            return state.readers.turn(viewer.customer()).await;
        }
        Ok(Self { pool: state.pool.clone(), _turn: None })
    }
}

impl Deref for ReadPool {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.pool
    }
}
