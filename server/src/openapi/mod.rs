//! The API described by its own code: routes are made of calls, and a call cannot be routed without its description.
//!
//! In reading order: [`Call`] is what a person writes about a call; [`Signature`] reads its parameters, body and answer
//! off the types of its handler; [`Calls`] routes it; [`document`] puts all of that into one OpenAPI 3.1 document.

mod answers;
mod call;
mod calls;
mod document;
mod example;
mod ids;
mod metronome;
mod rules;
mod signature;

pub use call::{Call, Order};
pub use calls::{Calls, Operation};
pub use document::document;
pub use example::{Values, fill, samples, values};
pub use metronome::{SURFACE, closest, sdk_call, sdk_name};
pub use rules::{RULES, filled};
pub use signature::{Answer, Argument, OperationSchema, Signature};
