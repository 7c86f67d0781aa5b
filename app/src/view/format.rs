//! Writes numbers, quantities and dates for people; money is in [`super::money`], words are in [`super::words`].

use crate::billing::Decimal;
use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

/// What stands where there is nothing.
pub const NONE: &str = "—";

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A decimal number with thousands separators and a true minus: `−1,234.5`.
pub fn number(plain: &str) -> String {
    let (sign, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => ("\u{2212}", rest),
        None => ("", plain),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut text = String::with_capacity(plain.len() + plain.len() / 3 + 2);
    text.push_str(sign);
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A quantity, every digit of it.
pub fn quantity(value: &Decimal) -> String {
    number(&value.to_string())
}

pub use super::money::{money, unit_price};

/// A number for an axis, short: `0`, `750`, `1.2K`, `3.4M`.
pub fn compact(value: f64) -> String {
    const STEPS: [(f64, &str); 5] = [(1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")];
    let (scaled, suffix) = STEPS
        .iter()
        .find(|(step, _)| value.abs() >= *step)
        .map_or((value, ""), |(step, suffix)| (value / step, *suffix));
    // Ten-thousandths below one, hundredths above, as a whole number: float formatting weighs kilobytes in the browser.
    let places = if scaled.abs() < 1.0 { 4 } else { 2 };
    let divisor = 10u64.pow(places);
    let units = (scaled.abs() * divisor as f64 + 0.5) as u64;
    let mut fraction = units % divisor;
    let mut width = places as usize;
    while width > 0 && fraction.is_multiple_of(10) {
        (fraction, width) = (fraction / 10, width - 1);
    }
    let sign = if scaled < 0.0 { "\u{2212}" } else { "" };
    let mut digits = format!("{sign}{}", units / divisor);
    if width > 0 {
        digits.push_str(&format!(".{fraction:0width$}"));
    }
    digits + suffix
}

/// `Nov 1, 2026`.
pub fn date(day: NaiveDate) -> String {
    format!("{}, {}", month_day(day), day.year())
}

/// `Nov 1`.
pub fn month_day(day: NaiveDate) -> String {
    format!("{} {}", MONTHS[day.month0() as usize], day.day())
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

/// A date by its number of days since 1970-01-01, without the weight of a calendar library in the browser:
/// `(year, month 1–12, day)`. From Howard Hinnant's "chrono-compatible low-level date algorithms".
fn civil(day: i32) -> (i32, usize, i32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as usize, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

/// The day's number since 1970-01-01.
pub fn day_number(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - 719_163
}

/// `Nov 1`, from a day number.
pub fn month_day_of(day: i32) -> String {
    let (_, month, of_month) = civil(day);
    format!("{} {of_month}", MONTHS[month - 1])
}

/// `Nov 1, 2026`, from a day number.
pub fn date_of(day: i32) -> String {
    let (year, ..) = civil(day);
    format!("{}, {year}", month_day_of(day))
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
    fn axis_numbers_are_short() {
        for (value, written) in [
            (0.0, "0"),
            (750.0, "750"),
            (1200.0, "1.2K"),
            (3_400_000.0, "3.4M"),
            (0.25, "0.25"),
            (1e15, "1Q"),
            (-1500.0, "−1.5K"),
        ] {
            assert_eq!(compact(value), written);
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

    #[test]
    fn day_numbers_name_the_same_days_as_the_calendar() {
        let mut day = NaiveDate::from_ymd_opt(1999, 12, 25).expect("day");
        for _ in 0..20_000 {
            assert_eq!(date_of(day_number(day)), date(day));
            day = day.succ_opt().expect("day");
        }
    }
}
