//! The period that runs now: what it comes to so far, of what, and where it is heading.

use super::{
    report::{CurrentPeriod, PeriodPart, PlanPrice},
    row::{Inside, badge},
    state::Dashboard,
    text,
};
use crate::{
    chart::series::swatch,
    markup::{Markup, all, figure, tag, text as words},
};
use leptos::prelude::*;

/// The draft of a period that runs now, above the list.
#[component]
pub(super) fn CurrentCard(dashboard: Dashboard, current: CurrentPeriod) -> impl IntoView {
    let (id, status) = (current.document.id.clone(), current.document.status);
    let heading = format!("current-{id}");
    let name = all(&[words(text::CURRENT_PERIOD), tag("small", &[], words(&current.plan_name))]);
    let head = all(&[tag("h2", &[("id", &heading)], name), badge(status)]).html();
    view! {
        <section class="card current" aria-labelledby=heading>
            <header inner_html=head></header>
            <div class="figures" inner_html=figures(&current)></div>
            <div class="days" inner_html=days(&current)></div>
            <div
                class="parts"
                hidden=current.parts.is_empty().then_some("")
                inner_html=parts(&current.parts, current.is_drawn)
            ></div>
            <div
                class="prices"
                hidden=current.prices.is_empty().then_some("")
                inner_html=prices(&current.prices)
            ></div>
            <details class="invoice" data-invoice=id data-status=status.as_str()>
                <summary>{text::LINE_ITEMS}</summary>
                <Inside dashboard document=current.document/>
            </details>
        </section>
    }
}

fn figures(current: &CurrentPeriod) -> String {
    let paragraph = |class: &str, inside: Markup| tag("p", &[("class", class)], inside);
    let strong = |amount: &str| tag("strong", &[], figure(amount));
    let so_far = all(&[strong(&current.document.total), tag("span", &[], words(text::SO_FAR))]);
    let total = all(&[paragraph("label", words(&current.document.period)), paragraph("figure", so_far)]);
    let estimate = current.estimate.as_ref().map(|estimate| {
        let how =
            [tag("summary", &[], words(text::ESTIMATE_HOW)), tag("p", &[], words(text::ESTIMATE_METHOD))];
        let parts = [
            paragraph("label", words(text::ESTIMATE)),
            paragraph("figure", strong(&format!("≈\u{a0}{estimate}"))),
            tag("details", &[("class", "how")], all(&how)),
        ];
        tag("div", &[("class", "estimate")], all(&parts))
    });
    all(&[tag("div", &[], total), estimate.unwrap_or_default()]).html()
}

/// How far the period has gone.
fn days(current: &CurrentPeriod) -> String {
    let CurrentPeriod { day, of, left, .. } = current;
    let said = text::day_of(*day, *of);
    let done = (day * 100 / (*of).max(1)).to_string();
    let bar = tag("rect", &[("width", &done), ("height", "1")], Markup::default());
    let picture = [("viewBox", "0 0 100 1"), ("preserveAspectRatio", "none"), ("aria-hidden", "true")];
    let progress = [
        ("class", "progress"),
        ("role", "progressbar"),
        ("aria-label", text::BILLING_PERIOD),
        ("aria-valuemin", "0"),
        ("aria-valuemax", &of.to_string()),
        ("aria-valuenow", &day.to_string()),
        ("aria-valuetext", &format!("{said}, {}", left.to_ascii_lowercase())),
    ];
    let spans = [tag("span", &[], words(&said)), tag("span", &[], words(left))];
    let parts = [
        tag("div", &progress, tag("svg", &picture, bar)),
        tag("p", &[("class", "progress-words"), ("aria-hidden", "true")], all(&spans)),
    ];
    all(&parts).html()
}

/// What the total is made of. The bar repeats what the list says: it is hidden from those who cannot see it.
fn parts(parts: &[PeriodPart], is_drawn: bool) -> String {
    // A picture each, as long as its share: the page sets them one beside the other, none too small to be seen.
    let share = |part: &PeriodPart| {
        let width = format!("{}.{}%", part.length / 10, part.length % 10);
        let fill = format!("var(--UsageLine_{})", part.slot);
        let whole = [("width", "100%"), ("height", "100%"), ("fill", &*fill)];
        tag("svg", &[("width", &width)], tag("rect", &whole, Markup::default()))
    };
    let bars: Vec<Markup> = parts.iter().filter(|part| part.length > 0).map(share).collect();
    let bar = [("class", "parts-bar"), ("aria-hidden", "true")];
    let bar = if is_drawn { tag("div", &bar, all(&bars)) } else { Markup::default() };
    let item = |part: &PeriodPart| {
        let entry = [
            if is_drawn { swatch(part.slot) } else { Markup::default() },
            tag("span", &[("class", "name"), ("title", &part.name)], words(&part.name)),
            tag("span", &[("class", "amount")], figure(&part.amount)),
        ];
        tag("li", &[], all(&entry))
    };
    let items: Vec<Markup> = parts.iter().map(item).collect();
    all(&[bar, tag("ul", &[], all(&items))]).html()
}

/// What the plan charges, and how far usage has come in its tiers.
fn prices(prices: &[PlanPrice]) -> String {
    let entry = |price: &PlanPrice| {
        let reached = match price.reached.as_str() {
            "" => Markup::default(),
            reached => tag("small", &[], figure(reached)),
        };
        let parts =
            [tag("dt", &[], words(&price.name)), tag("dd", &[], all(&[figure(&price.price), reached]))];
        tag("div", &[], all(&parts))
    };
    let entries: Vec<Markup> = prices.iter().map(entry).collect();
    let parts = [tag("summary", &[], words(text::PRICES)), tag("dl", &[], all(&entries))];
    tag("details", &[], all(&parts)).html()
}
