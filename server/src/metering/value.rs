//! The value of an event's property, as text and as a number.

use app::billing::Decimal;
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

/// A property as an exact number, also from a string of digits; `None` when it is neither.
pub fn property_decimal(properties: &Map<String, Value>, name: &str) -> Option<Decimal> {
    match properties.get(name)? {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_str().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
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
            assert_eq!(
                property_decimal(&properties(value), "p").map(|d| d.to_string()).as_deref(),
                Some(text)
            );
        }
        for value in [json!("many"), json!(""), json!(true), json!("1e999")] {
            assert_eq!(property_decimal(&properties(value), "p"), None);
        }
    }
}
