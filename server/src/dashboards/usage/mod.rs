//! What the usage dashboard shows: three queries, put together purely.

mod compare;
mod page;
mod report;
#[cfg(test)]
mod tests;
mod text;

pub(super) use page::usage;
pub(super) use report::columns;

use crate::{
    Error, Result,
    auth::CustomerAccess,
    db::{
        self,
        usage::{ChartedMetric, Daily, PlanEnd, REACH},
    },
    error::chain,
    metering::group_id,
    rating::{self, Terms},
};
use app::{
    billing::{
        AggregationType, CreditType, DailyCost, DayMark, DayMarkKind, Decimal, GroupSeries, NoCost,
        UsageSeries, UsageWindow,
    },
    embed::GroupKeyNames,
    usage::{GroupSelection, GroupValues, UsageQuery, UsageReport, Window, report::Grouping},
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use sqlx::PgPool;

/// Days whose cost must be known for any to be shown: the longest window.
const SHOWN: usize = 90;

/// What of a customer's usage is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The days by which groups are ranked.
    pub window: Window,
    /// What metrics are split by.
    pub group_key: Option<Vec<String>>,
    /// A group that is listed also when it is not among the largest.
    pub kept: Option<GroupValues>,
}

impl Asked {
    /// What a page needs that shows this.
    fn of(query: &UsageQuery) -> Self {
        let kept = match &query.only {
            Some(GroupSelection::One(values)) => Some(values.clone()),
            Some(GroupSelection::Rest) | None => None,
        };
        Self { window: query.window, group_key: query.group_key.clone(), kept }
    }

    /// The window of a customer whose running billing period has so many days: where it is none, the first one.
    fn window(&self, period_days: Option<u32>) -> UsageWindow {
        match self.window {
            Window::Days(days) => UsageWindow::from_days(days).unwrap_or_default(),
            Window::Period => period_days.map(UsageWindow::Period).unwrap_or_default(),
        }
    }

    fn grouping(&self, period_days: Option<u32>) -> Option<Grouping> {
        let window = self.window(period_days).days();
        self.group_key.clone().map(|group_key| Grouping { group_key, window })
    }
}

/// The metrics of a customer and what is around them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    /// True for a customer with a current plan.
    pub(crate) has_plan: bool,
    /// The end of the latest plan, where there is no current one.
    pub(crate) ended: Option<PlanEnd>,
    /// Days of the running billing period, today included, where they are a window.
    pub(crate) period_days: Option<u32>,
    /// Each metric of the plans of the longest window by name; what could not be loaded fails alone.
    pub(crate) metrics: Vec<(String, Option<UsageSeries>)>,
    /// What the metrics can be grouped by.
    pub(crate) group_keys: Vec<Vec<String>>,
    /// Billing periods and plans.
    pub(crate) marks: Vec<DayMark>,
}

/// The dashboard's figures; `None` for an archived customer.
///
/// # Errors
/// 404 for an unknown customer, else when the database refuses.
pub async fn report(
    pool: &PgPool,
    access: CustomerAccess,
    names: &GroupKeyNames,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<Option<UsageReport>> {
    let board = board(pool, access, asked, now).await?;
    Ok(board.map(|board| {
        let grouping = asked.grouping(board.period_days);
        board.report(names, grouping, now)
    }))
}

async fn board(
    pool: &PgPool,
    access: CustomerAccess,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<Option<Board>> {
    let first_day = now.date_naive() - Days::new(REACH - 1);
    let first_shown = now.date_naive() - Days::new(SHOWN as u64 - 1);
    let account = db::usage::account(pool, access, midnight(first_day), midnight(first_shown), now).await?;
    if account.is_archived {
        return Ok(None);
    }
    let has_plan = account.terms.iter().any(|terms| terms.rhythm.period_at(now).is_some());
    let period_days = period_days(&account.terms, now);
    let window = asked.window(period_days);
    let group_index = |metric: &ChartedMetric| {
        let at = metric.group_keys.iter().position(|key| Some(key) == asked.group_key.as_ref())?;
        i16::try_from(at + 1).ok()
    };
    let kept = asked.kept.as_deref().map(group_id);
    let charted: Vec<_> = account.metrics.iter().map(|metric| (metric.id, metric.aggregation_type)).collect();
    let split: Vec<_> = account
        .metrics
        .iter()
        .filter_map(|metric| Some((metric.id, metric.aggregation_type, group_index(metric)?)))
        .collect();
    let (series, groups) = tokio::join!(
        db::usage::series(pool, access, &charted, period_days, now),
        db::usage::groups(pool, access, &split, kept, window, now)
    );
    let series = series?;
    // When all groups fail, each chart that wants them says so, and the others stand.
    let mut groups = match groups {
        Ok(groups) => groups.into_iter().map(Some).collect::<Vec<_>>(),
        Err(error) => {
            tracing::error!(error = %chain(&error), "the groups of usage could not be loaded");
            split.iter().map(|_| None).collect()
        }
    }
    .into_iter();
    let metrics = account.metrics.iter().zip(series).map(|(metric, daily)| {
        let groups = group_index(metric).map(|_| groups.next().flatten());
        let series = one(metric, daily, groups, &account.terms, first_day);
        (metric.name.clone(), series.map_err(|error| failed(&metric.name, &error)).ok())
    });
    let metrics = metrics.collect();
    let mut group_keys: Vec<Vec<String>> = Vec::new();
    for key in account.metrics.iter().flat_map(|metric| &metric.group_keys) {
        if !group_keys.contains(key) {
            group_keys.push(key.clone());
        }
    }
    let marks = marks(&account.terms, first_day, now);
    Ok(Some(Board { has_plan, ended: account.ended, period_days, metrics, group_keys, marks }))
}

/// Days of the running billing period, today included: `None` without one, and where it began before the longest window.
fn period_days(all_terms: &[Terms], now: DateTime<Utc>) -> Option<u32> {
    let period = all_terms.iter().rev().find_map(|terms| terms.rhythm.period_at(now))?;
    let days = u32::try_from((now.date_naive() - period.start.date_naive()).num_days() + 1).ok()?;
    (days as usize <= SHOWN).then_some(days)
}

fn one(
    metric: &ChartedMetric,
    daily: Result<Daily>,
    groups: Option<Option<Result<Vec<GroupSeries>>>>,
    all_terms: &[Terms],
    first_day: NaiveDate,
) -> Result<UsageSeries> {
    let daily = daily?;
    let groups = match groups {
        None => None,
        Some(None) => return Err(Error::Internal("its groups are missing".to_owned())),
        Some(Some(groups)) => Some(groups?),
    };
    Ok(UsageSeries {
        billable_metric_id: metric.id,
        name: metric.name.clone(),
        aggregation_type: metric.aggregation_type,
        starting_on: first_day,
        cost: cost(metric, all_terms, first_day, &daily.values),
        values: daily.values,
        measures: daily.measures,
        groups,
    })
}

fn failed(metric: &str, error: &Error) {
    tracing::error!(metric, error = %chain(error), "a chart could not be loaded");
}

/// What the days of a metric cost under the plans of their time.
fn cost(
    metric: &ChartedMetric,
    all_terms: &[Terms],
    first_day: NaiveDate,
    values: &[Decimal],
) -> Result<DailyCost, NoCost> {
    let shown_from = values.len().saturating_sub(SHOWN);
    if !matches!(metric.aggregation_type, AggregationType::Count | AggregationType::Sum) {
        return Err(NoCost::NotAdditive);
    }
    let mut credit_type: Option<&CreditType> = None;
    let mut costs = vec![Some(Decimal::zero()); values.len()];
    let mut unit_prices = vec![Some(Decimal::zero()); values.len()];
    let mut reason = NoCost::WholePeriod;
    let prices =
        |terms: &&Terms| terms.charges.iter().any(|term| term.charge.billable_metric_id == Some(metric.id));
    for terms in all_terms.iter().filter(prices) {
        let is_same_currency = **credit_type.get_or_insert(&terms.credit_type) == terms.credit_type;
        let by_day = rating::cost_by_day(terms, metric.id, first_day, values);
        for (day, cost) in by_day.into_iter().enumerate() {
            let Some(cost) = cost else { continue };
            let cost =
                cost.and_then(|cost| if is_same_currency { Ok(cost) } else { Err(NoCost::Currencies) });
            match cost {
                Ok(cost) => (costs[day], unit_prices[day]) = (Some(cost.amount), cost.unit_price),
                Err(why) => {
                    (costs[day], unit_prices[day]) = (None, None);
                    reason = if day >= shown_from { why } else { reason };
                }
            }
        }
    }
    let credit_type = credit_type.ok_or(NoCost::NotPriced)?.clone();
    if costs[shown_from..].iter().any(Option::is_none) {
        return Err(reason);
    }
    Ok(DailyCost { credit_type, values: costs, unit_prices })
}

/// Where billing periods begin and plans change.
fn marks(all_terms: &[Terms], first_day: NaiveDate, now: DateTime<Utc>) -> Vec<DayMark> {
    let mut marks = Vec::new();
    for (index, terms) in all_terms.iter().enumerate() {
        let rhythm = &terms.rhythm;
        let begins = rhythm.starting_on.date_naive();
        marks.push(DayMark { day: begins, kind: DayMarkKind::PlanBegins(terms.plan_name.clone()) });
        let first = rhythm.period_at(rhythm.starting_on.max(midnight(first_day))).map(|period| period.start);
        let periods = first.into_iter().flat_map(|start| rhythm.periods_from(start));
        for period in periods.take_while(|period| period.start <= now) {
            let day = period.start.date_naive();
            if day > begins {
                marks.push(DayMark { day, kind: DayMarkKind::Period });
            }
        }
        let next = all_terms.get(index + 1).map(|next| next.rhythm.starting_on);
        if let Some(end) =
            rhythm.ending_before.filter(|end| *end <= now && next.is_none_or(|next| next > *end))
        {
            let kind = DayMarkKind::PlanEnded(terms.plan_name.clone());
            marks.push(DayMark { day: end.date_naive(), kind });
        }
    }
    marks
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
