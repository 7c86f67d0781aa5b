//! The difference between two ratings of one invoice, line by line, for breakdowns. Pure.

use crate::{
    db::usage::UsageDelta,
    rating::{MeteredUsage, Terms},
};
use app::billing::{AggregationType, Decimal, Invoice, InvoiceAdjustment, LineItem, SubLineItem, TierUsage};
use std::collections::HashSet;
use uuid::Uuid;

/// Usage since the start of a period, as it stands after one window and then the next.
pub(super) struct CumulativeUsage {
    /// The usage so far, of groups that have some, in this period or in an earlier one.
    usage: Vec<MeteredUsage>,
    /// For each group how it adds up, the rest of its windows, and its place in `usage`.
    rest: Vec<Rest>,
}

/// The windows of one group that are still to come.
struct Rest {
    aggregation_type: AggregationType,
    windows: std::iter::Peekable<std::vec::IntoIter<(i64, Decimal)>>,
    group: MeteredUsage,
    place: Option<usize>,
}

impl CumulativeUsage {
    /// At the start of the period. `earlier` is what was used in each of the periods before that tiers reach back to.
    pub(super) fn new(terms: &Terms, growth: &[UsageDelta], earlier: &[Vec<UsageDelta>]) -> Self {
        let measures = terms.measures();
        let mut usage: Vec<MeteredUsage> = Vec::new();
        let past = |growth: &UsageDelta| MeteredUsage {
            billable_metric_id: growth.billable_metric_id,
            group_index: growth.group_index,
            group_values: growth.group_values.clone(),
            segments: Vec::new(),
            before: earlier.iter().map(|period| of_group(period, growth)).collect(),
            is_past: true,
        };
        let rest = growth.iter().filter_map(|growth| {
            let measure = measures.iter().find(|measure| {
                measure.billable_metric_id == growth.billable_metric_id
                    && measure.group_index == growth.group_index
            })?;
            let windows: Vec<_> = growth.windows.iter().copied().zip(growth.values.iter().cloned()).collect();
            let group = past(growth);
            // What it used before counts from the start, where tiers count all groups together.
            let place = (!earlier.is_empty()).then_some(usage.len());
            if place.is_some() {
                usage.push(group.clone());
            }
            let windows = windows.into_iter().peekable();
            Some(Rest { aggregation_type: measure.aggregation_type, windows, group, place })
        });
        let rest = rest.collect();
        let mut known: HashSet<_> = growth.iter().map(key).collect();
        usage.extend(earlier.iter().flatten().filter(|group| known.insert(key(group))).map(past));
        Self { usage, rest }
    }

    /// Adds the usage up to the end of this window; true if there was any more.
    pub(super) fn advance(&mut self, window: i64) -> bool {
        let mut grew = false;
        for rest in &mut self.rest {
            while let Some((_, value)) = rest.windows.next_if(|(at, _)| *at <= window) {
                grew = true;
                let Some(place) = rest.place else {
                    rest.place = Some(self.usage.len());
                    let group = rest.group.clone();
                    self.usage.push(MeteredUsage { segments: vec![value], is_past: false, ..group });
                    continue;
                };
                let row = &mut self.usage[place];
                let Some(quantity) = row.segments.first_mut() else {
                    (row.segments, row.is_past) = (vec![value], false);
                    continue;
                };
                match rest.aggregation_type {
                    AggregationType::Count | AggregationType::Sum | AggregationType::Unique => {
                        *quantity += &value;
                    }
                    AggregationType::Max => *quantity = value.max(quantity.clone()),
                    AggregationType::Latest => *quantity = value,
                }
            }
        }
        grew
    }

    /// The usage so far.
    pub(super) fn usage(&self) -> &[MeteredUsage] {
        &self.usage
    }
}

/// Which measure and group.
fn key(growth: &UsageDelta) -> (Uuid, i16, &[Option<String>]) {
    (growth.billable_metric_id, growth.group_index, growth.group_values.as_slice())
}

/// What a whole period had of the same measure and group.
fn of_group(period: &[UsageDelta], group: &UsageDelta) -> Decimal {
    period.iter().find(|one| key(one) == key(group)).map(|one| one.values.iter().sum()).unwrap_or_default()
}

/// `after` less `before`, line by line: two states of one invoice, or nothing and its first.
pub(super) fn invoice_delta(before: Option<&Invoice>, after: &Invoice) -> Invoice {
    let mut grown = after.clone();
    let Some(before) = before else { return grown };
    for (line, old) in pairs(&mut grown.line_items, &before.line_items, same_line) {
        take_line(line, old);
    }
    if let Some(adjustments) = &mut grown.invoice_adjustments {
        take_adjustments(adjustments, before.adjustments());
    }
    if let (Some(subtotal), Some(old)) = (&mut grown.subtotal, &before.subtotal) {
        *subtotal = &*subtotal - old;
    }
    grown.total = &grown.total - &before.total;
    grown
}

fn take_adjustments(adjustments: &mut Vec<InvoiceAdjustment>, before: &[InvoiceAdjustment]) {
    // A minimum that is reached: what had lifted the invoice to it is taken back.
    let is_gone = |old: &&InvoiceAdjustment| !adjustments.iter().any(|one| one.name == old.name);
    let gone: Vec<InvoiceAdjustment> = before.iter().filter(is_gone).cloned().collect();
    for (adjustment, old) in pairs(adjustments, before, |one, other| one.name == other.name) {
        adjustment.total = &adjustment.total - &old.total;
    }
    adjustments.extend(gone.into_iter().map(|old| InvoiceAdjustment { total: -&old.total, ..old }));
    adjustments.retain(|adjustment| !adjustment.total.is_zero());
}

fn same_line(one: &LineItem, other: &LineItem) -> bool {
    one.product_id == other.product_id
        && one.name == other.name
        && one.group_key == other.group_key
        && one.group_value == other.group_value
}

fn take_line(line: &mut LineItem, old: &LineItem) {
    line.total = &line.total - &old.total;
    if let (Some(quantity), Some(old)) = (&mut line.quantity, &old.quantity) {
        *quantity = &*quantity - old;
        if quantity.is_zero() {
            line.unit_price = None;
        }
    }
    let same =
        |one: &SubLineItem, other: &SubLineItem| one.charge_id == other.charge_id && one.name == other.name;
    for (sub_line, old) in pairs(&mut line.sub_line_items, &old.sub_line_items, same) {
        sub_line.quantity = &sub_line.quantity - &old.quantity;
        sub_line.subtotal = &sub_line.subtotal - &old.subtotal;
        if sub_line.quantity.is_zero() {
            sub_line.price = None;
        }
        if let (Some(tiers), Some(old)) = (&mut sub_line.tiers, &old.tiers) {
            take_tiers(tiers, old);
        }
    }
}

/// Tiers are by their bounds: under volume prices another tier takes all that an earlier one had.
fn take_tiers(tiers: &mut Vec<TierUsage>, old: &[TierUsage]) {
    for old in old {
        match tiers.iter_mut().find(|tier| tier.starting_at == old.starting_at) {
            Some(tier) => {
                tier.quantity = &tier.quantity - &old.quantity;
                tier.subtotal = &tier.subtotal - &old.subtotal;
            }
            None => {
                tiers.push(TierUsage { quantity: -&old.quantity, subtotal: -&old.subtotal, ..old.clone() })
            }
        }
    }
    tiers.retain(|tier| !tier.quantity.is_zero() || !tier.subtotal.is_zero());
    tiers.sort_by(|one, other| one.starting_at.cmp(&other.starting_at));
}

/// Each of `after` that is in `before` too, with its earlier state. Of several alike the nth belongs to the nth.
fn pairs<'a, 'b, T>(
    after: &'a mut [T],
    before: &'b [T],
    same: impl Fn(&T, &T) -> bool,
) -> Vec<(&'a mut T, &'b T)> {
    let mut free: Vec<&T> = before.iter().collect();
    after
        .iter_mut()
        .filter_map(|new| {
            // Both are in one order, so the first that is free is found at once or nearly so.
            let place = free.iter().position(|old| same(new, old))?;
            Some((new, free.remove(place)))
        })
        .collect()
}
