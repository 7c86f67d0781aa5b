//! The dashboards, as their readers get them: who looks, and at what.

mod viewer;

pub use viewer::Viewer;
