//! The reader's session in the browser: its token lives in memory only, and is renewed while the page is open.

use leptos::prelude::*;

/// What the server hands to a page.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
pub struct SessionProps {
    /// What requests carry, in a header.
    pub token: String,
    /// What the addresses of links carry.
    pub link: String,
    /// The id of the customer whose figures are shown.
    pub customer_id: String,
    /// Seconds until the token expires.
    pub expires_in: u32,
}

/// The session of an open page.
#[derive(Clone, Copy)]
pub struct Session {
    /// What requests carry.
    pub token: RwSignal<String>,
    /// What the addresses of links carry.
    pub link: RwSignal<String>,
    /// The id of the customer whose figures are shown.
    pub customer_id: StoredValue<String>,
    /// Whether the session has ended.
    pub is_expired: RwSignal<bool>,
}

impl Session {
    /// Takes over what the server handed out; in the browser, renews it from now on.
    pub fn start(props: SessionProps) -> Self {
        let SessionProps { token, link, customer_id, expires_in } = props;
        let session = Self {
            token: RwSignal::new(token),
            link: RwSignal::new(link),
            customer_id: StoredValue::new(customer_id),
            is_expired: RwSignal::new(false),
        };
        #[cfg(feature = "hydrate")]
        if expires_in > 0 {
            session.renew_in(expires_in);
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = expires_in;
        session
    }

    /// Renews the token a minute before it expires, for as long as the server agrees.
    #[cfg(feature = "hydrate")]
    fn renew_in(self, expires_in: u32) {
        use crate::api::{self, Failure};
        #[derive(miniserde::Deserialize)]
        struct SessionTokens {
            token: String,
            link: String,
            expires_in: u32,
        }
        let wait = std::time::Duration::from_secs(u64::from(expires_in.saturating_sub(60).max(15)));
        let renew = move || {
            leptos::task::spawn_local(async move {
                match api::post::<SessionTokens>(self.token, "session").await {
                    Ok(SessionTokens { token, link, expires_in }) => {
                        self.link.set(link);
                        self.token.set(token);
                        self.renew_in(expires_in);
                    }
                    Err(Failure::Expired) => self.is_expired.set(true),
                    // Offline, or the server is away: try again while the token still holds.
                    Err(Failure::Missing | Failure::Unreachable) => self.renew_in(75),
                }
            });
        };
        set_timeout(renew, wait);
    }
}

/// The message that the session has ended, below what can still be read.
#[component]
pub fn Expired(
    /// The session.
    session: Session,
) -> impl IntoView {
    move || {
        session.is_expired.get().then(|| {
            view! {
                <p class="expired" role="alert">"This link has expired. Reload the page around it."</p>
            }
        })
    }
}
