//! What a plan states of its charges, checked when it is made and compiled into the terms that `rating` bills by: pure.
#![deny(clippy::float_arithmetic)]

mod check_plan;

pub use check_plan::{MetricReference, PlanReferences, check_plan, check_sizes};
