//! View models: billing types become final strings and numbers. Every text for people is made here.

mod allocate;
pub mod axis;
pub mod change;
pub mod current;
pub mod daily;
pub mod document;
pub mod fold;
pub mod format;
pub mod invoice;
pub mod links;
pub mod money;
#[cfg(feature = "ssr")]
pub mod styleguide;
mod summary;
pub mod text;
pub mod usage;
mod usage_change;
pub mod usage_choice;
pub mod usage_words;
pub mod words;
