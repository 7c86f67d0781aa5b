//! Events into sums: which metrics an event counts in, and by how much. Pure.

mod event;
mod intake;
mod matching;
mod sums;
mod uncounted;
mod value;

pub use event::{Event, Properties};
pub use intake::read_events;
pub use matching::{admits, group_values};
pub use sums::{Latest, OversizedValue, Sum, SumKey, Sums, group_id};
pub use uncounted::{CustomerState, NotCounted, PlanAt, Reason, judge};
pub use value::{property_quantity, property_text};
