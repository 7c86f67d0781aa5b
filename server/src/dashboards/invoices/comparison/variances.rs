//! What each charge and each adjustment adds to the difference of two invoices.

use crate::dashboards::invoices::{text, variance::VarianceKind};
use app::{
    billing::{Decimal, Invoice, LineItem, SubLineItem, TierScope},
    embed::GroupKeyNames,
    view::{allocate::allocate, money, text as written, words},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a charge came to in one invoice.
#[derive(Clone, Debug, PartialEq)]
struct ChargeFigures {
    quantity: Decimal,
    amount: Decimal,
    /// Prices by the quantity from which they hold.
    prices: Vec<(Decimal, Decimal)>,
    /// Whether other groups count toward its tiers (`ACROSS_GROUPS`).
    is_shared: bool,
}

/// Which charge: product, group value, charge, and its place among those of the same name.
type Key = (Option<Uuid>, Option<String>, String, usize);

/// What one charge, or one adjustment, adds to the difference.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variance {
    /// The product and its group value.
    pub(super) name: String,
    /// The charge, where the product has several.
    pub(super) charge: String,
    /// Whether it is on both invoices, new, removed, or an adjustment.
    pub(super) kind: VarianceKind,
    /// Its amount before; `None` where it was not there.
    before: Option<Decimal>,
    /// Quantity before and now.
    pub(super) quantities: Option<(Decimal, Decimal)>,
    /// Whether other groups count toward its tiers (`ACROSS_GROUPS`).
    pub(super) is_shared: bool,
    /// From another quantity at the old price.
    pub(super) by_quantity: Decimal,
    /// From another price at the new quantity.
    pub(super) by_price: Decimal,
    /// From being new, removed, or no charge at all.
    pub(super) other: Decimal,
}

impl Variance {
    /// What it adds to the difference of the two totals, in the invoice's currency.
    pub(super) fn total(&self) -> Decimal {
        [&self.by_quantity, &self.by_price, &self.other].into_iter().sum()
    }

    /// The charge, where the product has several, else the product.
    pub(super) fn title(&self) -> &str {
        if self.charge.is_empty() { &self.name } else { &self.charge }
    }

    /// `+23%`, or how many times as much it is from ten times on. `None` for less than half a percent, and of nothing.
    pub(super) fn percent(&self) -> Option<String> {
        let before = self.before.as_ref().filter(|before| !before.is_negative())?;
        let percent = (&self.total() * &Decimal::from(100)).checked_div(before)?.round(0);
        let times = (&percent + &Decimal::from(100)).checked_div(&Decimal::from(100))?.round(0);
        let is_large = times >= Decimal::from(10);
        (!percent.is_zero()).then(|| if is_large { text::times(&times) } else { text::percent(&percent) })
    }
}

/// The variances that make up `now.total - before.total`; their totals add up to it exactly, whatever the invoices hold.
pub(super) fn variances(before: &Invoice, now: &Invoice, names: &GroupKeyNames) -> Vec<Variance> {
    let (mut old, new) = (charges(before), charges(now));
    let mut variances: Vec<Variance> = Vec::new();
    for (key, (label, charge)) in new {
        let variance = match old.remove(&key) {
            Some((_, was)) => changed(&was, &charge, money::digits(&now.credit_type)),
            None => one_sided(VarianceKind::New, charge.amount.clone()),
        };
        variances.push(label.name(variance, names));
    }
    for (label, charge) in old.into_values() {
        variances.push(label.name(one_sided(VarianceKind::Removed, -&charge.amount), names));
    }
    variances.extend(adjustments(before, now));
    let explained: Decimal = variances.iter().map(Variance::total).collect::<Vec<_>>().iter().sum();
    let rest = &(&now.total - &before.total) - &explained;
    variances.push(Variance { name: text::OTHER.to_owned(), ..one_sided(VarianceKind::Adjustment, rest) });
    variances.retain(|variance| {
        !(variance.by_quantity.is_zero() && variance.by_price.is_zero() && variance.other.is_zero())
    });
    variances.sort_by_key(|variance| std::cmp::Reverse(size(&variance.total())));
    variances
}

/// Without its sign.
pub(super) fn size(value: &Decimal) -> Decimal {
    if value.is_negative() { -value } else { value.clone() }
}

fn one_sided(kind: VarianceKind, other: Decimal) -> Variance {
    Variance {
        name: String::new(),
        charge: String::new(),
        kind,
        before: None,
        quantities: None,
        is_shared: false,
        by_quantity: Decimal::zero(),
        by_price: Decimal::zero(),
        other,
    }
}

/// The quantity is valued at the old average price, the price at the new quantity. While the prices are the same,
/// tiers included, all of it is quantity, although the average moved with the tiers.
fn changed(was: &ChargeFigures, is: &ChargeFigures, digits: Option<i64>) -> Variance {
    let difference = &is.amount - &was.amount;
    let average = was.amount.checked_div(&was.quantity);
    let by_quantity = match average {
        Some(average) if !same_prices(was, is) => {
            let exact = &(&is.quantity - &was.quantity) * &average;
            // Rounded as amounts are, so that both sides can be printed and still add up.
            exact.round(digits.unwrap_or(12))
        }
        _ => difference.clone(),
    };
    Variance {
        before: Some(was.amount.clone()),
        quantities: Some((was.quantity.clone(), is.quantity.clone())),
        is_shared: is.is_shared,
        by_price: &difference - &by_quantity,
        by_quantity,
        ..one_sided(VarianceKind::Changed, Decimal::zero())
    }
}

/// Whether no price that both invoices know differs. Tiers that begin above 0 alone are prices of all units (volume).
fn same_prices(was: &ChargeFigures, is: &ChargeFigures) -> bool {
    let starts_alike = was.prices.first().map(|price| &price.0) == is.prices.first().map(|price| &price.0);
    let known = was.prices.iter().all(|(from, price)| {
        is.prices.iter().find(|(other, _)| other == from).is_none_or(|(_, other)| other == price)
    });
    was.prices.is_empty() || is.prices.is_empty() || (starts_alike && known)
}

/// How a charge is called.
struct Label<'a> {
    line: &'a LineItem,
    charge: &'a str,
}

impl Label<'_> {
    fn name(&self, variance: Variance, names: &GroupKeyNames) -> Variance {
        let group = self.line.group_key.as_deref().map(|key| match &self.line.group_value {
            Some(value) => written::group_value(key, value, names),
            None => words::no_value(&written::group_key(key, names)),
        });
        let name = match group {
            Some(group) => format!("{} · {group}", written::name(&self.line.name)),
            None => written::name(&self.line.name),
        };
        let is_single = self.line.sub_line_items.len() < 2;
        Variance {
            name,
            charge: if is_single { String::new() } else { written::name(self.charge) },
            ..variance
        }
    }
}

/// All charges of an invoice, their amounts rounded so that they add up to their lines.
fn charges(invoice: &Invoice) -> BTreeMap<Key, (Label<'_>, ChargeFigures)> {
    let mut found = BTreeMap::new();
    for line in &invoice.line_items {
        let exact: Vec<Decimal> = line.sub_line_items.iter().map(|sub| sub.subtotal.clone()).collect();
        let amounts = match money::digits(&line.credit_type) {
            Some(digits) => allocate(&exact, &line.total, digits),
            None => exact,
        };
        for (sub, amount) in line.sub_line_items.iter().zip(amounts) {
            let mut key: Key = (line.product_id, line.group_value.clone(), sub.name.clone(), 0);
            while found.contains_key(&key) {
                key.3 += 1;
            }
            let is_shared = sub.tier_scope == Some(TierScope::AcrossGroups);
            let charged =
                ChargeFigures { quantity: sub.quantity.clone(), amount, prices: prices(sub), is_shared };
            found.insert(key, (Label { line, charge: &sub.name }, charged));
        }
    }
    found
}

fn prices(sub: &SubLineItem) -> Vec<(Decimal, Decimal)> {
    match (&sub.tiers, &sub.price) {
        (Some(tiers), _) => tiers
            .iter()
            .filter(|tier| !tier.quantity.is_zero())
            .map(|tier| (tier.starting_at.clone(), tier.price.clone()))
            .collect(),
        (None, Some(price)) => vec![(Decimal::zero(), price.clone())],
        (None, None) => Vec::new(),
    }
}

fn adjustments(before: &Invoice, now: &Invoice) -> Vec<Variance> {
    let mut by_name: BTreeMap<&str, Decimal> = BTreeMap::new();
    for one in before.adjustments() {
        let sum = by_name.entry(&one.name).or_default();
        *sum = &*sum - &one.total;
    }
    for one in now.adjustments() {
        *by_name.entry(&one.name).or_default() += &one.total;
    }
    by_name
        .into_iter()
        .map(|(name, total)| Variance {
            name: written::name(name),
            ..one_sided(VarianceKind::Adjustment, total)
        })
        .collect()
}
