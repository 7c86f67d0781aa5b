//! What each day adds to the cost of its billing period.
//!
//! A day costs what the period costs up to its end, less what the period costs up to its start, at the charges' own
//! tiers: so the days of a period add up to the lines of its invoice before these are rounded, exactly. Where each group
//! is priced by tiers of its own, every group walks through them by itself, and the day costs the sum. What a trial waives
//! is of its period as a whole, as minimums are: its days cost what they would without it.

use super::{ChargeInForce, ChargeTerms, Period, Rate, Terms};
use app::billing::{Decimal, NoCost, TierMode, TierScope};
use chrono::{Days, NaiveDate, NaiveTime};
use std::collections::HashMap;
use uuid::Uuid;

/// The cost of one day of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct DayCost {
    /// What the day costs, in the credit type of the terms, not rounded.
    pub amount: Decimal,
    /// The price of one unit, where it is the same whatever else is used.
    pub unit_price: Option<Decimal>,
}

/// The usage of a metric by one of its group keys.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupedUsage {
    /// As in [`super::Measure`].
    pub group_index: i16,
    /// What each group used on each day, oldest first; days without usage are absent.
    pub days: Vec<GroupDay>,
}

/// What one group used on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupDay {
    /// The day, UTC.
    pub day: NaiveDate,
    /// Which group.
    pub group_id: Uuid,
    /// What the group used on it, in the metric's unit.
    pub value: Decimal,
}

/// Whose usage is priced.
#[derive(Clone, Copy, Debug)]
pub enum UsageOf<'a> {
    /// That of all groups; for each group key by whose values it is priced, see [`priced_by_group`], also by these. One
    /// that is absent has too many groups.
    All(&'a [GroupedUsage]),
    /// That of a single group of the group key with this index.
    Group(i16),
    /// That of some groups together: only what has one price of a unit tells what they cost.
    Part,
}

/// What each day of a metric cost under some terms; `None` for days outside the plan's bounds. The metric must be one
/// whose days add up, and `values` its usage from `first_day` on: that of all groups, or of the single one.
pub fn cost_by_day(
    terms: &Terms,
    billable_metric_id: Uuid,
    first_day: NaiveDate,
    values: &[Decimal],
    of: UsageOf<'_>,
) -> Vec<Option<Result<DayCost, NoCost>>> {
    let mut present: Option<PeriodAccumulator<'_>> = None;
    (0..)
        .zip(values)
        .map(|(index, value)| {
            let date = first_day + Days::new(index);
            let day = date.and_time(NaiveTime::MIN).and_utc();
            if present.as_ref().is_none_or(|begun| !begun.period.contains(day)) {
                present = terms.schedule.period_at(day).map(|period| {
                    PeriodAccumulator::new(terms, billable_metric_id, period, day <= period.start)
                });
            }
            present.as_mut().map(|begun| begun.add(date, value, of))
        })
        .collect()
}

/// The group keys of a metric, by their index, whose groups are each priced by themselves: their usage by group is needed
/// to price days.
pub fn priced_by_group(terms: &Terms, billable_metric_id: Uuid) -> Vec<i16> {
    let has_one_price =
        |charge: &ChargeTerms| charge.rates.iter().all(|rate| unit_price(charge, &rate.value).is_some());
    let charges = terms.charges.iter().filter(|charge| charge.bills(billable_metric_id));
    let mut indexes: Vec<i16> = charges
        .filter(|charge| !has_one_price(charge) && !is_of_period(charge))
        .map(group_index)
        .filter(|index| *index > 0)
        .collect();
    indexes.sort_unstable();
    indexes.dedup();
    indexes
}

/// A billing period up to some day, while its days are added one by one.
struct PeriodAccumulator<'a> {
    period: Period,
    /// True when every day of the period was seen.
    is_whole: bool,
    charges: Vec<ChargeAccumulator<'a>>,
}

/// A charge on the metric up to some day.
struct ChargeAccumulator<'a> {
    in_force: ChargeInForce<'a>,
    /// By which group key each group is priced by itself; 0 where all are priced together.
    group_index: i16,
    /// What was used since the period began, and what that comes to: of each group, or of all by the nil id.
    so_far: HashMap<Uuid, (Decimal, Decimal)>,
}

impl<'a> PeriodAccumulator<'a> {
    fn new(terms: &'a Terms, billable_metric_id: Uuid, period: Period, is_whole: bool) -> Self {
        let charges = terms.charges.iter().filter(|charge| charge.bills(billable_metric_id));
        Self {
            period,
            is_whole,
            charges: charges
                .filter_map(|charge| charge.at(period.start))
                .map(|in_force| ChargeAccumulator {
                    group_index: group_index(in_force.charge),
                    in_force,
                    so_far: HashMap::new(),
                })
                .collect(),
        }
    }

    fn add(&mut self, day: NaiveDate, value: &Decimal, of: UsageOf<'_>) -> Result<DayCost, NoCost> {
        let mut cost = DayCost { amount: Decimal::zero(), unit_price: Some(Decimal::zero()) };
        for priced in &mut self.charges {
            let price = unit_price(priced.in_force.charge, priced.in_force.rate);
            let added = match &price {
                Some(_) => priced.in_force.amount(value),
                None => {
                    let added = priced.add(day, value, of)?;
                    if !self.is_whole {
                        return Err(NoCost::WholePeriod);
                    }
                    added
                }
            };
            cost.amount += &added;
            cost.unit_price = cost.unit_price.zip(price).map(|(sum, price)| &sum + &price);
        }
        Ok(cost)
    }
}

impl ChargeAccumulator<'_> {
    /// What a day adds, where there is no one price of a unit.
    fn add(&mut self, day: NaiveDate, value: &Decimal, of: UsageOf<'_>) -> Result<Decimal, NoCost> {
        if is_of_period(self.in_force.charge) {
            return Err(NoCost::WholePeriod);
        }
        match (self.group_index, of) {
            (0, UsageOf::All(_)) => Ok(self.add_to(Uuid::nil(), value)),
            (0, UsageOf::Group(_) | UsageOf::Part) => Err(NoCost::TiersOverGroups),
            (index, UsageOf::Group(own)) if index == own => Ok(self.add_to(Uuid::nil(), value)),
            (_, UsageOf::Group(_) | UsageOf::Part) => Err(NoCost::TiersByGroup),
            (index, UsageOf::All(grouped)) => {
                let grouped = grouped.iter().find(|grouped| grouped.group_index == index);
                let groups = grouped.ok_or(NoCost::TooManyGroups)?.on(day);
                Ok(groups
                    .iter()
                    .fold(Decimal::zero(), |sum, group| &sum + &self.add_to(group.group_id, &group.value)))
            }
        }
    }

    /// What some usage adds to that of one group, or to that of all.
    fn add_to(&mut self, group_id: Uuid, value: &Decimal) -> Decimal {
        let nothing = || (Decimal::zero(), Decimal::zero());
        let (used, total) = self.so_far.entry(group_id).or_insert_with(nothing);
        *used += value;
        let now = self.in_force.amount(used);
        let added = &now - &*total;
        *total = now;
        added
    }
}

impl GroupedUsage {
    /// What the groups used on a day.
    fn on(&self, day: NaiveDate) -> &[GroupDay] {
        let from = self.days.partition_point(|one| one.day < day);
        let until = self.days.partition_point(|one| one.day <= day);
        &self.days[from..until]
    }
}

/// By which group key a charge prices each group by itself; 0 where it prices all together.
fn group_index(charge: &ChargeTerms) -> i16 {
    let is_apart = charge.product.group_key.is_some() && charge.tier_scope == TierScope::PerGroup;
    charge.measure().filter(|_| is_apart).map_or(0, |measure| measure.group_index)
}

/// Whether the price of a unit depends on what is used after it, or on earlier periods.
fn is_of_period(charge: &ChargeTerms) -> bool {
    charge.has_tiers() && (charge.tier_mode == TierMode::Volume || charge.tier_reset > 1)
}

/// The price of one unit, where it is the same whatever else is used.
fn unit_price(charge: &ChargeTerms, rate: &Rate) -> Option<Decimal> {
    let [price] = rate.prices.as_slice() else { return None };
    match &charge.conversion {
        None => Some(price.value.clone()),
        Some(conversion) if conversion.rounding_behavior.is_none() => {
            Some(price.value.over(&conversion.division_factor))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;
