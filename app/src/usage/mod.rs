//! The usage dashboard: a chart for each billable metric.
//!
//! In reading order: [`query`] is what a reader asks, [`report`] what the server answers; [`cards`] makes of both
//! what is drawn, [`chart`] draws it, and [`UsageDashboard`] places it, on the server and again in the browser.

mod card;
pub mod cards;
pub mod chart;
mod controls;
mod dashboard;
mod find;
pub mod query;
pub mod report;
pub mod text;

pub use dashboard::{UsageDashboard, UsageProps};
pub use query::{GroupSelection, GroupValues, UsageQuery, Window};
pub use report::UsageReport;
