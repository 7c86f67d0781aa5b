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
    /// It is one, but has more than [`Decimal::MAX_DIGITS`] digits, or unfolds to more.
    #[error("has more than {} digits", Decimal::MAX_DIGITS)]
    TooLarge,
}

impl Decimal {
    /// Digits that are parsed, whoever wrote them: as written, zeros included, and as an exponent unfolds them, before
    /// and after the point. The work of parsing grows with the square of the length, and `1e999999999` is twelve bytes
    /// that unfold to a gigabyte.
    ///
    /// It is no limit of the domain. What a caller may send is far below it, so that whatever is made of accepted
    /// numbers by adding, multiplying and dividing can be read back.
    pub const MAX_DIGITS: usize = 1_000;

    /// Zero.
    pub fn zero() -> Self {
        Self::default()
    }

    /// 10 to the power of `exponent`.
    pub fn power_of_ten(exponent: i64) -> Self {
        Self(BigDecimal::new(1.into(), -exponent)).normalized()
    }

    /// True for 0, whatever its scale.
    pub fn is_zero(&self) -> bool {
        *self == Self::zero()
    }

    /// True below 0.
    pub fn is_negative(&self) -> bool {
        *self < Self::zero()
    }

    /// True when it has at most so many digits before and after the point.
    pub fn fits(&self, whole: usize, fraction: usize) -> bool {
        let shortest = self.0.normalized();
        let scale = i128::from(shortest.fractional_digit_count());
        let before = i128::from(shortest.digits()) - scale;
        before <= whole as i128 && scale <= fraction as i128
    }

    /// The quotient to 40 digits after the point; `None` when the divisor is zero.
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        (!divisor.is_zero()).then(|| self.quotient(divisor))
    }

    /// The quotient to 40 digits after the point; the divisor is not zero.
    pub(super) fn quotient(&self, divisor: &Self) -> Self {
        Self((&self.0 / &divisor.0).with_scale_round(40, RoundingMode::HalfEven)).normalized()
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

    /// Refuses what is too long before any arithmetic: until then the work is one pass over the text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let (whole, fraction) = unsigned(mantissa).split_once('.').unwrap_or((unsigned(mantissa), ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = (!whole.is_empty() || !fraction.is_empty())
            && is_digits(whole)
            && is_digits(fraction)
            && exponent.map(unsigned).is_none_or(|digits| !digits.is_empty() && is_digits(digits));
        if !is_number {
            return Err(ParseDecimalError::NotANumber);
        }
        if whole.len() + fraction.len() > Self::MAX_DIGITS || exponent.is_some_and(|text| text.len() > 9) {
            return Err(ParseDecimalError::TooLarge);
        }
        let most = Self::MAX_DIGITS as i64;
        let exponent: i64 = exponent.map_or(Ok(0), str::parse).map_err(|_| ParseDecimalError::TooLarge)?;
        let whole_digits = whole.trim_start_matches('0').len() as i64 + exponent;
        let fraction_digits = fraction.trim_end_matches('0').len() as i64 - exponent;
        if exponent.abs() > most || whole_digits > most || fraction_digits > most {
            return Err(ParseDecimalError::TooLarge);
        }
        BigDecimal::from_str(text)
            .map(|value| Self(value).normalized())
            .map_err(|_| ParseDecimalError::NotANumber)
    }
}

/// A text without the sign before it.
fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
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
mod tests;
