//! Island: keeps the session alive while the page is open. Draws nothing.

use leptos::prelude::*;

/// Renews the page's tokens before the first of them ends, and puts the new ones in their places.
#[island]
pub fn Session(
    /// Seconds until it ends.
    expires_in: u32,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::components::browser::keep_session(expires_in);
    #[cfg(not(feature = "hydrate"))]
    let _ = expires_in;
}
