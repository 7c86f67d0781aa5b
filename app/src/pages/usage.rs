//! The usage dashboard: one chart per billable metric of the current plan.

use super::LoadError;
use crate::{
    billing::{UsageSeries, UsageWindow},
    components::{EmptyState, ErrorState, UsageBoard},
    view::{format, usage::UsageCard},
};
use chrono::{DateTime, Utc};
use leptos::{either::EitherOf3, prelude::*};

/// What the usage page shows.
#[derive(Clone, Debug)]
pub struct UsagePage {
    /// The metrics of the current plan; `None` without a plan.
    pub series: Result<Option<Vec<UsageSeries>>, LoadError>,
    /// The window shown first.
    pub window: UsageWindow,
    /// When the figures were read.
    pub now: DateTime<Utc>,
    /// This page with its token, to which `&window=60` is appended.
    pub base_href: String,
}

impl UsagePage {
    pub(super) fn view(self) -> impl IntoView {
        let page = self;
        let as_of = format!(
            "Days are in UTC. Today is incomplete: as of {}, {} UTC.",
            format::month_day(page.now.date_naive()),
            page.now.format("%H:%M"),
        );
        let cards = page
            .series
            .map(|series| series.unwrap_or_default().iter().map(UsageCard::new).collect::<Vec<_>>());
        match cards {
            Err(LoadError) => EitherOf3::A(view! {
                <header class="heading"><h1>"Usage"</h1></header>
                <ErrorState text="Usage could not be loaded." href=page.base_href/>
            }),
            Ok(cards) if cards.is_empty() => EitherOf3::B(view! {
                <header class="heading"><h1>"Usage"</h1></header>
                <EmptyState text="No usage yet. Charts appear here once a plan with metered usage begins."/>
            }),
            Ok(cards) => EitherOf3::C(view! {
                <UsageBoard cards days=page.window.days() base_href=page.base_href/>
                <p class="note">{as_of}</p>
            }),
        }
    }
}
