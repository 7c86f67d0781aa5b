//! What one charge counts in a billing period, at its prices.

use super::{AddedCharge, ChargeInForce, ChargeTerms, Counted, Measure, MeteredUsage, RatingContext, tier};
use app::billing::{Decimal, NonZeroDecimal, Price, Proration, TierPeriod, TierScope, TierUsage};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a charge counts, in the units that its prices are for; a fraction, so that nothing is lost before it is priced.
struct ChargeQuantity {
    /// In the period, times `per`.
    quantity: Decimal,
    /// In the periods before it, since its tiers were at 0, times `per`.
    before: Decimal,
    /// What both are divided by.
    per: NonZeroDecimal,
}

impl ChargeQuantity {
    /// So many units.
    fn whole(quantity: Decimal) -> Self {
        Self { quantity, before: Decimal::zero(), per: NonZeroDecimal::one() }
    }
}

/// What all groups of a charge count, where they move through its tiers together.
pub(super) struct SharedQuantity {
    counted: ChargeQuantity,
    /// What they used, before any conversion.
    used: Decimal,
}

/// What one charge comes to on a line, before any rounding: quotients end after 40 digits.
#[derive(Clone, Debug, PartialEq)]
pub struct RatedCharge {
    /// The charge.
    pub charge_id: Uuid,
    /// The name of the charge; of an added charge, its description.
    pub name: String,
    /// The charge's custom fields.
    pub custom_fields: BTreeMap<String, String>,
    /// How many units are billed, after unit conversion.
    pub quantity: Decimal,
    /// Quantity at its prices, in the credit type of the line.
    pub amount: Decimal,
    /// The price of a unit; `None` of a tiered charge, and of a quantity of zero.
    pub price: Option<Decimal>,
    /// Of a tiered charge, where its quantity lies.
    pub tiers: Option<RatedTiers>,
    /// Whether all group values move through the tiers together, of which this is one's share.
    pub is_share: bool,
    /// Of a fixed charge in a cut period, for which part of it the charge is owed.
    pub proration: Option<Proration>,
}

/// The tiers of a charge.
#[derive(Clone, Debug, PartialEq)]
pub struct RatedTiers {
    /// What fell into each; of one group's share, its share of that.
    pub used: Vec<TierUsage>,
    /// Over which period they count.
    pub period: TierPeriod,
}

/// A charge in force; `group_value` is looked at for grouped products only.
pub(super) fn of_charge(
    billed: &RatingContext<'_>,
    member: ChargeInForce<'_>,
    group_value: Option<&str>,
) -> RatedCharge {
    let mut priced = priced(billed, member, &counted(billed, member, group_value), None);
    priced.proration = billed.proration().filter(|_| member.measure().is_none());
    priced
}

/// A charge that was added to an invoice: so many units at their price, as they are.
pub(super) fn of_added(added: &AddedCharge) -> RatedCharge {
    RatedCharge {
        charge_id: added.charge_id,
        name: added.description.clone(),
        custom_fields: added.custom_fields.clone(),
        quantity: added.quantity.clone(),
        amount: &added.quantity * &added.price,
        price: (!added.quantity.is_zero()).then(|| added.price.clone()),
        tiers: None,
        is_share: false,
        proration: None,
    }
}

/// What all groups count together, each measured for itself and their sum converted once; `None` where each has tiers of
/// its own.
pub(super) fn together(billed: &RatingContext<'_>, member: ChargeInForce<'_>) -> Option<SharedQuantity> {
    let is_shared = member.charge.tier_scope == TierScope::AcrossGroups;
    member.measure().filter(|_| is_shared).map(|measure| of_all(billed, member.charge, measure))
}

/// How many units have moved through the tiers of a charge since they were at 0; `None` without tiers, of a fixed charge,
/// and where each group has tiers of its own.
pub(super) fn moved(billed: &RatingContext<'_>, member: ChargeInForce<'_>) -> Option<Decimal> {
    let charge = member.charge;
    let is_one = charge.product.group_key.is_none() || charge.tier_scope == TierScope::AcrossGroups;
    let measure = charge.measure().filter(|_| is_one && member.rate.has_tiers())?;
    let ChargeQuantity { quantity, before, per } = of_all(billed, charge, measure).counted;
    Some((&quantity + &before).over(&per))
}

fn of_all(billed: &RatingContext<'_>, charge: &ChargeTerms, measure: Measure) -> SharedQuantity {
    let mut used = Decimal::zero();
    let mut before = vec![Decimal::zero(); reach(billed, charge)];
    for row in billed.by_group(measure) {
        used += &row.quantity();
        for (sum, earlier) in before.iter_mut().zip(&row.before) {
            *sum += earlier;
        }
    }
    let counted = converted(charge, &used, &before, &NonZeroDecimal::one());
    SharedQuantity { counted, used }
}

/// One group among those that move through tiers together: its share by quantity of each tier.
pub(super) fn of_share(
    billed: &RatingContext<'_>,
    member: ChargeInForce<'_>,
    together: &SharedQuantity,
    group_value: Option<&str>,
) -> RatedCharge {
    let row = member.measure().and_then(|measure| billed.used(measure, group_value));
    let used = row.map_or_else(Decimal::zero, MeteredUsage::quantity);
    priced(billed, member, &together.counted, Some([&used, &together.used]))
}

/// What all groups that move through tiers together come to, before any rounding: what their shares are shares of.
pub(super) fn of_all_shares(
    billed: &RatingContext<'_>,
    member: ChargeInForce<'_>,
    together: &SharedQuantity,
) -> Decimal {
    // Groups that cancel each other out have no shares.
    if together.used.is_zero() {
        return Decimal::zero();
    }
    priced(billed, member, &together.counted, None).amount
}

/// A fixed quantity is prorated by days when the terms' bounds cut the period: 1 seat in 15 of April's 30 days is half
/// a seat. Usage is never prorated.
///
/// Each period's usage is measured and converted for itself; the tiers of a charge that is not reset every period
/// count the sum of them.
fn counted(
    billed: &RatingContext<'_>,
    member: ChargeInForce<'_>,
    group_value: Option<&str>,
) -> ChargeQuantity {
    let charge = member.charge;
    let measure = match member.counted {
        Counted::Usage(measure) => measure,
        Counted::Fixed(quantity) => {
            let (part, whole) = billed.share();
            return converted(charge, &(quantity * &part), &[], &whole);
        }
    };
    let Some(used) = billed.used(measure, group_value) else { return ChargeQuantity::whole(Decimal::zero()) };
    let before = &used.before[..reach(billed, charge).min(used.before.len())];
    converted(charge, &used.quantity(), before, &NonZeroDecimal::one())
}

/// How many periods before this one the tiers of a charge count.
fn reach(billed: &RatingContext<'_>, charge: &ChargeTerms) -> usize {
    match billed.terms.tiers_since(charge.tier_reset, billed.period) {
        Some(since) if charge.has_tiers() => {
            let before = billed.terms.schedule.periods_before(billed.period.start);
            before.take_while(|(number, _)| *number >= since).count()
        }
        _ => 0,
    }
}

/// Quantities that are to be divided by `per`, in the units that prices are for.
fn converted(
    charge: &ChargeTerms,
    quantity: &Decimal,
    before: &[Decimal],
    per: &NonZeroDecimal,
) -> ChargeQuantity {
    let before_sum = || before.iter().sum();
    let Some(conversion) = &charge.conversion else {
        return ChargeQuantity { quantity: quantity.clone(), before: before_sum(), per: per.clone() };
    };
    let per = per * &conversion.division_factor;
    let Some(rounding) = conversion.rounding_behavior else {
        return ChargeQuantity { quantity: quantity.clone(), before: before_sum(), per };
    };
    let round = |quantity: &Decimal| tier::divided(quantity, &per, rounding);
    ChargeQuantity {
        before: before.iter().map(round).collect::<Vec<_>>().iter().sum(),
        ..ChargeQuantity::whole(round(quantity))
    }
}

/// A counted quantity at the charge's prices; of a group that shares it, what that used of what all used.
fn priced(
    billed: &RatingContext<'_>,
    member: ChargeInForce<'_>,
    counted: &ChargeQuantity,
    share: Option<[&Decimal; 2]>,
) -> RatedCharge {
    let ChargeQuantity { quantity, before, per } = counted;
    let ChargeInForce { charge, rate, .. } = member;
    let is_tiered = rate.has_tiers();
    // Tiers times `per` as the quantities are: one division, at the end.
    let scaled = |price: &Price| Price { tier: &price.tier * per.get(), value: price.value.clone() };
    let prices: Vec<Price> = rate.prices.iter().map(scaled).collect();
    let tiers = tier::price_quantity(quantity, before, &prices, charge.tier_mode);
    let whole = share.and_then(|[_, whole]| NonZeroDecimal::new(per.get() * whole));
    let over = |amount: &Decimal| match (share, &whole) {
        (None, _) => amount.over(per),
        (Some([part, _]), Some(whole)) => (amount * part).over(whole),
        // Groups that cancel each other out used nothing together: nothing has no shares.
        (Some(_), None) => Decimal::zero(),
    };
    let amount = over(&tiers.iter().map(|tier| &tier.subtotal).sum());
    let price = (!is_tiered && !quantity.is_zero()).then(|| rate.prices.first()).flatten();
    let used = |tier: TierUsage| TierUsage {
        starting_at: tier.starting_at.over(per),
        quantity: over(&tier.quantity),
        subtotal: over(&tier.subtotal),
        price: tier.price,
    };
    let quantity = match share {
        Some([part, whole]) if whole.is_zero() => of_itself(charge, part),
        _ => over(quantity),
    };
    RatedCharge {
        charge_id: charge.id,
        name: charge.name.clone(),
        custom_fields: charge.custom_fields.clone(),
        quantity,
        amount,
        price: price.map(|price| price.value.clone()),
        tiers: is_tiered.then(|| RatedTiers {
            used: tiers.into_iter().map(used).collect(),
            period: tier_period(billed, charge),
        }),
        is_share: share.is_some(),
        proration: None,
    }
}

/// What one group counts by itself, not rounded to whole units.
fn of_itself(charge: &ChargeTerms, used: &Decimal) -> Decimal {
    let conversion = charge.conversion.as_ref();
    conversion.map_or_else(|| used.clone(), |conversion| used.over(&conversion.division_factor))
}

/// From where a charge's tiers were at 0 to where they will be again, within the terms.
fn tier_period(billed: &RatingContext<'_>, charge: &ChargeTerms) -> TierPeriod {
    let RatingContext { terms, period, .. } = billed;
    // A trial is before the period of number 0, and none of its tiers count on.
    let since = terms.tiers_since(charge.tier_reset, *period).unwrap_or(0);
    let until = since.saturating_add(charge.tier_reset.max(1));
    let before = terms.schedule.periods_before(period.start).take_while(|(number, _)| *number >= since);
    let start = before.last().map_or(period.start, |(_, first)| first.start);
    let within = terms.schedule.periods_from(period.start);
    let end = within
        .take_while(|one| terms.schedule.number_at(one.start).is_some_and(|number| number < until))
        .last();
    TierPeriod { starting_at: start, ending_before: Some(end.map_or(period.end, |last| last.end)) }
}
