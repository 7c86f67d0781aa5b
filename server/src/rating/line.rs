//! Lines of an invoice: one a product, or one a group value of a grouped product; one sub line a charge.

use super::{Period, PeriodUsage, Term, Terms, tier};
use app::billing::{Charge, Decimal, LineItem, SubLineItem, TierPeriod};
use std::{cmp::Ordering, collections::BTreeMap};
use uuid::Uuid;

/// Digits kept of a prorated quantity and of a subtotal: far below any smallest unit, and short enough to print.
const KEPT_DIGITS: i64 = 12;

/// All lines, in the order of the plan's charges; group values in their own order, events without one last.
pub(super) fn lines(terms: &Terms, usage: &[PeriodUsage], period: Period) -> Vec<LineItem> {
    let mut products: Vec<(Uuid, Vec<&Term>)> = Vec::new();
    for term in &terms.charges {
        match products.iter_mut().find(|(product_id, _)| *product_id == term.charge.product_id) {
            Some((_, members)) => members.push(term),
            None => products.push((term.charge.product_id, vec![term])),
        }
    }
    products
        .iter()
        .flat_map(|(_, members)| match members[0].charge.product_group_key.as_deref() {
            None => vec![line(terms, members, usage, period, None)],
            Some(group_key) => group_values(members, usage)
                .into_iter()
                .map(|value| line(terms, members, usage, period, Some((group_key, value))))
                .collect(),
        })
        .collect()
}

/// The values of a grouped product that have usage: the others get no line.
fn group_values<'a>(members: &[&Term], usage: &'a [PeriodUsage]) -> Vec<Option<&'a str>> {
    let mut values: Vec<Option<&str>> = members
        .iter()
        .filter_map(|term| term.measure)
        .flat_map(|measure| {
            usage.iter().filter(move |row| {
                row.billable_metric_id == measure.billable_metric_id && row.group_index == measure.group_index
            })
        })
        .map(|row| row.group_values.first().and_then(Option::as_deref))
        .collect();
    values.sort_unstable_by(|one, other| match (one, other) {
        (Some(one), Some(other)) => one.cmp(other),
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    });
    values.dedup();
    values
}

fn line(
    terms: &Terms,
    members: &[&Term],
    usage: &[PeriodUsage],
    period: Period,
    group: Option<(&str, Option<&str>)>,
) -> LineItem {
    let sub_line_items: Vec<SubLineItem> = members
        .iter()
        .map(|term| {
            sub_line(
                &term.charge,
                &quantity(terms, term, usage, period, group.map(|(_, value)| value)),
                period,
            )
        })
        .collect();
    let sum: Decimal = sub_line_items.iter().map(|sub_line| &sub_line.subtotal).sum();
    let first = &members[0].charge;
    let single = (sub_line_items.len() == 1).then(|| &sub_line_items[0]);
    LineItem {
        name: first.product_name.clone(),
        line_type: "usage".to_owned(),
        credit_type: first.credit_type.clone(),
        total: terms.digits().map_or(sum.clone(), |digits| sum.round(digits)),
        product_id: first.product_id,
        quantity: single.map(|sub_line| sub_line.quantity.clone()),
        unit_price: single.and_then(|sub_line| sub_line.price.clone()),
        group_key: group.map(|(key, _)| key.to_owned()),
        group_value: group.and_then(|(_, value)| value.map(str::to_owned)),
        sub_line_items,
        product_custom_fields: BTreeMap::new(),
        custom_fields: BTreeMap::new(),
    }
}

/// What a charge counts in the period, before unit conversion.
///
/// A fixed quantity is prorated by days when the plan's bounds cut the period: 1 seat in 15 of April's 30 days is
/// half a seat. Usage is never prorated: it is what it is.
fn quantity(
    terms: &Terms,
    term: &Term,
    usage: &[PeriodUsage],
    period: Period,
    group_value: Option<Option<&str>>,
) -> Decimal {
    let Some(measure) = term.measure else {
        let fixed = term.charge.quantity.clone().unwrap_or_default();
        return match terms.rhythm.full_period_at(period.start) {
            Some(full) if full != period => (&fixed * &Decimal::from(period.days()))
                .checked_div(&Decimal::from(full.days()))
                .unwrap_or_default()
                .round(KEPT_DIGITS),
            _ => fixed,
        };
    };
    usage
        .iter()
        .find(|row| {
            row.billable_metric_id == measure.billable_metric_id
                && row.group_index == measure.group_index
                && group_value
                    .is_none_or(|value| row.group_values.first().and_then(Option::as_deref) == value)
        })
        .map(|row| row.quantity.clone())
        .unwrap_or_default()
}

fn sub_line(charge: &Charge, used: &Decimal, period: Period) -> SubLineItem {
    let quantity = tier::convert(used, charge.unit_conversion.as_ref());
    let is_tiered = charge.prices.len() > 1;
    let mut tiers = tier::price_quantity(&quantity, &charge.prices, charge.tier_mode);
    for tier in &mut tiers {
        tier.subtotal = tier.subtotal.round(KEPT_DIGITS);
    }
    SubLineItem {
        name: charge.name.clone(),
        charge_id: Some(charge.id),
        subtotal: tiers.iter().map(|tier| &tier.subtotal).sum(),
        price: (!is_tiered && !quantity.is_zero())
            .then(|| charge.prices.first().map(|price| price.value.clone()))
            .flatten(),
        tiers: is_tiered.then_some(tiers),
        tier_period: is_tiered
            .then_some(TierPeriod { starting_at: period.start, ending_before: Some(period.end) }),
        quantity,
        custom_fields: charge.custom_fields.clone(),
    }
}
