//! How Inlay is kept and served.
//!
//! In reading order: [`routes`] is the whole HTTP surface, and [`http`] what every request goes through; [`auth`] says who
//! is calling, and [`viewer`] what they may see; [`db`] holds all SQL;
//! `metering` turns events into sums, `terms` what a plan states into dated prices, and `rating` both into invoices, all
//! pure; `ingest` stores events and their sums; `invoicing` joins sums and terms for one customer; `jobs` is the work that
//! time starts; [`metrics`] counts all of it.

pub mod admission;
pub mod api_token;
pub mod assets;
pub mod audit;
pub mod auth;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod dashboards;
pub mod db;
pub mod demo;
pub mod embed_url;
pub mod error;
pub mod export;
pub mod extract;
pub mod gate;
pub mod http;
pub mod ingest;
pub mod invoicing;
pub mod jobs;
pub mod limits;
pub mod metering;
pub mod metrics;
pub mod openapi;
pub mod origins;
pub mod postgres;
pub mod rating;
pub mod readers;
pub mod reference;
mod rejection;
pub mod routes;
pub mod serve;
pub mod session_log;
pub mod state;
pub mod stopping;
pub mod styleguide;
pub mod telemetry;
pub mod terms;
pub mod throttle;
pub mod timestamp;
pub mod usage_scope;
pub mod viewer;

pub use error::{Error, Result};
pub use routes::router;
pub use state::AppState;

/// A batch of events is ten thousand small pieces of memory, made by one thread and freed by another: the system's
/// allocator took a quarter of the server's own time in ingest for that, by `perf`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
