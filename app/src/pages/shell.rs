//! The document around a page.

use super::{InvoicesPage, MessagePage, UsagePage};
use crate::{
    components::Session,
    embed::theme::{ColorScheme, Theme},
};
use leptos::{either::EitherOf3, prelude::*};

/// What surrounds a page.
#[derive(Clone, Debug)]
pub struct PageFrame {
    /// The document's title.
    pub title: &'static str,
    /// Light, dark or the reader's.
    pub scheme: ColorScheme,
    /// The embedder's colors.
    pub theme: Theme,
    /// URL of the client's JavaScript; empty when the server was built without a client.
    pub js: &'static str,
    /// URL of the client's WASM.
    pub wasm: &'static str,
    /// The style sheet itself: as a file of its own it would hold the first paint back for a round trip.
    pub css: &'static str,
    /// The nonce of this answer's content security policy.
    pub nonce: String,
    /// The reader's session; `None` on a page without customer data.
    pub session: Option<SessionProps>,
}

/// What the browser needs to keep a session.
#[derive(Clone, Debug)]
pub struct SessionProps {
    /// The session token: for the `Authorization` of what the page asks, and for its form; it stands in no address.
    pub token: String,
    /// The link token: for the addresses on the page.
    pub link: String,
    /// Seconds until the first of the two ends.
    pub expires_in: u32,
}

/// One of the pages.
#[derive(Clone, Debug)]
pub enum PageContent {
    /// The invoices dashboard.
    Invoices(InvoicesPage),
    /// The usage dashboard.
    Usage(UsagePage),
    /// One message and nothing else.
    Message(MessagePage),
}

/// The script that every page brings inside itself: tooltip and address bar, before any other request.
const PAGE_SCRIPT: &str = include_str!("page.js");

/// A complete HTML document.
#[component]
pub fn Shell(
    /// What surrounds the page.
    frame: PageFrame,
    /// The page.
    content: PageContent,
) -> impl IntoView {
    // Half an overridden palette over dark surfaces is unreadable: overrides pin the light base.
    let scheme = if frame.theme.is_empty() { frame.scheme } else { ColorScheme::Light };
    let theme = frame.theme.css();
    let boot = (!frame.js.is_empty() && frame.session.is_some()).then(|| {
        // After the page has settled: WASM adds comfort, the page is complete without it.
        let script = format!(
            "addEventListener('load',()=>(window.requestIdleCallback||setTimeout)(async()=>{{\
             const m=await import('{}');await m.default({{module_or_path:'{}'}});m.hydrate();\
             for(const e of document.querySelectorAll('leptos-island'))m[e.dataset.component]?.(e);\
             performance.mark('wasm-ready');document.documentElement.dataset.hydrated=''}}))",
            frame.js, frame.wasm
        );
        view! { <script nonce=frame.nonce.clone() inner_html=script></script> }
    });
    let body = match content {
        PageContent::Invoices(page) => EitherOf3::A(page.view(frame.nonce.clone())),
        PageContent::Usage(page) => EitherOf3::B(page.view()),
        PageContent::Message(page) => EitherOf3::C(page.view()),
    };
    // The one place of the session token: it belongs to the form for downloads wherever a page has one.
    let session = frame.session.map(|session| {
        view! {
            <input
                type="hidden"
                id="session"
                name="token"
                form="download"
                autocomplete="off"
                value=session.token
                data-link=session.link
            />
            <Session expires_in=session.expires_in/>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-scheme=scheme.as_str()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="robots" content="noindex"/>
                <title>{frame.title}</title>
                <link rel="icon" href="/favicon.svg"/>
                <style nonce=frame.nonce.clone() inner_html=frame.css></style>
                {(!theme.is_empty()).then(|| view! { <style nonce=frame.nonce.clone() inner_html=theme></style> })}
            </head>
            <body>
                <main>{body}</main>
                <p class="expired" id="expired" role="alert" hidden>
                    "This link has expired. Reload the page it is embedded in."
                </p>
                {session}
                <script nonce=frame.nonce.clone() inner_html=PAGE_SCRIPT></script>
                {boot}
            </body>
        </html>
    }
}
