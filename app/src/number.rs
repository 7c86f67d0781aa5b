//! Exact numbers in the browser: whole numbers of a scale, which are added, compared and written, never divided.

use std::ops::Deref;

/// Numbers of one scale, in order: `values[i]` stands for `values[i] × 10⁻ˢᶜᵃˡᵉ`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Column {
    /// Digits after the point; below zero, the values are in tens, hundreds and so on.
    pub scale: i32,
    /// Whole numbers, separated by blanks: `1203 1180 977`; `-` for a day that has none.
    pub values: Values,
}

/// In the place of a number that there is none of: a level without events, a day after the end. No column holds the
/// number itself, which has 39 digits.
pub const ABSENT: i128 = i128::MIN;

/// The numbers of a column, `-` where there is none. In JSON they are one text, separated by blanks: an array would be twice as
/// long, and JSON's own numbers lose digits in JavaScript.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transparent))]
pub struct Values(#[cfg_attr(feature = "schema", schemars(with = "String"))] pub Vec<i128>);

impl Deref for Values {
    type Target = [i128];

    fn deref(&self) -> &[i128] {
        &self.0
    }
}

impl Values {
    fn read(text: &str) -> Option<Self> {
        let value = |text: &str| if text == "-" { Some(ABSENT) } else { text.parse().ok() };
        text.split_ascii_whitespace().map(value).collect::<Option<_>>().map(Self)
    }
}

#[cfg(feature = "ssr")]
impl serde::Serialize for Values {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |value: &i128| if *value == ABSENT { "-".to_owned() } else { value.to_string() };
        let texts: Vec<String> = self.iter().map(text).collect();
        serializer.serialize_str(&texts.join(" "))
    }
}

#[cfg(feature = "ssr")]
impl<'de> serde::Deserialize<'de> for Values {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refusal = "a column holds whole numbers or -, separated by blanks";
        Self::read(&String::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom(refusal))
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Values;
    use miniserde::{Deserialize, Error, Result, de::Visitor, make_place};

    make_place!(Place);

    impl Visitor for Place<Values> {
        fn string(&mut self, text: &str) -> Result<()> {
            self.out = Some(Values::read(text).ok_or(Error)?);
            Ok(())
        }
    }

    impl Deserialize for Values {
        fn begin(out: &mut Option<Self>) -> &mut dyn Visitor {
            Place::new(out)
        }
    }
}

impl Column {
    /// The last `count` values, at most all.
    pub fn last(&self, count: usize) -> &[i128] {
        &self.values[self.values.len().saturating_sub(count)..]
    }
}

/// Each value with all before it; absent ones stay so.
pub fn accumulated(values: &[i128]) -> Vec<i128> {
    let mut sum = 0;
    values
        .iter()
        .map(|value| {
            if *value == ABSENT {
                return ABSENT;
            }
            sum += value;
            sum
        })
        .collect()
}

/// The sum of those that are not absent.
pub fn sum(values: &[i128]) -> i128 {
    values.iter().filter(|value| **value != ABSENT).fold(0, |sum, value| sum.saturating_add(*value))
}

/// Numbers of a scale as those of one that is finer by so many digits; where these are below zero, the last are cut off.
pub fn rescaled(values: &[i128], finer: i32) -> Vec<i128> {
    let power = 10i128.saturating_pow(finer.unsigned_abs());
    let value = |value: &i128| match *value {
        ABSENT => ABSENT,
        value if finer < 0 => value / power,
        value => value.saturating_mul(power),
    };
    values.iter().map(value).collect()
}

/// How numbers of a chart are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "hydrate", derive(miniserde::Deserialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unit {
    /// Before the number: `$`.
    pub prefix: String,
    /// After the number: ` tokens`.
    pub suffix: String,
    /// Digits after the point of money, to which amounts are rounded for reading; absent for quantities and custom
    /// units, which keep every digit.
    pub digits: Option<u32>,
}

impl Unit {
    /// A number of a scale, for reading.
    pub fn write(&self, value: i128, scale: i32) -> String {
        self.write_to(value, scale, 0)
    }

    /// Numbers of a scale with the same digits after the point.
    pub fn column(&self, values: &[i128], scale: i32) -> Vec<String> {
        let places = self.places(values, scale);
        values.iter().map(|value| self.write_to(*value, scale, places)).collect()
    }

    /// The digits after the point that the longest of some numbers needs; of money, those that it always has.
    pub fn places(&self, values: &[i128], scale: i32) -> u32 {
        match self.digits {
            Some(digits) => digits,
            None => values.iter().map(|value| fraction_digits(*value, scale)).max().unwrap_or_default(),
        }
    }

    /// A number with at least so many digits after the point; of money, with those that it always has. A dash for an
    /// absent one.
    pub fn write_to(&self, value: i128, scale: i32, places: u32) -> String {
        if value == ABSENT {
            return "\u{2013}".to_owned();
        }
        let sign = if value < 0 { "\u{2212}" } else { "" };
        let (prefix, suffix) = (&self.prefix, &self.suffix);
        let Some(digits) = self.digits else {
            let places = places.max(fraction_digits(value, scale));
            let number = decimal(shifted(value.unsigned_abs(), scale, places), places);
            return format!("{sign}{prefix}{number}{suffix}");
        };
        let rounded = rounded(value.unsigned_abs(), scale, digits);
        // The cost of a day can be less than the smallest amount; it is not nothing.
        let (bound, rounded) = match (rounded == 0, value.signum()) {
            (true, 1) => ("<", 1),
            (true, -1) => (">", 1),
            _ => ("", rounded),
        };
        format!("{bound}{sign}{prefix}{}{suffix}", decimal(rounded, digits))
    }
}

/// Digits after the point without trailing zeros.
fn fraction_digits(value: i128, scale: i32) -> u32 {
    let (mut value, mut digits) = (value, if value == ABSENT { 0 } else { scale.max(0) });
    while digits > 0 && value % 10 == 0 {
        value /= 10;
        digits -= 1;
    }
    digits.unsigned_abs()
}

/// A number of a scale as one of another, digits beyond it cut off.
fn shifted(value: u128, scale: i32, places: u32) -> u128 {
    let shift = i64::from(places) - i64::from(scale);
    let power = 10u128.saturating_pow(u32::try_from(shift.unsigned_abs()).unwrap_or(u32::MAX));
    if shift >= 0 { value.saturating_mul(power) } else { value / power }
}

/// The same, half and more rounded up.
fn rounded(value: u128, scale: i32, places: u32) -> u128 {
    let cut = i64::from(scale) - i64::from(places);
    if cut <= 0 {
        return shifted(value, scale, places);
    }
    let power = 10u128.saturating_pow(u32::try_from(cut).unwrap_or(u32::MAX));
    value / power + u128::from(value % power >= power.div_ceil(2))
}

/// A whole number with a point before its last digits, and commas between thousands: `1,234.50`.
fn decimal(value: u128, places: u32) -> String {
    let places = places as usize;
    let digits = format!("{value:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let mut text = thousands(whole);
    if places > 0 {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// Digits with commas between thousands: `1,234,567`.
pub fn thousands(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dollars() -> Unit {
        Unit { prefix: "$".to_owned(), digits: Some(2), ..Unit::default() }
    }

    #[test]
    fn quantities_keep_every_digit() {
        for (value, scale, written) in [
            (0, 0, "0"),
            (1_234_567, 0, "1,234,567"),
            (1_234_567, 3, "1,234.567"),
            (1_500, 3, "1.5"),
            (-5, 2, "−0.05"),
            (7, -3, "7,000"),
            (100, 2, "1"),
        ] {
            assert_eq!(Unit::default().write(value, scale), written);
        }
    }

    #[test]
    fn a_column_has_the_digits_of_its_longest_number() {
        assert_eq!(Unit::default().column(&[1_500, 250, 3_125, 0], 3), ["1.500", "0.250", "3.125", "0.000"]);
        assert_eq!(Unit::default().column(&[1_000, 20_000], 2), ["10", "200"]);
        assert_eq!(dollars().column(&[123_456, 5], 3), ["$123.46", "$0.01"]);
    }

    #[test]
    fn money_is_rounded_half_up_and_a_little_is_not_nothing() {
        for (value, scale, written) in [
            (421_807, 2, "$4,218.07"),
            (-5_000, 2, "−$50.00"),
            (0, 5, "$0.00"),
            (4, 3, "<$0.01"),
            (-4, 3, ">−$0.01"),
            (5, 3, "$0.01"),
            (1_235, 3, "$1.24"),
            (-1_235, 3, "−$1.24"),
            (3, -2, "$300.00"),
        ] {
            assert_eq!(dollars().write(value, scale), written);
        }
        let tokens = Unit { suffix: "\u{a0}tokens".to_owned(), ..Unit::default() };
        assert_eq!(tokens.write(1_200, 0), "1,200\u{a0}tokens");
    }

    #[test]
    fn what_is_absent_is_a_dash_and_adds_nothing() {
        let column: Column = serde_json::from_str(r#"{"scale":1,"values":"5 - 20"}"#).expect("a column");
        assert_eq!(*column.values, [5, ABSENT, 20]);
        assert_eq!(serde_json::to_string(&column).expect("JSON"), r#"{"scale":1,"values":"5 - 20"}"#);
        assert_eq!(Unit::default().column(&column.values, column.scale), ["0.5", "–", "2.0"]);
        assert_eq!(dollars().write(ABSENT, 2), "–");
        assert_eq!((accumulated(&column.values), sum(&column.values)), (vec![5, ABSENT, 25], 25));
    }

    #[test]
    fn a_text_that_is_no_column_is_refused() {
        let read = |values: &str| {
            serde_json::from_str::<Column>(&format!(r#"{{"scale":0,"values":"{values}"}}"#)).is_ok()
        };
        assert!(read("") && read("1 -2 3"));
        assert!(!read("1.5") && !read("1,2") && !read("1e3"));
    }

    proptest! {
        #[test]
        fn columns_survive_json(values in prop::collection::vec(any::<i128>(), 0..20), scale in -9i32..40) {
            let column = Column { scale, values: Values(values) };
            let text = serde_json::to_string(&column).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Column>(&text).expect("a column"), column);
        }
    }
}
