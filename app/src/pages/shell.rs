//! The document around a page.

use super::MessagePage;
use crate::{
    embed::theme::{ColorScheme, Theme},
    invoices::{InvoicesDashboard, InvoicesProps},
    props,
    session::SessionProps,
    usage::{UsageDashboard, UsageProps},
};
use leptos::{either::EitherOf3, prelude::*};
use serde::Serialize;
use std::sync::LazyLock;

/// What surrounds a page.
#[derive(Clone, Debug)]
pub struct PageFrame {
    /// The document's title.
    pub title: String,
    /// Light, dark or the reader's.
    pub scheme: ColorScheme,
    /// The embedder's colors.
    pub theme: Theme,
    /// The way from the page to the root of the server. What stands before that in the address is known to a proxy alone.
    pub root: &'static str,
    /// Path of the client's JavaScript; empty when the server was built without a client.
    pub js: &'static str,
    /// Path of the client's WASM.
    pub wasm: &'static str,
    /// The style sheet itself: as a file of its own it would hold the first paint back for a round trip.
    pub css: &'static str,
    /// Path of the script that talks to the page around the frame; empty when the server was built without a client.
    pub frame_js: &'static str,
    /// The origins that it talks to, as a regular expression; `None` where no other origin may frame the page.
    pub hosts: Option<String>,
    /// Why the page that was asked for is not shown, in a word for developers.
    pub refusal: Option<&'static str>,
    /// The nonce of this answer's content security policy.
    pub nonce: String,
    /// Whether money is hidden from the reader: the style sheet leaves out the columns of it.
    pub hides_amounts: bool,
    /// The reader's session; `None` on a page without customer data.
    pub session: Option<SessionProps>,
}

/// One of the pages.
#[derive(Clone, Debug)]
pub enum PageContent {
    /// The invoices dashboard.
    Invoices(Box<InvoicesProps>),
    /// The usage dashboard.
    Usage(Box<UsageProps>),
    /// One message and nothing else.
    Message(MessagePage),
}

/// The script that shows tooltips until the app has started.
static TOOLTIP: LazyLock<String> = LazyLock::new(|| inline(include_str!("../scripts/tooltip.js")));

/// The script that loads and starts the app.
static BOOT: LazyLock<String> = LazyLock::new(|| inline(include_str!("../scripts/boot.js")));

/// A script as it stands in a page: without comments and indentation.
fn inline(script: &str) -> String {
    let lines = script.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A dashboard, and what it is drawn from.
#[component]
fn Dashboard<P, V: IntoView + 'static>(
    /// The report and session that it starts with, written into the page as JSON.
    props: P,
    /// On a wide page its cards stand in three columns. An attribute, since a style that looks for a third card
    /// (`:has()`) is evaluated again at every change of a chart.
    #[prop(optional)]
    is_wide: bool,
    /// The nonce of this answer's content security policy.
    nonce: String,
    /// The dashboard's island.
    dashboard: fn() -> V,
) -> impl IntoView
where
    P: Clone + Serialize + Send + Sync + 'static,
{
    // Nothing in props fails to be written as JSON; the page stands without the app in any case.
    let json = props::write(&props).unwrap_or_default();
    provide_context(props);
    let island = dashboard();
    view! {
        <main data-columns=is_wide.then_some("3")>{island}</main>
        <script type="application/json" id=props::ID nonce=nonce inner_html=json></script>
    }
}

/// A complete HTML document.
#[component]
pub fn Shell(
    /// What surrounds the page.
    frame: PageFrame,
    /// The page.
    content: PageContent,
) -> impl IntoView {
    let theme = frame.theme.css(frame.scheme);
    let has_app = !frame.js.is_empty() && frame.session.is_some();
    let is_dashboard = !matches!(content, PageContent::Message(_));
    let from_page = |path: &str| format!("{}{path}", frame.root);
    let (js, wasm) = (from_page(frame.js), from_page(frame.wasm));
    let preload = has_app.then(|| {
        // At low priority: the page is complete without it.
        view! {
            <link rel="modulepreload" href=js.clone() fetchpriority="low" nonce=frame.nonce.clone()/>
            <link rel="preload" href=wasm.clone() r#as="fetch" crossorigin="" fetchpriority="low"/>
        }
    });
    let boot = has_app.then(|| {
        let script = BOOT.replace("SCRIPT", &js).replace("WASM", &wasm);
        view! { <script nonce=frame.nonce.clone() inner_html=script></script> }
    });
    let icon = from_page("/favicon.svg");
    let tooltip = is_dashboard
        .then(|| view! { <script nonce=frame.nonce.clone() inner_html=TOOLTIP.as_str()></script> });
    let hosts = frame.hosts.filter(|_| !frame.frame_js.is_empty());
    let in_frame = hosts.map(|hosts| {
        let nonce = frame.nonce.clone();
        view! {
            <script
                defer=true
                src=from_page(frame.frame_js)
                nonce=nonce
                data-hosts=hosts
                data-refusal=frame.refusal
            ></script>
        }
    });
    let session = frame.session.unwrap_or_default();
    let body = match content {
        PageContent::Invoices(props) => {
            let props = InvoicesProps { session, ..*props };
            EitherOf3::A(view! { <Dashboard props nonce=frame.nonce.clone() dashboard=InvoicesDashboard/> })
        }
        PageContent::Usage(props) => {
            let is_wide = props.report.as_ref().is_some_and(|report| report.metrics.len() > 2);
            let props = UsageProps { session, ..*props };
            let nonce = frame.nonce.clone();
            EitherOf3::B(view! { <Dashboard props is_wide nonce dashboard=UsageDashboard/> })
        }
        PageContent::Message(page) => EitherOf3::C(view! { <main>{page.view()}</main> }),
    };
    view! {
        <!DOCTYPE html>
        <html
            lang="en"
            data-scheme=frame.scheme.as_str()
            data-amounts=frame.hides_amounts.then_some("hidden")
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="robots" content="noindex"/>
                <title>{frame.title}</title>
                <link rel="icon" href=icon/>
                <style nonce=frame.nonce.clone() inner_html=frame.css></style>
                {(!theme.is_empty()).then(|| view! { <style nonce=frame.nonce.clone() inner_html=theme></style> })}
                {preload}
            </head>
            <body>
                {body}
                {tooltip}
                {boot}
                {in_frame}
            </body>
        </html>
    }
}
