//! Events in: the queue that stores those of concurrent requests together, and what a process remembers for it.
//!
//! A request is read by `metering`, waits in the `queue` and becomes part of a `batch`, which is one transaction: it
//! asks what it does not know of customers, ids and metrics, leaves out what is known by its id, and stores the events
//! with their sums. The SQL is that of `db::usage`.

mod batch;
mod caches;
mod customers;
mod filter;
mod metrics;
mod queue;
mod record;
mod watch;

pub use batch::IngestCount;
pub use queue::IngestQueue;
pub use record::record;
