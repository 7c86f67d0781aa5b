//! Daily usage of one metric, as the usage dashboard needs it.

use super::{AggregationType, CreditType, Decimal, UsageWindow};
use chrono::NaiveDate;
use std::ops::Range;
use uuid::Uuid;

/// One metric by day, oldest first and without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageSeries {
    /// Which metric.
    pub billable_metric_id: Uuid,
    /// The name of the metric, as dashboards show it.
    pub name: String,
    /// How it is measured.
    pub aggregation_type: AggregationType,
    /// The day of `values[0]`.
    pub starting_on: NaiveDate,
    /// One value a day to today; zero where nothing happened.
    pub values: Vec<Decimal>,
    /// For each of `values` whether there were events that it is measured by.
    pub used: Vec<bool>,
    /// The first day on which a plan prices it; `None` where one did before the series.
    pub priced_from: Option<NaiveDate>,
    /// The first day on which no plan prices it any more; `None` while one does.
    pub ending_before: Option<NaiveDate>,
    /// The metric over each of [`UsageWindow::of`], in their order: a sum for COUNT and SUM, but not for UNIQUE, MAX and
    /// LATEST.
    pub measures: Vec<WindowMeasure>,
    /// What each of `values` cost, where that is known.
    pub cost: Result<DailyCost, NoCost>,
    /// The metric by the values of a group key over the window that is shown, largest first; `None` when it is not
    /// grouped, or cannot be by that key.
    pub groups: Option<Vec<GroupSeries>>,
}

/// A metric over a window, and over the one before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowMeasure {
    /// The whole window, today so far included.
    pub total: Decimal,
    /// Its complete days: all but today.
    pub complete: Decimal,
    /// As many days of the window before, a window's length earlier; `None` where nothing is known of them.
    pub previous: Option<Decimal>,
}

/// What the days of a series cost.
#[derive(Clone, Debug, PartialEq)]
pub struct DailyCost {
    /// What amounts are counted in.
    pub credit_type: CreditType,
    /// For each value of the series, exact and before any rounding; `None` for days whose billing period began before
    /// the series.
    pub values: Vec<Option<Decimal>>,
    /// For each value of the series the price of one unit; `None` where tiers or rounding make it depend on the rest of
    /// the period, and where the cost is not known.
    pub unit_prices: Vec<Option<Decimal>>,
    /// For each group of the series what its days cost, as `values`: where prices are not those of `unit_prices`. Why
    /// that cannot be told, where it cannot.
    pub groups: Result<Vec<Vec<Option<Decimal>>>, NoCost>,
}

/// Why a metric has no cost by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCost {
    /// No charge prices it.
    NotPriced,
    /// Its days do not add up to what is billed: UNIQUE, MAX and LATEST.
    NotAdditive,
    /// The price of every unit depends on the whole billing period.
    WholePeriod,
    /// Each group of another key has tiers of its own.
    TiersByGroup,
    /// Each group has tiers of its own, and there are too many to price them day by day.
    TooManyGroups,
    /// The tiers are of all groups together.
    TiersOverGroups,
    /// Several credit types.
    Currencies,
}

/// What begins or ends with a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayMark {
    /// The day.
    pub day: NaiveDate,
    /// What.
    pub kind: DayMarkKind,
}

/// What a [`DayMark`] marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayMarkKind {
    /// A billing period begins.
    Period,
    /// The plan of this name begins.
    PlanBegins(String),
    /// The plan of this name has ended, and none followed.
    PlanEnded(String),
}

/// One group of a metric over the window that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupSeries {
    /// The values of the group key; `None` for all groups beyond the largest together.
    pub group_values: Option<Vec<Option<String>>>,
    /// How many groups these are.
    pub count: i64,
    /// One value a day to today.
    pub values: Vec<Decimal>,
    /// As many days of the window before.
    pub before: Vec<Decimal>,
    /// For each of `values` whether there were events that it is measured by.
    pub used: Vec<bool>,
    /// The metric over the window.
    pub measure: WindowMeasure,
    /// Whether it was used before the window before, or with its first day: else that window is no measure for this.
    pub began_before: bool,
}

impl UsageSeries {
    /// How many of the series' days come before those of a window.
    pub fn skipped(&self, window: UsageWindow) -> usize {
        self.values.len().saturating_sub(window.days() as usize)
    }

    /// The metric over a window.
    pub fn measure(&self, window: UsageWindow) -> &WindowMeasure {
        &self.measures[window.index()]
    }

    /// The days of the series that there is something to tell of: all, or those from the beginning of the first plan that
    /// prices the metric, or the first use, to the end of the last one, or the last use.
    pub fn told(&self) -> Range<usize> {
        let place = |day: NaiveDate| usize::try_from((day - self.starting_on).num_days()).unwrap_or(0);
        let mut told = 0..self.values.len();
        if let Some(begin) = self.priced_from {
            let used = self.used.iter().position(|used| *used).unwrap_or(told.end);
            told.start = place(begin).min(used);
        }
        if let Some(end) = self.ending_before {
            let used = self.used.iter().rposition(|used| *used).map_or(0, |last| last + 1);
            told.end = place(end).max(used).min(told.end);
        }
        told
    }

    /// Whether a metric of this kind has no value on a day without events: MAX and LATEST measure a level, and zero would
    /// be one.
    pub fn is_level(&self) -> bool {
        matches!(self.aggregation_type, AggregationType::Max | AggregationType::Latest)
    }

    /// True when the days add up to the total.
    pub fn is_additive(&self) -> bool {
        matches!(self.aggregation_type, AggregationType::Count | AggregationType::Sum)
    }
}
