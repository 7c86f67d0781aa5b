//! Requests as they are counted: by route, method and the status of the answer, and how long each took.

use super::{
    exposition::{Exposition, Kind},
    histogram::Histogram,
};
use axum::{
    extract::{MatchedPath, Request},
    http::Method,
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Stands for all paths that have no route: whoever tries paths makes no figures.
const NO_ROUTE: &str = "none";

/// The status of a request whose client went away before its answer, as nginx has it.
pub(super) const CLIENT_GONE: u16 = 499;

/// What tells requests apart: neither a token nor a customer is in it, and there are as many as there are routes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Route {
    /// The template: `/v1/customers/{customer_id}`.
    template: String,
    method: &'static str,
}

impl Route {
    pub(super) fn of(request: &Request) -> Self {
        let template = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str);
        Self { template: template.to_owned(), method: known(request.method()) }
    }
}

/// A client may send any word as its method.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

#[derive(Debug, Default)]
struct Answers {
    by_status: BTreeMap<u16, u64>,
    times: Histogram,
}

/// All requests that were answered.
#[derive(Debug, Default)]
pub(super) struct Requests(Mutex<BTreeMap<Route, Answers>>);

impl Requests {
    pub(super) fn add(&self, route: &Route, status: u16, took: Duration) {
        let mut all = self.all();
        if !all.contains_key(route) {
            all.insert(route.clone(), Answers::default());
        }
        if let Some(answers) = all.get_mut(route) {
            *answers.by_status.entry(status).or_default() += 1;
            answers.times.observe(took);
        }
    }

    pub(super) fn write(&self, page: &mut Exposition) {
        let all = self.all();
        let mut counts = page.family(
            "inlay_http_requests_total",
            Kind::Counter,
            "Requests that were answered; status 499 stands for clients that went away before.",
        );
        for (Route { template, method }, answers) in all.iter() {
            for (status, count) in &answers.by_status {
                counts.sample(
                    &[
                        ("method", *method),
                        ("route", template.as_str()),
                        ("status", status.to_string().as_str()),
                    ],
                    count,
                );
            }
        }
        let mut times = page.family(
            "inlay_http_request_duration_seconds",
            Kind::Histogram,
            "Time from the head of a request to its answer, its body included.",
        );
        for (Route { template, method }, answers) in all.iter() {
            times.histogram(&[("method", *method), ("route", template.as_str())], &answers.times);
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Route, Answers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
