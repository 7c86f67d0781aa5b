//! How calls are tried with and without a value: a file for each group of them, named as the reference names the group.

mod billable_metrics;
mod customers;
mod dashboards;
mod plans;
mod plans_of_customers;

use axum::http::StatusCode;

/// How a call is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial {
    /// Its name.
    id: &'static str,
    /// A body that can be sent twice and has a place for every field with a default; that of the example where empty.
    pub(crate) body: &'static str,
    /// Whether each try is about a customer of its own.
    pub(crate) takes_new_customer: bool,
    /// What it answers.
    pub(crate) status: StatusCode,
    /// What is compared.
    pub(crate) made: Made,
}

/// What a call made, without what is new each time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Made {
    /// The answer of a call that only reads.
    Answer,
    /// The `data` of the answer without these fields.
    Data(&'static [&'static str]),
    /// What this query finds by the id that is answered.
    Row(&'static str),
    /// The claims of the URL that is answered.
    Url,
}

impl Trial {
    /// The example of a call, to be sent as it is.
    const fn of(id: &'static str) -> Self {
        Self { id, body: "", takes_new_customer: false, status: StatusCode::OK, made: Made::Answer }
    }
}

/// The calls that are not tried by their example alone.
const TRIALS: &[&[Trial]] = &[
    billable_metrics::TRIALS,
    customers::TRIALS,
    dashboards::TRIALS,
    plans::TRIALS,
    plans_of_customers::TRIALS,
];

/// How the call of this name is tried.
pub(crate) fn trial(id: &'static str) -> Trial {
    TRIALS.iter().copied().flatten().find(|trial| trial.id == id).copied().unwrap_or(Trial::of(id))
}
