//! What every request and answer goes through, whatever the call: connections, bodies that arrive, headers, repeated
//! calls, compression.

pub mod compress;
pub mod connection;
pub mod headers;
pub mod idempotency;
mod upload;
