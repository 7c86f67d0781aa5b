//! What a section shows in place of data: nothing yet, nothing that matches, or a failure.

use leptos::prelude::*;

/// Nothing yet: one sentence of what will appear, and when.
#[component]
pub fn EmptyState(
    /// The sentence.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <div class="card state" data-state="empty">
            <p>{text}</p>
        </div>
    }
}

/// The section could not be loaded; the link loads the page again.
#[component]
pub fn ErrorState(
    /// What could not be loaded.
    text: &'static str,
    /// The page itself.
    href: impl Fn() -> String + Clone + Send + 'static,
) -> impl IntoView {
    view! {
        <div class="card state" data-state="error" role="alert">
            <p>{text}</p>
            <a class="button" href=href>"Retry"</a>
        </div>
    }
}
