//! Notes which sessions of dashboards are opened and used, and which frames are refused.
//!
//! What waits at the same time is written in one transaction, and one is written at a time, on a connection of its own: no
//! page waits for those of the API, nor takes one.

use crate::{
    Error, Result,
    db::{
        self, PoolUse,
        allowed_origin::Refusal,
        dashboard_session::{NewSession, note},
    },
    error::chain,
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};
use uuid::Uuid;

/// A session's use is noted once in so many seconds.
const PACE: TimeDelta = TimeDelta::seconds(60);
/// Notes that are remembered, unless there are more within the pace.
const MOST_REMEMBERED: usize = 20_000;
/// Different refusals that wait; more are dropped.
const MOST_REFUSALS: usize = 1_000;
/// After so long, a transaction is given up.
const LIMIT: Duration = Duration::from_secs(10);

/// What notes sessions. All clones share it.
#[derive(Clone, Debug)]
pub struct SessionLog {
    pool: PgPool,
    queue: Arc<Mutex<Queue>>,
}

/// Whether the session may go on: false for a URL that opens once and was opened before.
pub type Noted = oneshot::Receiver<Result<bool>>;

#[derive(Debug, Default)]
struct Queue {
    waiting: Notes,
    /// When each session's use was noted last.
    noted: HashMap<Uuid, DateTime<Utc>>,
    is_writing: bool,
}

/// What is written together.
#[derive(Debug, Default)]
struct Notes {
    opened: Vec<(NewSession, oneshot::Sender<Result<bool>>)>,
    used: HashMap<Uuid, DateTime<Utc>>,
    refused: HashMap<Refusal, (i64, DateTime<Utc>)>,
}

impl Queue {
    fn remember(&mut self, session_id: Uuid, at: DateTime<Utc>) {
        if self.noted.len() >= MOST_REMEMBERED {
            self.noted.retain(|_, last| at - *last < PACE);
        }
        self.noted.insert(session_id, at);
    }
}

impl SessionLog {
    /// Writes by one more connection to the database of this pool.
    pub fn new(pool: &PgPool) -> Self {
        Self { pool: db::notes(pool), queue: Arc::default() }
    }

    /// Its connection, as it is now.
    pub fn pool_use(&self) -> PoolUse {
        PoolUse::of(&self.pool)
    }

    /// Closes the connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Notes a session that is opened.
    pub fn opened(&self, session: NewSession) -> Noted {
        let (answer, noted) = oneshot::channel();
        let mut queue = self.queue();
        queue.remember(session.id, session.opened_at);
        queue.waiting.opened.push((session, answer));
        self.wake(queue);
        noted
    }

    /// Notes that a session is used; nobody waits for it.
    pub fn used(&self, session_id: Uuid, at: DateTime<Utc>) {
        let mut queue = self.queue();
        if queue.noted.get(&session_id).is_some_and(|last| at - *last < PACE) {
            return;
        }
        queue.remember(session_id, at);
        queue.waiting.used.insert(session_id, at);
        self.wake(queue);
    }

    /// Notes that a browser refuses a frame; nobody waits for it.
    pub fn refused(&self, refusal: Refusal, at: DateTime<Utc>) {
        let mut queue = self.queue();
        let waiting = &mut queue.waiting.refused;
        if waiting.len() < MOST_REFUSALS || waiting.contains_key(&refusal) {
            let (times, last) = waiting.entry(refusal).or_insert((0, at));
            (*times, *last) = (*times + 1, at);
            self.wake(queue);
        }
    }

    /// Lets somebody write what waits.
    fn wake(&self, mut queue: MutexGuard<'_, Queue>) {
        if !std::mem::replace(&mut queue.is_writing, true) {
            tokio::spawn(self.clone().write());
        }
    }

    /// Writes until nothing waits.
    async fn write(self) {
        while let Some(Notes { opened, used, refused }) = self.take() {
            let (sessions, answers): (Vec<_>, Vec<_>) = opened.into_iter().unzip();
            let used: Vec<_> = used.into_iter().collect();
            let refused: Vec<_> =
                refused.into_iter().map(|(refusal, (times, at))| (refusal, times, at)).collect();
            let written = timeout(LIMIT, note(&self.pool, &sessions, &used, &refused));
            let written = written.await.unwrap_or_else(|_| Err(away()));
            if let Err(error) = &written {
                tracing::warn!(error = %chain(error), "sessions of dashboards were not noted");
            }
            for (session, answer) in sessions.iter().zip(answers) {
                let noted = written.as_ref().map(|made| made.contains(&session.id)).map_err(|_| away());
                // Who has hung up is not there to be answered.
                let _ = answer.send(noted);
            }
        }
    }

    /// What waits; `None` ends the writer.
    fn take(&self) -> Option<Notes> {
        let mut queue = self.queue();
        let notes = std::mem::take(&mut queue.waiting);
        let is_empty = notes.opened.is_empty() && notes.used.is_empty() && notes.refused.is_empty();
        queue.is_writing = !is_empty;
        (!is_empty).then_some(notes)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn away() -> Error {
    Error::Unavailable(sqlx::Error::PoolTimedOut)
}
