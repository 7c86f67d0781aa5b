//! The demo's company, Northlight, which sells an AI API: its metrics, plans and six customers. Pure data.

mod calendar;
mod customers;
mod metrics;
mod plans;

pub use calendar::{Mark, first_day, midnight};
pub use customers::{CUSTOMERS, CustomerSpec, PlanSpan, TrialSpec};
pub use metrics::{METRICS, MetricSpec, metric};
pub use plans::{ChargeSpec, PLANS, PRODUCTS, PlanSpec, ProductSpec, plan, product};

use uuid::Uuid;

/// How many days of usage there are, today included.
pub const DAYS: u64 = 100;

/// How many past invoices the large customer has.
pub const HISTORY: u32 = 26;

/// Ids that are the same in every demo, so that a script may name them.
pub fn id(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("https://inlay.invalid/demo/{name}").as_bytes())
}

/// The id of a customer of the demo.
pub fn customer_id(slug: &str) -> Uuid {
    id(slug)
}
