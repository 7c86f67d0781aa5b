//! A whole page that says one thing: the link has expired, the frame was reloaded, or the page cannot be shown.

use leptos::prelude::*;

/// What brings a dashboard back: the page around it makes a new address.
const RELOAD: &str = "Reload the page around it.";

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
    pub const EXPIRED: Self = Self { heading: "This link has expired", text: RELOAD };

    /// The address has no token: the frame was reloaded, whose token left the address when it was opened.
    pub const RELOADED: Self = Self { heading: "This page cannot reload itself", text: RELOAD };

    /// The server failed, or is too busy.
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
