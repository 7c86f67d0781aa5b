//! Average and change of a window, over complete days only: today would make both too small.

use app::{
    billing::{AggregationType, Decimal, GroupSeries, UsageSeries, UsageWindow},
    view::format,
};
use chrono::{Days, NaiveDate};

/// A window beside the one before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct WindowComparison {
    /// The average of the complete days since usage began, where an average says something.
    pub(super) average: Option<Decimal>,
    /// The first of these days, where it is not the window's.
    pub(super) since: Option<NaiveDate>,
    /// The last of these days, where the plan has ended.
    until: Option<NaiveDate>,
    /// The change in tenths of a percent, where the window before was one of usage.
    tenths: Option<Decimal>,
}

/// Compares a window of a series, or of its cost by day.
pub(super) fn compare(
    series: &UsageSeries,
    cost: Option<&[Option<Decimal>]>,
    window: UsageWindow,
) -> WindowComparison {
    let days = window.days() as usize;
    let length = series.values.len();
    let Some(first_used) = first_used(series) else {
        return WindowComparison::default();
    };
    let sum = |from: usize, until: usize| -> Option<Decimal> {
        match cost {
            Some(cost) => cost.get(from..until)?.iter().map(Option::as_ref).sum::<Option<Decimal>>(),
            None => Some(series.values.get(from..until)?.iter().sum()),
        }
    };
    let today = length.saturating_sub(1);
    let (start, end) = (series.skipped(window).max(first_used), complete_until(series));
    let has_average = has_average(series.aggregation_type);
    let complete_days = end.saturating_sub(start);
    let average = (has_average && complete_days > 0)
        .then(|| sum(start, end)?.checked_div(&Decimal::from(complete_days as i64)))
        .flatten();

    let measure = series.measure(window);
    // A window that a plan did not last is no measure either.
    let before = (began_before(series, window) && end == today).then(|| length - 2 * days);
    let sides = before.and_then(|before| match cost {
        Some(_) => Some((sum(before + days, today)?, sum(before, today - days)?)),
        None => Some((measure.complete.clone(), measure.previous.clone()?)),
    });
    let tenths = sides.and_then(|(complete, previous)| tenths(&complete, &previous));
    WindowComparison {
        average: average.map(|average| rounded(&average)),
        since: since(series, window),
        until: until(series),
        tenths,
    }
}

/// Where the complete days of a series end: with today, or with its plan.
fn complete_until(series: &UsageSeries) -> usize {
    series.told().end.min(series.values.len().saturating_sub(1))
}

/// The last complete day of a series whose plan has ended.
fn until(series: &UsageSeries) -> Option<NaiveDate> {
    let end = complete_until(series);
    let last = (end + 1 < series.values.len()).then(|| end.checked_sub(1)).flatten()?;
    Some(series.starting_on + Days::new(last as u64))
}

/// Which day of a series is the first with usage.
fn first_used(series: &UsageSeries) -> Option<usize> {
    series.values.iter().position(|value| !value.is_zero())
}

/// The day on which usage began, where that is within the window.
fn since(series: &UsageSeries, window: UsageWindow) -> Option<NaiveDate> {
    let first_used = first_used(series)?;
    (first_used > series.skipped(window)).then(|| series.starting_on + Days::new(first_used as u64))
}

/// Whether usage began before the window before, or with it: one in which usage only began is no measure for the one
/// after it.
fn began_before(series: &UsageSeries, window: UsageWindow) -> bool {
    let before = series.values.len().checked_sub(2 * window.days() as usize);
    first_used(series).zip(before).is_some_and(|(first_used, before)| first_used <= before)
}

/// The change in tenths of a percent.
fn tenths(complete: &Decimal, previous: &Decimal) -> Option<Decimal> {
    let is_measure = !previous.is_zero() && !previous.is_negative();
    let difference = &(complete - previous) * &Decimal::from(1000);
    Some(difference.checked_div(previous).filter(|_| is_measure)?.round(0))
}

/// Three digits, and all before the point.
fn rounded(average: &Decimal) -> Decimal {
    let size = if average.is_negative() { -average } else { average.clone() };
    let digits = [(100, 0), (10, 1), (1, 2)].into_iter().find(|(from, _)| size >= Decimal::from(*from));
    average.round(digits.map_or(3, |(_, digits)| digits))
}

impl WindowComparison {
    /// `38.5 a day`, `38.5 a day since Oct 22`, `… to Nov 4`, `… from Oct 22 to Nov 4`.
    pub(super) fn average(&self, write: impl Fn(&Decimal) -> String) -> Option<String> {
        let average = write(self.average.as_ref()?);
        let days = match (self.since.map(format::month_day), self.until.map(format::month_day)) {
            (None, None) => String::new(),
            (Some(since), None) => format!(" since {since}"),
            (None, Some(until)) => format!(" to {until}"),
            (Some(since), Some(until)) => format!(" from {since} to {until}"),
        };
        Some(format!("{average} a day{days}"))
    }

    /// `↑ 12.4% vs previous 30 days`, `… vs the 21 days before`, `unchanged from …`, `over 10 times …`.
    pub(super) fn change(&self, window: UsageWindow) -> Option<String> {
        let tenths = self.tenths.as_ref()?;
        let days = window.days();
        let (article, previous) = match window {
            UsageWindow::Period(_) => ("the ", format!("{days} days before")),
            UsageWindow::Days30 | UsageWindow::Days60 | UsageWindow::Days90 => {
                ("", format!("previous {days} days"))
            }
        };
        if tenths.is_zero() {
            return Some(format!("unchanged from the {previous}"));
        }
        if *tenths > Decimal::from(9_000) {
            return Some(format!("over 10 times the {previous}"));
        }
        let size = if tenths.is_negative() { -tenths } else { tenths.clone() };
        let percent = size.checked_div(&Decimal::from(10))?;
        let percent = if percent >= Decimal::from(100) { percent.round(0) } else { percent };
        let sign = if tenths.is_negative() { "\u{2193}" } else { "\u{2191}" };
        Some(format!("{sign}\u{a0}{}% vs {article}{previous}", format::quantity(&percent)))
    }
}

/// What the days of a group cost: of the window, and of the one before where that is known.
#[derive(Clone, Debug)]
pub(super) struct GroupCost {
    pub(super) days: Vec<Decimal>,
    pub(super) before: Option<Vec<Decimal>>,
}

/// Compares a window of a group of a series, or of its cost by day.
pub(super) fn compare_group(
    series: &UsageSeries,
    group: &GroupSeries,
    cost: Option<&GroupCost>,
    window: UsageWindow,
) -> WindowComparison {
    let complete_days =
        |days: &[Decimal]| -> Decimal { days.split_last().map_or(&[][..], |(_, days)| days).iter().sum() };
    let sides = match cost {
        Some(cost) => cost.before.as_ref().map(|before| (complete_days(&cost.days), complete_days(before))),
        None => group.measure.previous.clone().map(|previous| (group.measure.complete.clone(), previous)),
    };
    let is_measure = group.began_before && began_before(series, window) && until(series).is_none();
    let tenths = sides.filter(|_| is_measure).and_then(|(complete, previous)| tenths(&complete, &previous));
    let values = cost.map_or(&group.values, |cost| &cost.days);
    WindowComparison {
        average: group_average(series, values, window),
        since: since(series, window),
        until: until(series),
        tenths,
    }
}

/// The average of a group's complete days in a window, since usage of the metric began and until its plan ended; `values`
/// are the window's.
fn group_average(series: &UsageSeries, values: &[Decimal], window: UsageWindow) -> Option<Decimal> {
    if !has_average(series.aggregation_type) {
        return None;
    }
    let first_used = first_used(series)?;
    let place = |day: usize| day.saturating_sub(series.skipped(window));
    let complete = values.get(place(first_used)..place(complete_until(series)));
    let complete = complete.filter(|days| !days.is_empty())?;
    let sum: Decimal = complete.iter().sum();
    Some(rounded(&sum.checked_div(&Decimal::from(complete.len() as i64))?))
}

fn has_average(aggregation_type: AggregationType) -> bool {
    match aggregation_type {
        AggregationType::Count | AggregationType::Sum | AggregationType::Unique => true,
        AggregationType::Max | AggregationType::Latest => false,
    }
}
