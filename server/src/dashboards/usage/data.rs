//! What the usage dashboard shows, as it is read: three queries, one more where groups are priced by themselves and one
//! where they are looked for.

use super::{ReportQuery, SHOWN, UsageData, cost, find, shown, total};
use crate::{
    Error, Result,
    db::{
        self,
        usage::{ChartedMetric, Daily, REACH},
    },
    error::chain,
    metering::group_id,
    rating::{self, GroupedUsage, Terms},
    usage_scope::UsageScope,
};
use app::{
    billing::{AggregationType, DayMark, DayMarkKind, GroupSeries, UsageSeries},
    embed::GroupKeyNames,
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// What there is to show, as far as it may be seen; `None` for an archived customer.
///
/// # Errors
/// 404 for an unknown customer, 401 for a reader who is revoked, else when the database refuses.
pub(super) async fn read(
    pool: &PgPool,
    scope: &UsageScope,
    names: &GroupKeyNames,
    asked: &ReportQuery,
    now: DateTime<Utc>,
) -> Result<Option<UsageData>> {
    let access = scope.access();
    let first_day = now.date_naive() - Days::new(REACH - 1);
    let first_shown = now.date_naive() - Days::new(SHOWN as u64 - 1);
    let mut account =
        db::usage::account(pool, access, midnight(first_day), midnight(first_shown), now).await?;
    if account.is_archived {
        return Ok(None);
    }
    account.metrics.retain(|metric| scope.admits(metric.id, &metric.group_keys));
    let has_plan = account.terms.iter().any(|terms| terms.schedule.period_at(now).is_some());
    let period_days = period_days(&account.terms, now);
    let window = asked.window(period_days);
    let group_index = |metric: &ChartedMetric| {
        let of_key = |key: &Vec<String>| Some(key) == asked.group_key.as_ref() && scope.tells_apart(key);
        shown::index_of(metric.group_keys.iter().position(of_key))
    };
    let kept = asked.kept.as_deref().map(group_id);
    let split: Vec<_> = account
        .metrics
        .iter()
        .filter_map(|metric| shown::split_by(metric, group_index(metric)?, scope))
        .collect();
    let priced = match scope.is_filtered() {
        true => Vec::new(),
        false => priced_by_group(&account.metrics, &account.terms),
    };
    let (series, groups, by_group, found) = tokio::join!(
        shown::series(pool, scope, &account.metrics, period_days, now),
        db::usage::groups(pool, access, &split, kept, window, now),
        db::usage::by_group(pool, access, &priced, now),
        find::groups(pool, access, names, asked, &split, window, now)
    );
    let series = series?;
    let mut by_group = by_group.map_err(|error| {
        tracing::error!(error = %chain(&error), "the groups that are priced could not be loaded");
    });
    // Of a metric; a group key that has too many groups is absent.
    let mut priced_groups = |id: Uuid| match &mut by_group {
        Ok(all) => Ok(all.extract_if(.., |(of, _)| *of == id).filter_map(|(_, usage)| usage).collect()),
        Err(()) if priced.iter().any(|(of, ..)| *of == id) => {
            Err(Error::Internal("its priced groups are missing".to_owned()))
        }
        Err(()) => Ok(Vec::new()),
    };
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
        let priced = MetricPricing {
            terms: &account.terms,
            by_group: priced_groups(metric.id),
            group_index: group_index(metric),
            is_part: scope.is_filtered(),
        };
        let series = one(metric, daily, groups, priced, first_day);
        (metric.name.clone(), series.map_err(|error| failed(&metric.name, &error)).ok())
    });
    let metrics = metrics.collect();
    let mut group_keys: Vec<Vec<String>> = Vec::new();
    for key in account.metrics.iter().flat_map(|metric| &metric.group_keys) {
        if !group_keys.contains(key) && scope.tells_apart(key) {
            group_keys.push(key.clone());
        }
    }
    let marks = marks(&account.terms, first_day, now);
    // What the plan charges besides is not of what may be seen alone.
    let fixed = if scope.is_narrowed() { Vec::new() } else { total::fixed_charges(&account.terms, now) };
    Ok(Some(UsageData {
        has_plan,
        ended: account.ended,
        period_days,
        metrics,
        fixed,
        group_keys,
        found,
        marks,
    }))
}

/// Days of the running billing period, today included: `None` without one, and where it began before the longest window.
fn period_days(all_terms: &[Terms], now: DateTime<Utc>) -> Option<u32> {
    let period = all_terms.iter().rev().find_map(|terms| terms.schedule.period_at(now))?;
    let days = u32::try_from((now.date_naive() - period.start.date_naive()).num_days() + 1).ok()?;
    (days as usize <= SHOWN).then_some(days)
}

/// The group keys, by their index, of each metric whose groups are priced by themselves.
fn priced_by_group(metrics: &[ChartedMetric], all_terms: &[Terms]) -> Vec<(Uuid, AggregationType, i16)> {
    let mut priced = Vec::new();
    for metric in metrics.iter().filter(|metric| cost::is_by_day(metric.aggregation_type)) {
        for index in all_terms.iter().flat_map(|terms| rating::priced_by_group(terms, metric.id)) {
            let one = (metric.id, metric.aggregation_type, index);
            if !priced.contains(&one) {
                priced.push(one);
            }
        }
    }
    priced
}

/// By what a metric is priced.
struct MetricPricing<'a> {
    /// The terms of its time.
    terms: &'a [Terms],
    /// Its usage by the group keys whose groups are priced by themselves.
    by_group: Result<Vec<GroupedUsage>>,
    /// The group key by which its groups are listed.
    group_index: Option<i16>,
    /// Whether only some of its usage may be seen.
    is_part: bool,
}

fn one(
    metric: &ChartedMetric,
    daily: Result<Daily>,
    groups: Option<Option<Result<Vec<GroupSeries>>>>,
    priced: MetricPricing<'_>,
    first_day: NaiveDate,
) -> Result<UsageSeries> {
    let (daily, by_group) = (daily?, priced.by_group?);
    let groups = match groups {
        None => None,
        Some(None) => return Err(Error::Internal("its groups are missing".to_owned())),
        Some(Some(groups)) => Some(groups?),
    };
    let pricing = cost::Pricing {
        metric,
        terms: priced.terms,
        first_day,
        by_group: &by_group,
        is_part: priced.is_part,
    };
    Ok(UsageSeries {
        billable_metric_id: metric.id,
        name: metric.name.clone(),
        aggregation_type: metric.aggregation_type,
        starting_on: first_day,
        cost: pricing.daily_cost(&daily.values, priced.group_index.zip(groups.as_deref())),
        priced_from: terms_pricing(metric, priced.terms)
            .map(|terms| terms.schedule.starting_at.date_naive())
            .min(),
        ending_before: ending_before(metric, priced.terms),
        values: daily.values,
        used: daily.used,
        measures: daily.measures,
        groups,
    })
}

/// The first day on which no plan has a charge on a metric any more; `None` while one has.
fn ending_before(metric: &ChartedMetric, all_terms: &[Terms]) -> Option<NaiveDate> {
    let ends = terms_pricing(metric, all_terms).map(|terms| terms.schedule.ending_before);
    let last = ends.collect::<Option<Vec<_>>>()?.into_iter().max()?;
    Some(last.date_naive())
}

/// The terms that have a charge on a metric.
fn terms_pricing<'a>(metric: &ChartedMetric, all_terms: &'a [Terms]) -> impl Iterator<Item = &'a Terms> {
    let id = metric.id;
    all_terms.iter().filter(move |terms| terms.charges.iter().any(|charge| charge.bills(id)))
}

fn failed(metric: &str, error: &Error) {
    tracing::error!(metric, error = %chain(error), "a chart could not be loaded");
}

/// Where billing periods begin and plans change.
fn marks(all_terms: &[Terms], first_day: NaiveDate, now: DateTime<Utc>) -> Vec<DayMark> {
    let mut marks = Vec::new();
    for (index, terms) in all_terms.iter().enumerate() {
        let schedule = &terms.schedule;
        let begins = schedule.starting_at.date_naive();
        marks.push(DayMark { day: begins, kind: DayMarkKind::PlanBegins(terms.imprint.plan_name.clone()) });
        let first =
            schedule.period_at(schedule.starting_at.max(midnight(first_day))).map(|period| period.start);
        let periods = first.into_iter().flat_map(|start| schedule.periods_from(start));
        for period in periods.take_while(|period| period.start <= now) {
            let day = period.start.date_naive();
            if day > begins {
                marks.push(DayMark { day, kind: DayMarkKind::Period });
            }
        }
        let next = all_terms.get(index + 1).map(|next| next.schedule.starting_at);
        if let Some(end) =
            schedule.ending_before.filter(|end| *end <= now && next.is_none_or(|next| next > *end))
        {
            let kind = DayMarkKind::PlanEnded(terms.imprint.plan_name.clone());
            marks.push(DayMark { day: end.date_naive(), kind });
        }
    }
    marks
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
