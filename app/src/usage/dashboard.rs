//! The usage dashboard as a whole: the island that the server draws and the browser goes on with.

use super::{
    card::UsageCard,
    chart::DrawnCard,
    controls::{Controls, WindowTabs},
    find,
    query::UsageQuery,
    report::UsageReport,
    state::{Choice, Dashboard, DashboardState, Place},
    text,
};
use crate::{
    components::{EmptyState, ErrorState},
    fresh::Fresh,
    props,
    session::{Expired, SessionProps},
};
use leptos::{either::EitherOf3, prelude::*};

/// What the page hands to the dashboard.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
pub struct UsageProps {
    /// The figures; none where they could not be loaded.
    pub report: Option<UsageReport>,
    /// What is shown, as an address.
    pub address: String,
    /// The reader's session.
    pub session: SessionProps,
}

/// The usage dashboard.
#[island]
pub fn UsageDashboard() -> impl IntoView {
    let UsageProps { report, address, session } = props::take();
    let query = UsageQuery::of_address(&address);
    let is_failed = report.is_none();
    let dashboard = Dashboard::start(query, report.unwrap_or_default(), session);
    // Which of the three it is does not change while the page is open: what could not be loaded is loaded with the page.
    let nothing = dashboard.shown.with_untracked(|shown| shown.report.nothing.clone());
    let content = match nothing {
        _ if is_failed => EitherOf3::A(view! {
            <header class="heading"><h1>{text::USAGE}</h1></header>
            <ErrorState text=text::PAGE_FAILED href=dashboard.href(Choice::Same)/>
        }),
        Some(sentence) => EitherOf3::B(view! {
            <header class="heading"><h1>{text::USAGE}</h1></header>
            <EmptyState text=sentence/>
        }),
        None => EitherOf3::C(view! { <Charts dashboard/> }),
    };
    let session = dashboard.session;
    let is_busy = move || dashboard.pending.with(Option::is_some).then_some("true");
    let has_failed = move || (dashboard.said.get() == text::CHOICE_FAILED).then_some("");
    view! {
        <div id="usage" aria-busy=is_busy>{content}</div>
        <p class="said" role="status" data-failed=has_failed>{move || dashboard.said.get()}</p>
        <Expired session/>
    }
}

#[component]
fn Charts(dashboard: Dashboard) -> impl IntoView {
    // Cards are built anew only when what they consist of changes; all else changes in place.
    let shape = Memo::new(move |_| {
        let shapes =
            |shown: &DashboardState| shown.cards.iter().map(DrawnCard::shape).collect::<Vec<_>>().join("\n");
        dashboard.shown.with(shapes)
    });
    let cards = move || {
        // Read, and not only tracked: a memo that was never read follows nothing.
        drop(shape.read());
        let count = dashboard.shown.with_untracked(|shown| shown.cards.len());
        (0..count).map(|at| Fresh(view! { <UsageCard place=Place { dashboard, at }/> })).collect_view()
    };
    let count = move || dashboard.shown.with(|shown| shown.cards.len().to_string());
    let found = move || {
        dashboard.session.link.with(|token| dashboard.shown.with(|shown| find::groups(shown, token).html()))
    };
    let as_of = move || dashboard.shown.with(|shown| shown.report.as_of.clone());
    let ended = dashboard.shown.with_untracked(|shown| shown.report.ended.clone());
    let has_marks = move |is_plan_change: bool| {
        move || {
            let marks = |shown: &DashboardState| {
                shown.report.marks.iter().any(|mark| mark.is_plan_change == is_plan_change)
            };
            (!dashboard.shown.with(marks)).then_some("")
        }
    };
    let has_levels = dashboard.shown.with_untracked(|shown| {
        shown.report.metrics.iter().any(|metric| metric.noun == "peak" || metric.noun == "latest")
    });
    let is_quantity = move || (!dashboard.shown.with(|shown| shown.query.is_cost)).then_some("");
    view! {
        <header class="heading">
            <div>
                <h1>{text::USAGE}</h1>
                <p class="as-of">{as_of}</p>
                {ended.map(|ended| view! { <p class="ended">{ended}</p> })}
            </div>
            <WindowTabs dashboard/>
        </header>
        <Controls dashboard/>
        <div class="found" inner_html=found></div>
        <div class="charts" data-count=count>{cards}</div>
        <details class="method">
            <summary>{text::METHOD}</summary>
            <ul>
                <li>{text::METHOD_AVERAGES}</li>
                <li hidden=is_quantity>{text::METHOD_COST}</li>
                <li hidden=(!has_levels).then_some("")>{text::METHOD_LEVELS}</li>
                <li hidden=has_marks(false)>{text::METHOD_PERIODS}</li>
                <li hidden=has_marks(true)>{text::METHOD_PLANS}</li>
            </ul>
        </details>
    }
}
