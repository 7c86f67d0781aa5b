//! What the plan of a period that runs now charges, in words: its trial, its charges, its minimum.

use super::text;
use crate::rating::{ChargeTerms, EffectiveCharge, FixedAmount, PriceList, TierProgress};
use app::{
    billing::{CreditType, Decimal, NonZeroDecimal, Price, Rounding, TierMode},
    embed::GroupKeyNames,
    invoices::report::PlanPrice,
    view::{format, money, text as names},
};
use chrono::Duration;

/// Digits after the point that are shown of a quantity; conversions can leave forty.
const SHOWN_DIGITS: i64 = 6;

/// The prices of a period that runs now.
pub(super) fn prices(list: &PriceList, group_keys: &GroupKeyNames) -> Vec<PlanPrice> {
    let credit_type = &list.credit_type;
    let each = text::each(list.billing_frequency);
    let trial = list.trial.as_ref().map(|trial| {
        let last_day = format::date((trial.ending_before - Duration::days(1)).date_naive());
        let cap = trial.cap.as_ref().map(|cap| money::money(cap, credit_type));
        plain(text::TRIAL, text::trial(&last_day, cap.as_deref()))
    });
    let minimum = list.minimum.as_ref().map(|minimum| {
        let amount = money::money(&minimum.value, credit_type);
        plain(&names::name(&minimum.name), text::at_least(&amount, each))
    });
    let charge = |one: &EffectiveCharge| PlanPrice {
        name: name(&one.charge),
        price: price(one, credit_type, each, group_keys),
        reached: one
            .reached
            .as_ref()
            .map(|at| reached(&one.rate.prices, at, credit_type))
            .unwrap_or_default(),
    };
    trial.into_iter().chain(list.charges.iter().map(charge)).chain(minimum).collect()
}

fn plain(name: &str, price: String) -> PlanPrice {
    PlanPrice { name: name.to_owned(), price, reached: String::new() }
}

/// The product, and its charge where that has another name.
fn name(charge: &ChargeTerms) -> String {
    let product = names::name(&charge.product.name);
    if charge.name == charge.product.name {
        return product;
    }
    format!("{product} · {}", names::name(&charge.name))
}

fn price(one: &EffectiveCharge, credit_type: &CreditType, each: &str, group_keys: &GroupKeyNames) -> String {
    let (charge, rate) = (&one.charge, &one.rate);
    let mut parts = match &one.fixed {
        Some(amount) => vec![fixed(&rate.prices, amount, credit_type, each)],
        None => vec![metered(charge, &rate.prices, credit_type)],
    };
    let is_tiered = one.fixed.is_none() && rate.prices.len() > 1;
    if is_tiered && let Some(key) = &charge.product.group_key {
        parts.push(text::counted(charge.tier_scope, &names::group_key(key, group_keys)));
    }
    if is_tiered && charge.tier_reset > 1 {
        parts.push(text::counted_over(charge.tier_reset));
    }
    if let Some(prices) = &rate.list_prices {
        parts.push(text::list_price(&metered(charge, prices, credit_type)));
    }
    parts.join("; ")
}

/// `$500.00 each month`, `5 × $20.00, $100.00 each month`.
fn fixed(prices: &[Price], fixed: &FixedAmount, credit_type: &CreditType, each: &str) -> String {
    let total = format!("{} {each}", money::money(&fixed.amount, credit_type));
    match prices {
        [only] if fixed.quantity != Decimal::from(1) => {
            let price = money::unit_price(&only.value, credit_type);
            format!("{} × {price}, {total}", format::quantity(&fixed.quantity))
        }
        _ => total,
    }
}

/// `$0.0025`, `First 1,000 at $0.10, then $0.09`; with a conversion `$0.40 per 1,000`.
fn metered(charge: &ChargeTerms, prices: &[Price], credit_type: &CreditType) -> String {
    let at = |price: &Price| money::unit_price(&price.value, credit_type);
    let up_to = |index: usize| prices.get(index + 1).map(|next| &next.tier);
    let written: Vec<String> = (0..)
        .zip(prices)
        .map(|(index, price)| match (charge.tier_mode, up_to(index)) {
            _ if prices.len() == 1 => at(price),
            (TierMode::Graduated, Some(end)) => {
                text::tier(index, &format::quantity(&(end - &price.tier)), &at(price))
            }
            (TierMode::Graduated, None) => text::last_tier(&at(price)),
            (TierMode::Volume, Some(end)) => text::volume(index, &at(price), &format::quantity(end)),
            (TierMode::Volume, None) => text::last_volume(&at(price)),
        })
        .collect();
    let written = written.join(", ");
    match &charge.conversion {
        Some(conversion) if conversion.division_factor != NonZeroDecimal::one() => text::per(
            &written,
            &format::quantity(conversion.division_factor.get()),
            conversion.rounding_behavior == Some(Rounding::Ceiling),
            prices.len() > 1,
        ),
        _ => written,
    }
}

/// `4,200 so far, at $0.10; 800 more until $0.09`.
fn reached(prices: &[Price], at: &TierProgress, credit_type: &CreditType) -> String {
    let quantity = |value: &Decimal| format::quantity(&value.round(SHOWN_DIGITS));
    let price = |tier: usize| prices.get(tier).map(|one| money::unit_price(&one.value, credit_type));
    let so_far = text::so_far(&quantity(&at.used), &price(at.tier).unwrap_or_default());
    match (prices.get(at.tier + 1), price(at.tier + 1)) {
        (Some(next), Some(price)) if next.tier == at.used => text::next_at(&so_far, &price),
        (Some(next), Some(price)) => text::more_until(&so_far, &quantity(&(&next.tier - &at.used)), &price),
        _ => so_far,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::{
        Minimum, Rate, Waiver,
        fixtures::{self, decimal, term},
    };
    use app::billing::{BillingFrequency, TierScope, UnitConversion};

    const TIERS: [(&str, &str); 3] = [("0", "10"), ("1000", "9"), ("5000", "8.5")];

    fn rate(list: &[(&str, &str)]) -> Rate {
        Rate { prices: fixtures::prices(list), list_prices: None }
    }

    fn fixed(quantity: &str, price: &str, amount: &str) -> EffectiveCharge {
        let fixed = FixedAmount { quantity: decimal(quantity), amount: decimal(amount) };
        EffectiveCharge { rate: rate(&[("0", price)]), fixed: Some(fixed), ..usage(None) }
    }

    fn usage(used: Option<(&str, usize)>) -> EffectiveCharge {
        let mut charge = term(1, None, &TIERS, None);
        charge.name.clone_from(&charge.product.name);
        let reached = used.map(|(used, tier)| TierProgress { used: decimal(used), tier });
        EffectiveCharge { charge, rate: rate(&TIERS), fixed: None, reached }
    }

    fn list(charges: Vec<EffectiveCharge>) -> PriceList {
        PriceList {
            credit_type: CreditType::usd_cents(),
            billing_frequency: BillingFrequency::Monthly,
            charges,
            minimum: None,
            trial: None,
        }
    }

    fn written(list: &PriceList) -> Vec<(String, String, String)> {
        let prices = prices(list, &GroupKeyNames::default());
        prices.into_iter().map(|one| (one.name, one.price, one.reached)).collect()
    }

    fn only(one: EffectiveCharge) -> (String, String) {
        let (_, price, reached) = written(&list(vec![one])).remove(0);
        (price, reached)
    }

    #[test]
    fn tiers_are_said_in_words_with_how_far_the_next_is() {
        let price = "First 1,000 at $0.10, next 4,000 at $0.09, then $0.085";
        for (used, tier, reached) in [
            ("0", 0, "0 so far, at $0.10; 1,000 more until $0.09"),
            ("999.5", 0, "999.5 so far, at $0.10; 0.5 more until $0.09"),
            ("1000", 0, "1,000 so far, at $0.10; the next at $0.09"),
            ("4200", 1, "4,200 so far, at $0.09; 800 more until $0.085"),
            ("5000.0000001", 2, "5,000 so far, at $0.085"),
        ] {
            assert_eq!(only(usage(Some((used, tier)))), (price.to_owned(), reached.to_owned()), "{used}");
        }
    }

    #[test]
    fn each_way_to_price_has_its_words() {
        type Change = fn(&mut EffectiveCharge);
        let cases: [(&str, Change); 8] = [
            ("All at $0.10 up to 1,000, all at $0.09 up to 5,000, all at $0.085 above", |one| {
                one.charge.tier_mode = TierMode::Volume;
            }),
            (
                "First 1,000 at $0.10, next 4,000 at $0.09, then $0.085; counted for each region apart",
                |one| {
                    one.charge.product.group_key = Some("region".to_owned());
                },
            ),
            (
                "First 1,000 at $0.10, next 4,000 at $0.09, then $0.085; counted for every region together; counted over 3 \
                 billing periods",
                |one| {
                    one.charge.product.group_key = Some("region".to_owned());
                    one.charge.tier_scope = TierScope::AcrossGroups;
                    one.charge.tier_reset = 3;
                },
            ),
            ("$0.10 per 1,000", |one| {
                one.rate.prices.truncate(1);
                one.charge.conversion = Some(UnitConversion {
                    division_factor: "1000".parse().expect("a number"),
                    rounding_behavior: None,
                });
            }),
            ("First 1,000 at $0.10, then $0.09 (a unit is 1,000, rounded up)", |one| {
                one.rate.prices.truncate(2);
                let rounding_behavior = Some(Rounding::Ceiling);
                one.charge.conversion = Some(UnitConversion {
                    division_factor: "1000".parse().expect("a number"),
                    rounding_behavior,
                });
            }),
            ("$0.10; list price $0.12", |one| {
                one.rate.prices.truncate(1);
                one.rate.list_prices = Some(fixtures::prices(&[("0", "12")]));
            }),
            ("$0.10 each month", |one| {
                *one = fixed("1", "10", "10");
            }),
            ("5 × $20.00, $100.00 each month", |one| {
                *one = fixed("5", "2000", "10000");
            }),
        ];
        for (expected, change) in cases {
            let mut one = usage(None);
            change(&mut one);
            assert_eq!(only(one), (expected.to_owned(), String::new()));
        }
    }

    #[test]
    fn trial_and_minimum_stand_around_the_charges() {
        let mut list = list(vec![usage(None)]);
        list.charges[0].charge.name = "Units".to_owned();
        list.trial = Some(Waiver {
            ending_before: "2026-11-15T00:00:00Z".parse().expect("a day"),
            cap: Some(decimal("10000")),
        });
        list.minimum = Some(Minimum { name: "Minimum".to_owned(), value: decimal("5000") });
        let found: Vec<_> = written(&list).into_iter().map(|(name, price, _)| (name, price)).collect();
        let expected = [
            ("Trial", "The first $100.00 of usage until Nov 14, 2026 is free; fixed charges begin then."),
            ("Product 1 · Units", "First 1,000 at $0.10, next 4,000 at $0.09, then $0.085"),
            ("Minimum", "At least $50.00 each month"),
        ];
        assert_eq!(found, expected.map(|(name, price)| (name.to_owned(), price.to_owned())));
        list.trial.as_mut().expect("a trial").cap = None;
        assert_eq!(written(&list)[0].1, "Usage until Nov 14, 2026 is free; fixed charges begin then.");
    }
}
