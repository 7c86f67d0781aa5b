//! What one line of an invoice used on each day of its period.

use super::{
    daily_cost::{by_day, levels},
    text,
};
use crate::{
    dashboards::usage::columns,
    invoicing::{ChargeUsage, PeriodCosts},
};
use app::{
    billing::Decimal,
    invoices::{
        report::{ByDay, Fact},
        text as words,
    },
    number::Unit,
    view::format,
};
use chrono::NaiveDate;

/// Digits after the point of a day's quantity: as many as a line has of a quotient without an end.
const DIGITS: i64 = 12;

/// The days of a line, as far as those of its invoice go; `None` where these are too few to compare.
pub(super) fn line_by_day(usage: &ChargeUsage, days: &PeriodCosts, today: NaiveDate) -> Option<ByDay> {
    let (first, last) = (days.metered.first()?.0, days.metered.last()?.0);
    let mut known: Vec<(NaiveDate, Decimal)> = [first, last].map(|day| (day, Decimal::zero())).into();
    known.extend(usage.days.iter().filter(|(day, _)| first <= *day && *day <= last).cloned());
    // Of a day that is there twice, the last counts; the first and the last day are the bounds in any case.
    known.sort_by_key(|(day, _)| *day);
    let values = by_day(&known).filter(|values| values.len() > 1)?;
    let (peak_day, peak) =
        first.iter_days().zip(&values).max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(&one.0)))?;
    let (peak, peak_day) = (format::quantity(&peak.round(DIGITS)), format::month_day(peak_day));
    let quantity = format::quantity(&usage.quantity);
    let kind = usage.measure.aggregation_type;
    let (column, unit) = (columns(&values, &[], 0, Some(DIGITS)).remove(0), Unit::default());
    let (levels, labels) = levels(&column, &unit);
    let shown = ByDay {
        title: text::by_day(&usage.name, kind),
        column: words::QUANTITY.to_owned(),
        first_day: format::day_number(first),
        days: column,
        unit,
        levels,
        labels,
        today: u32::try_from((today - first).num_days()).ok().filter(|at| (*at as usize) < values.len()),
        ..ByDay::default()
    };
    if !usage.adds_up() {
        let (summary, rest_note) = (text::peak_alone(&peak, &peak_day), text::no_sum(kind).to_owned());
        return Some(ByDay { summary, total: quantity, rest_note, ..shown });
    }
    let sum: Decimal = values.iter().sum();
    let average = rounded(&sum.checked_div(&Decimal::from(i64::try_from(values.len()).ok()?))?);
    let summary = text::peak(&peak, &peak_day, &format::quantity(&average));
    let rounding = (&usage.quantity - &sum).round(DIGITS);
    if usage.rounding.is_none() || rounding.is_zero() {
        return Some(ByDay { summary, total: quantity.clone(), whole: quantity, ..shown });
    }
    let rounding = format::quantity(&rounding);
    Some(ByDay {
        summary,
        total: format::quantity(&sum.round(DIGITS)),
        rest_note: text::rounded(&rounding),
        rest: vec![Fact { label: text::ROUNDING.to_owned(), value: rounding }],
        whole: quantity,
        ..shown
    })
}

/// Three digits, and all before the point; six of what is less than one.
fn rounded(average: &Decimal) -> Decimal {
    let size = if average.is_negative() { -average } else { average.clone() };
    let digits = [(100, 0), (10, 1), (1, 2)].into_iter().find(|(from, _)| size >= Decimal::from(*from));
    average.round(digits.map_or(6, |(_, digits)| digits))
}
