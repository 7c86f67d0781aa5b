//! What each day adds to the cost of its billing period.
//!
//! A day costs what the period costs up to its end, less what the period costs up to its start, at the charges' own
//! tiers: so the days of a period add up to the lines of its invoice before these are rounded, exactly. Where each group
//! is priced by tiers of its own, every group walks through them by itself, and the day costs the sum. What a trial waives
//! is of its period as a whole, as minimums are: its days cost what they would without it.

use super::{Period, PlanCharge, Terms, adjust, tier};
use app::billing::{Charge, Decimal, NoCost, TierMode, TierScope};
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
    let mut present: Option<PeriodAccumulator> = None;
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
    let terms =
        terms.charges.iter().filter(|term| term.charge.billable_metric_id == Some(billable_metric_id));
    let mut indexes: Vec<i16> = terms
        .filter(|term| unit_price(&term.charge).is_none() && !is_of_period(&term.charge))
        .map(group_index)
        .filter(|index| *index > 0)
        .collect();
    indexes.sort_unstable();
    indexes.dedup();
    indexes
}

/// A billing period up to some day, while its days are added one by one.
struct PeriodAccumulator {
    period: Period,
    /// True when every day of the period was seen.
    is_whole: bool,
    charges: Vec<ChargeAccumulator>,
}

/// A charge on the metric up to some day.
struct ChargeAccumulator {
    charge: Charge,
    /// By which group key each group is priced by itself; 0 where all are priced together.
    group_index: i16,
    /// What was used since the period began, and what that comes to: of each group, or of all by the nil id.
    so_far: HashMap<Uuid, (Decimal, Decimal)>,
}

impl PeriodAccumulator {
    fn new(terms: &Terms, billable_metric_id: Uuid, period: Period, is_whole: bool) -> Self {
        let charges = adjust::effective_charges(terms, terms.number(period)).into_iter();
        Self {
            period,
            is_whole,
            charges: charges
                .filter(|term| term.charge.billable_metric_id == Some(billable_metric_id))
                .map(|term| ChargeAccumulator {
                    group_index: group_index(&term),
                    charge: term.charge,
                    so_far: HashMap::new(),
                })
                .collect(),
        }
    }

    fn add(&mut self, day: NaiveDate, value: &Decimal, of: UsageOf<'_>) -> Result<DayCost, NoCost> {
        let mut cost = DayCost { amount: Decimal::zero(), unit_price: Some(Decimal::zero()) };
        for priced in &mut self.charges {
            let price = unit_price(&priced.charge);
            let added = match &price {
                Some(_) => amount(&priced.charge, value),
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

impl ChargeAccumulator {
    /// What a day adds, where there is no one price of a unit.
    fn add(&mut self, day: NaiveDate, value: &Decimal, of: UsageOf<'_>) -> Result<Decimal, NoCost> {
        if is_of_period(&self.charge) {
            return Err(NoCost::WholePeriod);
        }
        match (self.group_index, of) {
            (0, UsageOf::All(_)) => Ok(self.add_to(Uuid::nil(), value)),
            (0, UsageOf::Group(_)) => Err(NoCost::TiersOverGroups),
            (index, UsageOf::Group(own)) if index == own => Ok(self.add_to(Uuid::nil(), value)),
            (_, UsageOf::Group(_)) => Err(NoCost::TiersByGroup),
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
        let now = amount(&self.charge, used);
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
fn group_index(term: &PlanCharge) -> i16 {
    let charge = &term.charge;
    let is_apart = charge.product_group_key.is_some() && charge.tier_scope == TierScope::PerGroup;
    term.measure.filter(|_| is_apart).map_or(0, |measure| measure.group_index)
}

/// Whether the price of a unit depends on what is used after it, or on earlier periods.
fn is_of_period(charge: &Charge) -> bool {
    let has_tiers = charge.prices.len() > 1;
    has_tiers && (charge.tier_mode == TierMode::Volume || charge.tier_reset_frequency > 1)
}

/// The price of one unit, where it is the same whatever else is used.
fn unit_price(charge: &Charge) -> Option<Decimal> {
    let [price] = charge.prices.as_slice() else { return None };
    match &charge.unit_conversion {
        None => Some(price.value.clone()),
        Some(conversion) if conversion.rounding_behavior.is_none() => {
            Some(price.value.over(&conversion.division_factor))
        }
        Some(_) => None,
    }
}

/// The amount of a charge for a quantity in one period.
fn amount(charge: &Charge, used: &Decimal) -> Decimal {
    let quantity = tier::convert(used, charge.unit_conversion.as_ref());
    let tiers = tier::price_quantity(&quantity, &Decimal::zero(), &charge.prices, charge.tier_mode);
    tiers.iter().map(|tier| &tier.subtotal).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::fixtures::{METRIC, decimal, term, terms};
    use app::billing::{Rounding, UnitConversion};
    use proptest::prelude::*;

    fn costs(terms: &Terms, first_day: &str, values: &[&str]) -> Vec<String> {
        costs_of(terms, first_day, values, UsageOf::All(&[]))
    }

    fn costs_of(terms: &Terms, first_day: &str, values: &[&str], of: UsageOf<'_>) -> Vec<String> {
        let values: Vec<Decimal> = values.iter().map(|value| decimal(value)).collect();
        cost_by_day(terms, METRIC, first_day.parse().expect(first_day), &values, of)
            .into_iter()
            .map(|cost| match cost {
                None => "outside".to_owned(),
                Some(Err(why)) => format!("{why:?}"),
                Some(Ok(cost)) => cost.amount.to_string(),
            })
            .collect()
    }

    const TIERS: [(&str, &str); 2] = [("0", "10"), ("100", "5")];

    #[test]
    fn tiers_begin_anew_with_each_period() {
        let days = ["60", "60", "60", "60"];
        // Oct 30, Oct 31, Nov 1, Nov 2.
        let tiered = |start| terms(vec![term(1, None, &TIERS, None)], start);
        assert_eq!(costs(&tiered("2026-10-30"), "2026-10-30", &days), ["600", "500", "600", "500"]);
        // Of a period whose beginning is not there, nothing is known; before the plan there is no cost.
        let found = costs(&tiered("2026-01-01"), "2026-10-30", &days);
        assert_eq!(found, ["WholePeriod", "WholePeriod", "600", "500"]);
        assert_eq!(
            costs(&tiered("2026-11-02"), "2026-10-30", &days),
            ["outside", "outside", "outside", "600"]
        );
    }

    #[test]
    fn days_of_a_trial_cost_what_it_waives_and_do_not_count_toward_later_tiers() {
        let mut trial = terms(vec![term(1, None, &TIERS, None)], "2026-11-01");
        trial.schedule.trial_ending_before = Some("2026-11-02T00:00:00Z".parse().expect("a day"));
        for cap in [None, Some(decimal("100"))] {
            trial.trial_spending_cap = cap;
            assert_eq!(costs(&trial, "2026-11-01", &["500", "90", "20"]), ["3000", "900", "150"]);
        }
    }

    #[test]
    fn one_price_needs_no_earlier_days() {
        let mut charge = term(1, None, &[("0", "40")], Some("region"));
        charge.charge.unit_conversion = Some(UnitConversion {
            division_factor: "1000".parse().expect("a number"),
            rounding_behavior: None,
        });
        let terms = terms(vec![charge], "2026-01-01");
        assert_eq!(costs(&terms, "2026-10-30", &["250"]), ["10"]);
        let day = cost_by_day(
            &terms,
            METRIC,
            "2026-10-30".parse().expect("a day"),
            &[decimal("1")],
            UsageOf::All(&[]),
        );
        let price = day[0].clone().expect("inside").expect("known").unit_price;
        assert_eq!(price, Some(decimal("0.04")));
    }

    #[test]
    fn what_depends_on_the_whole_period_has_no_cost_by_day() {
        let mut volume = term(1, None, &TIERS, None);
        volume.charge.tier_mode = TierMode::Volume;
        assert_eq!(costs(&terms(vec![volume], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
        let mut grouped = term(1, None, &TIERS, Some("region"));
        let mut apart = grouped.clone();
        apart.charge.tier_mode = TierMode::Volume;
        assert!(priced_by_group(&terms(vec![apart.clone()], "2026-11-01"), METRIC).is_empty());
        assert_eq!(costs(&terms(vec![apart], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
        // Tiers that all groups move through together are tiers of the total.
        grouped.charge.tier_scope = TierScope::AcrossGroups;
        assert!(priced_by_group(&terms(vec![grouped.clone()], "2026-11-01"), METRIC).is_empty());
        assert_eq!(costs(&terms(vec![grouped], "2026-11-01"), "2026-11-01", &["90", "20"]), ["900", "150"]);
        let mut yearly = term(1, None, &TIERS, None);
        yearly.charge.tier_reset_frequency = 12;
        assert_eq!(costs(&terms(vec![yearly], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
    }

    /// Two groups that use so much on each day.
    fn by_region(first_day: &str, days: &[(&str, &str)]) -> Vec<GroupedUsage> {
        let first: NaiveDate = first_day.parse().expect(first_day);
        let group = |day, number, value: &str| GroupDay {
            day,
            group_id: Uuid::from_u128(number),
            value: decimal(value),
        };
        let of_day =
            |(day, &(one, other)): (NaiveDate, &(&str, &str))| [group(day, 1, one), group(day, 2, other)];
        vec![GroupedUsage { group_index: 1, days: first.iter_days().zip(days).flat_map(of_day).collect() }]
    }

    #[test]
    fn each_group_walks_through_tiers_of_its_own() {
        let grouped = terms(vec![term(1, None, &TIERS, Some("region"))], "2026-01-01");
        assert_eq!(priced_by_group(&grouped, METRIC), [1]);
        // From Oct 31: the last day of a period of which no more is known, and two days of the next.
        let used = by_region("2026-10-31", &[("60", "0"), ("60", "90"), ("60", "20")]);
        let found = costs_of(&grouped, "2026-10-31", &["60", "150", "80"], UsageOf::All(&used));
        // Nov 2: 40 × 10 + 20 × 5, and 10 × 10 + 10 × 5.
        assert_eq!(found, ["WholePeriod", "1500", "650"]);
        let alone = costs_of(&grouped, "2026-11-01", &["60", "60"], UsageOf::Group(1));
        assert_eq!(alone, ["600", "500"]);
        assert_eq!(costs_of(&grouped, "2026-11-01", &["1"], UsageOf::Group(2)), ["TiersByGroup"]);
        assert_eq!(costs(&grouped, "2026-11-01", &["1"]), ["TooManyGroups"]);
        let together = terms(vec![term(1, None, &TIERS, None)], "2026-01-01");
        assert!(priced_by_group(&together, METRIC).is_empty());
        assert_eq!(costs_of(&together, "2026-11-01", &["1"], UsageOf::Group(1)), ["TiersOverGroups"]);
    }

    #[test]
    fn whole_units_are_rounded_group_by_group() {
        let mut charge = term(1, None, &[("0", "10")], Some("region"));
        charge.charge.unit_conversion = Some(UnitConversion {
            division_factor: "100".parse().expect("a number"),
            rounding_behavior: Some(Rounding::Ceiling),
        });
        let grouped = terms(vec![charge], "2026-01-01");
        assert_eq!(priced_by_group(&grouped, METRIC), [1]);
        let used = by_region("2026-11-01", &[("60", "30"), ("60", "30")]);
        // One unit begun in each group; then a second one in the first.
        assert_eq!(costs_of(&grouped, "2026-11-01", &["90", "90"], UsageOf::All(&used)), ["20", "10"]);
    }

    proptest! {
        #[test]
        fn the_days_of_a_period_add_up_to_its_line(
            used in prop::collection::vec(0i64..5_000_000, 30),
            rounding in prop::option::of(prop::sample::select(vec![Rounding::Floor, Rounding::Ceiling])),
        ) {
            let mut charge = term(1, None, &[("0", "0.3"), ("500", "0.25"), ("10000", "0.2")], None);
            charge.charge.unit_conversion =
                Some(UnitConversion { division_factor: "1000".parse().expect("a number"), rounding_behavior: rounding });
            let values: Vec<Decimal> = used.into_iter().map(Decimal::from).collect();
            let whole = amount(&charge.charge, &values.iter().sum());
            let terms = terms(vec![charge], "2026-01-01");
            let days = cost_by_day(
                &terms,
                METRIC,
                "2026-11-01".parse().expect("a day"),
                &values,
                UsageOf::All(&[]),
            );
            let sum: Decimal = days.iter().flatten().flatten().map(|day| &day.amount).sum();
            prop_assert_eq!(sum, whole);
        }
    }
}
