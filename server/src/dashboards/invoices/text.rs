//! The words of the invoices dashboard's figures: the file that another language replaces.

use super::comparison::EffectKind;
use app::{
    billing::AggregationType,
    view::{format, text as names},
};

pub(super) const OTHER: &str = "Other";
pub(super) const FIXED: &str = "Fixed charges";
pub(super) const OF_PERIOD: &str = "Peaks and distinct counts";

/// `9 days left`, `Last day`.
pub(super) fn days_left(left: i64) -> String {
    if left == 0 { "Last day".to_owned() } else { format!("{} left", format::days(left)) }
}

/// `12 largest of 480 shown`.
pub(super) fn shown_of(shown: usize, of: usize) -> String {
    format!("{} largest of {} shown", format::number(&shown.to_string()), format::number(&of.to_string()))
}

/// `3 of 480 match`, `240 of 480 match, the 60 largest are shown`.
pub(super) fn matching_of(matching: usize, of: usize, shown: usize) -> String {
    let count = |number: usize| format::number(&number.to_string());
    let all = format!("{} of {} match", count(matching), count(of));
    if shown < matching { format!("{all}, the {} largest are shown", count(shown)) } else { all }
}

/// The sum of what a fold hides: `468 more`.
pub(super) fn more(count: usize) -> String {
    format!("{} more", format::number(&count.to_string()))
}

/// What became of a line.
pub(super) fn effect(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Changed => "",
        EffectKind::New => "New",
        EffectKind::Gone => "No longer billed",
        EffectKind::Adjustment => "Adjustment",
    }
}

/// `1,200 → 1,488`.
pub(super) fn from_to(from: &str, to: &str) -> String {
    format!("{from} → {to}")
}

/// `replaced by INV-0043`, of a row of the list.
pub(super) fn replaced_by(number: &str) -> String {
    format!("replaced by {number}")
}

/// `replaces INV-0041`, of a row of the list.
pub(super) fn replaces(number: &str) -> String {
    format!("replaces {number}")
}

/// `Open INV-0041`, of a link.
pub(super) fn open(number: &str) -> String {
    format!("Open {number}")
}

/// Periods of different length.
pub(super) fn period_lengths(before: i64, now: i64) -> String {
    format!("The period before has {}, this one {}.", format::days(before), format::days(now))
}

/// `Peak $1,204.11 on Oct 12, average $300.12 a day`.
pub(super) fn peak(amount: &str, day: &str, average: &str) -> String {
    format!("Peak {amount} on {day}, average {average} a day")
}

/// What stands beside the days of a line whose quantity is rounded once, for the whole period.
pub(super) const ROUNDING: &str = "Rounding";

/// What the days of a line show: `Input tokens, per million: quantity by day`.
pub(super) fn by_day(charge: &str, kind: AggregationType) -> String {
    let what = match kind {
        AggregationType::Count | AggregationType::Sum => "quantity by day",
        AggregationType::Unique => "unique on each day",
        AggregationType::Max => "peak of each day",
        AggregationType::Latest => "latest of each day",
    };
    format!("{}: {what}", names::name(charge))
}

/// Why the days of a line do not add up to it.
pub(super) fn no_sum(kind: AggregationType) -> &'static str {
    match kind {
        AggregationType::Count | AggregationType::Sum => "",
        AggregationType::Unique => {
            "The invoice counts each once in the whole period, so these days do not add up to its quantity."
        }
        AggregationType::Max => {
            "The invoice has the peak of the whole period, so these days do not add up to its quantity. A day \
             without usage has none."
        }
        AggregationType::Latest => {
            "The invoice has the last value of the period, so these days do not add up to its quantity. A day \
             without usage has none."
        }
    }
}

/// `Rounded by 0.4 for the whole period.`
pub(super) fn rounded(by: &str) -> String {
    format!("Rounded by {by} for the whole period.")
}

/// `Peak 57.3 on Oct 12`.
pub(super) fn peak_alone(amount: &str, day: &str) -> String {
    format!("Peak {amount} on {day}")
}

/// What of an invoice no day is charged for: `Not shown by day: $500.00 in fixed charges, −$250.00 Launch credit.` No
/// line ends between a minus and its amount (Unicode's WORD JOINER).
pub(super) fn not_by_day(parts: &[String]) -> String {
    format!("Not shown by day: {}.", parts.join(", ")).replace('\u{2212}', "\u{2212}\u{2060}")
}

/// `$500.00 in fixed charges`.
pub(super) fn amount_in(amount: &str, of: &str) -> String {
    format!("{amount} in {}", of.to_lowercase())
}
