//! What a reader types to find an invoice: a number as it is written or said, or an amount. Pure.

use crate::db::invoice::InvoiceSearch;

/// How every number of an invoice begins, in lower case.
const PREFIX: &str = "inv";

/// What a text asks for. One that is neither a number nor an amount finds nothing.
///
/// `INV-0032`, `inv0032`, `0032` and `32` are part of a number; `#32` and `inv-32` are a whole one. `$129.50`, `129.5` and
/// `1,204` are amounts, or how they begin: cut off behind the point, never before it.
pub(super) fn sought(text: &str) -> InvoiceSearch {
    let text = text.trim().to_lowercase();
    let named = text.strip_prefix(PREFIX).or_else(|| text.strip_prefix('#'));
    let digits = named.map(|rest| rest.trim_start_matches(['-', '#', ' ']));
    let is_part = text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | ' '));
    let part: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let amount = if named.is_none() { amount(&text) } else { None };
    let (amount, places) = amount.unzip();
    InvoiceSearch {
        part: Some(part).filter(|part| is_part && !part.is_empty()),
        number: digits.and_then(|digits| digits.parse().ok()),
        amount,
        places,
    }
}

/// The digits of an amount with its point, and how many stand behind that: without separators, sign, symbol and unit.
fn amount(text: &str) -> Option<(String, i32)> {
    let number = text.trim_matches(|letter: char| !letter.is_ascii_digit()).replace(',', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((number.as_str(), ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_amount = !whole.is_empty() && is_number(whole) && is_number(fraction);
    let places = i32::try_from(fraction.len()).ok()?;
    is_amount.then_some((number, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_amounts_are_told_apart_however_they_are_written() {
        for (text, part, number, amount) in [
            ("INV-0032", Some("inv0032"), Some(32), None),
            ("INV0032", Some("inv0032"), Some(32), None),
            ("inv 32", Some("inv32"), Some(32), None),
            ("INV", Some("inv"), None, None),
            ("#32", None, Some(32), None),
            ("0032", Some("0032"), None, Some(("0032", 0))),
            ("129.50", None, None, Some(("129.50", 2))),
            ("$129.50", None, None, Some(("129.50", 2))),
            ("\u{2212}$1,204.1", None, None, Some(("1204.1", 1))),
            ("2,248", None, None, Some(("2248", 0))),
            ("KWD\u{a0}1.500", None, None, Some(("1.500", 3))),
            ("1.2.3", None, None, None),
            ("?", None, None, None),
        ] {
            let found = sought(text);
            assert_eq!(found.part.as_deref(), part, "{text}");
            assert_eq!(found.number, number, "{text}");
            let written = found.amount.as_deref().zip(found.places);
            assert_eq!(written, amount, "{text}");
        }
    }
}
