//! An invoice in the list: a link to its document, which opens in place once the app runs.

use super::{
    lines::{actions, notes, table},
    link::link,
    query::{DocumentQuery, InvoicesQuery},
    report::{Document, InvoiceRow},
    state::{ClickAction, Dashboard, row_id},
    status::InvoiceStatus,
    text,
};
use crate::{
    fresh::Fresh,
    markup::{Markup, all, figure, tag, text as words},
};
use leptos::prelude::*;

/// The status of an invoice: a word on a tint. Color only repeats it.
pub(super) fn badge(status: InvoiceStatus) -> Markup {
    tag("span", &[("class", "badge"), ("data-status", status.as_str())], words(text::status(status)))
}

/// One invoice of the list.
#[component]
pub(super) fn Row(dashboard: Dashboard, row: InvoiceRow) -> impl IntoView {
    let (id, status) = (row.id.clone(), row.status);
    let own = StoredValue::new(id.clone());
    let is_expanded = move || own.with_value(|id| dashboard.is_expanded(id));
    let opened = move || own.with_value(|id| dashboard.opened(id));
    let expanded = move || is_expanded().map(|is| if is { "true" } else { "false" });
    let busy = move || (is_expanded() == Some(true) && opened().is_none()).then_some("true");
    let open = move || (is_expanded() == Some(true)).then_some("");
    let inside =
        move || opened().map(|report| Fresh(view! { <Inside dashboard document=report.document.clone()/> }));
    let href = dashboard.href(InvoicesQuery::document(&id));
    view! {
        <div class="invoice" data-invoice=id.clone() data-status=status.as_str() data-open=open>
            <a
                class="row"
                id=row_id(&id)
                href=href
                aria-expanded=expanded
                aria-busy=busy
                on:click=dashboard.click(ClickAction::Toggle(id.clone()))
                inner_html=columns(&row)
            ></a>
            {inside}
        </div>
    }
}

/// The columns of a row. Where it is narrow, number and date go under the period.
fn columns(row: &InvoiceRow) -> String {
    let known = [&row.number, &row.issued, &row.due, &row.succession];
    let known: Vec<&str> = known.into_iter().filter_map(Option::as_deref).collect();
    let or_none = |text: &Option<String>| words(text.as_deref().unwrap_or(text::NONE));
    let under_period = tag("small", &[], words(&known.join(" · ")));
    let small = |text: &Option<String>| match text {
        Some(text) => tag("small", &[], words(text)),
        None => Markup::default(),
    };
    let column = |class: &str, inside: Markup| tag("span", &[("class", class)], inside);
    let columns = [
        column("period", all(&[words(&row.period), under_period])),
        column("number", all(&[or_none(&row.number), small(&row.succession)])),
        column("status", badge(row.status)),
        column("issued", all(&[or_none(&row.issued), small(&row.due)])),
        column("amount", figure(&row.total)),
    ];
    all(&columns).html()
}

/// What an opened row shows: the table, what to know, and what to do with the invoice.
#[component]
pub(super) fn Inside(dashboard: Dashboard, document: Document) -> impl IntoView {
    view! { <div class="inside" inner_html=inside(&document, &dashboard.link_now())></div> }
}

fn inside(document: &Document, token: &str) -> String {
    let of = DocumentQuery { id: document.id.clone(), ..DocumentQuery::default() };
    let id = format!("open-{}", of.id);
    let to = InvoicesQuery::document(&of.id);
    let mut all_actions =
        vec![link(&to, token, [("class", "button"), ("id", &id)], words(text::OPEN_INVOICE))];
    all_actions.extend(actions(document, token));
    let actions = tag("p", &[("class", "actions")], all(&all_actions));
    all(&[table(document, &of, token), notes(document), actions]).html()
}
