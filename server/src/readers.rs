//! What readers' answers are read by: connections of their own, in turn, so that no reader takes those of the API, of
//! ingest and of readiness, nor those of another customer's readers; and each bound to the customer of its turn.

use crate::{
    Error, Result,
    auth::CustomerAccess,
    db::{PoolUse, ReaderConnection},
    gate::{Gate, Turn},
};
use sqlx::PgPool;
use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Answers of one customer that are read at a time.
const OF_CUSTOMER: usize = 3;
/// How long an answer waits for its turn before it is a 503.
const PATIENCE: Duration = Duration::from_secs(2);

/// The connections that pages and session tokens read by.
#[derive(Clone, Debug)]
pub struct Readers {
    connections: Connections,
    gate: Arc<Gate<CustomerAccess>>,
}

#[derive(Clone, Debug)]
enum Connections {
    /// For all turns together, where the database does not bind readers.
    Shared(PgPool),
    /// One for each turn, bound to its customer.
    Bound { all: Arc<[ReaderConnection]>, free: Free },
}

/// Connections that no turn has.
type Free = Arc<Mutex<Vec<ReaderConnection>>>;

/// The connections that one answer reads by. Dropping it ends the turn.
#[derive(Debug)]
pub struct ReadPool {
    pool: PgPool,
    // In this order: the connection is free before the next turn begins.
    _lease: Option<Lease>,
    _turn: Option<Turn>,
}

/// A connection that belongs to a turn until this is dropped.
#[derive(Debug)]
struct Lease {
    connection: ReaderConnection,
    free: Free,
}

impl Readers {
    /// Readers of this pool, whom only their queries bind: [`crate::db::readers`] makes one.
    pub fn new(pool: PgPool) -> Self {
        let at_a_time = pool.options().get_max_connections() as usize;
        Self { connections: Connections::Shared(pool), gate: gate(at_a_time) }
    }

    /// Readers by so many connections to the database of a pool, which binds each of them to the customer of its turn.
    pub fn bound(pool: &PgPool, connections: u32) -> Self {
        let all: Arc<[_]> = (0..connections).map(|_| ReaderConnection::new(pool)).collect();
        let free = Arc::new(Mutex::new(all.to_vec()));
        Self { gate: gate(all.len()), connections: Connections::Bound { all, free } }
    }

    /// Waits for the turn of one customer's reader.
    ///
    /// # Errors
    /// 503 when too much is read for this customer, or for all.
    pub async fn turn(&self, access: CustomerAccess) -> Result<ReadPool> {
        let turn = Some(self.gate.turn(access).await?);
        Ok(match &self.connections {
            Connections::Shared(pool) => ReadPool { pool: pool.clone(), _lease: None, _turn: turn },
            Connections::Bound { free, .. } => {
                let lease = Lease::take(free, access)?;
                ReadPool { pool: lease.connection.pool().clone(), _lease: Some(lease), _turn: turn }
            }
        })
    }

    /// The connections as they are now.
    pub fn pool_use(&self) -> PoolUse {
        match &self.connections {
            Connections::Shared(pool) => PoolUse::of(pool),
            Connections::Bound { all, .. } => {
                let each = all.iter().map(|connection| PoolUse::of(connection.pool()));
                each.fold(PoolUse { open: 0, idle: 0, most: 0 }, PoolUse::and)
            }
        }
    }

    /// Closes the connections.
    pub async fn close(&self) {
        match &self.connections {
            Connections::Shared(pool) => pool.close().await,
            Connections::Bound { all, .. } => {
                for connection in all.iter() {
                    connection.pool().close().await;
                }
            }
        }
    }
}

fn gate(at_a_time: usize) -> Arc<Gate<CustomerAccess>> {
    Arc::new(Gate::new(at_a_time, OF_CUSTOMER, PATIENCE))
}

impl Lease {
    /// Takes a free connection, best one that read the same customer last, and binds it.
    fn take(free: &Free, access: CustomerAccess) -> Result<Self> {
        let mut connections = free.lock().unwrap_or_else(PoisonError::into_inner);
        let known = connections.iter().position(|connection| connection.reads(access));
        // There is one for each turn.
        let last = connections.len().checked_sub(1).ok_or(Error::Overloaded)?;
        let connection = connections.swap_remove(known.unwrap_or(last));
        connection.bind(access);
        Ok(Self { connection, free: free.clone() })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(self.connection.clone());
    }
}

impl ReadPool {
    /// The connections of the API, which wait for no turn.
    pub(crate) fn of_api(pool: PgPool) -> Self {
        Self { pool, _lease: None, _turn: None }
    }
}

impl Deref for ReadPool {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.pool
    }
}
