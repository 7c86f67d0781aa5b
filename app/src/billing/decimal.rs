//! Exact decimals: money and quantities, never `f64`.

use bigdecimal::{BigDecimal, RoundingMode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Mul, Neg, Sub},
    str::FromStr,
};

/// An exact decimal number. In JSON it is a number that keeps every digit, in and out.
///
/// Equality and order are by value: `1.0 == 1`. `Display` writes the shortest plain form, without an exponent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(BigDecimal);

/// Why a text is not a [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecimalError {
    /// The text is not a decimal number.
    #[error("is not a decimal number")]
    NotANumber,
    /// More than [`Decimal::MAX_DIGITS`] digits before or after the point.
    #[error("has more than {} digits", Decimal::MAX_DIGITS)]
    TooLarge,
}

impl Decimal {
    /// Digits accepted before and after the decimal point. A bound on untrusted input: without one, `1e999999999`
    /// is twelve bytes that unfold to a gigabyte.
    pub const MAX_DIGITS: i64 = 60;

    /// Zero.
    pub fn zero() -> Self {
        Self::default()
    }

    /// True for 0, whatever its scale.
    pub fn is_zero(&self) -> bool {
        *self == Self::zero()
    }

    /// True below 0.
    pub fn is_negative(&self) -> bool {
        *self < Self::zero()
    }

    /// The quotient to 40 digits after the point; `None` when the divisor is zero.
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        if divisor.is_zero() {
            return None;
        }
        Some(Self((&self.0 / &divisor.0).with_scale_round(40, RoundingMode::HalfEven)).normalized())
    }

    /// Rounded half away from zero to `digits` after the point, as invoices are.
    pub fn round(&self, digits: i64) -> Self {
        Self(self.0.with_scale_round(digits, RoundingMode::HalfUp)).normalized()
    }

    /// The largest integer not above this.
    pub fn floor(&self) -> Self {
        Self(self.0.with_scale_round(0, RoundingMode::Floor)).normalized()
    }

    /// The smallest integer not below this.
    pub fn ceil(&self) -> Self {
        Self(self.0.with_scale_round(0, RoundingMode::Ceiling)).normalized()
    }

    /// The nearest `f64`, for drawing only.
    pub fn to_f64(&self) -> f64 {
        self.0.to_string().parse().unwrap_or(0.0)
    }

    /// The number behind the type, for the database.
    pub fn into_inner(self) -> BigDecimal {
        self.0
    }

    fn normalized(self) -> Self {
        Self(self.0.normalized())
    }
}

impl From<BigDecimal> for Decimal {
    fn from(value: BigDecimal) -> Self {
        Self(value).normalized()
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(BigDecimal::from(value))
    }
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => {
                (&text[..at], text[at + 1..].parse::<i64>().map_err(|_| ParseDecimalError::TooLarge)?)
            }
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return Err(ParseDecimalError::NotANumber);
        }
        let whole_digits = whole.trim_start_matches('0').len() as i64;
        let fraction_digits = fraction.trim_end_matches('0').len() as i64;
        if exponent.abs() > Self::MAX_DIGITS
            || whole_digits.saturating_add(exponent) > Self::MAX_DIGITS
            || fraction_digits.saturating_sub(exponent) > Self::MAX_DIGITS
        {
            return Err(ParseDecimalError::TooLarge);
        }
        BigDecimal::from_str(text)
            .map(|value| Self(value).normalized())
            .map_err(|_| ParseDecimalError::NotANumber)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.normalized().to_plain_string())
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::Number::from_str(&self.to_string())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        number.as_str().parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

impl Add for &Decimal {
    type Output = Decimal;
    fn add(self, other: Self) -> Decimal {
        Decimal(&self.0 + &other.0)
    }
}

impl Sub for &Decimal {
    type Output = Decimal;
    fn sub(self, other: Self) -> Decimal {
        Decimal(&self.0 - &other.0)
    }
}

impl Mul for &Decimal {
    type Output = Decimal;
    fn mul(self, other: Self) -> Decimal {
        Decimal(&self.0 * &other.0)
    }
}

impl Neg for &Decimal {
    type Output = Decimal;
    fn neg(self) -> Decimal {
        Decimal(-&self.0)
    }
}

impl AddAssign<&Decimal> for Decimal {
    fn add_assign(&mut self, other: &Decimal) {
        self.0 += &other.0;
    }
}

impl<'a> Sum<&'a Decimal> for Decimal {
    fn sum<I: Iterator<Item = &'a Decimal>>(iter: I) -> Self {
        iter.fold(Self::zero(), |mut total, value| {
            total += value;
            total
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect(text)
    }

    #[test]
    fn a_tenth_a_thousand_times_is_exactly_a_hundred() {
        let tenth = decimal("0.1");
        assert_eq!(std::iter::repeat_n(&tenth, 1_000).sum::<Decimal>(), decimal("100"));
    }

    #[test]
    fn json_numbers_keep_every_digit() {
        for text in [
            "0",
            "-1",
            "0.123456789012345678",
            "100000000000000000000",
            "12345678901234567890.123456789012345678",
        ] {
            let value: Decimal = serde_json::from_str(text).expect(text);
            assert_eq!(serde_json::to_string(&value).expect(text), text);
        }
    }

    #[test]
    fn exponents_unfold_and_trailing_zeros_go() {
        for (given, printed) in
            [("1e3", "1000"), ("1.50", "1.5"), ("-0.0", "0"), ("2E-2", "0.02"), ("007", "7")]
        {
            assert_eq!(decimal(given).to_string(), printed);
        }
    }

    #[test]
    fn absurd_numbers_are_refused_before_they_unfold() {
        for text in ["1e400", "1e-400", "1e99999999999999999999", &"9".repeat(61)] {
            assert_eq!(text.parse::<Decimal>(), Err(ParseDecimalError::TooLarge), "{text}");
        }
        for text in ["", ".", "-", "1.2.3", "0x10", "NaN", "inf", "1_000", " 1"] {
            assert_eq!(text.parse::<Decimal>(), Err(ParseDecimalError::NotANumber), "{text:?}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (given, rounded) in [("0.5", "1"), ("-0.5", "-1"), ("2.5", "3"), ("1.49", "1"), ("-1.5", "-2")] {
            assert_eq!(decimal(given).round(0), decimal(rounded), "{given}");
        }
    }
}
