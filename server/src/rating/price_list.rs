//! What the charges of a billing period cost one customer, and how far usage has come in their tiers.

use super::{
    ChargeInForce, ChargeTerms, Counted, Dated, MeteredUsage, Minimum, Period, Rate, RatingContext, Terms,
    Waiver, sub_line, tier,
};
use app::billing::{BillingFrequency, CreditType, Decimal};

/// The prices of one billing period.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceList {
    /// What prices are counted in.
    pub credit_type: CreditType,
    /// For how long a fixed charge and the minimum are.
    pub billing_frequency: BillingFrequency,
    /// The charges in force, in their order.
    pub charges: Vec<EffectiveCharge>,
    /// The minimum of the invoice.
    pub minimum: Option<Minimum>,
    /// Where the period is the trial that the terms start with.
    pub trial: Option<Waiver>,
}

/// A charge in force.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveCharge {
    /// The charge.
    pub charge: ChargeTerms,
    /// Its prices.
    pub rate: Rate,
    /// What a fixed charge comes to; `None` of a usage charge.
    pub fixed: Option<FixedAmount>,
    /// Where usage stands in the tiers; `None` without tiers, of a fixed charge, and where each group has tiers of its own.
    pub reached: Option<TierProgress>,
}

/// What a fixed charge comes to in a whole period.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedAmount {
    /// How many units.
    pub quantity: Decimal,
    /// The price of all of them.
    pub amount: Decimal,
}

/// Where usage stands in tiers.
#[derive(Clone, Debug, PartialEq)]
pub struct TierProgress {
    /// Units since the tiers were at 0.
    pub used: Decimal,
    /// In which of the prices the last of them lies.
    pub tier: usize,
}

/// The prices of a period, and how far the usage in the stretches of [`Terms::metered`] has come.
pub fn price_list(terms: &Terms, usage: &[MeteredUsage], period: Period) -> PriceList {
    let billed = RatingContext::new(terms, usage, period);
    PriceList {
        credit_type: terms.unit.credit_type.clone(),
        billing_frequency: terms.schedule.billing_frequency,
        charges: billed.in_force().map(|member| effective_charge(&billed, member)).collect(),
        minimum: Dated::find(&terms.minimums, period.start).cloned(),
        trial: billed.waiver().cloned(),
    }
}

fn effective_charge(billed: &RatingContext<'_>, member: ChargeInForce<'_>) -> EffectiveCharge {
    let reached = sub_line::moved(billed, member)
        .map(|used| TierProgress { tier: tier::reached(&used, &member.rate.prices), used });
    let fixed = match member.counted {
        Counted::Usage(_) => None,
        Counted::Fixed(quantity) => {
            Some(FixedAmount { quantity: quantity.clone(), amount: member.amount(quantity) })
        }
    };
    EffectiveCharge { charge: member.charge.clone(), rate: member.rate.clone(), fixed, reached }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::fixtures::{decimal, term, terms, used};
    use app::billing::{Rounding, TierScope, UnitConversion};

    const TIERS: [(&str, &str); 3] = [("0", "10"), ("100", "8"), ("250", "5")];

    fn first(terms: &Terms, usage: &[MeteredUsage]) -> PriceList {
        let period = terms.schedule.period_at(terms.schedule.starting_at).expect("a period");
        price_list(terms, usage, period)
    }

    fn reached(term: ChargeTerms, usage: &[MeteredUsage]) -> Option<(String, usize)> {
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
        thousands.conversion = Some(UnitConversion {
            division_factor: "1000".parse().expect("a number"),
            rounding_behavior: Some(Rounding::Ceiling),
        });
        assert_eq!(reached(thousands, &[used(None, "250001")]), Some(("251".to_owned(), 2)));
        // What was used since the tiers were at 0 counts, also without any usage since.
        let mut quarterly = plain();
        quarterly.tier_reset = 3;
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
        grouped.tier_scope = TierScope::AcrossGroups;
        assert_eq!(reached(grouped, &usage), Some(("110".to_owned(), 1)));
        assert_eq!(reached(term(1, None, &[("0", "1")], None), &[]), None, "without tiers");
    }

    #[test]
    fn a_fixed_charge_comes_to_a_whole_period_though_the_plan_covers_half_of_it() {
        let list = first(&terms(vec![term(1, Some("3"), &[("0", "500")], None)], "2026-04-16"), &[]);
        let expected = FixedAmount { quantity: decimal("3"), amount: decimal("1500") };
        assert_eq!(list.charges[0].fixed, Some(expected));
        assert_eq!((list.minimum, list.trial), (None, None));
    }
}
