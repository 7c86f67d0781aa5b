//! The usage dashboard: a chart for each billable metric.
//!
//! In reading order: [`query`] is what a reader asks, [`report`] what the server answers; [`cards`] makes of both
//! what is drawn, [`chart`] draws it, `state` is what a choice changes, and [`UsageDashboard`] places the parts, on the
//! server and again in the browser.

mod card;
pub mod cards;
pub mod chart;
mod controls;
mod dashboard;
mod find;
pub mod query;
pub mod report;
mod state;
pub mod text;

pub use dashboard::{UsageDashboard, UsageProps};
pub use query::{GroupSelection, GroupValues, UsageQuery, Window};
pub use report::UsageReport;
