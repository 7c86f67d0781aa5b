//! How many files are made at a time: few in all, one of each customer, so that nobody takes the room of the others.

use crate::{Error, Result};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use uuid::Uuid;

/// Files made at a time, of all customers together.
const AT_A_TIME: usize = 2;

/// How long a request waits for its turn before it is turned away.
const WAIT: Duration = Duration::from_secs(2);

/// The gate of this process.
static GATE: LazyLock<Gate> = LazyLock::new(|| Gate::new(AT_A_TIME, WAIT));

/// Waits for the turn of a customer, and holds it until it is dropped.
///
/// # Errors
/// 503 when it does not come in two seconds.
pub(super) async fn turn(customer_id: Uuid) -> Result<Turn> {
    GATE.turn(customer_id).await
}

struct Gate {
    all: Arc<Semaphore>,
    /// One permit for each customer that has or waits for a turn.
    customers: Mutex<HashMap<Uuid, Weak<Semaphore>>>,
    wait: Duration,
}

/// The right to make a file.
#[derive(Debug)]
pub(super) struct Turn {
    _of_customer: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Gate {
    fn new(at_a_time: usize, wait: Duration) -> Self {
        Self { all: Arc::new(Semaphore::new(at_a_time)), customers: Mutex::default(), wait }
    }

    async fn turn(&self, customer_id: Uuid) -> Result<Turn> {
        let own = self.own(customer_id);
        // Its own first: who waits for that takes nobody's place.
        let both =
            async { Some((own.acquire_owned().await.ok()?, self.all.clone().acquire_owned().await.ok()?)) };
        match timeout(self.wait, both).await {
            Ok(Some((of_customer, of_all))) => Ok(Turn { _of_customer: of_customer, _of_all: of_all }),
            _ => Err(Error::Overloaded),
        }
    }

    fn own(&self, customer_id: Uuid) -> Arc<Semaphore> {
        let mut customers = self.customers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = customers.get(&customer_id).and_then(Weak::upgrade) {
            return known;
        }
        customers.retain(|_, semaphore| semaphore.strong_count() > 0);
        let new = Arc::new(Semaphore::new(1));
        customers.insert(customer_id, Arc::downgrade(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn customer_has_one_turn_and_leaves_room_for_others() {
        let gate = Gate::new(2, Duration::ZERO);
        let [one, two, three] = [Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];
        let first = gate.turn(one).await.unwrap();
        assert!(matches!(gate.turn(one).await, Err(Error::Overloaded)));
        let second = gate.turn(two).await.unwrap();
        assert!(matches!(gate.turn(three).await, Err(Error::Overloaded)));
        drop(first);
        let third = gate.turn(three).await.unwrap();
        drop((second, third));
        gate.turn(one).await.unwrap();
        assert_eq!(gate.customers.lock().unwrap().len(), 1, "only those who are there are remembered");
    }

    #[tokio::test]
    async fn turn_is_waited_for() {
        let gate = Arc::new(Gate::new(1, Duration::from_secs(3_600)));
        let first = gate.turn(Uuid::from_u128(1)).await.unwrap();
        let waiting = gate.clone();
        let second = tokio::spawn(async move { waiting.turn(Uuid::from_u128(2)).await.map(drop) });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap().unwrap();
    }
}
