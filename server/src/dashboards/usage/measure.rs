//! The days and figures of a metric and of its groups, measured in quantities and in money. Pure.

use super::compare::{self, GroupCost, WindowComparison};
use app::{
    billing::{CreditType, DailyCost, Decimal, GroupSeries, NoCost, UsageSeries, UsageWindow},
    number::{ABSENT, Column, Values},
    usage::report::{Figures, GroupMeasure, Measure},
    view::{allocate::allocate, format, money},
};
use bigdecimal::{RoundingMode, ToPrimitive as _};

/// Days of each column: those of the longest window.
const DAYS: usize = 90;

/// Digits after the point of a day's cost, in whole units of the currency. Tiers and conversions can leave forty; what
/// is cut off here changes no figure that is read, for totals are written from the exact amounts.
const COST_DIGITS: i64 = 12;

/// The largest sum that the browser adds up: its whole numbers have 38 digits.
const MOST_DIGITS: i64 = 36;

/// What the days of a metric and of its groups cost.
pub(super) struct Costs<'a> {
    credit_type: &'a CreditType,
    pub(super) measure: Measure,
    /// What each group's days cost, exact and as a column; empty where that cannot be told.
    groups: Vec<(GroupCost, Column)>,
    /// Why it cannot.
    pub(super) no_groups: Option<NoCost>,
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

    pub(super) fn group_totals(&self) -> Vec<Decimal> {
        self.groups.iter().map(|(cost, _)| cost.days.iter().sum()).collect()
    }

    pub(super) fn group(
        &self,
        at: usize,
        share: Option<String>,
        compared: impl FnOnce(&GroupCost) -> WindowComparison,
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

/// Leaves out of a column the days before the plan began, those after it ended, and of MAX and LATEST those without
/// events. Both lists end with today.
pub(super) fn leave_out(column: &mut Column, series: &UsageSeries, used: &[bool]) {
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
    compared: &WindowComparison,
    window: UsageWindow,
    write: impl Fn(&Decimal) -> String,
) -> Figures {
    Figures { total, average: compared.average(write), change: compared.change(window), ..Figures::default() }
}

/// Figures that are no money: rounded for reading, the exact total beside them.
pub(super) fn quantity_figures(total: &Decimal, compared: &WindowComparison, window: UsageWindow) -> Figures {
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

/// The days of the longest window.
pub(super) fn last(values: &[Decimal]) -> &[Decimal] {
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
