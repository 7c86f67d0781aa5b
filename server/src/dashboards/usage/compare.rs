//! Average and change of a window, over complete days only: today would make both too small.

use app::{
    billing::{AggregationType, Decimal, UsageSeries, UsageWindow},
    view::format,
};

/// A window beside the one before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compared {
    /// The average of the complete days since usage began, where an average says something.
    pub(super) average: Option<Decimal>,
    /// The change in tenths of a percent, where the window before was one of usage.
    tenths: Option<Decimal>,
}

/// Compares a window of a series, or of its cost by day.
pub(super) fn compare(
    series: &UsageSeries,
    cost: Option<&[Option<Decimal>]>,
    window: UsageWindow,
) -> Compared {
    let days = window.days() as usize;
    let length = series.values.len();
    let Some(first_used) = series.values.iter().position(|value| !value.is_zero()) else {
        return Compared::default();
    };
    let sum = |from: usize, until: usize| -> Option<Decimal> {
        match cost {
            Some(cost) => cost.get(from..until)?.iter().map(Option::as_ref).sum::<Option<Decimal>>(),
            None => Some(series.values.get(from..until)?.iter().sum()),
        }
    };
    let today = length.saturating_sub(1);
    let start = series.skipped(window).max(first_used);
    let has_average = has_average(series.aggregation_type);
    let complete_days = today.saturating_sub(start);
    let average = (has_average && complete_days > 0)
        .then(|| sum(start, today)?.checked_div(&Decimal::from(complete_days as i64)))
        .flatten();

    let measure = series.measure(window);
    // A window in which usage only began is no measure for the one after it.
    let before = length.checked_sub(2 * days).filter(|before| first_used <= *before);
    let sides = before.and_then(|before| match cost {
        Some(_) => Some((sum(before + days, today)?, sum(before, today - days)?)),
        None => Some((measure.complete.clone(), measure.previous.clone()?)),
    });
    let tenths = sides.filter(|(_, previous)| !previous.is_zero() && !previous.is_negative()).and_then(
        |(complete, previous)| {
            let difference = &(&complete - &previous) * &Decimal::from(1000);
            Some(difference.checked_div(&previous)?.round(0))
        },
    );
    Compared { average: average.map(|average| rounded(&average)), tenths }
}

/// Three digits, and all before the point.
fn rounded(average: &Decimal) -> Decimal {
    let size = if average.is_negative() { -average } else { average.clone() };
    let digits = [(100, 0), (10, 1), (1, 2)].into_iter().find(|(from, _)| size >= Decimal::from(*from));
    average.round(digits.map_or(3, |(_, digits)| digits))
}

impl Compared {
    /// `↑ 12.4% on the 30 days before`, `unchanged from …`, `over 10 times …`.
    pub(super) fn change(&self, window: UsageWindow) -> Option<String> {
        let tenths = self.tenths.as_ref()?;
        let before = format!("the {} days before", window.days());
        if tenths.is_zero() {
            return Some(format!("unchanged from {before}"));
        }
        if *tenths > Decimal::from(9_000) {
            return Some(format!("over 10 times {before}"));
        }
        let size = if tenths.is_negative() { -tenths } else { tenths.clone() };
        let percent = size.checked_div(&Decimal::from(10))?;
        let percent = if percent >= Decimal::from(100) { percent.round(0) } else { percent };
        let sign = if tenths.is_negative() { "\u{2193}" } else { "\u{2191}" };
        Some(format!("{sign}\u{a0}{}% on {before}", format::quantity(&percent)))
    }
}

/// The average of a group's complete days in a window, since usage of the metric began; `values` are the window's.
pub(super) fn group_average(
    series: &UsageSeries,
    values: &[Decimal],
    window: UsageWindow,
) -> Option<Decimal> {
    if !has_average(series.aggregation_type) {
        return None;
    }
    let first_used = series.values.iter().position(|value| !value.is_zero())?;
    let skipped = first_used.saturating_sub(series.skipped(window));
    let complete = values.get(skipped..values.len().saturating_sub(1)).filter(|days| !days.is_empty())?;
    let sum: Decimal = complete.iter().sum();
    Some(rounded(&sum.checked_div(&Decimal::from(complete.len() as i64))?))
}

fn has_average(aggregation_type: AggregationType) -> bool {
    match aggregation_type {
        AggregationType::Count | AggregationType::Sum | AggregationType::Unique => true,
        AggregationType::Max | AggregationType::Latest => false,
    }
}
