//! What the charges of a billing period cost one customer, and how far usage has come in their tiers.

use super::{MeteredUsage, Period, PlanCharge, RatingContext, Terms, adjust, sub_line, tier};
use app::billing::{BillingFrequency, Charge, CreditType, Decimal, Minimum, Price};
use chrono::{DateTime, Utc};

/// The prices of one billing period.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceList {
    /// What prices are counted in.
    pub credit_type: CreditType,
    /// For how long a fixed charge and the minimum are.
    pub billing_frequency: BillingFrequency,
    /// The charges in force, in the order of the plan.
    pub charges: Vec<EffectiveCharge>,
    /// The minimum of the invoice.
    pub minimum: Option<Minimum>,
    /// Where the period is the trial that the plan starts with.
    pub trial: Option<Trial>,
}

/// A charge in force.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveCharge {
    /// At the customer's prices.
    pub charge: Charge,
    /// The plan's own prices, where the customer's are others.
    pub list_prices: Option<Vec<Price>>,
    /// What a fixed charge comes to in a whole period.
    pub amount: Option<Decimal>,
    /// Where usage stands in the tiers; `None` without tiers, of a fixed charge, and where each group has tiers of its own.
    pub reached: Option<TierProgress>,
}

/// Where usage stands in tiers.
#[derive(Clone, Debug, PartialEq)]
pub struct TierProgress {
    /// Units since the tiers were at 0.
    pub used: Decimal,
    /// In which of the prices the last of them lies.
    pub tier: usize,
}

/// The trial that a plan starts with.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Exclusive, at midnight UTC.
    pub ending_before: DateTime<Utc>,
    /// The amount up to which usage is free; `None`: all of it is.
    pub spending_cap: Option<Decimal>,
}

/// The prices of a period, and how far the usage in the stretches of [`Terms::metered`] has come.
pub fn price_list(terms: &Terms, usage: &[MeteredUsage], period: Period) -> PriceList {
    let billed = RatingContext::new(terms, usage, period);
    let charges = adjust::effective_charges(terms, billed.number)
        .into_iter()
        .map(|term| effective_charge(&billed, term));
    let trial = terms.schedule.trial_ending_before.filter(|_| billed.is_trial());
    PriceList {
        credit_type: terms.unit.credit_type.clone(),
        billing_frequency: terms.schedule.billing_frequency,
        charges: charges.collect(),
        minimum: adjust::minimum(terms, billed.number).cloned(),
        trial: trial
            .map(|ending_before| Trial { ending_before, spending_cap: terms.trial_spending_cap.clone() }),
    }
}

fn effective_charge(billed: &RatingContext<'_>, term: PlanCharge) -> EffectiveCharge {
    let reached = sub_line::moved(billed, &term)
        .map(|used| TierProgress { tier: tier::reached(&used, &term.charge.prices), used });
    let charge = term.charge;
    let own = billed.terms.charges.iter().find(|other| other.charge.id == charge.id);
    let list_prices = own.map(|own| &own.charge.prices).filter(|prices| **prices != charge.prices).cloned();
    let amount = charge.quantity.as_ref().map(|quantity| whole_amount(&charge, quantity));
    EffectiveCharge { list_prices, amount, reached, charge }
}

fn whole_amount(charge: &Charge, quantity: &Decimal) -> Decimal {
    let quantity = tier::convert(quantity, charge.unit_conversion.as_ref());
    let tiers = tier::price_quantity(&quantity, &Decimal::zero(), &charge.prices, charge.tier_mode);
    tiers.iter().map(|tier| &tier.subtotal).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::fixtures::{decimal, term, terms, used};
    use app::billing::{AdjustmentType, PriceAdjustment, Rounding, TierScope, UnitConversion};
    use uuid::Uuid;

    const TIERS: [(&str, &str); 3] = [("0", "10"), ("100", "8"), ("250", "5")];

    fn first(terms: &Terms, usage: &[MeteredUsage]) -> PriceList {
        let period = terms.schedule.period_at(terms.schedule.starting_on).expect("a period");
        price_list(terms, usage, period)
    }

    fn reached(term: PlanCharge, usage: &[MeteredUsage]) -> Option<(String, usize)> {
        let list = first(&terms(vec![term], "2026-04-01"), usage);
        list.charges[0].reached.as_ref().map(|reached| (reached.used.to_string(), reached.tier))
    }

    #[test]
    fn usage_stands_in_the_tier_of_its_last_unit() {
        let plain = || term(1, None, &TIERS, None);
        for (usage, expected, tier) in
            [("-3", "-3", 0), ("0", "0", 0), ("100", "100", 0), ("100.5", "100.5", 1)]
        {
            let found = reached(plain(), &[used(None, usage)]);
            assert_eq!(found, Some((expected.to_owned(), tier)), "{usage}");
        }
        assert_eq!(reached(plain(), &[]), Some(("0".to_owned(), 0)), "nothing used yet");
        let mut thousands = plain();
        thousands.charge.unit_conversion = Some(UnitConversion {
            division_factor: "1000".parse().expect("a number"),
            rounding_behavior: Some(Rounding::Ceiling),
        });
        assert_eq!(reached(thousands, &[used(None, "250001")]), Some(("251".to_owned(), 2)));
        // What was used since the tiers were at 0 counts, also without any usage since.
        let mut quarterly = plain();
        quarterly.charge.tier_reset_frequency = 3;
        let terms = terms(vec![quarterly], "2026-04-01");
        let may = terms.schedule.period_at("2026-05-01T00:00:00Z".parse().expect("a day")).expect("a period");
        let usage = MeteredUsage::join(vec![Vec::new(), vec![used(None, "120")]]);
        let found = price_list(&terms, &usage, may).charges.remove(0).reached;
        assert_eq!(found, Some(TierProgress { used: decimal("120"), tier: 1 }));
    }

    #[test]
    fn groups_stand_in_tiers_together_or_each_apart() {
        let usage = [used(Some(Some("dhl")), "90"), used(Some(Some("ups")), "20")];
        let mut grouped = term(1, None, &TIERS, Some("carrier"));
        assert_eq!(reached(grouped.clone(), &usage), None);
        grouped.charge.tier_scope = TierScope::AcrossGroups;
        assert_eq!(reached(grouped, &usage), Some(("110".to_owned(), 1)));
        assert_eq!(reached(term(1, None, &[("0", "1")], None), &[]), None, "without tiers");
    }

    #[test]
    fn a_list_has_the_customers_prices_beside_the_plans() {
        let mut terms = terms(vec![term(1, Some("3"), &[("0", "500")], None)], "2026-04-16");
        assert_eq!(first(&terms, &[]).charges[0].list_prices, None);
        terms.price_adjustments = vec![PriceAdjustment {
            charge_id: Uuid::nil(),
            adjustment_type: AdjustmentType::Percentage,
            start_period: 0,
            value: Some(decimal("-0.1")),
            quantity: None,
            tier: None,
        }];
        let list = first(&terms, &[]);
        assert_eq!(list.charges[0].charge.prices[0].value, decimal("450"));
        assert_eq!(
            list.charges[0].list_prices.as_ref().map(|prices| prices[0].value.clone()),
            Some(decimal("500"))
        );
        // Of a whole period, though the plan covers half of it.
        assert_eq!(list.charges[0].amount, Some(decimal("1350")));
        assert_eq!((list.minimum, list.trial), (None, None));
    }
}
