//! Work that time starts. Each job is claimed by row and idempotent, so that every replica may try.

mod backfill;
mod finalize;
mod fold;
mod idempotency;
mod origins;
mod partitions;
mod sessions;

use crate::{AppState, Result, clock, telemetry};
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio::{task::JoinSet, time};

/// Runs all jobs, each at its own pace, until the server is about to stop. What a job has begun by then it ends first.
pub async fn run(state: AppState) {
    let mut jobs = JoinSet::<()>::new();
    let pace = Duration::from_secs;
    jobs.spawn(every(pace(60), "finalize invoices", state.clone(), finalize::run));
    jobs.spawn(every(pace(2), "count earlier events", state.clone(), backfill::run));
    jobs.spawn(every(pace(10), "fold pending sums", state.clone(), fold::run));
    jobs.spawn(every(pace(1), "fold sums of busy customers", state.clone(), fold::busy));
    jobs.spawn(every(pace(600), "remove old idempotency keys", state.clone(), idempotency::run));
    jobs.spawn(every(pace(1), "read allowed origins", state.clone(), origins::run));
    jobs.spawn(every(pace(3600), "remove old sessions", state.clone(), sessions::run));
    jobs.spawn(every(pace(3600), "make partitions", state, partitions::run));
    jobs.join_all().await;
}

/// Calls a job now and then every so often. An error is logged, and the job tried again at its next time.
async fn every<F>(
    pace: Duration,
    name: &'static str,
    state: AppState,
    job: impl Fn(AppState, DateTime<Utc>) -> F,
) where
    F: Future<Output = Result<()>>,
{
    let mut ticks = time::interval(pace);
    // After a long run, go on from there instead of catching up.
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = state.stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        let outcome = job(state.clone(), clock::now()).await;
        state.metrics.job(name, outcome.is_ok());
        if let Err(error) = outcome {
            telemetry::log_failure(name, &error);
        }
    }
}
