//! View models: billing types become final strings and numbers. Every text for people is made here.

pub mod allocate;
pub mod document;
pub mod format;
pub mod money;
mod summary;
pub mod text;
pub mod words;
