//! One metric's card: figures, picture, axes, legend, and the table that says the same.
//!
//! A card is built once for its shape. What a change of window changes are texts and the data of paths, each read from
//! the card by a function of its own, through closures of few types: each type weighs in the browser.

use super::{
    cards::{CardContent, LegendItem, UsageChart},
    chart::{DrawnCard, Picture},
    dashboard::{Choice, Dashboard},
    text,
};
use crate::chart::{
    ChartArea, ChartSource, Tip,
    marks::{Mark, Shape},
    scale::MOST_TICKS,
};
use leptos::{either::EitherOf3, html, prelude::*};

/// The card at a place of the dashboard.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) dashboard: Dashboard,
    pub(super) at: usize,
}

impl Place {
    /// Reads the card; a default while there is none, which is until the dashboard is built anew.
    fn read<T: Default>(self, part: impl FnOnce(&DrawnCard) -> T) -> T {
        self.dashboard.shown.with(|shown| shown.cards.get(self.at).map(part).unwrap_or_default())
    }

    /// A text of the chart.
    fn text(self, part: fn(&UsageChart) -> &str) -> impl Fn() -> String + Copy + Send + 'static {
        move || self.read(|card| card.chart().map(|chart| part(chart).to_owned()).unwrap_or_default())
    }

    /// A text of one of several parts of the chart and its picture.
    fn text_of(
        self,
        index: usize,
        part: fn(&UsageChart, &Picture, usize) -> Option<String>,
    ) -> impl Fn() -> Option<String> + Copy + Send + 'static {
        move || self.read(|card| part(card.chart()?, card.picture.as_ref()?, index))
    }

    /// An attribute that is there or not.
    fn flag(
        self,
        index: usize,
        is_set: fn(&UsageChart, &Picture, usize) -> bool,
    ) -> impl Fn() -> Option<&'static str> + Copy + Send + 'static {
        move || {
            let is_set = self.read(|card| {
                card.chart()
                    .zip(card.picture.as_ref())
                    .is_some_and(|(chart, picture)| is_set(chart, picture, index))
            });
            is_set.then_some("")
        }
    }

    /// The group at a place of the legend.
    pub(super) fn group(self, index: usize) -> Option<LegendItem> {
        self.read(|card| card.chart()?.legend.get(index).cloned())
    }
}

impl ChartSource for Place {
    fn mark<T: Default>(self, index: usize, part: fn(&Mark) -> T) -> T {
        self.read(|card| {
            let mark = card.picture.as_ref().and_then(|picture| picture.marks.get(index));
            mark.map(part).unwrap_or_default()
        })
    }

    fn shapes(self) -> Vec<Shape> {
        self.dashboard.shown.with_untracked(|shown| {
            let picture = shown.cards.get(self.at).and_then(|card| card.picture.as_ref());
            picture.map(|picture| picture.marks.iter().map(Mark::shape).collect()).unwrap_or_default()
        })
    }

    fn sentence(self) -> String {
        self.read(|card| card.chart().map(|chart| chart.sentence.clone()).unwrap_or_default())
    }

    fn nothing(self) -> Option<String> {
        self.read(|card| card.chart().and_then(|chart| chart.nothing.clone()))
    }

    fn days(self) -> usize {
        self.read(|card| card.chart().map(UsageChart::days).unwrap_or_default())
    }

    fn tip(self, day: usize) -> Tip {
        self.read(|card| card.tip(day))
    }
}

/// The card of a metric.
#[component]
pub(super) fn UsageCard(place: Place) -> impl IntoView {
    let (name, state) = place.dashboard.shown.with_untracked(|shown| {
        let card = shown.cards.get(place.at).map(|drawn| &drawn.card);
        card.map_or((String::new(), State::Failed), |card| (card.name.clone(), State::of(&card.content)))
    });
    let title = name.clone();
    let (state, body) = match state {
        State::Chart { is_bars, legend } => {
            (None, EitherOf3::A(view! { <ChartBody place name=name.clone() is_bars legend/> }))
        }
        State::Hidden(reason) => (Some("hidden"), EitherOf3::B(view! { <p class="hint">{reason}</p> })),
        State::Failed => (Some("error"), EitherOf3::C(view! { <FailedBody dashboard=place.dashboard/> })),
    };
    view! {
        <section
            class="card usage-chart"
            data-state=state
            data-chart=state.is_none().then_some("")
            role=(state == Some("error")).then_some("alert")
        >
            <h2 title=title>{name}</h2>
            {body}
        </section>
    }
}

/// What of a card does not change in place.
enum State {
    Failed,
    /// Why it is hidden.
    Hidden(String),
    Chart {
        /// Days are as wide as their bars.
        is_bars: bool,
        legend: Vec<LegendItem>,
    },
}

impl State {
    fn of(content: &CardContent) -> Self {
        match content {
            CardContent::Failed => Self::Failed,
            CardContent::Hidden(reason) => Self::Hidden(reason.clone()),
            CardContent::Chart(chart) => {
                Self::Chart { is_bars: chart.is_bars(), legend: chart.legend.clone() }
            }
        }
    }
}

#[component]
fn FailedBody(dashboard: Dashboard) -> impl IntoView {
    view! {
        <p class="hint">{text::CHART_FAILED}</p>
        <a class="button" href=dashboard.href(Choice::Same)>{text::RETRY}</a>
    }
}

/// Everything within a card but its name.
#[component]
fn ChartBody(place: Place, name: String, is_bars: bool, legend: Vec<LegendItem>) -> impl IntoView {
    let is_long = place.flag(0, |chart, _, _| chart.figure.chars().count() > 16);
    // As many as an axis can have, so that another window needs no other elements.
    let axis_y = (0..MOST_TICKS)
        .map(|tick| {
            let label = place.text_of(tick, |_, picture, tick| picture.axis_y.get(tick).cloned());
            let is_hidden = place.flag(tick, |_, picture, tick| picture.axis_y.get(tick).is_none());
            view! { <span hidden=is_hidden>{label}</span> }
        })
        .collect_view();
    let axis_x = (0..5)
        .map(|tick| {
            let at = place.text_of(tick, |_, picture, tick| Some(picture.axis_x.get(tick)?.0.clone()));
            let day = place.text_of(tick, |_, picture, tick| Some(picture.axis_x.get(tick)?.1.clone()));
            let anchor = if tick == 4 { "end" } else { "middle" };
            // In attributes of SVG: the content security policy allows no style attribute.
            view! { <text x=at y="15" text-anchor=anchor>{day}</text> }
        })
        .collect_view();
    let has_no_hint = place.flag(0, |chart, _, _| chart.hint.is_none());
    let legend = (!legend.is_empty()).then(|| view! { <Legend place groups=legend/> });
    view! {
        // Without a name of its own it has its caption's words, and they are read twice.
        <figure aria-label=name>
            <figcaption>
                <p class="figure" data-long=is_long>
                    <strong>{place.text(|chart| &chart.figure)}</strong>
                    " "
                    <span>{place.text(|chart| &chart.figure_note)}</span>
                </p>
                <p class="comparison">{place.text(|chart| &chart.facts)}</p>
            </figcaption>
            <div class="plot">
                <div class="axis-y" aria-hidden="true">{axis_y}</div>
                <ChartArea source=place is_bars/>
                <svg class="axis-x" aria-hidden="true">{axis_x}</svg>
            </div>
            {legend}
            <p class="hint" hidden=has_no_hint>{place.text(|chart| chart.hint.as_deref().unwrap_or_default())}</p>
            <Table place/>
        </figure>
    }
}

/// The groups of a chart, largest first; each is a link that shows it alone.
#[component]
fn Legend(place: Place, groups: Vec<LegendItem>) -> impl IntoView {
    let dashboard = place.dashboard;
    let entry = |(index, group): (usize, LegendItem)| {
        let name = place.text_of(index, |chart, _, index| Some(chart.legend.get(index)?.name.clone()));
        let total = place.text_of(index, |chart, _, index| Some(chart.legend.get(index)?.total.clone()));
        let share = place.text_of(index, |chart, _, index| chart.legend.get(index)?.share.clone());
        let what = place.text_of(index, |chart, _, index| {
            Some(
                if chart.legend.get(index)?.is_current { text::SHOW_ALL } else { text::SHOW_ALONE }
                    .to_owned(),
            )
        });
        let is_current = place
            .text_of(index, |chart, _, index| chart.legend.get(index)?.is_current.then(|| "true".to_owned()));
        let fill = format!("var(--UsageLine_{})", group.slot);
        let alone = Choice::Group(place.at, index);
        let id = format!("group-{}-{index}", place.at);
        view! {
            <li>
                <a
                    id=id
                    href=dashboard.href(alone.clone())
                    title=what
                    aria-current=is_current
                    on:click=move |event| dashboard.follow(&event, &alone)
                >
                    <svg class="swatch" viewBox="0 0 8 8" aria-hidden="true">
                        <rect width="8" height="8" rx="2" fill=fill></rect>
                    </svg>
                    <span class="name" title=name>{name}</span>
                    " "
                    <span class="total">{total}</span>
                    " "
                    <span class="share">{share}</span>
                </a>
            </li>
        }
    };
    let entries = groups.into_iter().enumerate().map(entry).collect_view();
    let is_alone = place.flag(0, |chart, _, _| chart.legend.iter().any(|item| item.is_current));
    view! { <ol class="legend" data-alone=is_alone>{entries}</ol> }
}

/// The numbers of the chart. Those of a table that is closed follow once it is opened.
#[component]
fn Table(place: Place) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    let is_open = RwSignal::new(false);
    let shown = StoredValue::new(None::<String>);
    let content = move || {
        // Read in every case, so that a change is noticed once the table is open.
        let is_open = is_open.get();
        let table = place.read(|card| (is_open || shown.with_value(Option::is_none)).then(|| card.table()));
        if table.is_some() {
            shown.set_value(table);
        }
        shown.get_value().unwrap_or_default()
    };
    let opened = move || is_open.set(details.get_untracked().is_some_and(|details| details.open()));
    // It may have been opened before the app started.
    Effect::new(opened);
    view! {
        <details class="data" node_ref=details on:toggle=move |_| opened()>
            <summary>{text::SHOW_TABLE}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=text::TABLE>
                <table inner_html=content></table>
            </div>
        </details>
    }
}
