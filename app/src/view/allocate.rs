//! Rounded parts that add up to a rounded whole.

use crate::billing::Decimal;

/// The parts rounded to `digits` such that their sum is `total`: each is rounded down, and the units left over go to
/// the parts that lost most (largest remainder), so none is off by a whole unit.
///
/// When `total` is not the rounded sum of the parts, no rounding can repair that: each is rounded for itself.
pub fn allocate(parts: &[Decimal], total: &Decimal, digits: i64) -> Vec<Decimal> {
    let scale = Decimal::power_of_ten(digits);
    let scaled: Vec<Decimal> = parts.iter().map(|part| part * &scale).collect();
    let mut units: Vec<Decimal> = scaled.iter().map(Decimal::floor).collect();
    let left = &(total * &scale) - &units.iter().sum();
    let left = left.to_string().parse::<usize>().ok().filter(|left| *left <= parts.len());
    let Some(left) = left else { return parts.iter().map(|part| part.round(digits)).collect() };
    let lost: Vec<Decimal> = scaled.iter().zip(&units).map(|(exact, floor)| exact - floor).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|one, other| lost[*other].cmp(&lost[*one]));
    let one = Decimal::from(1);
    for at in order.into_iter().take(left) {
        units[at] += &one;
    }
    let unit = Decimal::power_of_ten(-digits);
    units.iter().map(|units| units * &unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_unit_left_over_goes_where_most_was_lost() {
        let parts: Vec<Decimal> = ["0.4995", "0.4995", "-0.2"].map(|part| part.parse().expect(part)).into();
        let rounded: Vec<_> =
            allocate(&parts, &Decimal::from(1), 0).iter().map(ToString::to_string).collect();
        assert_eq!(rounded, ["1", "0", "0"]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_none_is_off_by_a_unit(
            parts in prop::collection::vec(-10_000_000i64..1_000_000_000, 1..40),
            digits in 0i64..4,
        ) {
            let parts: Vec<Decimal> = parts.into_iter().map(|part| &Decimal::from(part) * &Decimal::power_of_ten(-6)).collect();
            let total = parts.iter().sum::<Decimal>().round(digits);
            let rounded = allocate(&parts, &total, digits);
            prop_assert_eq!(rounded.iter().sum::<Decimal>(), total);
            let unit = Decimal::power_of_ten(-digits);
            for (exact, rounded) in parts.iter().zip(&rounded) {
                let off = exact - rounded;
                prop_assert!(off < unit && -&off < unit);
                prop_assert_eq!(&rounded.round(digits), rounded);
            }
        }
    }
}
