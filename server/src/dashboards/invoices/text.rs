//! The words of the invoices dashboard's figures: the file that another language replaces.

use super::variance::VarianceKind;
use app::{
    billing::{AggregationType, BillingFrequency, Decimal, TierScope},
    view::{format, text as names, words},
};

pub(super) const OTHER: &str = "Other";
pub(super) const FIXED: &str = "Fixed charges";
pub(super) const OF_PERIOD: &str = "Peaks and unique counts";

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

/// The sum of what a collapsed section hides: `468 more`.
pub(super) fn more(count: usize) -> String {
    format!("{} more", format::number(&count.to_string()))
}

/// The word for a kind of variance; empty for a line of both invoices.
pub(super) fn variance(kind: VarianceKind) -> &'static str {
    match kind {
        VarianceKind::Changed => "",
        VarianceKind::New => "New",
        VarianceKind::Removed => "No longer billed",
        VarianceKind::Adjustment => "Adjustment",
    }
}

/// Of a bill that nothing changed, or whose changes come to nothing.
pub(super) const SAME: &str = "Nothing that was billed costs more or less.";
/// What the total of a finalized invoice is of.
pub(super) const THIS_INVOICE: &str = "This invoice";

/// `196 times as much`.
pub(super) fn times(times: &Decimal) -> String {
    format!("{} times as much", format::quantity(times))
}

/// `+23%`, `−4%`.
pub(super) fn percent(percent: &Decimal) -> String {
    let sign = if percent.is_negative() { "" } else { "+" };
    format!("{sign}{}%", format::number(&percent.to_string()))
}

/// `Mostly Input tokens: +23%, +$65.57.`; of several changes, of which none outweighs the others, the largest.
pub(super) fn largest(name: &str, what: &str, of: usize, is_most: bool) -> String {
    match (of, is_most) {
        (1, _) => format!("{name}: {what}."),
        (_, true) => format!("Mostly {name}: {what}."),
        (_, false) => {
            format!("Of {} changes, the largest is {name}: {what}.", format::number(&of.to_string()))
        }
    }
}

/// What of two periods is compared, while one of them runs.
pub(super) fn first_days(days: i64) -> String {
    match days {
        1 => {
            "The first day of each period is compared; the days are whole, so today is in neither.".to_owned()
        }
        days => format!(
            "The first {} of each period are compared; the days are whole, so today is in neither.",
            format::days(days)
        ),
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

/// `Due Jan 1, 2027`, of a row of the list.
pub(super) fn due(day: &str) -> String {
    format!("{} {day}", words::DUE)
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

/// What of an invoice no day is charged for, and by which rule, the usage page's: `Not shown by day: Platform fee
/// $500.00, Launch credit −$250.00. A day costs …` No line ends between a minus and its amount (Unicode's WORD JOINER).
pub(super) fn not_by_day(parts: &[String]) -> String {
    let parts = parts.join(", ").replace('\u{2212}', "\u{2212}\u{2060}");
    format!(
        "Not shown by day: {parts}. A day costs what its usage adds to the period at the plan's prices and tiers."
    )
}

/// `Platform fee $500.00`.
pub(super) fn named(name: &str, amount: &str) -> String {
    format!("{name} {amount}")
}

pub(super) const TRIAL: &str = "Trial";

/// How long a fixed charge is for.
pub(super) fn each(frequency: BillingFrequency) -> &'static str {
    match frequency {
        BillingFrequency::Weekly => "each week",
        BillingFrequency::Monthly => "each month",
        BillingFrequency::Quarterly => "each quarter",
        BillingFrequency::Annual => "each year",
    }
}

/// What a trial gives.
pub(super) fn trial(last_day: &str, cap: Option<&str>) -> String {
    let usage = cap.map_or_else(|| "Usage".to_owned(), |cap| format!("The first {cap} of usage"));
    format!("{usage} until {last_day} is free; fixed charges begin then.")
}

/// `At least $50.00 each month`.
pub(super) fn at_least(amount: &str, each: &str) -> String {
    format!("At least {amount} {each}")
}

/// `First 1,000 at $0.10`, `next 4,000 at $0.09`.
pub(super) fn tier(at: usize, quantity: &str, price: &str) -> String {
    format!("{} {quantity} at {price}", if at == 0 { "First" } else { "next" })
}

/// `then $0.08`.
pub(super) fn last_tier(price: &str) -> String {
    format!("then {price}")
}

/// `All at $0.10 up to 1,000`, of all units by the tier that they reach; `at` is 0 for the first.
pub(super) fn volume(at: usize, price: &str, end: &str) -> String {
    format!("{} at {price} up to {end}", if at == 0 { "All" } else { "all" })
}

/// `all at $0.08 above`.
pub(super) fn last_volume(price: &str) -> String {
    format!("all at {price} above")
}

/// What one unit is: `$0.40 per 1,000`; of tiers, which are in such units too, in brackets.
pub(super) fn per(prices: &str, factor: &str, is_rounded_up: bool, has_tiers: bool) -> String {
    let rounded = if is_rounded_up { ", rounded up" } else { "" };
    if has_tiers {
        format!("{prices} (a unit is {factor}{rounded})")
    } else {
        format!("{prices} per {factor}{rounded}")
    }
}

/// Which usage moves through the tiers, as words after a list of them: `counted for each region apart`.
pub(super) fn counted(scope: TierScope, key: &str) -> String {
    match scope {
        TierScope::PerGroup => format!("counted for each {key} apart"),
        TierScope::AcrossGroups => format!("counted for every {key} together"),
    }
}

/// Tiers that are not reset every period.
pub(super) fn counted_over(periods: u32) -> String {
    format!("counted over {periods} billing periods")
}

/// The plan's own price, beside the customer's.
pub(super) fn list_price(price: &str) -> String {
    format!("list price {price}")
}

/// `4,200 so far, at $0.10`.
pub(super) fn so_far(quantity: &str, price: &str) -> String {
    format!("{quantity} so far, at {price}")
}

/// `4,200 so far, at $0.10; 800 more until $0.09`.
pub(super) fn more_until(so_far: &str, quantity: &str, price: &str) -> String {
    format!("{so_far}; {quantity} more until {price}")
}

/// `1,000 so far, at $0.10; the next at $0.09`.
pub(super) fn next_at(so_far: &str, price: &str) -> String {
    format!("{so_far}; the next at {price}")
}

/// A group that used what it had used, whose amount differs nevertheless.
pub(super) const SHARED_TIERS: &str = "Same quantity; the tiers that all share were filled otherwise";
