//! View models: billing types become final strings and numbers. Every text for people is made here.

pub mod format;
pub mod invoice;
#[cfg(feature = "ssr")]
pub mod styleguide;
pub mod usage;
