//! How many requests are carried out at a time, so that no kind of them takes the connections and the memory of another:
//! calls of the API by their number, ingest by the bytes of its bodies. Pages and session tokens take turns in
//! [`crate::readers`].

use crate::{Error, Result};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Bytes of the bodies of ingest at a time: about a second of work.
const BODIES: usize = 32 * 1024 * 1024;
/// What each body counts for at least: so that no more than 256 requests wait at a time.
const SMALLEST: usize = 128 * 1024;
/// Bytes that a permit stands for.
const UNIT: usize = 1024;

/// Fewest calls of the API at a time, where there are so many connections.
const FEWEST: usize = 4;

/// How long a request waits for its turn before it is a 503.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who may be carried out now. Clones let in together.
#[derive(Clone, Debug)]
pub struct Admission {
    calls: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

/// The right to be carried out, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Admission {
    /// For a server of so many connections to the database: half of them are for calls of the API, the others for ingest,
    /// jobs and readiness.
    pub fn new(connections: u32) -> Self {
        let connections = connections as usize;
        let at_a_time = (connections / 2).max(FEWEST).min(connections.saturating_sub(1)).max(1);
        Self { calls: Arc::new(Semaphore::new(at_a_time)), bodies: Arc::new(Semaphore::new(BODIES / UNIT)) }
    }

    /// Waits for the turn of a call of the API.
    ///
    /// # Errors
    /// 503 when it does not come in a second.
    pub async fn call(&self) -> Result<Turn> {
        turn(&self.calls, 1).await
    }

    /// Waits for the turn of a body of ingest of at most so many bytes.
    ///
    /// # Errors
    /// 503 when it does not come in a second.
    pub async fn body(&self, bytes: usize) -> Result<Turn> {
        turn(&self.bodies, bytes.clamp(SMALLEST, BODIES).div_ceil(UNIT)).await
    }
}

async fn turn(of: &Arc<Semaphore>, permits: usize) -> Result<Turn> {
    let permits = u32::try_from(permits).unwrap_or(u32::MAX);
    match timeout(PATIENCE, of.clone().acquire_many_owned(permits)).await {
        Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
        _ => Err(Error::Overloaded),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn half_of_the_connections_are_for_calls_of_the_api_and_one_is_always_left() {
        for (connections, expected) in [(1, 1), (3, 2), (5, 4), (8, 4), (12, 6), (600, 300)] {
            assert_eq!(Admission::new(connections).calls.available_permits(), expected, "{connections}");
        }
    }

    #[tokio::test]
    async fn bodies_take_the_room_that_they_may_need() {
        for (bytes, at_a_time) in [(0, 256), (1_000_000, 33), (5 * 1024 * 1024, 6), (usize::MAX, 1)] {
            let admission = Admission::new(10);
            let mut turns = Vec::new();
            for _ in 0..at_a_time {
                turns.push(admission.body(bytes).await.unwrap());
            }
            let left = admission.bodies.available_permits() * UNIT;
            assert!(left < bytes.max(SMALLEST), "{bytes}: {left}");
            // Calls have room of their own.
            admission.call().await.unwrap();
            drop(turns);
            assert_eq!(admission.bodies.available_permits() * UNIT, BODIES);
        }
    }

    #[tokio::test]
    async fn who_waits_too_long_is_turned_away() {
        let admission = Admission::new(1);
        let held = admission.call().await.unwrap();
        assert!(matches!(admission.call().await, Err(Error::Overloaded)));
        drop(held);
        admission.call().await.unwrap();
    }
}
