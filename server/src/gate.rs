//! A bound on work of one kind: so much at a time in all, and so much for each customer, that none takes the room of
//! the others.

use crate::{Error, Result};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Lets work in, turn by turn. `K` tells customers apart.
#[derive(Debug)]
pub struct Gate<K> {
    all: Arc<Semaphore>,
    /// Those of customers who have or wait for a turn.
    customers: Mutex<HashMap<K, Weak<Semaphore>>>,
    for_each: usize,
    patience: Duration,
}

/// The right to do the work, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _of_customer: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl<K: Copy + Eq + Hash> Gate<K> {
    /// A gate for so many turns at a time, and so many for each customer. Who waits longer than `patience` is turned
    /// away.
    pub fn new(at_a_time: usize, for_each: usize, patience: Duration) -> Self {
        Self { all: Arc::new(Semaphore::new(at_a_time)), customers: Mutex::default(), for_each, patience }
    }

    /// Waits for a turn of this customer.
    ///
    /// # Errors
    /// 503 when it does not come in time.
    pub async fn turn(&self, customer: K) -> Result<Turn> {
        let own = self.own(customer);
        // The customer's turn first: who waits for it takes up none of all.
        let both =
            async { Some((own.acquire_owned().await.ok()?, self.all.clone().acquire_owned().await.ok()?)) };
        match timeout(self.patience, both).await {
            Ok(Some((of_customer, of_all))) => Ok(Turn { _of_customer: of_customer, _of_all: of_all }),
            _ => Err(Error::Overloaded),
        }
    }

    fn own(&self, customer: K) -> Arc<Semaphore> {
        let mut customers = self.customers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = customers.get(&customer).and_then(Weak::upgrade) {
            return known;
        }
        customers.retain(|_, semaphore| semaphore.strong_count() > 0);
        let new = Arc::new(Semaphore::new(self.for_each));
        customers.insert(customer, Arc::downgrade(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn customer_leaves_room_for_others() {
        let gate = Gate::new(3, 2, Duration::ZERO);
        let [one, two, three] = [Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];
        let held = (gate.turn(one).await.unwrap(), gate.turn(one).await.unwrap());
        assert!(matches!(gate.turn(one).await, Err(Error::Overloaded)), "it has its share");
        let other = gate.turn(two).await.unwrap();
        assert!(matches!(gate.turn(three).await, Err(Error::Overloaded)), "there is no room left");
        drop((held, other));
        let _third = gate.turn(three).await.unwrap();
        assert_eq!(gate.customers.lock().unwrap().len(), 1, "only those who are there are remembered");
    }

    #[tokio::test]
    async fn turn_is_waited_for() {
        let gate = Arc::new(Gate::new(1, 1, Duration::from_secs(3_600)));
        let first = gate.turn(Uuid::from_u128(1)).await.unwrap();
        let waiting = gate.clone();
        let second = tokio::spawn(async move { waiting.turn(Uuid::from_u128(2)).await.map(drop) });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        second.await.unwrap().unwrap();
    }
}
