//! The usage page's controls: links, each to the page that shows one choice. A line of inline script opens them in place.

use crate::{
    billing::UsageWindow,
    embed::GroupKeyNames,
    view::{usage_choice::UsageChoice, usage_words},
};
use leptos::prelude::*;

/// One link of a group of choices.
#[component]
fn ChoiceLink(
    /// What it shows.
    choice: UsageChoice,
    /// What the page shows now.
    current: UsageChoice,
    /// The page with its token.
    base_href: String,
    /// What tells it from the others, and finds it again once it was followed.
    key: String,
    /// The days of a window.
    #[prop(optional)]
    range: Option<u32>,
    /// Its text.
    text: String,
) -> impl IntoView {
    view! {
        <a
            href=choice.href(&base_href)
            data-session=""
            data-choice=key
            data-range=range.map(|days| days.to_string())
            aria-current=(choice == current).then_some("page")
        >
            {text}
        </a>
    }
}

/// 30, 60 and 90 days.
#[component]
pub fn WindowTabs(
    /// What the page shows now.
    choice: UsageChoice,
    /// The page with its token.
    base_href: String,
) -> impl IntoView {
    let tabs = UsageWindow::ALL.map(|window| {
        let (current, days) = (choice.clone(), window.days());
        view! {
            <ChoiceLink
                choice=choice.with_window(window)
                current
                base_href=base_href.clone()
                key=format!("window={days}")
                range=days
                text=usage_words::days(window)
            />
        }
    });
    view! { <nav class="tabs" aria-label=usage_words::WINDOWS>{tabs.collect_view()}</nav> }
}

/// Daily or cumulative, quantity or cost, and by which group key.
#[component]
pub fn UsageChoices(
    /// What the page shows now.
    choice: UsageChoice,
    /// The page with its token.
    base_href: String,
    /// The keys that there are.
    group_keys: Vec<Vec<String>>,
    /// Names for them.
    names: GroupKeyNames,
    /// Whether anything has a cost.
    has_cost: bool,
) -> impl IntoView {
    let link = |other: UsageChoice, key: String, text: String| {
        let (current, base_href) = (choice.clone(), base_href.clone());
        view! { <ChoiceLink choice=other current base_href key text/> }
    };
    let daily = link(
        UsageChoice { is_cumulative: false, ..choice.clone() },
        "view=daily".to_owned(),
        usage_words::DAILY.to_owned(),
    );
    let cumulative = link(
        UsageChoice { is_cumulative: true, ..choice.clone() },
        "view=cumulative".to_owned(),
        usage_words::CUMULATIVE.to_owned(),
    );
    let measures = (has_cost || choice.is_cost).then(|| {
        let quantity = link(
            UsageChoice { is_cost: false, ..choice.clone() },
            "measure=quantity".to_owned(),
            usage_words::QUANTITY.to_owned(),
        );
        let cost = link(
            UsageChoice { is_cost: true, ..choice.clone() },
            "measure=cost".to_owned(),
            usage_words::COST.to_owned(),
        );
        view! { <nav class="tabs" aria-label=usage_words::MEASURES>{quantity}{cost}</nav> }
    });
    let groups = (!group_keys.is_empty()).then(|| {
        let summary = match &choice.group_key {
            Some(key) => usage_words::grouped_by(&usage_words::group_key(key, &names)),
            None => usage_words::GROUP_BY.to_owned(),
        };
        let all = choice.with_group_key(None);
        let is_all = choice.group_key.is_none();
        let none = view! {
            <a
                href=all.href(&base_href)
                data-session=""
                data-choice="group="
                aria-current=is_all.then_some("page")
            >
                {usage_words::NO_GROUPING}
            </a>
        };
        let keys = group_keys.iter().map(|key| {
            let text = usage_words::group_key(key, &names);
            let is_current = choice.group_key.as_ref() == Some(key);
            let href = choice.with_group_key(Some(key.clone())).href(&base_href);
            view! {
                <a href=href data-session="" data-choice=format!("group={text}") aria-current=is_current.then_some("page")>
                    {text.clone()}
                </a>
            }
        });
        let keys = keys.collect_view();
        view! {
            <details class="menu" data-set=(!is_all).then_some("")>
                <summary>{summary}</summary>
                <nav aria-label=usage_words::GROUP_BY>{none}{keys}</nav>
            </details>
        }
    });
    let alone = choice.group_key.as_ref().zip(choice.only.as_ref()).map(|(key, only)| {
        let name = usage_words::only_name(key, only, &names);
        let label = usage_words::only(&name);
        view! {
            <a class="chip" href=choice.with_only(None).href(&base_href) data-session="" data-choice="only=" aria-label=label>
                {name}
                <span aria-hidden="true">" ×"</span>
            </a>
        }
    });
    view! {
        <div class="choices">
            <nav class="tabs" aria-label=usage_words::VIEWS>{daily}{cumulative}</nav>
            {measures}
            {groups}
            {alone}
        </div>
    }
}
