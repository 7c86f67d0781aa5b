//! View models: billing types become final strings and numbers. Every text for people is made here.

pub mod format;
pub mod invoice;
pub mod usage;
