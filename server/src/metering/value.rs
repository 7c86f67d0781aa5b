//! The value of an event's property, as text and as a number.

use crate::limits::{PROPERTY_DIGITS, QUANTITY_DIGITS};
use app::billing::{Decimal, ParseDecimalError};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A property as text, for filters, groups and UNIQUE; `None` when it is missing or null.
///
/// A number and a string of the same digits are the same value: `1`, `1.0` and `"1"` do not make three groups.
pub fn property_text<'a>(properties: &'a Map<String, Value>, name: &str) -> Option<Cow<'a, str>> {
    match properties.get(name)? {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(match number.as_str().parse::<Decimal>() {
            Ok(decimal) => Cow::Owned(decimal.to_string()),
            Err(_) => Cow::Borrowed(number.as_str()),
        }),
        Value::Bool(true) => Some(Cow::Borrowed("true")),
        Value::Bool(false) => Some(Cow::Borrowed("false")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A property as an exact quantity, also from a string of digits; `None` when it is neither.
///
/// # Errors
/// What is wrong with a number that is too long to be measured.
pub fn property_quantity(properties: &Map<String, Value>, name: &str) -> Result<Option<Decimal>, String> {
    let parsed = match properties.get(name) {
        Some(Value::String(text)) => text.trim().parse::<Decimal>(),
        Some(Value::Number(number)) => number.as_str().parse(),
        None | Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => return Ok(None),
    };
    match parsed {
        Ok(value) if value.fits(QUANTITY_DIGITS, PROPERTY_DIGITS) => Ok(Some(value)),
        Ok(_) | Err(ParseDecimalError::TooLarge) => Err(format!(
            "has more than {QUANTITY_DIGITS} digits before the point or {PROPERTY_DIGITS} after it"
        )),
        Err(ParseDecimalError::NotANumber) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn properties(value: Value) -> Map<String, Value> {
        Map::from_iter([("p".to_owned(), value)])
    }

    #[test]
    fn numbers_and_strings_of_numbers_are_the_same_text() {
        let one: Value = serde_json::from_str("1.0").expect("json");
        for value in [json!("1"), json!(1), one] {
            assert_eq!(property_text(&properties(value), "p").as_deref(), Some("1"));
        }
        assert_eq!(property_text(&properties(json!("1.0")), "p").as_deref(), Some("1.0"));
        assert_eq!(property_text(&properties(json!(true)), "p").as_deref(), Some("true"));
        assert_eq!(property_text(&properties(Value::Null), "p"), None);
        assert_eq!(property_text(&properties(json!(1)), "other"), None);
    }

    #[test]
    fn numbers_keep_every_digit() {
        let text = "12345678901234567890.123456789012345678";
        let number: Value = serde_json::from_str(text).expect("json");
        for value in [number, json!(text), json!(format!(" {text} "))] {
            let quantity = property_quantity(&properties(value), "p").expect("a quantity");
            assert_eq!(quantity.map(|quantity| quantity.to_string()).as_deref(), Some(text));
        }
        for value in [json!("many"), json!(""), json!(true), Value::Null, json!("1e"), json!("12e4f")] {
            assert_eq!(property_quantity(&properties(value.clone()), "p"), Ok(None), "{value}");
        }
        assert_eq!(property_quantity(&properties(json!("1")), "other"), Ok(None));
    }

    #[test]
    fn a_number_that_is_too_long_is_no_quantity_and_says_so() {
        let largest = json!("9".repeat(30));
        assert!(property_quantity(&properties(largest), "p").is_ok_and(|quantity| quantity.is_some()));
        let longest: [String; 6] = [
            "1e30".to_owned(),
            "9e59".to_owned(),
            "1e999999999999".to_owned(),
            format!("-{}", "9".repeat(31)),
            format!("0.{}", "3".repeat(61)),
            format!("1.1{}", "0".repeat(5_000)),
        ];
        for text in longest {
            let number: Value = serde_json::from_str(&text).expect("JSON");
            for value in [json!(text), number] {
                let problem = property_quantity(&properties(value), "p").expect_err(&text);
                assert_eq!(problem, "has more than 30 digits before the point or 60 after it");
            }
        }
    }
}
