//! Decimals as texts and JSON, their bounds, and calculation with them.

use super::*;
use proptest::prelude::*;

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
    for (given, printed) in [("1e3", "1000"), ("1.50", "1.5"), ("-0.0", "0"), ("2E-2", "0.02"), ("007", "7")]
    {
        assert_eq!(decimal(given).to_string(), printed);
    }
}

#[test]
fn absurd_numbers_are_refused_before_they_unfold() {
    let (zeros, nines) = ("0".repeat(1_001), "9".repeat(1_001));
    for text in [
        "1e1001",
        "1e-1001",
        "12e1000",
        "1e99999999999999999999",
        "1e0000000001",
        "0e1001",
        &nines,
        &format!("-{nines}"),
        &format!("1.1{zeros}"),
        &format!("{zeros}1"),
        &format!("1e1{zeros}"),
        &format!("1e-{zeros}1"),
    ] {
        assert_eq!(text.parse::<Decimal>(), Err(ParseDecimalError::TooLarge), "{text}");
    }
    let words =
        ["", ".", "-", "1.2.3", "0x10", "NaN", "inf", "1_000", " 1", "1e", "1e+", "e5", "1e5e5", "1e1.5"];
    for text in words {
        assert_eq!(text.parse::<Decimal>(), Err(ParseDecimalError::NotANumber), "{text:?}");
    }
    let letters = "1".repeat(5_000_000) + "x";
    assert_eq!(letters.parse::<Decimal>(), Err(ParseDecimalError::NotANumber));
}

#[test]
fn what_is_made_of_large_numbers_can_be_read_back() {
    let large = decimal(&format!("{}.{}", "9".repeat(100), "9".repeat(100)));
    let product = &(&large * &large) * &large;
    let text = serde_json::to_string(&product).expect("JSON");
    assert_eq!(text.len(), 601);
    assert_eq!(serde_json::from_str::<Decimal>(&text).expect("a decimal"), product);
}

proptest! {
    /// As many texts as `PROPTEST_CASES` says.
    #[test]
    fn a_text_is_the_number_it_says_or_refused(
        text in "[-+]?[0-9]{0,4}(0{0,1100}|[0-9]{0,1100})[.]?(0{0,1100}|[0-9]{0,30})([eE][-+]?[0-9]{0,5})?|[-+.eE0-9_x ]{0,12}",
    ) {
        match text.parse::<Decimal>() {
            Ok(value) => {
                prop_assert_eq!(&value.0, &BigDecimal::from_str(&text).expect("a number"));
                prop_assert!(value.fits(Decimal::MAX_DIGITS, Decimal::MAX_DIGITS));
                prop_assert_eq!(value.to_string().parse::<Decimal>().expect("what was printed"), value.clone());
                let json = serde_json::to_string(&value).expect("JSON");
                prop_assert_eq!(serde_json::from_str::<Decimal>(&json).expect("what was written"), value);
            }
            Err(ParseDecimalError::NotANumber) => {
                // The library also takes digits set apart by underscores, and a sign after the point.
                let is_lenient = ["_", ".+", ".-"].iter().any(|one| text.contains(one));
                prop_assert!(is_lenient || BigDecimal::from_str(&text).is_err(), "{}", text);
            }
            Err(ParseDecimalError::TooLarge) => {
                let digits = text.bytes().filter(u8::is_ascii_digit).count() as i64;
                let exponent = text.find(['e', 'E']).map_or("0", |at| &text[at + 1..]);
                let power: i64 = exponent.parse().expect("an exponent");
                prop_assert!(digits + power.abs() > 1_000, "{}", text);
            }
        }
    }
}

#[test]
fn digits_are_counted_before_and_after_the_point() {
    for (text, whole, fraction) in [
        ("0", 1, 0),
        ("-999", 3, 0),
        ("1000", 4, 0),
        ("1e3", 4, 0),
        ("0.05", 0, 2),
        ("0.0500", 0, 2),
        ("12.345", 2, 3),
        ("9e59", 60, 0),
        ("1e-60", 0, 60),
    ] {
        let value = decimal(text);
        assert!(value.fits(whole, fraction), "{text}");
        assert!(whole == 0 || !value.fits(whole - 1, fraction), "{text} before the point");
        assert!(fraction == 0 || !value.fits(whole, fraction - 1), "{text} after the point");
    }
    assert!((&decimal("0.5") * &decimal("2")).fits(1, 0));
}

#[test]
fn rounding_is_half_away_from_zero() {
    for (given, rounded) in [("0.5", "1"), ("-0.5", "-1"), ("2.5", "3"), ("1.49", "1"), ("-1.5", "-2")] {
        assert_eq!(decimal(given).round(0), decimal(rounded), "{given}");
    }
}
