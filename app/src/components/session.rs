//! Island: keeps the session alive while the page is open. Draws nothing.

use leptos::prelude::*;

/// Renews the session token before it expires and puts the new one into the page's links.
#[island]
pub fn Session(
    /// The session token.
    token: String,
    /// Seconds until it expires.
    expires_in: u32,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::components::browser::keep_session(token, expires_in);
    #[cfg(not(feature = "hydrate"))]
    let _ = (token, expires_in);
}
