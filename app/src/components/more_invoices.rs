//! Island: loads older invoices into the list. Without WASM its link opens them as a page.

use leptos::prelude::*;

/// A link to the next page of the list; in the browser it adds the rows in place.
#[island]
pub fn MoreInvoices(
    /// The page that shows the next rows.
    href: String,
    /// Where the next rows begin.
    next_page: String,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let on_click = {
        let next_page = RwSignal::new(next_page);
        let busy = RwSignal::new(false);
        move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            leptos::task::spawn_local(async move {
                crate::components::browser::append_rows(&next_page.get_untracked(), |next| {
                    next_page.set(next)
                })
                .await;
                busy.set(false);
            });
        }
    };
    #[cfg(not(feature = "hydrate"))]
    let on_click = {
        let _ = next_page;
        |_: leptos::ev::MouseEvent| {}
    };
    view! { <a class="button more" id="more" href=href data-session="" on:click=on_click>"Show older invoices"</a> }
}
