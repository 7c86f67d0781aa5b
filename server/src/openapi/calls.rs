//! Routes with their descriptions.

use super::{Call, OperationSchema, Signature};
use crate::AppState;
use axum::{Router, handler::Handler, routing};

/// One call: where it is, what is said about it, and what its handler takes and answers.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The group it is listed under: "Customers".
    pub group: &'static str,
    /// What is said about it.
    pub call: Call,
    pub(super) describe: fn(&mut OperationSchema),
}

impl Operation {
    /// Whether it heeds an `Idempotency-Key`.
    pub fn takes_key(&self) -> bool {
        self.method == "POST" && !self.call.reads
    }
}

/// A router of described calls.
#[derive(Debug)]
pub struct Calls {
    group: &'static str,
    groups: Vec<(&'static str, &'static str)>,
    entries: Vec<Operation>,
    /// The routes of POSTs that only read.
    reading: Router<AppState>,
    /// The routes of all other calls.
    others: Router<AppState>,
}

impl Calls {
    /// No calls yet: those to come are listed under `group`, of which `about` says what it is.
    pub fn new(group: &'static str, about: &'static str) -> Self {
        let groups = vec![(group, about)];
        Self { group, groups, entries: Vec::new(), reading: Router::new(), others: Router::new() }
    }

    /// Adds a call by GET.
    pub fn get<H, T, A>(self, path: &'static str, handler: H, call: Call) -> Self
    where
        H: Handler<T, AppState> + Signature<A>,
        T: 'static,
    {
        self.add("GET", path, routing::get(handler), H::describe, call)
    }

    /// Adds a call by POST.
    pub fn post<H, T, A>(self, path: &'static str, handler: H, call: Call) -> Self
    where
        H: Handler<T, AppState> + Signature<A>,
        T: 'static,
    {
        self.add("POST", path, routing::post(handler), H::describe, call)
    }

    /// Adds a call by PUT.
    pub fn put<H, T, A>(self, path: &'static str, handler: H, call: Call) -> Self
    where
        H: Handler<T, AppState> + Signature<A>,
        T: 'static,
    {
        self.add("PUT", path, routing::put(handler), H::describe, call)
    }

    /// All calls of both. Groups of the same name become one.
    pub fn merge(mut self, other: Self) -> Self {
        for group in other.groups {
            if !self.groups.iter().any(|(name, _)| *name == group.0) {
                self.groups.push(group);
            }
        }
        self.entries.extend(other.entries);
        self.reading = self.reading.merge(other.reading);
        self.others = self.others.merge(other.others);
        self
    }

    /// What is described: the groups with what they are, and the calls in their order.
    pub fn described(&self) -> (Vec<(&'static str, &'static str)>, Vec<Operation>) {
        (self.groups.clone(), self.entries.clone())
    }

    /// The routes alone: of POSTs that only read, and of all other calls.
    pub fn into_routers(self) -> (Router<AppState>, Router<AppState>) {
        (self.reading, self.others)
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        route: routing::MethodRouter<AppState>,
        describe: fn(&mut OperationSchema),
        call: Call,
    ) -> Self {
        match call.reads {
            true => self.reading = self.reading.route(path, route),
            false => self.others = self.others.route(path, route),
        }
        self.entries.push(Operation { method, path, group: self.group, call, describe });
        self
    }
}
