//! A quantity at its prices: unit conversion, one price or tiers.

use app::billing::{Decimal, Price, Rounding, TierMode, TierUsage, UnitConversion};

/// Usage in the units that prices are for.
pub(super) fn convert(quantity: &Decimal, conversion: Option<&UnitConversion>) -> Decimal {
    let Some(conversion) = conversion else { return quantity.clone() };
    let quotient = quantity.checked_div(&conversion.division_factor).unwrap_or_default();
    match conversion.rounding_behavior {
        None => quotient,
        Some(Rounding::Floor) => quotient.floor(),
        Some(Rounding::Ceiling) => quotient.ceil(),
    }
}

/// What falls into each tier, at which price. The first tier is always there; of the others, those reached.
///
/// A price holds for what lies above its `tier` up to the next one, so 1,000 units of `[0: 10, 1000: 9]` are all in
/// the first tier, under both modes. A negative quantity lies in the first tier.
pub fn price_quantity(quantity: &Decimal, prices: &[Price], mode: TierMode) -> Vec<TierUsage> {
    match mode {
        TierMode::Graduated => graduated(quantity, prices),
        TierMode::Volume => {
            let reached = prices.iter().rev().find(|price| price.tier < *quantity).or(prices.first());
            reached.into_iter().map(|price| tier_usage(price, quantity.clone())).collect()
        }
    }
}

fn graduated(quantity: &Decimal, prices: &[Price]) -> Vec<TierUsage> {
    prices
        .iter()
        .enumerate()
        .filter(|(index, price)| *index == 0 || price.tier < *quantity)
        .map(|(index, price)| {
            let top = match prices.get(index + 1) {
                Some(next) if next.tier < *quantity => &next.tier,
                _ => quantity,
            };
            tier_usage(price, top - &price.tier)
        })
        .collect()
}

fn tier_usage(price: &Price, quantity: Decimal) -> TierUsage {
    TierUsage {
        starting_at: price.tier.clone(),
        subtotal: &quantity * &price.value,
        quantity,
        price: price.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect(text)
    }

    fn prices(list: &[(&str, &str)]) -> Vec<Price> {
        list.iter().map(|(tier, value)| Price { tier: decimal(tier), value: decimal(value) }).collect()
    }

    fn amounts(quantity: &str, list: &[(&str, &str)], mode: TierMode) -> Vec<(String, String, String)> {
        price_quantity(&decimal(quantity), &prices(list), mode)
            .into_iter()
            .map(|tier| (tier.starting_at.to_string(), tier.quantity.to_string(), tier.subtotal.to_string()))
            .collect()
    }

    #[test]
    fn tiers_take_what_lies_between_their_bounds() {
        type Case<'a> = (&'a str, TierMode, &'a [(&'a str, &'a str, &'a str)]);
        let list = [("0", "10"), ("1000", "9"), ("5000", "8")];
        let cases: [Case<'_>; 9] = [
            ("0", TierMode::Graduated, &[("0", "0", "0")]),
            ("1000", TierMode::Graduated, &[("0", "1000", "10000")]),
            ("1488", TierMode::Graduated, &[("0", "1000", "10000"), ("1000", "488", "4392")]),
            (
                "5000.5",
                TierMode::Graduated,
                &[("0", "1000", "10000"), ("1000", "4000", "36000"), ("5000", "0.5", "4")],
            ),
            ("-3", TierMode::Graduated, &[("0", "-3", "-30")]),
            ("0", TierMode::Volume, &[("0", "0", "0")]),
            ("1000", TierMode::Volume, &[("0", "1000", "10000")]),
            ("1000.1", TierMode::Volume, &[("1000", "1000.1", "9000.9")]),
            ("6000", TierMode::Volume, &[("5000", "6000", "48000")]),
        ];
        for (quantity, mode, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|(tier, quantity, subtotal)| {
                    (tier.to_string(), quantity.to_string(), subtotal.to_string())
                })
                .collect();
            assert_eq!(amounts(quantity, &list, mode), expected, "{quantity} {mode:?}");
        }
    }

    #[test]
    fn conversion_is_exact_unless_it_rounds() {
        let conversion = |factor: &str, rounding_behavior| UnitConversion {
            division_factor: decimal(factor),
            rounding_behavior,
        };
        let cases = [
            ("1234", "1000", None, "1.234"),
            ("1234", "1000", Some(Rounding::Floor), "1"),
            ("1234", "1000", Some(Rounding::Ceiling), "2"),
            ("2000", "1000", Some(Rounding::Ceiling), "2"),
            ("0", "1000", Some(Rounding::Ceiling), "0"),
        ];
        for (quantity, factor, rounding, expected) in cases {
            let found = convert(&decimal(quantity), Some(&conversion(factor, rounding)));
            assert_eq!(found, decimal(expected), "{quantity} / {factor} {rounding:?}");
        }
        assert_eq!(convert(&decimal("7"), None), decimal("7"));
    }

    proptest! {
        #[test]
        fn the_tiers_quantities_sum_to_the_quantity(
            steps in prop::collection::vec((1i64..100_000, 0i64..10_000), 0..6),
            units in -1_000_000i64..100_000_000,
            volume in any::<bool>(),
        ) {
            let mut list = vec![Price { tier: Decimal::zero(), value: decimal("0.05") }];
            for (step, value) in steps {
                let tier = &list[list.len() - 1].tier + &Decimal::from(step);
                list.push(Price { tier, value: Decimal::from(value) });
            }
            let quantity = &Decimal::from(units) * &decimal("0.001");
            let mode = if volume { TierMode::Volume } else { TierMode::Graduated };
            let tiers = price_quantity(&quantity, &list, mode);
            prop_assert_eq!(tiers.iter().map(|tier| &tier.quantity).sum::<Decimal>(), quantity);
            for tier in &tiers {
                prop_assert_eq!(&tier.subtotal, &(&tier.quantity * &tier.price));
            }
        }
    }
}
