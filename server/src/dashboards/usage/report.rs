//! A customer's usage as the report that page and JSON call show: pure, every string final.

use super::{
    Board, colors,
    compare::{self, Compared, GroupCost},
    text, total,
};
use app::{
    billing::{
        CreditType, DailyCost, DayMark, DayMarkKind, Decimal, GroupSeries, NoCost, UsageSeries, UsageWindow,
    },
    embed::GroupKeyNames,
    number::{ABSENT, Column, Unit, Values},
    usage::report::{
        self, Figures, Group, GroupKey, GroupMeasure, Grouping, Measure, MetricUsage, UsageReport,
    },
    view::{allocate::allocate, format, money},
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
        let Self { has_plan, ended, period_days, metrics, fixed, group_keys, found, marks } = self;
        let windows = UsageWindow::of(period_days);
        let ended = ended.as_ref().map(text::ended);
        let nothing = metrics.is_empty().then(|| match (has_plan, &ended) {
            (true, _) => text::NO_METRICS.to_owned(),
            (false, Some(ended)) => format!("{ended} {}", text::NOT_CHARTED),
            (false, None) => text::NO_PLAN.to_owned(),
        });
        let mut shown: Vec<MetricUsage> = metrics
            .iter()
            .map(|(name, series)| match series {
                Some(series) => metric(series, names, grouping.as_ref(), &windows),
                None => MetricUsage { name: name.clone(), ..MetricUsage::default() },
            })
            .collect();
        colors::assign(&mut shown);
        UsageReport {
            as_of: text::as_of(now),
            last_day: format::day_number(now.date_naive()),
            totals: total::totals(&metrics, &fixed, &mut shown, &windows),
            metrics: shown,
            group_keys: group_keys
                .into_iter()
                .map(|group_key| GroupKey { name: text::group_key(&group_key, names), group_key })
                .collect(),
            found,
            marks: marks.iter().map(mark).collect(),
            nothing,
            ended,
            period_days,
            grouping,
        }
    }
}

fn mark(mark: &DayMark) -> report::DayMark {
    report::DayMark {
        day: format::day_number(mark.day),
        is_plan_change: mark.kind != DayMarkKind::Period,
        text: text::mark(&mark.kind),
        label: text::mark_label(&mark.kind, mark.day),
    }
}

fn metric(
    series: &UsageSeries,
    names: &GroupKeyNames,
    grouping: Option<&Grouping>,
    windows: &[UsageWindow],
) -> MetricUsage {
    let is_grouped =
        |window: &&UsageWindow| grouping.is_some_and(|grouping| grouping.window == window.days());
    let window = windows.iter().find(is_grouped).copied().unwrap_or_default();
    let groups = series.groups.as_deref().unwrap_or_default();
    let group_days = |values: fn(&GroupSeries) -> &[Decimal]| groups.iter().map(values).collect::<Vec<_>>();
    let mut quantities = columns(last(&series.values), &group_days(|group| &group.values), 0, None);
    let used =
        std::iter::once(series.used.as_slice()).chain(groups.iter().map(|group| group.used.as_slice()));
    for (column, used) in quantities.iter_mut().zip(used) {
        leave_out(column, series, used);
    }
    let quantity = Measure {
        unit: Unit::default(),
        days: quantities.remove(0),
        windows: windows
            .iter()
            .map(|window| {
                let compared = compare::compare(series, None, *window);
                quantity_figures(&series.measure(*window).total, &compared, *window)
            })
            .collect(),
    };
    let cost = series.cost.as_ref().map(|cost| Costs::new(series, cost, groups, windows));
    let shares_of = |totals: Vec<Decimal>| {
        if series.is_additive() { shares(&totals) } else { vec![None; totals.len()] }
    };
    let mut quantity_shares =
        shares_of(groups.iter().map(|group| group.measure.total.clone()).collect()).into_iter();
    let mut cost_shares = cost.as_ref().map_or(Vec::new(), |cost| shares_of(cost.group_totals())).into_iter();
    let listed = series.groups.as_ref().zip(grouping).map(|(groups, grouping)| {
        groups
            .iter()
            .zip(quantities)
            .enumerate()
            .map(|(at, (group, days))| {
                let compared = |cost: Option<&GroupCost>| compare::compare_group(series, group, cost, window);
                let quantity_figures = quantity_figures(&group.measure.total, &compared(None), window);
                Group {
                    group_values: group.group_values.clone(),
                    name: match &group.group_values {
                        Some(values) => text::group_values(&grouping.group_key, values, names),
                        None => text::others(group.count),
                    },
                    // Known once the groups of all metrics are.
                    color: 0,
                    quantity: GroupMeasure {
                        days,
                        figures: Figures { share: quantity_shares.next().flatten(), ..quantity_figures },
                    },
                    cost: cost.as_ref().ok().and_then(|cost| {
                        let share = cost_shares.next().flatten();
                        cost.group(at, share, |cost| compared(Some(cost)), window)
                    }),
                }
            })
            .collect()
    });
    let no_cost = match (&cost, groups.is_empty()) {
        (Err(reason), _) => Some(text::no_cost(**reason).to_owned()),
        (Ok(cost), false) => cost.no_groups.map(text::no_group_cost),
        (Ok(_), true) => None,
    };
    MetricUsage {
        id: series.billable_metric_id.to_string(),
        name: series.name.clone(),
        noun: text::noun(series.aggregation_type).to_owned(),
        adds_up: series.is_additive(),
        quantity: Some(quantity),
        no_cost,
        cost: cost.ok().map(|cost| cost.measure),
        groups: listed,
    }
}

/// What the days of a metric and of its groups cost.
pub(super) struct Costs<'a> {
    credit_type: &'a CreditType,
    pub(super) measure: Measure,
    /// What each group's days cost, exact and as a column; empty where that cannot be told.
    groups: Vec<(GroupCost, Column)>,
    /// Why it cannot.
    no_groups: Option<NoCost>,
}

impl<'a> Costs<'a> {
    pub(super) fn new(
        series: &UsageSeries,
        cost: &'a DailyCost,
        groups: &[GroupSeries],
        windows: &[UsageWindow],
    ) -> Self {
        let credit_type = &cost.credit_type;
        let known: Vec<Decimal> = cost.values.iter().map(|value| value.clone().unwrap_or_default()).collect();
        let (exact, no_groups) = match group_costs(cost, groups) {
            Ok(exact) => (exact, None),
            Err(reason) => (Vec::new(), Some(reason)),
        };
        let (unit, shift) = money::unit_of(credit_type);
        let days: Vec<&[Decimal]> = exact.iter().map(|cost| cost.days.as_slice()).collect();
        let mut columns = columns(last(&known), &days, shift, Some(COST_DIGITS - i64::from(shift)));
        columns.iter_mut().for_each(|column| leave_out(column, series, &[]));
        let write = |amount: &Decimal| money::money(amount, credit_type);
        let windows = windows.iter().map(|window| {
            let compared = compare::compare(series, Some(&cost.values), *window);
            let total: Decimal = known[known.len().saturating_sub(window.days() as usize)..].iter().sum();
            figures(write(&total), &compared, *window, write)
        });
        let measure = Measure { unit, days: columns.remove(0), windows: windows.collect() };
        Self { credit_type, measure, groups: exact.into_iter().zip(columns).collect(), no_groups }
    }

    fn group_totals(&self) -> Vec<Decimal> {
        self.groups.iter().map(|(cost, _)| cost.days.iter().sum()).collect()
    }

    fn group(
        &self,
        at: usize,
        share: Option<String>,
        compared: impl FnOnce(&GroupCost) -> Compared,
        window: UsageWindow,
    ) -> Option<GroupMeasure> {
        let (cost, days) = self.groups.get(at)?;
        let total: Decimal = cost.days.iter().sum();
        let write = |amount: &Decimal| money::money(amount, self.credit_type);
        let figures = figures(write(&total), &compared(cost), window, write);
        Some(GroupMeasure { days: days.clone(), figures: Figures { share, ..figures } })
    }
}

/// What each group's days cost: at the prices of their time, or where one of them has no one price, as they were priced
/// group by group; why not, where they were not.
fn group_costs(cost: &DailyCost, groups: &[GroupSeries]) -> Result<Vec<GroupCost>, NoCost> {
    let days = cost.values.len();
    let at_prices = |values: &[Decimal], until: usize| -> Option<Vec<Decimal>> {
        let prices = cost.unit_prices.get(until.checked_sub(values.len())?..until)?;
        values.iter().zip(prices).map(|(value, price)| Some(value * price.as_ref()?)).collect()
    };
    let of_prices = |group: &GroupSeries| {
        let shown = at_prices(&group.values, days)?;
        Some(GroupCost { before: at_prices(&group.before, days.checked_sub(shown.len())?), days: shown })
    };
    if let Some(all) = groups.iter().map(of_prices).collect() {
        return Ok(all);
    }
    let priced = cost.groups.as_ref().map_err(|reason| *reason)?;
    let known = |costs: &[Option<Decimal>], length: usize, until: usize| -> Option<Vec<Decimal>> {
        costs.get(until.checked_sub(length)?..until)?.iter().cloned().collect()
    };
    let of_group = |(group, costs): (&GroupSeries, &Vec<Option<Decimal>>)| {
        let shown = known(costs, group.values.len(), days)?;
        Some(GroupCost {
            before: known(costs, group.before.len(), days.checked_sub(shown.len())?),
            days: shown,
        })
    };
    groups.iter().zip(priced).map(of_group).collect::<Option<_>>().ok_or(NoCost::WholePeriod)
}

/// Leaves the days out of a column that there is nothing to tell of: before the plan began, after it ended, and those of a
/// level that had no events. Both end with today.
fn leave_out(column: &mut Column, series: &UsageSeries, used: &[bool]) {
    let (days, length, told) = (series.values.len(), column.values.0.len(), series.told());
    for (at, value) in column.values.0.iter_mut().enumerate() {
        // Counted from today.
        let back = length - at;
        let has_event = || used.len().checked_sub(back).and_then(|at| used.get(at)).is_none_or(|used| *used);
        if !told.contains(&days.saturating_sub(back)) || (series.is_level() && !has_event()) {
            *value = ABSENT;
        }
    }
}

fn figures(
    total: String,
    compared: &Compared,
    window: UsageWindow,
    write: impl Fn(&Decimal) -> String,
) -> Figures {
    Figures { total, average: compared.average(write), change: compared.change(window), ..Figures::default() }
}

/// Figures that are no money: rounded for reading, the exact total beside them.
fn quantity_figures(total: &Decimal, compared: &Compared, window: UsageWindow) -> Figures {
    let (read, exact) = (format::headline(total), format::quantity(total));
    let exact = (read != exact).then_some(exact);
    Figures { exact, ..figures(read, compared, window, format::headline) }
}

/// What each is of all together, in whole percents that add up to 100: `42%`. Of nothing, or less, there is no share.
pub(super) fn shares(totals: &[Decimal]) -> Vec<Option<String>> {
    let (all, hundred) = (totals.iter().sum::<Decimal>(), Decimal::from(100));
    let percent = |total: &Decimal| (total * &hundred).checked_div(&all);
    let exact = totals.iter().map(percent).collect::<Option<Vec<_>>>().filter(|_| !all.is_negative());
    let Some(exact) = exact else { return vec![None; totals.len()] };
    allocate(&exact, &hundred, 0).iter().map(|percent| Some(format!("{percent}%"))).collect()
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
