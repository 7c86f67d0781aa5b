//! Days as numbers since 1970-01-01: a calendar library would weigh 15 kB in the browser.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `(year, month 1–12, day)`, from Howard Hinnant's "chrono-compatible low-level date algorithms".
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

/// `Nov 1`.
pub fn month_day(day: i32) -> String {
    let (_, month, of_month) = civil(day);
    format!("{} {of_month}", MONTHS[month - 1])
}

/// `Nov 1, 2026`.
pub fn date(day: i32) -> String {
    let (year, ..) = civil(day);
    format!("{}, {year}", month_day(day))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use chrono::{Datelike as _, NaiveDate};

    #[test]
    fn day_numbers_name_the_same_days_as_the_calendar() {
        let mut day = NaiveDate::from_ymd_opt(1999, 12, 25).expect("day");
        for _ in 0..20_000 {
            let named = date(day.num_days_from_ce() - 719_163);
            assert_eq!(named, day.format("%b %-d, %Y").to_string());
            day = day.succ_opt().expect("day");
        }
    }
}
