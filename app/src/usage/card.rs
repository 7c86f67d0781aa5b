//! One metric's card: figures, picture, axes, legend, and the table that says the same.
//!
//! A card is built once for its shape. What a change of window changes are texts and the data of paths: each part of a
//! card is one closure, whose view is compared with what stands there. To follow each text by itself costs more.

use super::{
    cards::{CardContent, LegendItem, UsageChart},
    chart::AxisLabel,
    state::{Choice, Dashboard, Place},
    text,
};
use crate::{
    chart::{ChartArea, ChartSource, Tip, marks::Mark, scale::MOST_TICKS, series},
    markup::{Markup, all, tag, text as words},
};
use leptos::{either::EitherOf3, html, prelude::*};

impl ChartSource for Place {
    fn marks(self) -> Vec<Mark> {
        self.read(|card| card.picture.as_ref().map(|picture| picture.marks.clone()).unwrap_or_default())
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
    let (name, is_wide, has_columns, state) = place.dashboard.shown.with_untracked(|shown| {
        let drawn = shown.cards.get(place.at);
        drawn.map_or((String::new(), false, false, State::Failed), |drawn| {
            let has_columns = drawn.chart().is_some_and(|chart| chart.series.len() > 1);
            (drawn.card.name.clone(), drawn.card.is_wide, has_columns, State::of(&drawn.card.content))
        })
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
            data-wide=is_wide.then_some("")
            data-series=has_columns.then_some("")
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
    let caption = move || {
        let [figure, note, facts] = place.read(|card| {
            let texts =
                |chart: &UsageChart| [&chart.figure, &chart.figure_note, &chart.facts].map(String::clone);
            card.chart().map(texts).unwrap_or_default()
        });
        let exact = place.read(|card| card.chart().and_then(|chart| chart.exact.clone()));
        let is_long = (figure.chars().count() > 16).then_some("");
        view! {
            <figcaption>
                <p class="figure" data-long=is_long><strong title=exact>{figure}</strong>" "<span>{note}</span></p>
                <p class="comparison">{facts}</p>
            </figcaption>
        }
    };
    let axis_y = move || {
        let labels = place
            .read(|card| card.picture.as_ref().map(|picture| picture.axis_y.clone()).unwrap_or_default());
        // As many as an axis can have, so that another window needs no other elements.
        (0..MOST_TICKS)
            .map(|tick| {
                let label = labels.get(tick).cloned();
                let is_hidden = label.is_none().then_some("");
                view! { <span hidden=is_hidden>{label}</span> }
            })
            .collect_view()
    };
    let axis_x = move || {
        let labels = place
            .read(|card| card.picture.as_ref().map(|picture| picture.axis_x.clone()).unwrap_or_default());
        let label = |AxisLabel { mark, at, text }| {
            let anchor = match at.as_str() {
                "0.00%" => "start",
                "100.00%" => "end",
                _ => "middle",
            };
            // In attributes of SVG: the content security policy allows no style attribute.
            view! { <text data-mark=mark x=at y="15" text-anchor=anchor>{text}</text> }
        };
        labels.into_iter().map(label).collect_view()
    };
    let hint = move || {
        let hint = place.read(|card| card.chart().and_then(|chart| chart.hint.clone()));
        let is_hidden = hint.is_none().then_some("");
        view! { <p class="hint" hidden=is_hidden>{hint}</p> }
    };
    // The group that is pointed at, or has the focus, in the legend.
    let lit = RwSignal::new(None::<u8>);
    let legend = (!legend.is_empty()).then(|| view! { <Legend place groups=legend lit/> });
    let (label, plot) = (name.clone(), name.clone());
    view! {
        // Without a name of its own it has its caption's words, and they are read twice.
        <figure aria-label=label data-lit=move || lit.get().map(|slot| slot.to_string())>
            {caption}
            <div class="plot">
                <div class="axis-y" aria-hidden="true">{axis_y}</div>
                <ChartArea source=place name=plot is_bars/>
                <svg class="axis-x" aria-hidden="true">{axis_x}</svg>
            </div>
            {legend}
            {hint}
            <Table place name/>
        </figure>
    }
}

/// The groups of a chart, largest first; each is a link that shows it alone. Metrics of a total are no links.
#[component]
fn Legend(place: Place, groups: Vec<LegendItem>, lit: RwSignal<Option<u8>>) -> impl IntoView {
    let dashboard = place.dashboard;
    let is_alone = move || {
        let is_alone = |chart: &UsageChart| chart.legend.iter().any(|item| item.is_current);
        place.read(|card| card.chart().is_some_and(is_alone)).then_some("")
    };
    let entry = |(index, group): (usize, LegendItem)| {
        let content = move || {
            let LegendItem { slot, name, total, share, .. } = place.group(index).unwrap_or_default();
            let part = |class: &str, text: &str| tag("span", &[("class", class)], words(text));
            let share: Markup = share.map(|share| part("share", &share)).unwrap_or_default();
            all(&[series::swatch(slot.into()), series::name(&name), part("total", &total), share]).html()
        };
        let is_link = group.selection.is_some();
        let slot = group.slot;
        let light = move || lit.set(untrack(is_alone).is_none().then_some(slot));
        let is_current = move || place.group(index).is_some_and(|group| group.is_current);
        let what = move || is_link.then(|| if is_current() { text::SHOW_ALL } else { text::SHOW_ALONE });
        let current = move || is_current().then_some("true");
        let alone = Choice::Group(place.at, index);
        let id = format!("group-{}-{index}", place.at);
        let href = dashboard.href(alone.clone());
        view! {
            <li>
                <a
                    id=id
                    href=move || is_link.then(&href)
                    title=what
                    aria-current=current
                    on:pointerenter=move |_| light()
                    on:pointerleave=move |_| lit.set(None)
                    on:focus=move |_| light()
                    on:blur=move |_| lit.set(None)
                    on:click=move |event| {
                        if is_link {
                            dashboard.follow(&event, &alone);
                        }
                    }
                    inner_html=content
                ></a>
            </li>
        }
    };
    let entries = groups.into_iter().enumerate().map(entry).collect_view();
    view! { <ol class="legend" data-alone=is_alone>{entries}</ol> }
}

/// The numbers of the chart. Those of a table that is closed follow once it is opened.
#[component]
fn Table(place: Place, name: String) -> impl IntoView {
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
            <summary aria-label=format!("{}: {name}", text::SHOW_TABLE)>{text::SHOW_TABLE}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=text::TABLE>
                <table inner_html=content></table>
            </div>
        </details>
    }
}
