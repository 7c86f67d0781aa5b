//! What every part of the usage dashboard can reach: what is shown, and what a reader's choice makes of it.

use super::{
    cards::LegendItem,
    chart::DrawnCard,
    query::{UsageQuery, Window},
    report::UsageReport,
};
use crate::{
    session::{Session, SessionProps},
    url::is_plain,
};
use leptos::{ev, prelude::*};

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
    pub(super) said: RwSignal<String>,
    /// Counts requests: an answer to any but the last is dropped.
    turn: StoredValue<u32>,
    /// What was asked for last, while its answer is on the way: the next choice changes that, and not what is shown.
    pub(super) pending: RwSignal<Option<UsageQuery>>,
    /// The reader's session.
    pub(super) session: Session,
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
    /// Begins with what the page came with.
    pub(super) fn start(query: UsageQuery, report: UsageReport, session: SessionProps) -> Self {
        let mut shown = DashboardState { query, report, cards: Vec::new() };
        shown.draw();
        Self {
            shown: RwSignal::new(shown),
            said: RwSignal::new(String::new()),
            turn: StoredValue::new(0),
            pending: RwSignal::new(None),
            session: Session::start(session),
        }
    }

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
        use super::text;
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

/// The card at a place of the dashboard.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The dashboard.
    pub(super) dashboard: Dashboard,
    /// Its place among the cards.
    pub(super) at: usize,
}

impl Place {
    /// Reads the card; a default while there is none, which is until the dashboard is built anew.
    pub(super) fn read<T: Default>(self, part: impl FnOnce(&DrawnCard) -> T) -> T {
        self.dashboard.shown.with(|shown| shown.cards.get(self.at).map(part).unwrap_or_default())
    }

    /// The group at a place of the legend.
    pub(super) fn group(self, index: usize) -> Option<LegendItem> {
        self.read(|card| card.chart()?.legend.get(index).cloned())
    }
}
