//! What a server counts of itself since it started, and how `/metrics` writes it.
//!
//! Labels are words of the code: routes as templates, statuses, jobs. No token, customer or path of a client is in one.

mod exposition;
mod histogram;
mod requests;

pub use exposition::{CONTENT_TYPE, Exposition, Family, Kind};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use requests::{CLIENT_GONE, Requests, Route};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Instant,
};

/// What this process has counted. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    requests: Requests,
    in_flight: AtomicI64,
    sessions: [AtomicU64; SessionEvent::ALL.len()],
    /// Runs of each job: those that succeeded, and those that failed.
    jobs: Mutex<BTreeMap<&'static str, [u64; 2]>>,
}

/// What happens to the session of an embedded page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// An embeddable URL was opened.
    Opened,
    /// An open page went on with new tokens.
    Renewed,
    /// An open page went on by another embeddable URL.
    Reopened,
}

impl SessionEvent {
    const ALL: [Self; 3] = [Self::Opened, Self::Renewed, Self::Reopened];

    fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Renewed => "renewed",
            Self::Reopened => "reopened",
        }
    }
}

impl Metrics {
    /// Counts what happened to a session.
    pub fn session(&self, event: SessionEvent) {
        self.0.sessions[event as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a run of a job.
    pub fn job(&self, name: &'static str, has_succeeded: bool) {
        let mut jobs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.entry(name).or_default()[usize::from(!has_succeeded)] += 1;
    }

    /// Writes all that was counted.
    pub fn write(&self, page: &mut Exposition) {
        self.0.requests.write(page);
        page.family("inlay_http_requests_in_flight", Kind::Gauge, "Requests that are being answered.")
            .sample(&[], self.0.in_flight.load(Ordering::Relaxed));
        let mut sessions = page.family(
            "inlay_sessions_total",
            Kind::Counter,
            "Sessions of embedded pages, by what happened to them.",
        );
        for (event, count) in SessionEvent::ALL.into_iter().zip(&self.0.sessions) {
            sessions.sample(&[("event", event.as_str())], count.load(Ordering::Relaxed));
        }
        let mut jobs =
            page.family("inlay_job_runs_total", Kind::Counter, "Runs of each job, by how they ended.");
        let runs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, [succeeded, failed]) in runs.iter() {
            jobs.sample(&[("job", *name), ("outcome", "succeeded")], succeeded);
            jobs.sample(&[("job", *name), ("outcome", "failed")], failed);
        }
    }
}

/// Counts each request by its route, its method and the status of its answer, and how long that took.
pub async fn observe(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let mut observed = Observed::begin(metrics, &request);
    let response = next.run(request).await;
    observed.status = response.status().as_u16();
    response
}

/// A request that is being answered. It is counted when this is dropped, which a client that goes away does as well.
struct Observed {
    metrics: Metrics,
    route: Route,
    status: u16,
    start: Instant,
}

impl Observed {
    fn begin(metrics: Metrics, request: &Request) -> Self {
        metrics.0.in_flight.fetch_add(1, Ordering::Relaxed);
        Self { route: Route::of(request), metrics, status: CLIENT_GONE, start: Instant::now() }
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let Counts { requests, in_flight, .. } = &*self.metrics.0;
        in_flight.fetch_sub(1, Ordering::Relaxed);
        requests.add(&self.route, self.status, self.start.elapsed());
    }
}
