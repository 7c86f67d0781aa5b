//! What all metrics cost together: one total for each currency that several of them have a cost in. Pure.

use super::{
    measure::{Costs, shares},
    text,
};
use crate::rating::{self, Terms};
use app::{
    billing::{
        AggregationType, CreditType, DailyCost, Decimal, NoCost, UsageSeries, UsageWindow, WindowMeasure,
    },
    number::{self, Column, Values},
    usage::report::{Measure, MetricUsage},
    view::{money, text as names},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

type Metric = (String, Option<UsageSeries>);

/// A charge without usage: its name, and what it comes to in a whole billing period.
#[derive(Clone, Debug)]
pub(crate) struct FixedCharge {
    /// The unit of the amount.
    pub(crate) credit_type: CreditType,
    /// What the charge is called on invoices.
    pub(crate) name: String,
    /// The amount of a whole billing period.
    pub(crate) amount: Decimal,
}

/// The fixed charges of the plans that run now.
pub(super) fn fixed_charges(all_terms: &[Terms], now: DateTime<Utc>) -> Vec<FixedCharge> {
    let running = all_terms.iter().filter_map(|terms| Some((terms, terms.schedule.period_at(now)?)));
    let lists = running.map(|(terms, period)| rating::price_list(terms, &[], period));
    lists
        .flat_map(|list| {
            let credit_type = list.credit_type;
            list.charges.into_iter().filter_map(move |one| {
                let amount = one.fixed.map(|fixed| fixed.amount).filter(|amount| !amount.is_zero())?;
                let name = names::name(&one.charge.name);
                Some(FixedCharge { credit_type: credit_type.clone(), name, amount })
            })
        })
        .collect()
}

/// Digits of a day at most: the browser's whole numbers have 38, and 90 days and ten metrics are added up.
const MOST_DIGITS: i32 = 34;

/// The totals, in the order of the metrics, which are `shown` and get their shares of them.
pub(super) fn totals(
    metrics: &[Metric],
    fixed: &[FixedCharge],
    shown: &mut [MetricUsage],
    windows: &[UsageWindow],
) -> Vec<MetricUsage> {
    let mut currencies: Vec<(&CreditType, Vec<(&UsageSeries, &DailyCost)>)> = Vec::new();
    for series in metrics.iter().filter_map(|(_, series)| series.as_ref()) {
        let Ok(cost) = &series.cost else { continue };
        match currencies.iter_mut().find(|(credit_type, _)| **credit_type == cost.credit_type) {
            Some((_, members)) => members.push((series, cost)),
            None => currencies.push((&cost.credit_type, vec![(series, cost)])),
        }
    }
    let is_single = currencies.len() == 1;
    let several = currencies.iter().filter(|(_, members)| members.len() > 1);
    several
        .map(|(credit_type, members)| {
            let currency = money::unit(credit_type);
            share_out(credit_type, metrics, shown, windows);
            MetricUsage {
                name: text::total(Some(currency.as_str()).filter(|_| !is_single)),
                adds_up: true,
                cost: Some(as_fine(together(credit_type, members, windows), shown)),
                no_cost: Some(note(metrics, fixed, credit_type)),
                ..MetricUsage::default()
            }
        })
        .collect()
}

/// A total whose days are no coarser than those of its metrics, so that the browser cuts nothing off; but for numbers that
/// are too large for exact addition, whose last digits are lost.
fn as_fine(total: Measure, shown: &[MetricUsage]) -> Measure {
    let costs = shown.iter().filter_map(|metric| metric.cost.as_ref()).filter(|cost| cost.unit == total.unit);
    let columns: Vec<&Column> = costs.map(|cost| &cost.days).chain([&total.days]).collect();
    let digits =
        |value: &i128| value.unsigned_abs().checked_ilog10().map_or(0, |power| power + 1).cast_signed();
    let most = |column: &Column| {
        let values = column.values.iter().filter(|value| **value != number::ABSENT);
        MOST_DIGITS - values.map(digits).max().unwrap_or(0) + column.scale
    };
    let finest = columns.iter().map(|column| column.scale).max();
    let room = columns.iter().map(|column| most(column)).min();
    let own = total.days.scale;
    let scale = finest.unwrap_or(own).min(room.unwrap_or(own));
    let values = Values(number::rescaled(&total.days.values, scale - own));
    Measure { days: Column { scale, values }, ..total }
}

/// Gives each metric its share of what all of a currency cost, in each window.
fn share_out(
    credit_type: &CreditType,
    metrics: &[Metric],
    shown: &mut [MetricUsage],
    windows: &[UsageWindow],
) {
    let mut costs = Vec::new();
    for ((_, series), shown) in metrics.iter().zip(shown) {
        let cost = series.as_ref().and_then(|series| series.cost.as_ref().ok());
        let cost = cost.filter(|cost| cost.credit_type == *credit_type);
        costs.extend(cost.zip(shown.cost.as_mut()));
    }
    for (at, window) in windows.iter().enumerate() {
        let total = |cost: &DailyCost| -> Decimal {
            cost.values.iter().rev().take(window.days() as usize).flatten().sum()
        };
        let totals: Vec<Decimal> = costs.iter().map(|(cost, _)| total(cost)).collect();
        for ((_, measure), share) in costs.iter_mut().zip(shares(&totals)) {
            if let Some(figures) = measure.windows.get_mut(at) {
                figures.share = share;
            }
        }
    }
}

/// The days of several metrics, added up before anything is rounded.
fn together(
    credit_type: &CreditType,
    members: &[(&UsageSeries, &DailyCost)],
    windows: &[UsageWindow],
) -> Measure {
    let days = members.iter().map(|(series, _)| series.values.len()).min().unwrap_or_default();
    let used: Vec<bool> =
        (0..days).map(|day| members.iter().any(|(series, _)| !series.values[day].is_zero())).collect();
    let sum = |day: usize| -> Option<Decimal> {
        members.iter().map(|(_, cost)| cost.values.get(day)?.as_ref()).sum()
    };
    let begins = members.iter().map(|(series, _)| series.priced_from).collect::<Option<Vec<_>>>();
    let ends = members.iter().map(|(series, _)| series.ending_before).collect::<Option<Vec<_>>>();
    let cost = DailyCost {
        credit_type: credit_type.clone(),
        values: (0..days).map(sum).collect(),
        unit_prices: vec![None; days],
        groups: Err(NoCost::TiersOverGroups),
    };
    // Of its values nothing is asked but when usage began.
    let series = UsageSeries {
        billable_metric_id: Uuid::nil(),
        name: String::new(),
        aggregation_type: AggregationType::Sum,
        starting_on: members.first().map(|(series, _)| series.starting_on).unwrap_or_default(),
        values: used.iter().map(|used| Decimal::from(i64::from(*used))).collect(),
        used,
        priced_from: begins.and_then(|begins| begins.into_iter().min()),
        ending_before: ends.and_then(|ends| ends.into_iter().max()),
        measures: vec![WindowMeasure::default(); windows.len()],
        cost: Err(NoCost::NotPriced),
        groups: None,
    };
    Costs::new(&series, &cost, &[], windows).measure
}

/// What is not in the total of a currency, and why; and how it is rounded.
fn note(metrics: &[Metric], fixed: &[FixedCharge], credit_type: &CreditType) -> String {
    // Each reason with the names of its metrics.
    type Reasons<'a> = Vec<(String, Vec<&'a str>)>;
    let (mut not_by_day, mut others) = (Reasons::new(), Reasons::new());
    for (name, series) in metrics {
        let (list, reason) = match series.as_ref().map(|series| &series.cost) {
            None => (&mut others, text::FAILED.to_owned()),
            Some(Err(reason)) => (&mut not_by_day, text::left_out(*reason).to_owned()),
            Some(Ok(cost)) if cost.credit_type != *credit_type => {
                (&mut others, text::in_currency(&money::unit(&cost.credit_type)))
            }
            Some(Ok(_)) => continue,
        };
        match list.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => list.push((reason, vec![name.as_str()])),
        }
    }
    for charge in fixed.iter().filter(|charge| charge.credit_type == *credit_type) {
        not_by_day
            .push((text::a_period(&money::money(&charge.amount, credit_type)), vec![charge.name.as_str()]));
    }
    let sentences = [
        (!not_by_day.is_empty()).then(|| text::not_by_day(&not_by_day)),
        (!others.is_empty()).then(|| text::not_in_total(&others)),
        Some(text::ROUNDED.to_owned()),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
