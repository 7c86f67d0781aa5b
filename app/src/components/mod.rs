//! What dashboards share: one visual thing each, props in, view out, no fetching.

mod states;

pub use states::{EmptyState, ErrorState};
