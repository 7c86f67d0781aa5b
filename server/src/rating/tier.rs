//! A quantity at its prices: whole units, one price or tiers.

use app::billing::{Decimal, NonZeroDecimal, Price, Rounding, TierMode, TierUsage, UnitConversion};

/// Usage in the units that prices are for; without an end a quotient has 40 digits after the point.
pub(super) fn convert(quantity: &Decimal, conversion: Option<&UnitConversion>) -> Decimal {
    let Some(UnitConversion { division_factor, rounding_behavior }) = conversion else {
        return quantity.clone();
    };
    match rounding_behavior {
        None => quantity.over(division_factor),
        Some(rounding) => divided(quantity, division_factor, *rounding),
    }
}

/// Usage in units of `per`, whole ones.
pub(super) fn divided(quantity: &Decimal, per: &NonZeroDecimal, rounding: Rounding) -> Decimal {
    let quotient = quantity.over(per);
    match rounding {
        Rounding::Floor => quotient.floor(),
        Rounding::Ceiling => quotient.ceil(),
    }
}

/// What falls into each tier, at which price, when `before` units have moved through the tiers already: 0 where tiers
/// are reset every billing period.
///
/// A price holds for what lies above its `tier` up to the next one, so 1,000 units of `[0: 10, 1000: 9]` are all in
/// the first tier, under both modes. A negative total lies in the first tier. Graduated, the tiers are listed up to
/// the one reached, without those that were full before, and what is billed is what moved within each; under volume
/// pricing all new units have the price of the tier that the total reached, and units billed before keep theirs.
pub fn price_quantity(
    quantity: &Decimal,
    before: &Decimal,
    prices: &[Price],
    mode: TierMode,
) -> Vec<TierUsage> {
    let total = before + quantity;
    match mode {
        TierMode::Graduated => graduated(&total, before, prices),
        TierMode::Volume => prices
            .get(reached(&total, prices))
            .map(|price| tier_usage(price, quantity.clone()))
            .into_iter()
            .collect(),
    }
}

/// The tier in which a total lies; one that is not above 0 lies in the first.
pub(super) fn reached(total: &Decimal, prices: &[Price]) -> usize {
    prices.iter().rposition(|price| price.tier < *total).unwrap_or(0)
}

fn graduated(total: &Decimal, before: &Decimal, prices: &[Price]) -> Vec<TierUsage> {
    let (reached_now, reached_before) = (reached(total, prices), reached(before, prices));
    let first = reached_now.min(reached_before);
    // A tier that is full to its end takes nothing more: leave it out, unless nothing would be left.
    let is_full =
        |index: usize| prices.get(index + 1).is_some_and(|next| next.tier == *before) && reached_now > index;
    let first = if is_full(first) && !before.is_zero() { first + 1 } else { first };
    (first..=reached_now.max(reached_before))
        .filter_map(|index| {
            let price = prices.get(index)?;
            let end = prices.get(index + 1).map(|next| &next.tier);
            Some(tier_usage(price, &within(total, index, price, end) - &within(before, index, price, end)))
        })
        .collect()
}

/// How much of a total lies in a tier; what is below 0 lies in the first.
fn within(total: &Decimal, index: usize, price: &Price, end: Option<&Decimal>) -> Decimal {
    let top = end.map_or(total, |end| end.min(total));
    if index > 0 && *top <= price.tier { Decimal::zero() } else { top - &price.tier }
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
        price_quantity(&decimal(quantity), &Decimal::zero(), &prices(list), mode)
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
    fn whole_units_are_rounded_down_or_up() {
        for (quantity, rounding, expected) in [
            ("1234", Rounding::Floor, "1"),
            ("1234", Rounding::Ceiling, "2"),
            ("2000", Rounding::Ceiling, "2"),
            ("0", Rounding::Ceiling, "0"),
            ("-1", Rounding::Floor, "-1"),
            ("-1", Rounding::Ceiling, "0"),
        ] {
            let found = divided(&decimal(quantity), &"1000".parse().expect("a number"), rounding);
            assert_eq!(found, decimal(expected), "{quantity} {rounding:?}");
        }
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
            let tiers = price_quantity(&quantity, &Decimal::zero(), &list, mode);
            prop_assert_eq!(tiers.iter().map(|tier| &tier.quantity).sum::<Decimal>(), quantity);
            for tier in &tiers {
                prop_assert_eq!(&tier.subtotal, &(&tier.quantity * &tier.price));
            }
        }
    }
}
