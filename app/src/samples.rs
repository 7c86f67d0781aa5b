//! Every page and state with made-up data: what the style guide and the preview show.

// The data is constant: what is unwrapped here is seen at the first look.
#![allow(clippy::unwrap_used)]

use crate::{
    billing::{AggregationType, Decimal, UsageSeries, UsageWindow},
    pages::{LoadError, MessagePage, PageContent, UsagePage},
    sample_invoices,
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

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
const DASHBOARDS: [&str; 5] = ["invoices", "invoice", "invoice-many", "usage", "usage-90"];

/// All of them: the two dashboards first, then their states.
pub fn samples() -> Vec<Sample> {
    let usage = |series, window| {
        PageContent::Usage(UsagePage {
            series,
            window,
            now: now(),
            base_href: "/embed/usage?token=t".to_owned(),
        })
    };
    let usages = [
        ("usage", "Usage, 30 days", usage(Ok(Some(metrics())), UsageWindow::Days30)),
        ("usage-90", "Usage, 90 days", usage(Ok(Some(metrics())), UsageWindow::Days90)),
        ("usage-empty", "No plan yet", usage(Ok(None), UsageWindow::Days30)),
        ("usage-error", "Usage could not be loaded", usage(Err(LoadError), UsageWindow::Days30)),
        ("expired", "The link has expired", PageContent::Message(MessagePage::EXPIRED)),
    ];
    let all = sample_invoices::pages(now()).into_iter().chain(usages);
    all.map(|(name, title, content)| Sample { name, title, is_state: !DASHBOARDS.contains(&name), content })
        .collect()
}

fn now() -> DateTime<Utc> {
    "2026-11-21T14:20:00Z".parse().unwrap()
}

fn metrics() -> Vec<UsageSeries> {
    let first = NaiveDate::from_ymd_opt(2026, 8, 24).unwrap();
    let metric = |name: &str, aggregation_type, scale: i64, seed: i64| {
        let values: Vec<Decimal> = (0..90)
            .map(|day: i64| {
                let weekday = [100, 104, 108, 102, 96, 42, 38][(day % 7) as usize];
                let noise = (day * day * seed + day * 31) % 17;
                let outage = if day == 78 { 8 } else { 1 };
                let today = if day == 89 { 60 } else { 100 };
                Decimal::from(scale * (weekday + noise) * (100 + day) * today / outage / 1_000_000)
            })
            .collect();
        let total = |days: usize| match aggregation_type {
            AggregationType::Count | AggregationType::Sum => values[90 - days..].iter().sum(),
            _ => values[90 - days..].iter().max().cloned().unwrap(),
        };
        UsageSeries {
            billable_metric_id: Uuid::nil(),
            name: name.to_owned(),
            aggregation_type,
            starting_on: first,
            totals: [total(30), total(60), total(90)],
            values,
        }
    };
    vec![
        metric("API requests", AggregationType::Count, 1_000, 3),
        metric("Input tokens", AggregationType::Sum, 18_059_974, 5),
        metric("Output tokens", AggregationType::Sum, 245_896, 7),
        metric("GPU seconds", AggregationType::Sum, 37, 2),
        metric("Active users", AggregationType::Unique, 11, 11),
        metric(
            "Fine-tuning jobs with a name that is far too long for a card of this width",
            AggregationType::Count,
            0,
            1,
        ),
    ]
}
