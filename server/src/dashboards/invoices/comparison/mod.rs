//! Why a bill changed: the difference to the invoice before it, in parts that add up to it exactly, in words.

mod variances;

use super::{text, variance::VarianceKind};
use crate::invoicing::PeriodToDate;
use app::{
    billing::{Decimal, Invoice, InvoiceStatus},
    embed::GroupKeyNames,
    invoices::report::{BillComparison, ComparisonPart},
    view::{document, format, money},
};
use variances::{Variance, size, variances};

/// Parts shown one by one.
const SHOWN: usize = 12;

/// How a finalized invoice differs from the one before. A draft grows still, for which there is [`so_far`], and a void one
/// is not owed: the difference would say nothing.
pub(super) fn comparison(before: &Invoice, now: &Invoice, names: &GroupKeyNames) -> Option<BillComparison> {
    let [was, is] = [before, now].map(|one| (one.until() - one.at()).num_days());
    let note = (was != is).then(|| text::period_lengths(was, is));
    let compared = (now.status == InvoiceStatus::Finalized).then(|| compared(before, now, names))?;
    compared.map(|compared| BillComparison { note, ..compared })
}

/// How the days of a period that runs differ from the same days of the one before.
pub(super) fn so_far(so_far: &PeriodToDate, names: &GroupKeyNames) -> Option<BillComparison> {
    let PeriodToDate { days, before, now } = so_far;
    let total_of = document::period(now);
    let note = Some(text::first_days(*days));
    compared(before, now, names).map(|compared| BillComparison { total_of, note, ..compared })
}

/// The largest part in a sentence: `Mostly Input tokens: +23%, +$65.57.`
fn sentence(variances: &[Variance], change: impl Fn(&Decimal) -> String) -> String {
    let sizes: Vec<Decimal> = variances.iter().map(|variance| size(&variance.total())).collect();
    let (Some(first), Some(largest)) = (variances.first(), sizes.first().filter(|size| !size.is_zero()))
    else {
        return text::SAME.to_owned();
    };
    let how = match first.kind {
        VarianceKind::Changed => first.percent(),
        kind => Some(text::variance(kind).to_lowercase()),
    };
    let what: Vec<String> = how.into_iter().chain([change(&first.total())]).collect();
    let all: Decimal = sizes.iter().sum();
    let is_most = largest + largest > all;
    text::largest(first.title(), &what.join(", "), variances.len(), is_most)
}

fn compared(before: &Invoice, now: &Invoice, names: &GroupKeyNames) -> Option<BillComparison> {
    if before.credit_type != now.credit_type {
        return None;
    }
    let change = |value: &Decimal| money::change(value, &now.credit_type);
    let some = |value: &Decimal| if value.is_zero() { String::new() } else { change(value) };
    let variances = variances(before, now, names);
    let sum = |part: fn(&Variance) -> &Decimal| variances.iter().map(part).sum::<Decimal>();
    let sums = [sum(|one| &one.by_quantity), sum(|one| &one.by_price), sum(|one| &one.other)];
    let shown = if variances.len() > SHOWN + 1 { SHOWN } else { variances.len() };
    let mut parts: Vec<ComparisonPart> = variances[..shown]
        .iter()
        .map(|variance| ComparisonPart {
            name: variance.title().to_owned(),
            product: if variance.charge.is_empty() { String::new() } else { variance.name.clone() },
            detail: detail(variance),
            word: text::variance(variance.kind).to_owned(),
            by_quantity: some(&variance.by_quantity),
            by_price: some(&variance.by_price),
            total: change(&variance.total()),
        })
        .collect();
    if shown < variances.len() {
        let rest = &variances[shown..];
        let sum = |part: fn(&Variance) -> &Decimal| rest.iter().map(part).sum::<Decimal>();
        let total: Decimal = rest.iter().map(Variance::total).collect::<Vec<_>>().iter().sum();
        parts.push(ComparisonPart {
            name: text::more(rest.len()),
            product: String::new(),
            detail: String::new(),
            word: String::new(),
            by_quantity: some(&sum(|one| &one.by_quantity)),
            by_price: some(&sum(|one| &one.by_price)),
            total: change(&total),
        });
    }
    let [by_quantity, by_price, by_other] = sums.each_ref().map(some);
    Some(BillComparison {
        sentence: sentence(&variances, change),
        difference: change(&(&now.total - &before.total)),
        previous_period: document::period(before),
        previous_total: money::money(&before.total, &before.credit_type),
        total: money::money(&now.total, &now.credit_type),
        total_of: text::THIS_INVOICE.to_owned(),
        parts,
        by_quantity,
        by_price,
        by_other,
        note: None,
    })
}

fn detail(variance: &Variance) -> String {
    match &variance.quantities {
        Some((was, is)) if was != is => text::from_to(&format::readable(was), &format::readable(is)),
        Some(_) if variance.is_shared && variance.by_price.is_zero() => text::SHARED_TIERS.to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
