//! Writes numbers, quantities and dates for people; money is in [`super::money`], words are in [`super::words`].

use crate::{billing::Decimal, day, number::thousands};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

/// A decimal number with thousands separators and a true minus: `−1,234.5`.
pub fn number(plain: &str) -> String {
    let (sign, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => ("\u{2212}", rest),
        None => ("", plain),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", thousands(whole))
}

/// A quantity, every digit of it.
pub fn quantity(value: &Decimal) -> String {
    number(&value.to_string())
}

/// Digits after the point of a quantity for reading.
const READABLE: usize = 6;

/// A quantity for reading: at most six digits after the point, counted from the first that is not zero where nothing
/// stands before it. Whole numbers keep every digit.
pub fn readable(value: &Decimal) -> String {
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let zeros = match whole.trim_start_matches('-') {
        "0" => fraction.len() - fraction.trim_start_matches('0').len(),
        _ => 0,
    };
    let places = READABLE + zeros;
    if fraction.len() <= places { number(&text) } else { quantity(&value.round(places as i64)) }
}

/// A quantity as a headline: as [`readable`], from ten thousand on with two digits after the point at most, and from a
/// trillion on in four digits, `2.683T`, as axes have them.
pub fn headline(value: &Decimal) -> String {
    let text = value.to_string();
    let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default().len();
    let (unit, digits) = match whole {
        0..=4 => return readable(value),
        5..=12 => return quantity(&value.round(2)),
        13..=15 => ("T", 12u32),
        _ => ("Q", 15),
    };
    let power = Decimal::from(10i64.pow(digits));
    let places = (4 + i64::from(digits) - whole as i64).max(0);
    // A power of ten is never zero.
    value.checked_div(&power).map_or(text, |value| quantity(&value.round(places)) + unit)
}

pub use crate::invoices::text::NONE;

/// `Nov 1, 2026`.
pub fn date(day: NaiveDate) -> String {
    day::date(day_number(day))
}

/// `Nov 1`.
pub fn month_day(day: NaiveDate) -> String {
    day::month_day(day_number(day))
}

/// A half-open period by its first and last day, the year once: `Nov 1 – Nov 30, 2026`.
pub fn period(start: DateTime<Utc>, end: DateTime<Utc>) -> String {
    let (first, last) = (start.date_naive(), (end - Duration::microseconds(1)).date_naive());
    if first == last {
        date(first)
    } else if first.year() == last.year() {
        format!("{} – {}", month_day(first), date(last))
    } else {
        format!("{} – {}", date(first), date(last))
    }
}

/// The day's number since 1970-01-01.
pub fn day_number(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - 719_163
}

/// `1 day`, `3 days`.
pub fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (plain, written) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.25", "−1,234,567.25"),
            ("100000", "100,000"),
        ] {
            assert_eq!(number(plain), written);
        }
    }

    #[test]
    fn quantities_for_reading_have_six_digits_that_count_after_the_point() {
        for (exact, readable) in [
            ("0", "0"),
            ("151.367426", "151.367426"),
            ("0.966666666667", "0.966667"),
            ("-3002.99627999999999999985", "−3,002.99628"),
            ("0.00000123456789", "0.00000123457"),
            ("0.9999999", "1"),
            ("2682673478377577692", "2,682,673,478,377,577,692"),
            ("1234567.00000009", "1,234,567"),
        ] {
            assert_eq!(super::readable(&exact.parse().expect(exact)), readable);
        }
    }

    #[test]
    fn headlines_have_four_digits_from_a_trillion_on() {
        for (exact, headline) in [
            ("999999999999", "999,999,999,999"),
            ("151.3674261", "151.367426"),
            ("-66360.703704", "−66,360.7"),
            ("9999.123456", "9,999.123456"),
            ("1000000000000", "1T"),
            ("-2682673478377", "−2.683T"),
            ("12345678901234567.5", "12.35Q"),
            ("2682673478377577692", "2,683Q"),
        ] {
            assert_eq!(super::headline(&exact.parse().expect(exact)), headline);
        }
    }

    #[test]
    fn periods_say_their_year_once() {
        let at = |text: &str| format!("{text}T00:00:00Z").parse::<DateTime<Utc>>().expect(text);
        for (start, end, written) in [
            ("2026-11-01", "2026-12-01", "Nov 1 – Nov 30, 2026"),
            ("2026-12-15", "2027-01-15", "Dec 15, 2026 – Jan 14, 2027"),
            ("2028-02-01", "2028-03-01", "Feb 1 – Feb 29, 2028"),
            ("2026-11-01", "2026-11-02", "Nov 1, 2026"),
        ] {
            assert_eq!(period(at(start), at(end)), written);
        }
    }
}
