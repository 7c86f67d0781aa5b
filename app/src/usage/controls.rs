//! The dashboard's controls: links, each to the page that shows one choice; with the app, the same choice in place.

use super::{
    query::{WINDOWS, Window},
    state::{Choice, Dashboard},
    text,
};
use crate::day;
use leptos::{html, prelude::*};

/// One link of a group of choices.
#[component]
fn ChoiceLink(
    dashboard: Dashboard,
    /// What it shows.
    choice: Choice,
    /// The days of the window, for `data-range`; `None` where the choice is no window.
    range: Option<String>,
    /// Which days these are, where its text does not say it.
    title: Option<String>,
    /// What the link says.
    text: String,
) -> impl IntoView {
    let (href, current) = (dashboard.href(choice.clone()), dashboard.current(choice.clone()));
    view! {
        <a
            href=href
            data-range=range
            title=title
            aria-current=current
            on:click=move |event| dashboard.follow(&event, &choice)
        >
            {text}
        </a>
    }
}

/// 30, 60 and 90 days, and the running billing period.
#[component]
pub(super) fn WindowTabs(dashboard: Dashboard) -> impl IntoView {
    let begin = dashboard.shown.with_untracked(|shown| shown.report.period_begin());
    let windows = WINDOWS.into_iter().map(Window::Days).chain(begin.map(|_| Window::Period));
    let tab = |window: Window| {
        let (title, text) = match (window, begin) {
            (Window::Days(days), _) => (None, text::days(days)),
            (Window::Period, begin) => {
                (begin.map(|day| text::to_today(&day::month_day(day))), text::PERIOD.to_owned())
            }
        };
        view! { <ChoiceLink dashboard choice=Choice::Window(window) range=Some(window.text()) title text/> }
    };
    view! { <nav class="tabs" aria-label=text::WINDOWS>{windows.map(tab).collect_view()}</nav> }
}

/// Daily or cumulative, quantity or cost, and by which group key.
#[component]
pub(super) fn Controls(dashboard: Dashboard) -> impl IntoView {
    let link = move |text: &str, choice: Choice| {
        view! { <ChoiceLink dashboard choice range=None title=None text=text.to_owned()/> }
    };
    let (has_cost, has_groups) = dashboard.shown.with_untracked(|shown| {
        let has_cost = shown.report.metrics.iter().any(|metric| metric.cost.is_some()) || shown.query.is_cost;
        (has_cost, !shown.report.group_keys.is_empty())
    });
    let measures = has_cost.then(|| {
        view! {
            <nav class="tabs" aria-label=text::MEASURES>
                {link(text::QUANTITY, Choice::Cost(false))}
                {link(text::COST, Choice::Cost(true))}
            </nav>
        }
    });
    let name =
        move || dashboard.shown.with(|shown| shown.report.selected_name(&shown.query)).unwrap_or_default();
    let is_hidden = move || dashboard.shown.with(|shown| shown.query.only.is_none()).then_some("");
    view! {
        <div class="choices">
            <nav class="tabs" aria-label=text::VIEWS>
                {link(text::DAILY, Choice::Cumulative(false))}
                {link(text::CUMULATIVE, Choice::Cumulative(true))}
            </nav>
            {measures}
            {has_groups.then(|| view! { <GroupMenu dashboard/> })}
            <a
                class="chip"
                href=dashboard.href(Choice::AllGroups)
                aria-label=move || text::only(&name())
                hidden=is_hidden
                on:click=move |event| dashboard.follow(&event, &Choice::AllGroups)
            >
                {name}
                <span aria-hidden="true">" ×"</span>
            </a>
        </div>
    }
}

/// The group keys, as a menu that opens without a script.
#[component]
fn GroupMenu(dashboard: Dashboard) -> impl IntoView {
    let (menu, summary) = (NodeRef::<html::Details>::new(), NodeRef::<html::Summary>::new());
    // Whether it was open.
    let close = move || {
        let open = menu.get_untracked().filter(|menu| menu.open());
        if let Some(menu) = &open {
            menu.set_open(false);
        }
        open.is_some()
    };
    let focus = move || drop(summary.get_untracked().map(|summary| summary.focus()));
    #[cfg(feature = "hydrate")]
    {
        use leptos::ev;
        use wasm_bindgen::JsCast as _;
        window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if menu.get_untracked().is_some_and(|menu| !menu.contains(target.as_ref())) {
                close();
            }
        });
        window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" && close() {
                focus();
            }
        });
    }
    let label = move || {
        dashboard.shown.with(|shown| match &shown.query.group_key {
            Some(key) => text::grouped_by(&shown.report.key_name(key)),
            None => text::GROUP_BY.to_owned(),
        })
    };
    let is_set = move || dashboard.shown.with(|shown| shown.query.group_key.is_some()).then_some("");
    let entry = move |(key, name): (Option<Vec<String>>, String)| {
        let choice = Choice::GroupKey(key.clone());
        let href = dashboard.href(choice.clone());
        let current = move || dashboard.shown.with(|shown| shown.query.group_key == key).then_some("page");
        let choose = move |event| {
            dashboard.follow(&event, &choice);
            // Followed in place: the menu that was used keeps the focus, closed.
            if event.default_prevented() {
                close();
                focus();
            }
        };
        view! { <a href=href aria-current=current on:click=choose>{name}</a> }
    };
    let keys = dashboard.shown.with_untracked(|shown| shown.report.group_keys.clone());
    let keys = keys.into_iter().map(|key| (Some(key.group_key), key.name));
    let entries = std::iter::once((None, text::NO_GROUPING.to_owned())).chain(keys).map(entry).collect_view();
    view! {
        <details class="menu" data-set=is_set node_ref=menu>
            <summary node_ref=summary>{label}</summary>
            <nav aria-label=text::GROUP_BY>{entries}</nav>
        </details>
    }
}
