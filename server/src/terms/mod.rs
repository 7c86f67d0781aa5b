//! What a plan states of its charges, checked when it is made and compiled into the terms that `rating` bills by: pure.
#![deny(clippy::float_arithmetic)]

#[cfg(test)]
mod cases;
mod check_adjustments;
mod check_plan;
#[cfg(test)]
mod fixtures;
mod missing;
#[cfg(test)]
mod oracle;
mod plan;
mod plan_adjust;
mod plan_schedule;

pub use check_adjustments::check_adjustments;
pub use check_plan::{MetricReference, PlanReferences, check_plan, check_sizes};
pub use missing::Missing;
pub use plan::PlanRow;
pub use plan_schedule::PlanSchedule;
