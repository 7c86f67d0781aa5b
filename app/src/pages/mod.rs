//! The document around a dashboard, and pages that say one thing.
//!
//! The server loads the data, then draws a page in one go, so that it is complete without JavaScript.

mod message;
mod shell;

pub use message::MessagePage;
pub use shell::{PageContent, PageFrame, Shell};
