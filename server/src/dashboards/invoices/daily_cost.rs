//! What usage of each day of a billing period costs, and what of its invoice belongs to no single day.

use super::text;
use crate::{dashboards::usage::columns, invoicing::PeriodCosts};
use app::{
    billing::{Decimal, Invoice},
    chart::{axis, scale::YScale},
    invoices::{
        report::{ByDay, Fact},
        text as words,
    },
    number::{Column, Unit, Values},
    view::{format, money, text as names},
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Charges of one kind that are named one by one; of more stands their sum.
const MOST_NAMED: usize = 4;

/// The days of an invoice. `None` unless they and the rest add up to it: what came after it was issued is not on it.
pub(super) fn daily_cost(invoice: &Invoice, days: &PeriodCosts, today: NaiveDate) -> Option<ByDay> {
    let amounts = by_day(&days.metered);
    let (first, amounts) = (days.metered.first()?.0, amounts?);
    if days.total != invoice.total || amounts.len() < 2 || amounts.iter().all(Decimal::is_zero) {
        return None;
    }
    let credit_type = &invoice.credit_type;
    let write = |amount: &Decimal| money::money(amount, credit_type);
    let (unit, shift) = money::unit_of(credit_type);
    let sum: Decimal = amounts.iter().sum();
    let (peak_day, peak) =
        first.iter_days().zip(&amounts).max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(&one.0)))?;
    let average = sum.checked_div(&Decimal::from(i64::try_from(amounts.len()).ok()?))?;
    let average = average.round(money::digits(credit_type).unwrap_or(2));
    let (rest, note) = rest(days, write);
    let shown = columns(&amounts, &[], shift, None).remove(0);
    let (levels, labels) = levels(&shown, &unit);
    Some(ByDay {
        title: words::DAILY_COST.to_owned(),
        column: words::AMOUNT.to_owned(),
        first_day: format::day_number(first),
        days: shown,
        unit,
        levels,
        labels,
        today: u32::try_from((today - first).num_days()).ok().filter(|at| (*at as usize) < amounts.len()),
        summary: text::peak(&write(peak), &format::month_day(peak_day), &write(&average)),
        total: write(&sum),
        rest,
        rest_note: note,
        whole: write(&days.total),
    })
}

/// The levels of the y axis, and the numbers beside it, the highest first.
pub(super) fn levels(days: &Column, unit: &Unit) -> (Values, Vec<String>) {
    let bound = |bound: Option<&i128>| bound.copied().unwrap_or(0);
    let scale = YScale::low(bound(days.values.iter().min()), bound(days.values.iter().max()), days.scale);
    let mut labels = axis::labels(&scale, unit);
    labels.reverse();
    (Values(scale.ticks), labels)
}

/// One amount a day, from the first to the last; `None` without any.
pub(super) fn by_day(days: &[(NaiveDate, Decimal)]) -> Option<Vec<Decimal>> {
    let (first, last) = (days.first()?.0, days.last()?.0);
    let known: BTreeMap<NaiveDate, &Decimal> = days.iter().map(|(day, amount)| (*day, amount)).collect();
    let all = first.iter_days().take_while(|day| *day <= last);
    Some(all.map(|day| known.get(&day).map_or_else(Decimal::zero, |amount| (*amount).clone())).collect())
}

/// What no day is charged for: each with its amount, and all of it as a sentence.
fn rest(days: &PeriodCosts, write: impl Fn(&Decimal) -> String) -> (Vec<Fact>, String) {
    let mut rest = Vec::new();
    let fact = |name: &str, amount: &Decimal| Fact { label: names::name(name), value: write(amount) };
    for (all, charges) in [(text::FIXED, &days.fixed), (text::OF_PERIOD, &days.of_period)] {
        let charges: Vec<_> = charges.iter().filter(|(_, amount)| !amount.is_zero()).collect();
        if charges.len() > MOST_NAMED {
            rest.push(fact(all, &charges.iter().map(|(_, amount)| amount).sum()));
        } else {
            rest.extend(charges.into_iter().map(|(name, amount)| fact(name, amount)));
        }
    }
    let adjustments = days.adjustments.iter().filter(|one| !one.total.is_zero());
    rest.extend(adjustments.map(|one| fact(&one.name, &one.total)));
    let parts: Vec<String> = rest.iter().map(|fact| text::named(&fact.label, &fact.value)).collect();
    let note = if parts.is_empty() { String::new() } else { text::not_by_day(&parts) };
    (rest, note)
}
