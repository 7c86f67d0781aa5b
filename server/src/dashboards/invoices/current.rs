//! The period that runs now: its total so far, what it is made of, how far it has gone and where it is heading.

use super::{document::document as shown, text};
use app::{
    billing::{Decimal, Invoice, InvoiceStatus},
    invoices::report::{CurrentPeriod, PeriodPart},
    view::{
        document::{Document, Row},
        money, text as names,
    },
};
use chrono::{DateTime, Utc};

/// Products shown by name, in the order of the lines; the smaller ones are one part.
const NAMED: usize = 5;

/// The slot of "Other".
const OTHER: usize = 9;

/// Whether a draft is of a period that runs now.
pub(super) fn is_current(invoice: &Invoice, now: DateTime<Utc>) -> bool {
    let runs = invoice.at() <= now && now < invoice.until();
    runs && invoice.status == InvoiceStatus::Draft
}

/// The draft of a period that runs now.
pub(super) fn current(
    invoice: &Invoice,
    document: &Document,
    projected_total: Option<&Decimal>,
    now: DateTime<Utc>,
) -> CurrentPeriod {
    let (parts, is_drawn) = parts(invoice, document);
    let of = (invoice.until() - invoice.at()).num_days();
    let day = (now - invoice.at()).num_days() + 1;
    CurrentPeriod {
        document: shown(document, "", false),
        plan_name: invoice.plan_name.as_deref().map(names::name).unwrap_or_default(),
        parts,
        is_drawn,
        day,
        of,
        left: text::days_left(of - day),
        // No estimate where it equals the total.
        estimate: projected_total
            .map(|total| money::about(total, &invoice.credit_type))
            .filter(|text| *text != money::about(&invoice.total, &invoice.credit_type)),
        prices: Vec::new(),
    }
}

/// The parts, and whether none is negative. A part of nothing is left out.
fn parts(invoice: &Invoice, document: &Document) -> (Vec<PeriodPart>, bool) {
    let mut products: Vec<&Row> =
        document.sections.iter().map(|section| &section.head).filter(|row| !row.value.is_zero()).collect();
    let mut by_size = products.clone();
    by_size.sort_by(|one, other| other.value.cmp(&one.value));
    let named = if by_size.len() > NAMED + 1 { NAMED } else { by_size.len() };
    let rest = by_size.split_off(named);
    products.retain(|row| !rest.iter().any(|other| std::ptr::eq(*row, *other)));
    let mut parts: Vec<(String, Decimal, usize)> =
        products.iter().enumerate().map(|(slot, row)| (row.name.clone(), row.value.clone(), slot)).collect();
    if !rest.is_empty() {
        let rest = rest.iter().map(|row| &row.value).sum();
        parts.push((text::OTHER.to_owned(), rest, OTHER));
    }
    let adjustments = document.adjustments.iter().enumerate();
    parts.extend(adjustments.map(|(at, row)| (row.name.clone(), row.value.clone(), OTHER - 1 - at.min(2))));
    let is_drawn = parts.len() > 1 && parts.iter().all(|(_, value, _)| !value.is_negative());
    let whole: Decimal = parts.iter().map(|(_, value, _)| value).sum();
    let thousandths = |value: &Decimal| -> i64 {
        let share = (value * &Decimal::from(1_000)).checked_div(&whole).unwrap_or_default();
        share.round(0).to_string().parse().unwrap_or_default()
    };
    let parts = parts
        .into_iter()
        .map(|(name, value, slot)| {
            let length = thousandths(&value).max(i64::from(!value.is_zero()));
            PeriodPart { name, amount: money::money(&value, &invoice.credit_type), length, slot }
        })
        .collect();
    (parts, is_drawn)
}
