//! The usage dashboard for spreadsheets: the days of every chart as exact numbers, as the page shows them.

use crate::export::{csv_record, csv_text};
use app::{
    number::{ABSENT, Unit},
    usage::{
        UsageQuery, UsageReport,
        cards::{Card, CardContent, UsageChart},
    },
};
use chrono::{DateTime, Days};

/// The columns, in their order.
const COLUMNS: [&str; 8] = ["Metric", "Group key", "Group", "Measure", "Unit", "Day (UTC)", "Value", "Note"];

/// A header, then a record for each day of each chart, or of each of its groups. The card of all metrics together is left
/// out: it has no day that is not among theirs. A metric that cannot be shown as asked has one record, which says why.
pub fn csv(report: &UsageReport, query: &UsageQuery) -> String {
    let mut file = String::new();
    csv_record(&mut file, COLUMNS.map(str::to_owned).iter());
    let key = query.group_key.as_deref().map(|group_key| report.key_name(group_key));
    let measure = match (query.is_cost, query.is_cumulative) {
        (false, false) => "quantity",
        (false, true) => "cumulative quantity",
        (true, false) => "cost",
        (true, true) => "cumulative cost",
    };
    for Card { name, content, .. } in report.cards(query).into_iter().filter(|card| !card.is_wide) {
        let record = |group: &str, unit: String, day: String, value: String, note: &str| {
            let key = if group.is_empty() { "" } else { key.as_deref().unwrap_or_default() };
            [
                csv_text(&name),
                csv_text(key),
                csv_text(group),
                measure.to_owned(),
                unit,
                day,
                value,
                csv_text(note),
            ]
        };
        match content {
            CardContent::Failed => {
                let note = "could not be loaded";
                let cells = record("", String::new(), String::new(), String::new(), note);
                csv_record(&mut file, cells.iter());
            }
            CardContent::Hidden(reason) => {
                let cells = record("", String::new(), String::new(), String::new(), &reason);
                csv_record(&mut file, cells.iter());
            }
            CardContent::Chart(chart) => {
                let unit = csv_text(&sign(&chart.unit));
                let note = chart.hint.as_deref().unwrap_or_default();
                for (at, series) in chart.series.iter().enumerate() {
                    let group = group(&chart, at);
                    for (day, value) in (chart.first_day..).zip(&series.values) {
                        if *value != ABSENT {
                            let (day, value) = (date(day), plain(*value, chart.scale));
                            csv_record(&mut file, record(group, unit.clone(), day, value, note).iter());
                        }
                    }
                }
            }
        }
    }
    file
}

/// Whose days a series has: of the group that is shown alone, or of one of several; empty of a metric that is not grouped.
fn group(chart: &UsageChart, at: usize) -> &str {
    let alone = chart.legend.iter().find(|item| item.is_current);
    let of_series = || {
        let name = &chart.series.get(at)?.name;
        chart.legend.iter().find(|item| item.name == *name)
    };
    alone.or_else(of_series).map_or("", |item| item.name.as_str())
}

/// A day since 1970-01-01 as `2026-11-01`.
fn date(day: i32) -> String {
    let days = u64::try_from(day).map(Days::new).ok();
    let date = days.and_then(|days| DateTime::UNIX_EPOCH.date_naive().checked_add_days(days));
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// What stands before or after a number: `$`, `tokens`.
fn sign(unit: &Unit) -> String {
    [unit.prefix.trim(), unit.suffix.trim()].concat()
}

/// A whole number of a scale with a point and every digit: `1203` of scale 2 is `12.03`.
fn plain(value: i128, scale: i32) -> String {
    let digits = value.unsigned_abs().to_string();
    let sign = if value < 0 { "-" } else { "" };
    let places = usize::try_from(scale).unwrap_or(0);
    if places == 0 {
        let zeros = if value == 0 { 0 } else { scale.unsigned_abs() as usize };
        return format!("{sign}{digits}{}", "0".repeat(zeros));
    }
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!((date(0), date(20_779)), ("1970-01-01".to_owned(), "2026-11-22".to_owned()));
    }

    #[test]
    fn numbers_keep_every_digit_and_no_zero_behind_them() {
        for (value, scale, expected) in [
            (0, 0, "0"),
            (1203, 0, "1203"),
            (1203, 2, "12.03"),
            (-3, 2, "-0.03"),
            (1200, 2, "12"),
            (1210, 3, "1.21"),
            (0, 12, "0"),
            (12, -3, "12000"),
            (0, -3, "0"),
        ] {
            assert_eq!(plain(value, scale), expected);
        }
    }
}
