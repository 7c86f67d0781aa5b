//! The numbers at an axis, as people write them: `500 750 1K 1.25K`, `$0.50 $1.00`.

use super::scale::YScale;
use crate::number::{Unit, thousands};

/// Powers of ten that have a letter.
const LETTERS: [(u32, &str); 5] = [(15, "Q"), (12, "T"), (9, "B"), (6, "M"), (3, "K")];

/// The ticks of an axis, lowest first, each in the largest of thousands, millions … that it reaches. Zero is plain; money
/// below a thousand has no fraction or its two digits.
pub fn labels(scale: &YScale, unit: &Unit) -> Vec<String> {
    let is_whole = scale.ticks.iter().all(|tick| fraction(tick.unsigned_abs(), scale.scale, 0).is_empty());
    let least = if unit.prefix.is_empty() || is_whole { 0 } else { unit.digits.unwrap_or(0) };
    let label = |tick: &i128| {
        let size = tick.unsigned_abs();
        if size == 0 {
            return format!("{}0", unit.prefix);
        }
        let power = power_of(size, scale.scale);
        let mut digits = fraction(size, scale.scale, power);
        if power == 0 {
            digits.extend(std::iter::repeat_n('0', (least as usize).saturating_sub(digits.len())));
        }
        let point = if digits.is_empty() { "" } else { "." };
        let sign = if *tick < 0 { "\u{2212}" } else { "" };
        let letter = LETTERS.iter().find(|(of, _)| *of == power).map_or("", |(_, letter)| letter);
        format!("{sign}{}{}{point}{digits}{letter}", unit.prefix, thousands(&whole(size, scale.scale, power)))
    };
    scale.ticks.iter().map(label).collect()
}

/// The largest power with a letter that a number of a scale reaches.
fn power_of(size: u128, scale: i32) -> u32 {
    let reaches = |power: u32| whole(size, scale, power) != "0";
    LETTERS.iter().map(|(power, _)| *power).find(|power| reaches(*power)).unwrap_or(0)
}

/// Digits of a number of a scale, and where the point stands among them when it is counted in a power of ten.
fn split(size: u128, scale: i32, power: u32) -> (String, usize) {
    let places = i64::from(scale) + i64::from(power);
    let mut digits = size.to_string();
    let behind = usize::try_from(places).unwrap_or(0);
    if places < 0 {
        digits.extend(std::iter::repeat_n('0', usize::try_from(-places).unwrap_or(0)));
    }
    if digits.len() <= behind {
        digits = format!("{}{digits}", "0".repeat(behind + 1 - digits.len()));
    }
    let at = digits.len() - behind;
    (digits, at)
}

fn whole(size: u128, scale: i32, power: u32) -> String {
    let (digits, at) = split(size, scale, power);
    digits[..at].to_owned()
}

fn fraction(size: u128, scale: i32, power: u32) -> String {
    let (digits, at) = split(size, scale, power);
    digits[at..].trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(max: i128, scale: i32, unit: &Unit) -> String {
        labels(&YScale::new(0, max, scale, false), unit).join(" ")
    }

    #[test]
    fn labels_are_as_short_as_people_write_them() {
        for (max, scale, expected) in [
            (980, 0, "0 250 500 750 1K"),
            (1_742, 0, "0 500 1K 1.5K 2K"),
            (60, 0, "0 20 40 60"),
            (1, 0, "0 0.25 0.5 0.75 1"),
            (30, 4, "0 0.001 0.002 0.003"),
            (1_200_000, 0, "0 250K 500K 750K 1M 1.25M"),
            (1_000_000_000_000_000, 0, "0 250T 500T 750T 1Q"),
            (40_000_000_000_000_000_000, 0, "0 10,000Q 20,000Q 30,000Q 40,000Q"),
        ] {
            assert_eq!(written(max, scale, &Unit::default()), expected);
        }
        let below = labels(&YScale::new(-1_000, 500, 0, false), &Unit::default());
        assert_eq!(below.join(" "), "−1K −500 0 500");
    }

    #[test]
    fn money_has_its_symbol_and_no_fraction_or_two_digits() {
        let unit = |prefix: &str| Unit { prefix: prefix.to_owned(), digits: Some(2), ..Unit::default() };
        for (max, scale, prefix, expected) in [
            (320, 2, "$", "$0 $1 $2 $3 $4"),
            (180, 2, "$", "$0 $0.50 $1.00 $1.50 $2.00"),
            (120_000, 2, "€", "€0 €250 €500 €750 €1K €1.25K"),
            (120_000, 0, "¥", "¥0 ¥25K ¥50K ¥75K ¥100K ¥125K"),
            (2, 3, "$", "$0 $0.0005 $0.001 $0.0015 $0.002"),
        ] {
            assert_eq!(written(max, scale, &unit(prefix)), expected);
        }
    }
}
