//! The numbers at an axis: short, in one unit, with equal decimals.

use super::format;
use crate::billing::{CreditType, Decimal};

/// What the numbers of an axis are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AxisUnit {
    /// Before the number: `$`.
    pub prefix: String,
    /// How many of the data's units make one of the axis: 100 for cents.
    pub divisor: f64,
}

impl AxisUnit {
    /// Plain numbers.
    pub fn quantity() -> Self {
        Self { divisor: 1.0, ..Self::default() }
    }

    /// Amounts of a credit type, as [`format::money`] writes them.
    pub fn money(credit_type: &CreditType) -> Self {
        let hundred = format::money(&Decimal::from(100), credit_type);
        let is_number = |letter: char| letter.is_ascii_digit();
        // The name of a custom unit stands after the number, and has no room at an axis.
        let (prefix, number) = hundred.split_at(hundred.find(is_number).unwrap_or_default());
        Self { prefix: prefix.to_owned(), divisor: if number.starts_with("100") { 1.0 } else { 100.0 } }
    }
}

/// The ticks of an axis, all in thousands, millions … of the largest, all with the decimals that the finest needs; zero
/// is plain.
pub fn labels(ticks: &[f64], unit: &AxisUnit) -> Vec<String> {
    const STEPS: [(f64, &str); 5] = [(1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")];
    let ticks: Vec<f64> = ticks.iter().map(|tick| tick / unit.divisor).collect();
    let largest = ticks.iter().fold(0.0, |largest: f64, tick| largest.max(tick.abs()));
    // A hair below, because division may miss by a last digit.
    let (step, letter) =
        STEPS.into_iter().find(|(step, _)| largest >= step * (1.0 - 1e-9)).unwrap_or((1.0, ""));
    let scaled: Vec<f64> = ticks.iter().map(|tick| tick / step).collect();
    let places = (0..12).find(|places| {
        let shift = 10f64.powi(*places);
        scaled.iter().all(|tick| {
            (tick * shift - (tick * shift).round()).abs() <= 1e-6 * (tick * shift).abs().max(1e-3)
        })
    });
    let places = places.unwrap_or(0) as usize;
    scaled
        .iter()
        .map(|tick| {
            let sign = if *tick < 0.0 { "\u{2212}" } else { "" };
            if *tick == 0.0 {
                return format!("{}0", unit.prefix);
            }
            let digits = format::number(&format!("{:.places$}", tick.abs()));
            format!("{sign}{}{digits}{letter}", unit.prefix)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_share_a_unit_and_their_decimals() {
        for (ticks, written) in [
            (vec![0.0, 500.0, 1000.0, 1500.0, 2000.0], "0 0.5K 1.0K 1.5K 2.0K"),
            (vec![0.0, 15.0, 30.0, 45.0, 60.0], "0 15 30 45 60"),
            (vec![0.0, 0.25, 0.5, 0.75, 1.0], "0 0.25 0.50 0.75 1.00"),
            (vec![0.0, 0.0008, 0.0016, 0.0024, 0.0032], "0 0.0008 0.0016 0.0024 0.0032"),
            (vec![0.0, 3e5, 6e5, 9e5, 1.2e6], "0 0.3M 0.6M 0.9M 1.2M"),
            (vec![0.0, 2.5e14, 5e14, 7.5e14, 1e15], "0 0.25Q 0.50Q 0.75Q 1.00Q"),
            (vec![-1000.0, -500.0, 0.0, 500.0], "−1.0K −0.5K 0 0.5K"),
            (vec![0.0, 4e19], "0 40,000Q"),
        ] {
            assert_eq!(labels(&ticks, &AxisUnit::quantity()).join(" "), written);
        }
    }

    #[test]
    fn money_has_its_symbol_and_whole_units() {
        let unit =
            |name: &str| AxisUnit::money(&CreditType { name: name.to_owned(), ..CreditType::usd_cents() });
        let ticks = [0.0, 60_000.0, 120_000.0];
        for (name, written) in [
            ("USD (cents)", "$0 $0.6K $1.2K"),
            ("EUR", "€0 €60K €120K"),
            ("JPY", "¥0 ¥60K ¥120K"),
            ("tokens", "0 60K 120K"),
        ] {
            assert_eq!(labels(&ticks, &unit(name)).join(" "), written);
        }
    }
}
