//! What can be divided by: a decimal that is not 0.

use super::{Decimal, ParseDecimalError};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Mul, str::FromStr};

/// A decimal that is not 0, so that a division by it needs no answer for the case that it is. In JSON a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Decimal")]
pub struct NonZeroDecimal(Decimal);

/// A divisor that is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must not be 0")]
pub struct IsZero;

/// Why a text is not a [`NonZeroDecimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseNonZeroError {
    /// It is no decimal.
    #[error(transparent)]
    Decimal(#[from] ParseDecimalError),
    /// It is 0.
    #[error(transparent)]
    Zero(#[from] IsZero),
}

impl NonZeroDecimal {
    /// `None` for 0.
    pub fn new(value: Decimal) -> Option<Self> {
        Self::try_from(value).ok()
    }

    /// One: dividing by it changes nothing.
    pub fn one() -> Self {
        Self(Decimal::from(1))
    }

    /// The number.
    pub fn get(&self) -> &Decimal {
        &self.0
    }
}

impl Decimal {
    /// The quotient to 40 digits after the point.
    pub fn over(&self, divisor: &NonZeroDecimal) -> Self {
        self.quotient(divisor.get())
    }
}

impl TryFrom<Decimal> for NonZeroDecimal {
    type Error = IsZero;

    fn try_from(value: Decimal) -> Result<Self, IsZero> {
        if value.is_zero() { Err(IsZero) } else { Ok(Self(value)) }
    }
}

impl FromStr for NonZeroDecimal {
    type Err = ParseNonZeroError;

    fn from_str(text: &str) -> Result<Self, ParseNonZeroError> {
        Ok(Self::try_from(text.parse::<Decimal>()?)?)
    }
}

impl fmt::Display for NonZeroDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Neither is 0, so the product is not.
impl Mul for &NonZeroDecimal {
    type Output = NonZeroDecimal;

    fn mul(self, other: Self) -> NonZeroDecimal {
        NonZeroDecimal(&self.0 * &other.0)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for NonZeroDecimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NonZeroDecimal".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Decimal::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_refused_however_it_is_written() {
        for text in ["0", "0.000", "-0", "0e5"] {
            assert_eq!(text.parse::<NonZeroDecimal>(), Err(ParseNonZeroError::Zero(IsZero)), "{text}");
            let error = serde_json::from_str::<NonZeroDecimal>(text).expect_err(text);
            assert!(error.to_string().starts_with("must not be 0"), "{error}");
        }
        assert_eq!(
            "x".parse::<NonZeroDecimal>(),
            Err(ParseNonZeroError::Decimal(ParseDecimalError::NotANumber))
        );
    }

    #[test]
    fn others_divide_and_are_json_numbers() {
        for (divisor, quotient) in [("4", "0.25"), ("-0.5", "-2"), ("1", "1")] {
            let read: NonZeroDecimal = serde_json::from_str(divisor).expect(divisor);
            assert_eq!(Decimal::from(1).over(&read).to_string(), quotient);
            assert_eq!(serde_json::to_string(&read).expect("JSON"), divisor);
            assert_eq!(&read * &NonZeroDecimal::one(), read);
        }
    }
}
