//! Links to other pages of the dashboard, which are shown in place once the app runs.

use super::{
    query::InvoicesQuery,
    state::{ClickAction, Dashboard},
};
use crate::markup::{IN_PLACE, Markup, tag};
use leptos::prelude::*;

/// A link within markup. The dashboard keeps the token in its address good.
pub(super) fn link(to: &InvoicesQuery, token: &str, attributes: [(&str, &str); 2], says: Markup) -> Markup {
    let [one, other] = attributes;
    tag("a", &[one, other, ("href", &to.href(token)), IN_PLACE], says)
}

/// A link as an element: one component for all places, because each kind of element adds to the bundle.
#[component]
pub(super) fn Link(
    dashboard: Dashboard,
    /// Where it leads.
    to: InvoicesQuery,
    /// What it says.
    #[prop(into)]
    words: String,
    /// What it looks like.
    #[prop(optional)]
    class: &'static str,
    /// What finds it again: it keeps the focus on the way back.
    #[prop(optional)]
    id: String,
    /// Whether it leads to what is shown.
    #[prop(optional)]
    is_current: bool,
    /// Whether it adds to the list, and shows no other page.
    #[prop(optional)]
    adds: bool,
) -> impl IntoView {
    let act = if adds { ClickAction::Add(to.clone()) } else { ClickAction::Go(to.clone()) };
    let class = (!class.is_empty()).then_some(class);
    let id = (!id.is_empty()).then_some(id);
    let current = is_current.then_some("true");
    view! {
        <a class=class id=id href=dashboard.href(to) aria-current=current on:click=dashboard.click(act)>
            {words}
        </a>
    }
}
