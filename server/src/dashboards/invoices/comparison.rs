//! Why a bill changed: the difference to the invoice before it, in parts that add up to it exactly.

use super::{text, variance::VarianceKind};
use crate::invoicing::PeriodToDate;
use app::{
    billing::{Decimal, Invoice, InvoiceStatus, LineItem, SubLineItem, TierScope},
    embed::GroupKeyNames,
    invoices::report::{BillComparison, ComparisonPart},
    view::{allocate::allocate, format, money, text as written, words},
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
type Key = (Uuid, Option<String>, String, usize);

/// What one charge, or one adjustment, adds to the difference.
#[derive(Clone, Debug, PartialEq)]
struct Variance {
    /// The product and its group value.
    name: String,
    /// The charge, where the product has several.
    charge: String,
    /// Whether it is on both invoices, new, removed, or an adjustment.
    kind: VarianceKind,
    /// Its amount before; `None` where it was not there.
    before: Option<Decimal>,
    /// Quantity before and now.
    quantities: Option<(Decimal, Decimal)>,
    /// Whether other groups count toward its tiers (`ACROSS_GROUPS`).
    is_shared: bool,
    /// From another quantity at the old price.
    by_quantity: Decimal,
    /// From another price at the new quantity.
    by_price: Decimal,
    /// From being new, removed, or no charge at all.
    other: Decimal,
}

impl Variance {
    /// What it adds to the difference of the two totals, in the invoice's currency.
    fn total(&self) -> Decimal {
        [&self.by_quantity, &self.by_price, &self.other].into_iter().sum()
    }

    /// The charge, where the product has several, else the product.
    fn title(&self) -> &str {
        if self.charge.is_empty() { &self.name } else { &self.charge }
    }

    /// `+23%`, or how many times as much it is from ten times on. `None` for less than half a percent, and of nothing.
    fn percent(&self) -> Option<String> {
        let before = self.before.as_ref().filter(|before| !before.is_negative())?;
        let percent = (&self.total() * &Decimal::from(100)).checked_div(before)?.round(0);
        let times = (&percent + &Decimal::from(100)).checked_div(&Decimal::from(100))?.round(0);
        let is_large = times >= Decimal::from(10);
        (!percent.is_zero()).then(|| if is_large { text::times(&times) } else { text::percent(&percent) })
    }
}

/// The variances that make up `now.total - before.total`; their totals add up to it exactly, whatever the invoices hold.
fn variances(before: &Invoice, now: &Invoice, names: &GroupKeyNames) -> Vec<Variance> {
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

fn size(value: &Decimal) -> Decimal {
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
    for one in &before.invoice_adjustments {
        let sum = by_name.entry(&one.name).or_default();
        *sum = &*sum - &one.total;
    }
    for one in &now.invoice_adjustments {
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

/// Parts shown one by one.
const SHOWN: usize = 12;

/// How a finalized invoice differs from the one before. A draft grows still, for which there is [`so_far`], and a void one
/// is not owed: the difference would say nothing.
pub(super) fn comparison(before: &Invoice, now: &Invoice, names: &GroupKeyNames) -> Option<BillComparison> {
    let [was, is] = [before, now].map(|one| (one.end_timestamp - one.start_timestamp).num_days());
    let note = (was != is).then(|| text::period_lengths(was, is));
    let compared = (now.status == InvoiceStatus::Finalized).then(|| compared(before, now, names))?;
    compared.map(|compared| BillComparison { note, ..compared })
}

/// How the days of a period that runs differ from the same days of the one before.
pub(super) fn so_far(so_far: &PeriodToDate, names: &GroupKeyNames) -> Option<BillComparison> {
    let PeriodToDate { days, before, now } = so_far;
    let total_of = format::period(now.start_timestamp, now.end_timestamp);
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
        previous_period: format::period(before.start_timestamp, before.end_timestamp),
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
mod tests {
    use super::*;
    use crate::rating::{
        fixtures::{term, terms, used},
        rate,
    };
    use app::billing::{CreditType, InvoiceAdjustment};
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect(text)
    }

    /// Product, group value, quantity, price in cents; a tiered one has a second price from 100 on.
    type Charge = (u128, Option<&'static str>, &'static str, &'static str, Option<&'static str>);

    fn invoice(charges: &[Charge], credit: i64) -> Invoice {
        let usd = CreditType::usd_cents();
        let lines: Vec<serde_json::Value> = charges
            .iter()
            .map(|(product, group, quantity, price, second)| {
                let (quantity, price) = (decimal(quantity), decimal(price));
                let hundred = Decimal::from(100);
                let tiers = second.map(|second| {
                    let first = quantity.clone().min(hundred.clone());
                    let rest = &quantity - &first;
                    let tier = |from: i64, quantity: &Decimal, price: &Decimal| {
                        serde_json::json!({ "starting_at": from, "quantity": quantity, "price": price,
                            "subtotal": quantity * price })
                    };
                    (
                        tier(0, &first, &price),
                        tier(100, &rest, &decimal(second)),
                        &(&first * &price) + &(&rest * &decimal(second)),
                    )
                });
                let subtotal = tiers.as_ref().map_or(&quantity * &price, |(_, _, subtotal)| subtotal.clone());
                let mut sub =
                    serde_json::json!({ "name": "Units", "quantity": quantity, "subtotal": subtotal });
                match &tiers {
                    Some((first, rest, _)) => sub["tiers"] = serde_json::json!([first, rest]),
                    None => sub["price"] = serde_json::to_value(&price).expect("a price"),
                }
                serde_json::json!({
                    "name": format!("Product {product}"), "type": "usage", "credit_type": usd,
                    "product_id": Uuid::from_u128(*product), "total": subtotal.round(0),
                    "group_key": group.map(|_| "region"), "group_value": group, "sub_line_items": [sub],
                })
            })
            .collect();
        let mut made: Invoice = serde_json::from_value(serde_json::json!({
            "id": Uuid::nil(), "customer_id": Uuid::nil(), "status": "FINALIZED", "credit_type": usd,
            "type": "PLAN_ARREARS", "start_timestamp": "2026-10-01T00:00:00Z",
            "end_timestamp": "2026-11-01T00:00:00Z", "issued_at": "2026-11-02T00:00:00Z",
            "invoice_adjustments": [], "subtotal": 0, "total": 0, "plan_id": Uuid::nil(), "plan_name": "Plan",
            "line_items": lines,
        }))
        .expect("an invoice");
        made.subtotal = made.line_items.iter().map(|line| &line.total).sum();
        made.total = &made.subtotal + &Decimal::from(credit);
        if credit != 0 {
            let total = Decimal::from(credit);
            made.invoice_adjustments =
                vec![InvoiceAdjustment { name: "Credit".to_owned(), credit_type: usd, total }];
        }
        made
    }

    fn found(before: &[Charge], now: &[Charge]) -> Vec<(String, VarianceKind, [String; 3])> {
        variances(&invoice(before, 0), &invoice(now, 0), &GroupKeyNames::default())
            .into_iter()
            .map(|one| {
                let parts = [&one.by_quantity, &one.by_price, &one.other].map(ToString::to_string);
                (one.name, one.kind, parts)
            })
            .collect()
    }

    #[test]
    fn quantity_and_price_each_have_their_part() {
        let before = [(1, None, "10", "5", None), (2, None, "7", "3", None), (3, Some("eu"), "1", "9", None)];
        let now = [(1, None, "12", "6", None), (2, None, "7", "3", None), (3, Some("us"), "1", "4", None)];
        let zero = || "0".to_owned();
        assert_eq!(
            found(&before, &now),
            [
                ("Product 1".to_owned(), VarianceKind::Changed, ["10".to_owned(), "12".to_owned(), zero()]),
                ("Product 3 · eu".to_owned(), VarianceKind::Removed, [zero(), zero(), "-9".to_owned()]),
                ("Product 3 · us".to_owned(), VarianceKind::New, [zero(), zero(), "4".to_owned()]),
            ]
        );
    }

    #[test]
    fn more_of_the_same_tiers_is_quantity_alone() {
        let all = found(&[(1, None, "50", "10", Some("1"))], &[(1, None, "300", "10", Some("1"))]);
        assert_eq!(all[0].2, ["700".to_owned(), "0".to_owned(), "0".to_owned()]);
        let dearer = found(&[(1, None, "300", "10", Some("1"))], &[(1, None, "300", "10", Some("2"))]);
        assert_eq!(dearer[0].2, ["0".to_owned(), "200".to_owned(), "0".to_owned()]);
    }

    #[test]
    fn a_sentence_names_the_largest_part() {
        let (one, more) = ((1, None, "10", "5", None), (1, None, "20", "5", None));
        let other = (2, None, "10", "5", None);
        let cases: [(&[Charge], &[Charge], &str); 5] = [
            (&[one], &[(1, None, "12", "6", None)], "Product 1: +44%, +$0.22."),
            (&[one, other], &[more, (2, None, "9", "5", None)], "Mostly Product 1: +100%, +$0.50."),
            (
                &[one, other],
                &[more, (3, None, "10", "4", None)],
                "Of 3 changes, the largest is Product 1: +100%, +$0.50.",
            ),
            (&[], &[one], "Product 1: new, +$0.50."),
            (&[one], &[one], text::SAME),
        ];
        for (before, now, expected) in cases {
            let (before, now) = (invoice(before, 0), invoice(now, 0));
            let found = comparison(&before, &now, &GroupKeyNames::default()).expect("a comparison");
            assert_eq!(found.sentence, expected);
        }
    }

    fn charge() -> impl Strategy<Value = Charge> {
        let texts = prop::sample::select(vec!["0", "0.333", "7", "99.5", "100", "123456.789"]);
        let groups = prop::option::of(prop::sample::select(vec!["eu", "us", "ap"]));
        let second = prop::option::of(prop::sample::select(vec!["0.01", "3"]));
        (0u128..4, groups, texts.clone(), texts, second)
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_the_difference_exactly(
            before in prop::collection::vec(charge(), 0..8),
            now in prop::collection::vec(charge(), 0..8),
            credits in (-500i64..500, -500i64..500),
        ) {
            let (before, now) = (invoice(&before, credits.0), invoice(&now, credits.1));
            let variances = variances(&before, &now, &GroupKeyNames::default());
            let sum: Decimal = variances.iter().map(Variance::total).collect::<Vec<_>>().iter().sum();
            prop_assert_eq!(sum, &now.total - &before.total);
            for variance in &variances {
                for part in [&variance.by_quantity, &variance.by_price, &variance.other] {
                    prop_assert_eq!(&part.round(0), part, "in whole cents");
                }
                prop_assert!(variance.name != text::OTHER, "nothing is left unexplained");
            }
        }
    }

    #[test]
    fn a_group_that_used_as_much_says_that_shared_tiers_were_filled_otherwise() {
        let rated = |ups: &str| {
            let mut labels = term(1, None, &[("0", "10"), ("100", "5")], Some("carrier"));
            labels.charge.tier_scope = TierScope::AcrossGroups;
            let terms = terms(vec![labels], "2026-10-01");
            let period = terms.schedule.period_at(terms.schedule.starting_on).expect("a period");
            let usage = [used(Some(Some("dhl")), "50"), used(Some(Some("ups")), ups)];
            let invoice = rate(&terms, &usage, period, chrono::Duration::hours(24));
            Invoice { status: InvoiceStatus::Finalized, ..invoice }
        };
        // 500 and 500 of 1,000; then 375 and 1,125 of 1,500.
        let found = comparison(&rated("50"), &rated("150"), &GroupKeyNames::default()).expect("a comparison");
        let parts: Vec<_> =
            found.parts.iter().map(|part| (&*part.name, &*part.detail, &*part.total)).collect();
        let expected =
            [("Product 1 · ups", "50 → 150", "+$6.25"), ("Product 1 · dhl", text::SHARED_TIERS, "−$1.25")];
        assert_eq!(parts, expected);
    }
}
