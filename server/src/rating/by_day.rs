//! What each day adds to the cost of its billing period.
//!
//! A day costs what the period costs up to its end, less what the period costs up to its start, at the charges' own
//! tiers: so the days of a period add up to the lines of its invoice before these are rounded, exactly. The days of a
//! trial without a spending cap cost nothing; those of one with a cap cost what counts toward it.

use super::{Period, Terms, adjust, tier};
use app::billing::{Charge, Decimal, NoCost, TierMode, TierScope};
use chrono::{Days, NaiveDate, NaiveTime};
use uuid::Uuid;

/// What one day of a metric cost.
#[derive(Clone, Debug, PartialEq)]
pub struct DayCost {
    /// The amount.
    pub amount: Decimal,
    /// The price of one unit, where it is the same whatever else is used.
    pub unit_price: Option<Decimal>,
}

/// What each day of a metric cost under some terms; `None` for days outside the plan's bounds. The metric must be one
/// whose days add up, and `values` its usage over all groups from `first_day` on.
pub fn cost_by_day(
    terms: &Terms,
    billable_metric_id: Uuid,
    first_day: NaiveDate,
    values: &[Decimal],
) -> Vec<Option<Result<DayCost, NoCost>>> {
    let mut present: Option<Begun> = None;
    (0..)
        .zip(values)
        .map(|(index, value)| {
            let day = (first_day + Days::new(index)).and_time(NaiveTime::MIN).and_utc();
            if present.as_ref().is_none_or(|begun| !begun.period.contains(day)) {
                present = terms
                    .rhythm
                    .period_at(day)
                    .map(|period| Begun::new(terms, billable_metric_id, period, day <= period.start));
            }
            present.as_mut().map(|begun| begun.add(value))
        })
        .collect()
}

/// A billing period up to some day.
struct Begun {
    period: Period,
    /// True in a trial without a spending cap.
    is_free: bool,
    /// True when every day of the period was seen.
    is_whole: bool,
    /// The charges on the metric, with what each came to so far.
    charges: Vec<(Charge, Decimal)>,
    used: Decimal,
}

impl Begun {
    fn new(terms: &Terms, billable_metric_id: Uuid, period: Period, is_whole: bool) -> Self {
        let number = terms.rhythm.number_at(period.start).unwrap_or_default();
        let charges = adjust::in_force(terms, number).into_iter().map(|term| term.charge);
        Self {
            period,
            is_free: terms.rhythm.is_in_trial(period.start) && terms.trial_spending_cap.is_none(),
            is_whole,
            charges: charges
                .filter(|charge| charge.billable_metric_id == Some(billable_metric_id))
                .map(|charge| (charge, Decimal::zero()))
                .collect(),
            used: Decimal::zero(),
        }
    }

    fn add(&mut self, value: &Decimal) -> Result<DayCost, NoCost> {
        let mut cost = DayCost { amount: Decimal::zero(), unit_price: Some(Decimal::zero()) };
        if self.is_free {
            return Ok(cost);
        }
        self.used += value;
        for (charge, so_far) in &mut self.charges {
            let price = unit_price(charge);
            let added = match &price {
                Some(_) => amount(charge, value),
                None => {
                    depends(charge)?;
                    let total = amount(charge, &self.used);
                    let added = &total - so_far;
                    *so_far = total;
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

/// The price of one unit, where it is the same whatever else is used.
fn unit_price(charge: &Charge) -> Option<Decimal> {
    let [price] = charge.prices.as_slice() else { return None };
    match &charge.unit_conversion {
        None => Some(price.value.clone()),
        Some(conversion) if conversion.rounding_behavior.is_none() => {
            price.value.checked_div(&conversion.division_factor)
        }
        Some(_) => None,
    }
}

/// Says why a charge without a unit price has no cost by day, where it has none.
fn depends(charge: &Charge) -> Result<(), NoCost> {
    let has_tiers = charge.prices.len() > 1;
    if charge.product_group_key.is_some() && charge.tier_scope == TierScope::PerGroup {
        Err(NoCost::TiersByGroup)
    } else if has_tiers && (charge.tier_mode == TierMode::Volume || charge.tier_reset_frequency > 1) {
        Err(NoCost::WholePeriod)
    } else {
        Ok(())
    }
}

/// What a charge comes to for a quantity in one period.
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
        let values: Vec<Decimal> = values.iter().map(|value| decimal(value)).collect();
        cost_by_day(terms, METRIC, first_day.parse().expect(first_day), &values)
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
    fn a_trial_costs_nothing_and_does_not_count_toward_tiers() {
        let mut trial = terms(vec![term(1, None, &TIERS, None)], "2026-11-01");
        trial.rhythm.trial_ending_before = Some("2026-11-02T00:00:00Z".parse().expect("a day"));
        assert_eq!(costs(&trial, "2026-11-01", &["500", "90", "20"]), ["0", "900", "150"]);
        // Up to a cap, the days say what counts toward it.
        trial.trial_spending_cap = Some(decimal("100"));
        assert_eq!(costs(&trial, "2026-11-01", &["500", "90", "20"]), ["3000", "900", "150"]);
    }

    #[test]
    fn one_price_needs_no_earlier_days() {
        let mut charge = term(1, None, &[("0", "40")], Some("region"));
        charge.charge.unit_conversion =
            Some(UnitConversion { division_factor: decimal("1000"), rounding_behavior: None });
        let terms = terms(vec![charge], "2026-01-01");
        assert_eq!(costs(&terms, "2026-10-30", &["250"]), ["10"]);
        let day = cost_by_day(&terms, METRIC, "2026-10-30".parse().expect("a day"), &[decimal("1")]);
        let price = day[0].clone().expect("inside").expect("known").unit_price;
        assert_eq!(price, Some(decimal("0.04")));
    }

    #[test]
    fn what_depends_on_the_whole_period_or_the_group_has_no_cost_by_day() {
        let mut volume = term(1, None, &TIERS, None);
        volume.charge.tier_mode = TierMode::Volume;
        assert_eq!(costs(&terms(vec![volume], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
        let mut grouped = term(1, None, &TIERS, Some("region"));
        assert_eq!(
            costs(&terms(vec![grouped.clone()], "2026-11-01"), "2026-11-01", &["1"]),
            ["TiersByGroup"]
        );
        // Tiers that all groups move through together are tiers of the total.
        grouped.charge.tier_scope = TierScope::AcrossGroups;
        assert_eq!(costs(&terms(vec![grouped], "2026-11-01"), "2026-11-01", &["90", "20"]), ["900", "150"]);
        let mut yearly = term(1, None, &TIERS, None);
        yearly.charge.tier_reset_frequency = 12;
        assert_eq!(costs(&terms(vec![yearly], "2026-11-01"), "2026-11-01", &["1"]), ["WholePeriod"]);
    }

    proptest! {
        #[test]
        fn the_days_of_a_period_add_up_to_its_line(
            used in prop::collection::vec(0i64..5_000_000, 30),
            rounding in prop::option::of(prop::sample::select(vec![Rounding::Floor, Rounding::Ceiling])),
        ) {
            let mut charge = term(1, None, &[("0", "0.3"), ("500", "0.25"), ("10000", "0.2")], None);
            charge.charge.unit_conversion =
                Some(UnitConversion { division_factor: decimal("1000"), rounding_behavior: rounding });
            let values: Vec<Decimal> = used.into_iter().map(Decimal::from).collect();
            let whole = amount(&charge.charge, &values.iter().sum());
            let terms = terms(vec![charge], "2026-01-01");
            let days = cost_by_day(&terms, METRIC, "2026-11-01".parse().expect("a day"), &values);
            let sum: Decimal = days.iter().flatten().flatten().map(|day| &day.amount).sum();
            prop_assert_eq!(sum, whole);
        }
    }
}
