//! Island: the usage page's tabs and charts. Without WASM the tabs are links to the same page.

use crate::{billing::UsageWindow, chart::UsageChart, view::usage::UsageCard};
use leptos::prelude::*;

/// Heading, window tabs and one card a metric.
#[island]
pub fn UsageBoard(
    /// One card a metric.
    cards: Vec<UsageCard>,
    /// The window shown first, in days.
    days: u32,
    /// The page, to which `&window=60` is appended.
    base_href: String,
) -> impl IntoView {
    let window = RwSignal::new(UsageWindow::from_days(days).unwrap_or_default());
    let tabs = UsageWindow::ALL.map(|tab| {
        let days = tab.days();
        #[cfg(feature = "hydrate")]
        let on_click = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            window.set(tab);
            crate::components::browser::remember_window(days);
        };
        #[cfg(not(feature = "hydrate"))]
        let on_click = |_: leptos::ev::MouseEvent| {};
        view! {
            <a
                href=format!("{base_href}&window={days}")
                data-range=days.to_string()
                data-session=""
                aria-current=move || (window.get() == tab).then_some("page")
                on:click=on_click
            >
                {format!("{days} days")}
            </a>
        }
    });
    let count = cards.len();
    view! {
        <header class="heading">
            <h1>"Usage"</h1>
            <nav class="tabs" aria-label="Days shown">{tabs.collect_view()}</nav>
        </header>
        <div class="charts" data-count=count.to_string()>
            {cards
                .into_iter()
                .map(|card| view! { <UsageChart card window=window.into()/> })
                .collect_view()}
        </div>
    }
}
