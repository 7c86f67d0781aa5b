//! Group commit: requests that wait at the same time are stored in one transaction.

use super::{
    batch::IngestCount,
    caches::IngestCaches,
    record::store,
    watch::{self, Backend},
};
use crate::{Error, Result, db::usage::Arrival, metering::Event};
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

/// Transactions at a time. Fewer gather more requests each; with one, the database would wait for the next batch.
const MOST_WRITERS: usize = 3;
/// Events that one transaction gathers, unless one request alone has more.
const MOST_EVENTS: usize = 1_000;
/// While the first of those that wait has waited for so long, no more may wait: writes do not keep up. It is longer than
/// [`STALL`], which one dead connection causes.
const MOST_LAG: Duration = Duration::from_secs(2);
/// After so long, a writer leaves a transaction to `watch` and takes the next requests: its connection may have died.
const STALL: Duration = Duration::from_millis(1_500);
/// After so long, a transaction is given up, and its requests answer 503. Sent again, each event still counts once.
const LIMIT: Duration = Duration::from_secs(30);

/// Stores events of concurrent requests together: a flush of the disk costs as much for one request as for twenty.
///
/// A request is answered after the commit, and stays whole or nothing. When a transaction of several requests is
/// refused, each is stored again alone, so that none suffers from another. The writes run in tasks of their
/// own, which a client that hangs up does not stop.
#[derive(Clone, Debug, Default)]
pub struct IngestQueue {
    queue: Arc<Mutex<Queue>>,
    caches: IngestCaches,
    totals: Arc<Totals>,
}

/// Events of all requests that were stored.
#[derive(Debug, Default)]
struct Totals {
    fresh: AtomicUsize,
    duplicates: AtomicUsize,
}

impl Totals {
    fn add(&self, recorded: &[IngestCount]) {
        for IngestCount { fresh, duplicates } in recorded {
            self.fresh.fetch_add(*fresh, Ordering::Relaxed);
            self.duplicates.fetch_add(*duplicates, Ordering::Relaxed);
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Request>,
    writers: usize,
}

#[derive(Debug)]
struct Request {
    events: Vec<Event>,
    now: DateTime<Utc>,
    /// Since when it waits.
    since: Instant,
    answer: oneshot::Sender<Result<IngestCount>>,
}

impl IngestQueue {
    /// Stores the events that are new and adds them to the sums. The events are valid.
    ///
    /// # Errors
    /// 400 that names the index and property of each event that cannot be billed as it is; 503 while too much waits to be
    /// stored or folded; else when the database refuses or is away.
    pub async fn record(&self, pool: &PgPool, events: Vec<Event>, now: DateTime<Utc>) -> Result<IngestCount> {
        let (answer, answered) = oneshot::channel();
        let needs_writer = {
            let mut queue = self.queue();
            if queue.waiting.front().is_some_and(|first| first.since.elapsed() > MOST_LAG) {
                return Err(Error::Overloaded);
            }
            queue.waiting.push_back(Request { events, now, since: Instant::now(), answer });
            let needs_writer = queue.writers < MOST_WRITERS;
            queue.writers += usize::from(needs_writer);
            needs_writer
        };
        if needs_writer {
            tokio::spawn(self.clone().write(pool.clone()));
        }
        // Without an answer the write was ended: whether it is stored is not known, and sending it again is safe.
        answered.await.unwrap_or_else(|_| Err(away()))
    }

    /// Reads the ids of the days that are over, so that no later event is looked up there in vain. It also happens by
    /// itself, in the background, once events come.
    ///
    /// # Errors
    /// When the database refuses or is away.
    pub async fn learn_ids(&self, pool: &PgPool, now: DateTime<Utc>) -> Result<()> {
        self.caches.ids.learn(pool, &Arrival::at(now)).await
    }

    /// The events that this queue has stored since it was made.
    pub fn totals(&self) -> IngestCount {
        let Totals { fresh, duplicates } = &*self.totals;
        IngestCount { fresh: fresh.load(Ordering::Relaxed), duplicates: duplicates.load(Ordering::Relaxed) }
    }

    /// Events that wait for a transaction.
    pub fn waiting(&self) -> usize {
        self.queue().waiting.iter().map(|request| request.events.len()).sum()
    }

    /// Writes until nobody waits.
    async fn write(self, pool: PgPool) {
        while let Some(requests) = self.take() {
            let backend = Backend::default();
            let mut writing = tokio::spawn(self.clone().store_all(pool.clone(), requests, backend.clone()));
            if timeout(STALL, &mut writing).await.is_err() {
                tokio::spawn(watch::over(pool.clone(), writing, backend));
            }
        }
    }

    /// The next requests; `None` ends the writer.
    fn take(&self) -> Option<Vec<Request>> {
        let mut queue = self.queue();
        let mut taken = Vec::new();
        let mut room = MOST_EVENTS;
        while let Some(request) = queue.waiting.front() {
            if !taken.is_empty() && request.events.len() > room {
                break;
            }
            room = room.saturating_sub(request.events.len());
            taken.extend(queue.waiting.pop_front());
        }
        if taken.is_empty() {
            queue.writers -= 1;
            return None;
        }
        Some(taken)
    }

    /// Stores requests together, or, when that is refused, one by one; and answers each.
    async fn store_all(self, pool: PgPool, requests: Vec<Request>, backend: Backend) {
        let outcome = self.store(&pool, &requests, &backend).await;
        let is_refused =
            matches!(outcome, Err(Error::BadRequest(_) | Error::Database(_) | Error::Internal(_)));
        if requests.len() == 1 || !is_refused {
            return answer(requests, outcome);
        }
        for request in requests {
            let outcome = self.store(&pool, std::slice::from_ref(&request), &backend).await;
            answer(vec![request], outcome);
        }
    }

    /// Stores requests in one transaction, and counts their events.
    async fn store(
        &self,
        pool: &PgPool,
        requests: &[Request],
        backend: &Backend,
    ) -> Result<Vec<IngestCount>> {
        let Some(now) = requests.iter().map(|request| request.now).max() else { return Ok(Vec::new()) };
        let events: Vec<&[Event]> = requests.iter().map(|request| request.events.as_slice()).collect();
        let storing = store(pool, &events, now, backend, &self.caches);
        let recorded = timeout(LIMIT, storing).await.unwrap_or(Err(away()))?;
        self.totals.add(&recorded);
        Ok(recorded)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(requests: Vec<Request>, outcome: Result<Vec<IngestCount>>) {
    // Who has hung up is not there to be answered.
    match outcome {
        Ok(recorded) => {
            for (request, recorded) in requests.into_iter().zip(recorded) {
                let _ = request.answer.send(Ok(recorded));
            }
        }
        Err(error) => {
            let is_overloaded = matches!(error, Error::Overloaded);
            let others = || if is_overloaded { Error::Overloaded } else { away() };
            for (request, error) in
                requests.into_iter().zip(std::iter::once(error).chain(std::iter::repeat_with(others)))
            {
                let _ = request.answer.send(Err(error));
            }
        }
    }
}

fn away() -> Error {
    Error::Unavailable(sqlx::Error::PoolTimedOut)
}
