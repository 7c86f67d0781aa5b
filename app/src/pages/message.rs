//! A whole page that says one thing: the link has expired, or the page cannot be shown.

use leptos::prelude::*;

/// A whole page with one message and no customer data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessagePage {
    /// What happened, in a few words.
    pub heading: &'static str,
    /// What the reader can do.
    pub text: &'static str,
}

impl MessagePage {
    /// The link's time is over, or it was never valid: the reader need not know which.
    pub const EXPIRED: Self =
        Self { heading: "This link has expired", text: "Reload the page it is embedded in." };

    /// The server could not do its work.
    pub const UNAVAILABLE: Self =
        Self { heading: "This page could not be loaded", text: "Try again in a moment." };

    pub(super) fn view(self) -> impl IntoView {
        view! {
            <div class="message" data-state="message" role="status">
                <h1>{self.heading}</h1>
                <p>{self.text}</p>
            </div>
        }
    }
}
