//! Lines of a billing period: one a product, or one a group value of a grouped product.

use super::{
    ChargeInForce, Measure, MeteredUsage, Period, ProductTerms, Terms, Waiver,
    sub_line::{self, RatedCharge, SharedQuantity},
};
use app::billing::{CreditType, Decimal, NonZeroDecimal, Proration};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};
use uuid::Uuid;

/// What a product comes to, or one group value of a grouped product.
#[derive(Clone, Debug, PartialEq)]
pub struct RatedLine {
    /// The id of the product.
    pub product_id: Uuid,
    /// The name of the product.
    pub product_name: String,
    /// The product's custom fields.
    pub product_custom_fields: BTreeMap<String, String>,
    /// Of a grouped product: the property it is split by, and the value, `None` for events without the property.
    pub group: Option<(String, Option<String>)>,
    /// The unit of all amounts.
    pub credit_type: CreditType,
    /// What each charge comes to.
    pub charges: Vec<RatedCharge>,
    /// What all of them come to, rounded once to the credit type's smallest unit.
    pub total: Decimal,
}

/// What the lines of one billing period are rated from.
pub(super) struct RatingContext<'a> {
    /// The charges and the schedule.
    pub(super) terms: &'a Terms,
    /// The billing period, cut to the bounds of the terms.
    pub(super) period: Period,
    /// The billing period without these bounds.
    pub(super) full: Period,
    usage: HashMap<(Uuid, i16), HashMap<Option<&'a str>, &'a MeteredUsage>>,
}

impl<'a> RatingContext<'a> {
    pub(super) fn new(terms: &'a Terms, usage: &'a [MeteredUsage], period: Period) -> Self {
        let mut index: HashMap<_, HashMap<_, _>> = HashMap::new();
        for row in usage {
            let of_measure = index.entry((row.billable_metric_id, row.group_index)).or_default();
            of_measure.insert(row.group_values.first().and_then(Option::as_deref), row);
        }
        Self {
            terms,
            period,
            full: terms.schedule.full_period_at(period.start).unwrap_or(period),
            usage: index,
        }
    }

    /// The charges in force, in the order of the terms.
    pub(super) fn in_force(&self) -> impl Iterator<Item = ChargeInForce<'a>> + use<'a> {
        let (terms, start) = (self.terms, self.period.start);
        terms.charges.iter().filter_map(move |charge| charge.at(start))
    }

    /// Where the period is the trial that the terms start with: what it waives.
    pub(super) fn waiver(&self) -> Option<&'a Waiver> {
        self.terms.waiver.as_ref().filter(|waiver| self.period.start < waiver.ending_before)
    }

    /// True when the terms' bounds leave only a part of the period.
    pub(super) fn is_cut(&self) -> bool {
        self.period != self.full
    }

    /// The share of a whole period that the terms cover, as two numbers of seconds. Multiply by the first before dividing
    /// by the second, and nothing is lost. All of it, unless the period is cut; one without any time cannot be.
    pub(super) fn share(&self) -> (Decimal, NonZeroDecimal) {
        let seconds = |period: Period| Decimal::from((period.end - period.start).num_seconds());
        match NonZeroDecimal::new(seconds(self.full)) {
            Some(whole) if self.is_cut() => (seconds(self.period), whole),
            Some(_) | None => (Decimal::from(1), NonZeroDecimal::one()),
        }
    }

    /// The same share in days; `None` of a whole period.
    pub(super) fn proration(&self) -> Option<Proration> {
        self.is_cut().then(|| Proration { days: self.period.days(), of: self.full.days() })
    }

    /// The usage of one measure, in all or by one group value.
    pub(super) fn used(&self, measure: Measure, group_value: Option<&str>) -> Option<&'a MeteredUsage> {
        let of_measure = self.usage.get(&(measure.billable_metric_id, measure.group_index))?;
        of_measure.get(&group_value).copied().filter(|row| !row.is_past)
    }

    /// The usage of one measure by each group value, also by those that have some in earlier periods alone.
    pub(super) fn by_group(&self, measure: Measure) -> impl Iterator<Item = &'a MeteredUsage> {
        let of_measure = self.usage.get(&(measure.billable_metric_id, measure.group_index));
        of_measure.into_iter().flat_map(|of_measure| of_measure.values().copied())
    }
}

/// All lines, in the order of the charges, of which a trial has those on usage only; group values in their own
/// order, events without one last.
pub(super) fn lines(billed: &RatingContext<'_>) -> Vec<RatedLine> {
    let is_trial = billed.waiver().is_some();
    let mut products: Vec<(&ProductTerms, Vec<ChargeInForce<'_>>)> = Vec::new();
    for member in billed.in_force().filter(|member| !is_trial || member.measure().is_some()) {
        let product = &member.charge.product;
        match products.iter_mut().find(|(known, _)| known.id == product.id) {
            Some((_, members)) => members.push(member),
            None => products.push((product, vec![member])),
        }
    }
    let mut lines = Vec::new();
    for (product, members) in &products {
        match product.group_key.as_deref() {
            None => {
                let priced = members.iter().map(|member| sub_line::of_charge(billed, *member, None));
                lines.push(line(billed.terms, product, priced.collect()));
            }
            Some(group_key) => lines.extend(of_groups(billed, product, group_key, members)),
        }
    }
    lines
}

/// The values of a grouped product that have usage: the others get no line.
fn group_values<'a>(billed: &RatingContext<'a>, members: &[ChargeInForce<'_>]) -> Vec<Option<&'a str>> {
    let measures = members.iter().filter_map(ChargeInForce::measure);
    let mut values: Vec<Option<&str>> = measures
        .filter_map(|measure| billed.usage.get(&(measure.billable_metric_id, measure.group_index)))
        .flat_map(|of_measure| of_measure.iter().filter(|(_, row)| !row.is_past).map(|(value, _)| *value))
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

/// The lines of a grouped product. Where tiers count all groups together, the lines are rounded such that they add up to
/// what the tiers come to.
fn of_groups(
    billed: &RatingContext<'_>,
    product: &ProductTerms,
    group_key: &str,
    members: &[ChargeInForce<'_>],
) -> Vec<RatedLine> {
    let shared: Vec<Option<SharedQuantity>> =
        members.iter().map(|member| sub_line::together(billed, *member)).collect();
    let of_value = |value: Option<&str>| {
        let priced = |(member, together): (&ChargeInForce<'_>, &Option<SharedQuantity>)| match together {
            Some(together) => sub_line::of_share(billed, *member, together, value),
            None => sub_line::of_charge(billed, *member, value),
        };
        members.iter().zip(&shared).map(priced).collect()
    };
    let values = group_values(billed, members);
    let priced: Vec<Vec<RatedCharge>> = values.iter().map(|value| of_value(*value)).collect();
    let totals = shared.iter().any(Option::is_some).then(|| {
        let of_member = |(at, together): (usize, &Option<SharedQuantity>)| match together {
            Some(together) => sub_line::of_all_shares(billed, members[at], together),
            None => priced.iter().map(|line| &line[at].amount).sum(),
        };
        let whole: Vec<Decimal> = shared.iter().enumerate().map(of_member).collect();
        let exact: Vec<Decimal> =
            priced.iter().map(|line| line.iter().map(|one| &one.amount).sum()).collect();
        billed.terms.unit.rounded_together(&exact, &whole.iter().sum())
    });
    let of_priced = |(value, priced): (Option<&str>, Vec<RatedCharge>)| RatedLine {
        group: Some((group_key.to_owned(), value.map(str::to_owned))),
        ..line(billed.terms, product, priced)
    };
    let mut lines: Vec<RatedLine> = values.into_iter().zip(priced).map(of_priced).collect();
    for (line, total) in lines.iter_mut().zip(totals.into_iter().flatten()) {
        line.total = total;
    }
    lines
}

/// What was added to this invoice: one line a product, never prorated, and owed within a trial too.
pub(super) fn added(billed: &RatingContext<'_>) -> Vec<RatedLine> {
    let terms = billed.terms;
    let on_this = || {
        let all = terms.added.iter();
        all.filter(|added| billed.period.contains(added.invoice_start_timestamp))
    };
    let mut products: Vec<Uuid> = Vec::new();
    for added in on_this() {
        if !products.contains(&added.product.id) {
            products.push(added.product.id);
        }
    }
    let of_product = |product_id: Uuid| {
        let members: Vec<_> = on_this().filter(|added| added.product.id == product_id).collect();
        let charges = members.iter().map(|added| sub_line::of_added(added)).collect();
        Some(line(terms, &members.first()?.product, charges))
    };
    products.into_iter().filter_map(of_product).collect()
}

/// A line is rounded once: the exact amounts are summed, then rounded half away from zero.
fn line(terms: &Terms, product: &ProductTerms, charges: Vec<RatedCharge>) -> RatedLine {
    let sum: Decimal = charges.iter().map(|one| &one.amount).sum();
    RatedLine {
        product_id: product.id,
        product_name: product.name.clone(),
        product_custom_fields: product.custom_fields.clone(),
        group: None,
        credit_type: terms.unit.credit_type.clone(),
        charges,
        total: terms.unit.rounded(&sum),
    }
}
