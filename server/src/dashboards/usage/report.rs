//! A customer's usage as the report that page and JSON call show: pure, every string final.

use super::{Board, compare, text};
use app::{
    billing::{CreditType, DailyCost, DayMark, DayMarkKind, Decimal, GroupSeries, UsageSeries, UsageWindow},
    embed::GroupKeyNames,
    number::{Column, Unit, Values},
    usage::report::{
        self, Figures, Group, GroupKey, GroupMeasure, Grouping, Measure, MetricUsage, UsageReport,
    },
    view::{format, money},
};
use bigdecimal::{RoundingMode, ToPrimitive as _};
use chrono::{DateTime, Utc};

/// Days of each column: those of the longest window.
const DAYS: usize = 90;

/// Digits after the point of a day's cost, in whole units of the currency. Tiers and conversions can leave forty; what
/// is cut off here changes no figure that is read, for totals are written from the exact amounts.
const COST_DIGITS: i64 = 12;

/// The largest sum that the browser adds up: its whole numbers have 38 digits.
const MOST_DIGITS: i64 = 36;

impl Board {
    /// The report of what was loaded, grouped as it was loaded.
    pub(crate) fn report(
        self,
        names: &GroupKeyNames,
        grouping: Option<Grouping>,
        now: DateTime<Utc>,
    ) -> UsageReport {
        let Self { has_plan, metrics, group_keys, marks } = self;
        let nothing = metrics.is_empty().then_some(if has_plan { text::NO_METRICS } else { text::NO_PLAN });
        UsageReport {
            as_of: text::as_of(now),
            last_day: format::day_number(now.date_naive()),
            metrics: metrics
                .into_iter()
                .map(|(name, series)| match series {
                    Some(series) => metric(&series, names, grouping.as_ref()),
                    None => MetricUsage { name, ..MetricUsage::default() },
                })
                .collect(),
            group_keys: group_keys
                .into_iter()
                .map(|group_key| GroupKey { name: text::group_key(&group_key, names), group_key })
                .collect(),
            marks: marks.iter().map(mark).collect(),
            nothing: nothing.map(ToOwned::to_owned),
            grouping,
        }
    }
}

fn mark(mark: &DayMark) -> report::DayMark {
    report::DayMark {
        day: format::day_number(mark.day),
        is_plan_change: mark.kind != DayMarkKind::Period,
        text: text::mark(&mark.kind),
    }
}

fn metric(series: &UsageSeries, names: &GroupKeyNames, grouping: Option<&Grouping>) -> MetricUsage {
    let window = grouping.and_then(|grouping| UsageWindow::from_days(grouping.window)).unwrap_or_default();
    let groups = series.groups.as_deref().unwrap_or_default();
    let group_days = |values: fn(&GroupSeries) -> &[Decimal]| groups.iter().map(values).collect::<Vec<_>>();
    let mut quantities = columns(last(&series.values), &group_days(|group| &group.values), 0, None);
    let quantity = Measure {
        unit: Unit::default(),
        days: quantities.remove(0),
        windows: UsageWindow::ALL.map(|window| {
            let compared = compare::compare(series, None, window);
            let total = format::quantity(&series.measure(window).total);
            figures(total, &compared, window, format::quantity)
        }),
    };
    let cost = series.cost.as_ref().map(|cost| Costs::new(series, cost, groups, window));
    let total_of =
        |values: &mut dyn Iterator<Item = Decimal>| values.fold(Decimal::zero(), |sum, one| &sum + &one);
    let all_quantity = total_of(&mut groups.iter().map(|group| group.total.clone()));
    let listed = series.groups.as_ref().zip(grouping).map(|(groups, grouping)| {
        let all_cost = cost.as_ref().ok().map(|cost| total_of(&mut cost.group_totals().into_iter()));
        groups
            .iter()
            .zip(quantities)
            .enumerate()
            .map(|(at, (group, days))| {
                let average = compare::group_average(series, &group.values, window);
                let share =
                    |total: &Decimal, all: &Decimal| share(total, all).filter(|_| series.is_additive());
                Group {
                    group_values: group.group_values.clone(),
                    name: match &group.group_values {
                        Some(values) => text::group_values(&grouping.group_key, values, names),
                        None => text::others(group.count),
                    },
                    quantity: GroupMeasure {
                        days,
                        figures: Figures {
                            total: format::quantity(&group.total),
                            average: average.map(|average| format::quantity(&average)),
                            change: None,
                        },
                        share: share(&group.total, &all_quantity),
                    },
                    cost: cost.as_ref().ok().and_then(|cost| cost.group(at, all_cost.as_ref(), share)),
                }
            })
            .collect()
    });
    let no_cost = match (&series.cost, groups.is_empty()) {
        (Err(reason), _) => Some(text::no_cost(*reason)),
        (Ok(cost), false) if cost.unit_prices.is_none() => {
            Some(text::no_cost(app::billing::NoCost::TiersOverGroups))
        }
        (Ok(_), _) => None,
    };
    MetricUsage {
        id: series.billable_metric_id.to_string(),
        name: series.name.clone(),
        noun: text::noun(series.aggregation_type).to_owned(),
        adds_up: series.is_additive(),
        quantity: Some(quantity),
        no_cost: no_cost.map(ToOwned::to_owned),
        cost: cost.ok().map(|cost| cost.measure),
        groups: listed,
    }
}

/// What the days of a metric and of its groups cost.
struct Costs<'a> {
    credit_type: &'a CreditType,
    measure: Measure,
    /// For each group its days' costs, exact and as a column; empty where they cannot be told.
    groups: Vec<(Vec<Decimal>, Column)>,
    /// The average of the complete days of a group.
    averages: Vec<Option<Decimal>>,
}

impl<'a> Costs<'a> {
    fn new(series: &UsageSeries, cost: &'a DailyCost, groups: &[GroupSeries], window: UsageWindow) -> Self {
        let credit_type = &cost.credit_type;
        let known: Vec<Decimal> = cost.values.iter().map(|value| value.clone().unwrap_or_default()).collect();
        let prices = cost.unit_prices.as_deref().map(last);
        let exact: Vec<Vec<Decimal>> = prices.map_or_else(Vec::new, |prices| {
            let of = |group: &GroupSeries| {
                let prices = &prices[prices.len().saturating_sub(group.values.len())..];
                group.values.iter().zip(prices).map(|(value, price)| value * price).collect()
            };
            groups.iter().map(of).collect()
        });
        let (unit, shift) = money::unit_of(credit_type);
        let days: Vec<&[Decimal]> = exact.iter().map(Vec::as_slice).collect();
        let mut columns = columns(last(&known), &days, shift, Some(COST_DIGITS - i64::from(shift)));
        let write = |amount: &Decimal| money::money(amount, credit_type);
        let windows = UsageWindow::ALL.map(|window| {
            let compared = compare::compare(series, Some(&cost.values), window);
            let total: Decimal = known[known.len().saturating_sub(window.days() as usize)..].iter().sum();
            figures(write(&total), &compared, window, write)
        });
        let measure = Measure { unit, days: columns.remove(0), windows };
        let averages = exact.iter().map(|days| compare::group_average(series, days, window)).collect();
        Self { credit_type, measure, groups: exact.into_iter().zip(columns).collect(), averages }
    }

    fn group_totals(&self) -> Vec<Decimal> {
        self.groups.iter().map(|(days, _)| days.iter().sum()).collect()
    }

    fn group(
        &self,
        at: usize,
        all: Option<&Decimal>,
        share: impl Fn(&Decimal, &Decimal) -> Option<String>,
    ) -> Option<GroupMeasure> {
        let (exact, days) = self.groups.get(at)?;
        let total: Decimal = exact.iter().sum();
        let write = |amount: &Decimal| money::money(amount, self.credit_type);
        let figures = Figures {
            total: write(&total),
            average: self.averages.get(at).and_then(Option::as_ref).map(write),
            change: None,
        };
        Some(GroupMeasure { days: days.clone(), figures, share: share(&total, all?) })
    }
}

fn figures(
    total: String,
    compared: &compare::Compared,
    window: UsageWindow,
    write: impl Fn(&Decimal) -> String,
) -> Figures {
    Figures { total, average: compared.average.as_ref().map(write), change: compared.change(window) }
}

/// `42%`.
fn share(part: &Decimal, of: &Decimal) -> Option<String> {
    let percent = (part * &Decimal::from(100)).checked_div(of)?.round(0);
    Some(format!("{percent}%")).filter(|_| !of.is_negative())
}

fn last(values: &[Decimal]) -> &[Decimal] {
    &values[values.len().saturating_sub(DAYS)..]
}

/// The days of a metric, then those of each group, all of one scale of at most so many digits. `shift` digits are moved
/// behind the point: amounts in cents become dollars.
pub(in crate::dashboards) fn columns(
    days: &[Decimal],
    groups: &[&[Decimal]],
    shift: i32,
    most: Option<i64>,
) -> Vec<Column> {
    let all = || std::iter::once(days).chain(groups.iter().copied());
    let digits = |value: &Decimal| value.clone().into_inner().fractional_digit_count();
    let finest = all().flatten().map(digits).max().unwrap_or(0).max(0);
    let finest = most.map_or(finest, |most| finest.min(most));
    // Numbers that are too large for exact addition lose their last digits.
    let size = |value: &Decimal| {
        let value = value.clone().into_inner();
        i64::try_from(value.digits()).unwrap_or(i64::MAX) - value.fractional_digit_count()
    };
    let largest = all().flatten().filter(|value| !value.is_zero()).map(size).max().unwrap_or(0) + 2;
    let scale = finest.min(MOST_DIGITS - largest);
    let whole = |value: &Decimal| {
        let whole = value.clone().into_inner().with_scale_round(scale, RoundingMode::HalfUp);
        whole.into_bigint_and_exponent().0.to_i128().unwrap_or_default()
    };
    let column = |values: &[Decimal]| Column {
        scale: i32::try_from(scale).unwrap_or(0) + shift,
        values: Values(values.iter().map(whole).collect()),
    };
    all().map(column).collect()
}
