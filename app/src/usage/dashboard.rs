//! The usage dashboard as a whole: the island that the server draws and the browser goes on with.

use super::{
    card::{Place, UsageCard},
    chart::DrawnCard,
    controls::{Controls, WindowTabs},
    find,
    query::{UsageQuery, Window},
    report::UsageReport,
    text,
};
use crate::{
    components::{EmptyState, ErrorState},
    fresh::Fresh,
    props,
    session::{Expired, Session, SessionProps},
    url::is_plain,
};
use leptos::{either::EitherOf3, ev, prelude::*};

/// What the dashboard shows.
pub(super) struct DashboardState {
    /// What was asked for.
    pub(super) query: UsageQuery,
    /// The figures.
    pub(super) report: UsageReport,
    /// The cards of both, drawn.
    pub(super) cards: Vec<DrawnCard>,
}

impl DashboardState {
    fn draw(&mut self) {
        self.cards = self.report.cards(&self.query).into_iter().map(DrawnCard::new).collect();
    }
}

/// What every part of the dashboard can reach.
#[derive(Clone, Copy)]
pub(super) struct Dashboard {
    /// What is shown.
    pub(super) shown: RwSignal<DashboardState>,
    /// The text of the live region: for screen readers, what has changed.
    said: RwSignal<String>,
    /// Counts requests: an answer to any but the last is dropped.
    turn: StoredValue<u32>,
    /// What was asked for last, while its answer is on the way: the next choice changes that, and not what is shown.
    pending: RwSignal<Option<UsageQuery>>,
    session: Session,
}

/// One choice of a reader: what is shown, changed in one respect.
#[derive(Clone)]
pub(super) enum Choice {
    /// Nothing else.
    Same,
    /// Other days.
    Window(Window),
    /// Each day with all before it, or each alone.
    Cumulative(bool),
    /// Money or quantities.
    Cost(bool),
    /// Split by a group key, or not.
    GroupKey(Option<Vec<String>>),
    /// In the card at one place, the group at another in its legend: alone, or with all others where it is alone.
    Group(usize, usize),
    /// All groups.
    AllGroups,
}

impl Dashboard {
    /// What is shown once this is chosen.
    fn target(self, choice: &Choice) -> UsageQuery {
        self.changed(self.shown.with(|shown| shown.query.clone()), choice)
    }

    /// What a query becomes by a choice.
    fn changed(self, mut query: UsageQuery, choice: &Choice) -> UsageQuery {
        match choice {
            Choice::Same => {}
            Choice::Window(window) => query.window = *window,
            Choice::Cumulative(is_cumulative) => query.is_cumulative = *is_cumulative,
            Choice::Cost(is_cost) => query.is_cost = *is_cost,
            Choice::GroupKey(group_key) => return query.with_group_key(group_key.clone()),
            Choice::Group(card, index) => {
                let group = Place { dashboard: self, at: *card }.group(*index);
                let group = group.filter(|group| !group.is_current);
                return query.with_only(group.and_then(|group| group.selection));
            }
            Choice::AllGroups => return query.with_only(None),
        }
        query
    }

    /// The page that shows it, for a link.
    pub(super) fn href(self, choice: Choice) -> impl Fn() -> String + Clone + Send + 'static {
        move || self.session.link.with(|token| self.target(&choice).href(token))
    }

    /// `aria-current` of a link to what is shown already.
    pub(super) fn current(
        self,
        choice: Choice,
    ) -> impl Fn() -> Option<&'static str> + Clone + Send + 'static {
        move || (self.shown.with(|shown| self.target(&choice) == shown.query)).then_some("page")
    }

    /// Follows a link in place, unless it is to open elsewhere.
    pub(super) fn follow(self, event: &ev::MouseEvent, choice: &Choice) {
        if !is_plain(event) {
            return;
        }
        event.prevent_default();
        let pending = self.pending.get_untracked();
        let query = untrack(|| match pending {
            Some(pending) => self.changed(pending, choice),
            None => self.target(choice),
        });
        if self.shown.with_untracked(|shown| shown.report.holds(&query)) {
            self.turn.update_value(|turn| *turn += 1);
            self.show(query, None);
        } else {
            self.ask(query);
        }
    }

    /// Shows this, with the figures that came for it.
    fn show(self, query: UsageQuery, report: Option<UsageReport>) {
        #[cfg(feature = "hydrate")]
        {
            // A card that is built anew takes the focus with it: its links are found again by their ids.
            let focused = crate::place::focused();
            // The address and what is said follow once the charts are painted: another address has the browser look at
            // every link, which took as long as the charts do.
            let follow = move || {
                let (address, said) = self
                    .shown
                    .with_untracked(|shown| (shown.query.href(""), shown.report.announcement(&shown.query)));
                crate::url::replace(&address);
                self.said.set(said);
            };
            request_animation_frame(move || {
                crate::place::focus(&focused);
                set_timeout(follow, std::time::Duration::ZERO);
            });
        }
        self.pending.set(None);
        self.shown.update(|shown| {
            shown.query = query;
            if let Some(report) = report {
                shown.report = report;
            }
            shown.draw();
        });
    }

    #[cfg(feature = "hydrate")]
    fn ask(self, query: UsageQuery) {
        use crate::api::{self, Failure};
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        self.pending.set(Some(query.clone()));
        self.said.set(String::new());
        leptos::task::spawn_local(async move {
            let path = self.session.customer_id.with_value(|id| query.report_path(id));
            let answer = api::get::<UsageReport>(self.session.token, &path).await;
            if turn != self.turn.get_value() {
                return;
            }
            match answer {
                Ok(report) => return self.show(query, Some(report)),
                Err(Failure::Expired) => self.session.is_expired.set(true),
                Err(Failure::Missing | Failure::Unreachable) => self.said.set(text::CHOICE_FAILED.to_owned()),
            }
            self.pending.set(None);
        });
    }

    #[cfg(not(feature = "hydrate"))]
    fn ask(self, _query: UsageQuery) {}
}

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
    let mut shown = DashboardState { query, report: report.unwrap_or_default(), cards: Vec::new() };
    shown.draw();
    let dashboard = Dashboard {
        shown: RwSignal::new(shown),
        said: RwSignal::new(String::new()),
        turn: StoredValue::new(0),
        pending: RwSignal::new(None),
        session: Session::start(session),
    };
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
