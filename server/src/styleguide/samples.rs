//! Every page and state with made-up data: what the style guide and the preview show.

// The data is constant: an unwrap that fails does so in every run of the tests.
#![allow(clippy::unwrap_used)]

use super::{sample_invoices, sample_usage};
use app::pages::{MessagePage, PageContent};
use chrono::{DateTime, Utc};

/// A page or state with made-up data.
#[derive(Clone, Debug)]
pub struct Sample {
    /// How URLs and files call it.
    pub name: &'static str,
    /// What it shows, for people.
    pub title: &'static str,
    /// Whether it shows a state that a dashboard can be in, and not a dashboard with figures.
    pub is_state: bool,
    /// The page.
    pub content: PageContent,
}

/// The names of those with figures.
const DASHBOARDS: [&str; 6] = ["invoices", "invoice", "invoice-many", "usage", "usage-90", "usage-grouped"];

/// All of them: the two dashboards first, then their states.
pub fn samples() -> Vec<Sample> {
    let expired = ("expired", "The link has expired", PageContent::Message(MessagePage::EXPIRED));
    let reloaded = ("reloaded", "The frame was reloaded", PageContent::Message(MessagePage::RELOADED));
    sample_invoices::pages(now())
        .into_iter()
        .chain(sample_usage::pages(now()))
        .chain([expired, reloaded])
        .map(|(name, title, content)| Sample { name, title, is_state: !DASHBOARDS.contains(&name), content })
        .collect()
}

fn now() -> DateTime<Utc> {
    "2026-11-21T14:20:00Z".parse().unwrap()
}
