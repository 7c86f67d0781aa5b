//! The rows of a document: products, their groups and charges, and sums.

use crate::{
    billing::{CreditType, Decimal, LineItem, SubLineItem, TierScope, TierUsage},
    embed::GroupKeyNames,
    view::{allocate::allocate, format, money, text, words},
};
use uuid::Uuid;

/// A product's lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The product and its sum.
    pub head: Row,
    /// What its lines are split by, as people call it.
    pub group_key: Option<String>,
    /// Its charges, or its group values with theirs, of which the largest amount stands first.
    pub rows: Vec<Row>,
    /// What its amounts are counted in.
    pub credit_type: CreditType,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A product.
    Product,
    /// A group value of a product.
    Group,
    /// A charge of a product or of a group value.
    Charge,
    /// A minimum, credit or discount.
    Adjustment,
    /// The sum of the lines.
    Subtotal,
    /// What is owed.
    Total,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// The name of the product, charge, adjustment or total.
    pub name: String,
    /// Its tiers in words: `First 1,000 at $0.10, next 488 at $0.09`; of a grouped product, whose usage they count.
    pub detail: String,
    /// For which part of the period it is owed: `29 of 30 days`; empty for all of it.
    pub proration: String,
    /// The charge whose quantity it is, where that is known.
    pub charge_id: Option<Uuid>,
    /// How much.
    pub quantity: FormattedNumber,
    /// At which price a unit.
    pub unit_price: FormattedNumber,
    /// The amount, rounded as printed.
    pub amount: FormattedNumber,
    /// The amount as a number, in the credit type's own unit.
    pub value: Decimal,
}

/// A number for people and for programs; all empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormattedNumber {
    /// `$4,218.07`; of a quantity every digit.
    pub text: String,
    /// The same for reading: of a quantity at most six digits after the point.
    pub readable: String,
    /// `4218.07`.
    pub plain: String,
}

impl Section {
    pub(super) fn new(name: &str, lines: &[&LineItem], show_zero: bool, names: &GroupKeyNames) -> Self {
        let first = lines[0];
        let total: Decimal = lines.iter().map(|line| &line.total).sum();
        let credit_type = first.credit_type.clone();
        let mut head = Row::sum(RowKind::Product, name, &total, &credit_type);
        let Some(key) = first.group_key.as_deref() else {
            let mut rows: Vec<Row> = lines.iter().flat_map(|line| charges(line, show_zero)).collect();
            if let [only] = rows.as_slice()
                && only.name == head.name
            {
                let only = rows.remove(0);
                head = Row { kind: RowKind::Product, value: head.value, amount: head.amount, ..only };
            }
            return Self { head, group_key: None, rows, credit_type };
        };
        head.detail = tiers_of_groups(lines, &text::group_key(key, names));
        // One order for page, PDF and CSV; what costs the same stays in the order of the invoice.
        let mut by_size = lines.to_vec();
        by_size.sort_by(|one, other| other.total.cmp(&one.total));
        let rows = by_size.into_iter().flat_map(|line| {
            let value = match &line.group_value {
                Some(value) => text::group_value(key, value, names),
                None => words::no_value(&text::group_key(key, names)),
            };
            let mut rows = charges(line, show_zero);
            let group = Row::sum(RowKind::Group, &value, &line.total, &line.credit_type);
            match rows.len() {
                1 => {
                    let only = rows.remove(0);
                    vec![Row {
                        charge_id: only.charge_id,
                        quantity: only.quantity,
                        unit_price: only.unit_price,
                        detail: only.detail,
                        proration: only.proration,
                        ..group
                    }]
                }
                _ => std::iter::once(group).chain(rows).collect(),
            }
        });
        Self { head, group_key: Some(text::group_key(key, names)), rows: rows.collect(), credit_type }
    }
}

impl Section {
    /// Each group value with its charges.
    pub fn groups(&self) -> Vec<&[Row]> {
        let starts: Vec<usize> =
            (0..self.rows.len()).filter(|at| self.rows[*at].kind == RowKind::Group).collect();
        let ends = starts.iter().skip(1).copied().chain([self.rows.len()]);
        starts.iter().zip(ends).map(|(start, end)| &self.rows[*start..end]).collect()
    }
}

/// Digits after the point of what fell into a tier, as summed over shares of twenty.
const SUMMED_DIGITS: i64 = 12;

/// Whose usage the tiers of a grouped product count, and what fell into those that all groups fill together.
fn tiers_of_groups(lines: &[&LineItem], key: &str) -> String {
    let mut is_apart = false;
    let mut together: Vec<(&SubLineItem, Vec<TierUsage>)> = Vec::new();
    for sub in lines.iter().flat_map(|line| &line.sub_line_items) {
        let Some(tiers) = &sub.tiers else { continue };
        if sub.tier_scope != Some(TierScope::AcrossGroups) {
            is_apart = true;
            continue;
        }
        let same =
            |(first, _): &(&SubLineItem, _)| first.charge_id == sub.charge_id && first.name == sub.name;
        let Some(place) = together.iter().position(same) else {
            together.push((sub, tiers.clone()));
            continue;
        };
        for (sum, share) in together[place].1.iter_mut().zip(tiers) {
            sum.quantity += &share.quantity;
        }
    }
    let apart = is_apart.then(|| words::tiers_apart(key));
    let is_only = together.len() == 1;
    let filled = together.into_iter().map(|(sub, mut tiers)| {
        for tier in &mut tiers {
            tier.quantity = tier.quantity.round(SUMMED_DIGITS);
        }
        tiers.retain(|tier| !tier.quantity.is_zero());
        let tiers = tiers_in_words(&tiers.iter().collect::<Vec<_>>(), &lines[0].credit_type);
        words::tiers_together(key, if is_only { "" } else { sub.name.as_str() }, &tiers)
    });
    apart.into_iter().chain(filled).collect::<Vec<_>>().join(" ")
}

fn tiers_in_words(used: &[&TierUsage], credit_type: &CreditType) -> String {
    let tier = |(at, tier): (usize, &&TierUsage)| {
        let price = money::unit_price(&tier.price, credit_type);
        words::tier(at, used.len(), &format::quantity(&tier.quantity), &price)
    };
    used.iter().enumerate().map(tier).collect::<Vec<_>>().join(", ")
}

/// The charges of a line, their amounts rounded so that they add up to the line's.
fn charges(line: &LineItem, show_zero: bool) -> Vec<Row> {
    let subs: Vec<&SubLineItem> =
        line.sub_line_items.iter().filter(|sub| show_zero || is_used(sub)).collect();
    let exact: Vec<Decimal> = subs.iter().map(|sub| sub.subtotal.clone()).collect();
    let amounts = match money::digits(&line.credit_type) {
        Some(digits) => allocate(&exact, &line.total, digits),
        None => exact,
    };
    subs.iter().zip(&amounts).map(|(sub, amount)| Row::charge(sub, amount, &line.credit_type)).collect()
}

impl Row {
    /// A row of an amount alone.
    pub fn sum(kind: RowKind, name: &str, value: &Decimal, credit_type: &CreditType) -> Self {
        Self {
            kind,
            name: text::name(name),
            detail: String::new(),
            proration: String::new(),
            charge_id: None,
            quantity: FormattedNumber::default(),
            unit_price: FormattedNumber::default(),
            amount: FormattedNumber::money(value, credit_type),
            value: value.clone(),
        }
    }

    /// The row with its quantity and without any amount, nor tiers, whose words name prices; `None` for one that is an
    /// amount alone.
    pub fn without_amounts(&self) -> Option<Self> {
        match self.kind {
            RowKind::Product | RowKind::Group | RowKind::Charge => Some(Self {
                kind: self.kind,
                name: self.name.clone(),
                detail: String::new(),
                proration: self.proration.clone(),
                charge_id: self.charge_id,
                quantity: self.quantity.clone(),
                unit_price: FormattedNumber::default(),
                amount: FormattedNumber::default(),
                value: Decimal::zero(),
            }),
            RowKind::Adjustment | RowKind::Subtotal | RowKind::Total => None,
        }
    }

    /// What stands below its name: its tiers, and for which part of the period it is owed.
    pub fn below(&self) -> String {
        let parts = [self.proration.as_str(), self.detail.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }

    fn charge(sub: &SubLineItem, amount: &Decimal, credit_type: &CreditType) -> Self {
        let price = |price: &Decimal| money::unit_price(price, credit_type);
        let used: Vec<_> = sub.tiers.iter().flatten().filter(|tier| !tier.quantity.is_zero()).collect();
        // Shares of tiers say nothing: the product says what fell into them.
        let says_tiers = used.len() > 1 && sub.tier_scope != Some(TierScope::AcrossGroups);
        // A quantity that lies in one tier has one price: no need of words.
        let single = match used.as_slice() {
            [only] => Some(&only.price),
            _ => None,
        };
        let unit_price = sub
            .price
            .as_ref()
            .or(single)
            .map(|value| FormattedNumber::written(price(value), money::plain(value, credit_type)));
        Self {
            detail: if says_tiers { tiers_in_words(&used, credit_type) } else { String::new() },
            proration: sub.proration.map(|part| words::days_of(part.days, part.of)).unwrap_or_default(),
            charge_id: sub.charge_id,
            quantity: FormattedNumber::quantity(&sub.quantity),
            unit_price: unit_price.unwrap_or_default(),
            ..Self::sum(RowKind::Charge, &sub.name, amount, credit_type)
        }
    }
}

impl FormattedNumber {
    /// One that is read as it is written.
    pub(super) fn written(text: String, plain: String) -> Self {
        Self { readable: text.clone(), text, plain }
    }

    fn quantity(value: &Decimal) -> Self {
        Self { text: format::quantity(value), readable: format::readable(value), plain: value.to_string() }
    }

    fn money(value: &Decimal, credit_type: &CreditType) -> Self {
        let rounded = money::digits(credit_type).map_or_else(|| value.clone(), |digits| value.round(digits));
        Self::written(money::money(value, credit_type), money::plain(&rounded, credit_type))
    }
}

/// Whether a sub line is shown although zeros are not.
pub(super) fn is_used(sub: &SubLineItem) -> bool {
    !sub.quantity.is_zero() || !sub.subtotal.is_zero()
}
