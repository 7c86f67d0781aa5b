//! What a section shows in place of data: nothing yet, or a failure.

use leptos::prelude::*;

/// Nothing yet: one sentence of what will appear, and when.
#[component]
pub fn EmptyState(
    /// The sentence.
    text: &'static str,
) -> impl IntoView {
    view! { <p class="card state" data-state="empty">{text}</p> }
}

/// The section could not be loaded; the link loads the page again.
#[component]
pub fn ErrorState(
    /// What could not be loaded.
    text: &'static str,
    /// The page itself.
    href: String,
) -> impl IntoView {
    view! {
        <div class="card state" data-state="error" role="alert">
            <p>{text}</p>
            <a class="button" href=href data-session="">"Retry"</a>
        </div>
    }
}
