//! The period that runs now: what it comes to so far, of what, and where it is heading.

use super::{InvoiceInside, StatusBadge};
use crate::view::{
    current::{Current, Part, Progress},
    links::Links,
    words,
};
use leptos::prelude::*;

/// The draft of the period that runs now, above the list.
#[component]
pub fn CurrentInvoice(
    /// The draft.
    current: Current,
    /// The reader's addresses.
    links: Links,
) -> impl IntoView {
    let document = current.document;
    let (id, status) = (document.id.clone(), document.status);
    let heading = format!("current-{id}");
    let estimate = current.estimate.map(|estimate| {
        view! {
            <div class="estimate">
                <p class="label">{words::ESTIMATE}</p>
                <p class="figure"><strong>{format!("≈\u{a0}{estimate}")}</strong></p>
                <details class="how">
                    <summary>{words::ESTIMATE_HOW}</summary>
                    <p>{words::ESTIMATE_METHOD}</p>
                </details>
            </div>
        }
    });
    view! {
        <section class="card current" aria-labelledby=heading>
            <header>
                <h2 id=heading.clone()>{words::CURRENT_PERIOD} " " <small>{current.plan_name}</small></h2>
                <StatusBadge status/>
            </header>
            <div class="figures">
                <div>
                    <p class="label">{document.period.clone()}</p>
                    <p class="figure"><strong>{document.total_text.clone()}</strong> " " <span>{words::SO_FAR}</span></p>
                </div>
                {estimate}
            </div>
            {days(&current.progress)}
            {parts(current.parts, current.is_drawn)}
            <details class="invoice" data-invoice=id data-status=status.as_str()>
                <summary>{words::LINE_ITEMS}</summary>
                <InvoiceInside document links/>
            </details>
        </section>
    }
}

fn days(progress: &Progress) -> impl IntoView + use<> {
    let words = progress.words();
    let left = progress.left.clone();
    view! {
        <div class="days">
            <div
                class="progress"
                role="progressbar"
                aria-label=words::BILLING_PERIOD
                aria-valuemin="0"
                aria-valuemax=progress.of.to_string()
                aria-valuenow=progress.day.to_string()
                aria-valuetext=format!("{words}, {}", left.to_lowercase())
            >
                <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=(progress.day * 100 / progress.of.max(1)).to_string() height="1"></rect>
                </svg>
            </div>
            <p class="progress-words" aria-hidden="true">
                <span>{words}</span>
                <span>{left}</span>
            </p>
        </div>
    }
}

/// The bar repeats what the list says: it is hidden from those who cannot see it.
fn parts(parts: Vec<Part>, is_drawn: bool) -> impl IntoView {
    let fill = |part: &Part| format!("var(--UsageLine_{})", part.slot);
    let bar = is_drawn.then(|| {
        let bars = parts.iter().filter(|part| part.bar.1 > 0).map(|part| {
            view! {
                <rect x=part.bar.0.to_string() width=part.bar.1.to_string() height="1" fill=fill(part)></rect>
            }
        });
        view! {
            <svg class="parts-bar" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
                {bars.collect_view()}
            </svg>
        }
    });
    let items = parts
        .iter()
        .map(|part| {
            let swatch = is_drawn.then(|| {
                view! {
                    <svg class="swatch" viewBox="0 0 8 8" aria-hidden="true">
                        <rect width="8" height="8" rx="2" fill=fill(part)></rect>
                    </svg>
                }
            });
            view! {
                <li>
                    {swatch}
                    <span class="name" title=part.name.clone()>{part.name.clone()}</span>
                    <span class="amount">{part.amount.clone()}</span>
                </li>
            }
        })
        .collect_view();
    (!parts.is_empty()).then(|| {
        view! {
            <div class="parts">{bar} <ul>{items}</ul></div>
        }
    })
}
