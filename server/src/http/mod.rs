//! What every request and answer goes through, whatever the call: connections, turns, bodies that arrive, headers,
//! repeated calls, compression.

pub mod compress;
pub mod connection;
pub mod headers;
pub mod idempotency;
pub mod turns;
mod upload;
