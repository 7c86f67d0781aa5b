//! The usage dashboard with made-up data: every choice and every awkward series.

// The data is constant: an unwrap that fails does so in every run of the tests.
#![allow(clippy::unwrap_used)]

use crate::dashboards::usage::UsageData;
use app::{
    billing::{
        AggregationType, CreditType, DailyCost, DayMark, DayMarkKind, Decimal, GroupSeries, NoCost,
        UsageSeries, UsageWindow, WindowMeasure,
    },
    embed::{GroupKeyNames, group_keys::GroupKeyOverride},
    pages::PageContent,
    usage::{GroupSelection, UsageProps, UsageQuery, Window, report::Grouping},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

/// Days that made-up series span.
const DAYS: usize = 200;

/// Days since the billing period began.
const PERIOD_DAYS: u32 = 21;

type Metrics = Vec<(String, Option<UsageSeries>)>;

/// All of them, the plain dashboard first.
pub(crate) fn pages(now: DateTime<Utc>) -> Vec<(&'static str, &'static str, PageContent)> {
    let today = now.date_naive();
    let page = |board: Option<UsageData>, query: UsageQuery| {
        let report = board.map(|board| {
            let window = days_of(&query);
            let grouping = query.group_key.clone().map(|group_key| Grouping { group_key, window });
            board.report(&names(), grouping, now)
        });
        let props = UsageProps { report, address: query.href(""), ..UsageProps::default() };
        PageContent::Usage(Box::new(props))
    };
    let board = |metrics: Metrics| {
        Some(UsageData {
            has_plan: true,
            ended: None,
            period_days: Some(PERIOD_DAYS),
            metrics,
            fixed: Vec::new(),
            group_keys: vec![vec!["region".to_owned()], vec!["model".to_owned(), "region".to_owned()]],
            found: None,
            marks: marks(today),
        })
    };
    let days = |days| UsageQuery { window: Window::Days(days), ..UsageQuery::default() };
    let plain = UsageQuery::default();
    let cost = UsageQuery { is_cost: true, ..plain.clone() };
    let by_region = plain.clone().with_group_key(Some(vec!["region".to_owned()]));
    let ireland = GroupSelection::One(vec![Some("eu-west-1".to_owned())]);
    let alone = UsageQuery { only: Some(ireland), ..by_region.clone() };
    let months = UsageQuery { window: Window::Days(90), ..by_region.clone() };
    let period = UsageQuery { window: Window::Period, ..plain.clone() };
    let grouped = |count, query: &UsageQuery| board(by_groups(metrics(today), count, query));
    [
        ("usage", "Usage, 30 days", board(metrics(today)), plain.clone()),
        ("usage-90", "Usage, 90 days", board(metrics(today)), days(90)),
        ("usage-period", "Usage, this period", board(metrics(today)), period.clone()),
        (
            "usage-period-day",
            "Usage, the first day of a period",
            board(of_today(metrics(today))).map(|board| UsageData { period_days: Some(1), ..board }),
            period,
        ),
        (
            "usage-cumulative",
            "Usage, cumulative",
            board(metrics(today)),
            UsageQuery { is_cumulative: true, ..days(60) },
        ),
        ("usage-cost", "Cost by day", board(metrics(today)), cost.clone()),
        ("usage-grouped", "Usage by region", grouped(3, &by_region), by_region.clone()),
        ("usage-grouped-90", "Usage by region, nine and others", grouped(40, &months), months.clone()),
        (
            "usage-grouped-cost",
            "Cost by region, cumulative",
            grouped(12, &by_region),
            UsageQuery { is_cost: true, is_cumulative: true, ..by_region.clone() },
        ),
        ("usage-alone", "One region alone", grouped(3, &alone), alone.clone()),
        ("usage-awkward", "Awkward series", board(awkward(today)), plain.clone()),
        ("usage-awkward-90", "Awkward series, 90 days", board(awkward(today)), days(90)),
        ("usage-one-failed", "One chart could not be loaded", board(one_failed(today)), plain.clone()),
        ("usage-one", "One metric", board(metrics(today).into_iter().take(1).collect()), plain.clone()),
        ("usage-empty", "No plan yet", Some(UsageData::default()), plain.clone()),
        ("usage-unmetered", "A plan without metered usage", board(Vec::new()), plain.clone()),
        ("usage-error", "Usage could not be loaded", None, plain),
    ]
    .map(|(name, title, board, choice)| (name, title, page(board, choice)))
    .into()
}

/// How many days a query shows.
fn days_of(query: &UsageQuery) -> u32 {
    match query.window {
        Window::Days(days) => days,
        Window::Period => PERIOD_DAYS,
    }
}

/// The same in a billing period that began today.
fn of_today(mut metrics: Metrics) -> Metrics {
    for series in metrics.iter_mut().filter_map(|(_, series)| series.as_mut()) {
        let total = series.values[DAYS - 1].clone();
        series.measures[3] = WindowMeasure { total, complete: Decimal::zero(), previous: None };
    }
    metrics
}

fn names() -> GroupKeyNames {
    GroupKeyNames(vec![GroupKeyOverride {
        group_key_name: "region".to_owned(),
        display_name: Some("Region".to_owned()),
        value_display_names: [("eu-west-1".to_owned(), "Ireland".to_owned())].into(),
    }])
}

fn marks(today: NaiveDate) -> Vec<DayMark> {
    let mark = |back, kind| DayMark { day: today - Days::new(back), kind };
    vec![
        mark(81, DayMarkKind::PlanBegins("Scale".to_owned())),
        mark(51, DayMarkKind::Period),
        mark(20, DayMarkKind::Period),
    ]
}

/// A series of whole numbers that end today.
fn series(
    name: &str,
    aggregation_type: AggregationType,
    values: Vec<Decimal>,
    today: NaiveDate,
) -> UsageSeries {
    let is_sum = matches!(aggregation_type, AggregationType::Count | AggregationType::Sum);
    let over = |part: &[Decimal]| -> Decimal {
        if is_sum { part.iter().sum() } else { part.iter().max().cloned().unwrap_or_default() }
    };
    let end = values.len();
    let measures = UsageWindow::of(Some(PERIOD_DAYS)).into_iter().map(|window| {
        let days = window.days() as usize;
        WindowMeasure {
            total: over(&values[end - days..]),
            complete: over(&values[end - days..end - 1]),
            previous: Some(over(&values[end - 2 * days..end - 1 - days])),
        }
    });
    let price = Decimal::from(2).checked_div(&Decimal::from(1_000)).unwrap();
    let cost = DailyCost {
        credit_type: CreditType::usd_cents(),
        values: values.iter().map(|value| Some(value * &price)).collect(),
        unit_prices: vec![Some(price); values.len()],
        groups: Err(NoCost::TiersOverGroups),
    };
    UsageSeries {
        billable_metric_id: Uuid::nil(),
        name: name.to_owned(),
        aggregation_type,
        starting_on: today - Days::new(values.len() as u64 - 1),
        measures: measures.collect(),
        cost: if is_sum { Ok(cost) } else { Err(NoCost::NotAdditive) },
        groups: None,
        used: vec![true; values.len()],
        priced_from: None,
        ending_before: None,
        values,
    }
}

fn metrics(today: NaiveDate) -> Metrics {
    let metric = |name: &str, aggregation_type, scale: i64, seed: i64| {
        let values = (0..DAYS as i64).map(|day| {
            let weekday = [100, 104, 108, 102, 96, 42, 38][((day + 2) % 7) as usize];
            let noise = (day * day * seed + day * 31) % 17;
            let outage = if day == 188 { 8 } else { 1 };
            let share = if day + 1 == DAYS as i64 { 60 } else { 100 };
            Decimal::from(scale * (weekday + noise) * (100 + day) * share / outage / 1_000_000)
        });
        (name.to_owned(), Some(series(name, aggregation_type, values.collect(), today)))
    };
    vec![
        metric("API requests", AggregationType::Count, 1_000, 3),
        metric("Input tokens", AggregationType::Sum, 18_059_974, 5),
        metric("Output tokens", AggregationType::Sum, 245_896, 7),
        metric("GPU seconds", AggregationType::Sum, 37, 2),
        metric("Active users", AggregationType::Unique, 11, 11),
        metric(
            "Fine-tuning jobs with a name that is far too long for a card of this width",
            AggregationType::Count,
            0,
            1,
        ),
    ]
}

/// The same by so many regions; the last metric is not recorded by region.
fn by_groups(metrics: Metrics, count: usize, query: &UsageQuery) -> Metrics {
    let window = UsageWindow::from_days(days_of(query)).unwrap();
    let regions = ["us-east-1", "eu-west-1", "ap-south-1", "us-west-2", "sa-east-1", "eu-central-1"];
    let last = metrics.len() - 1;
    let split = |(index, (name, series)): (usize, (String, Option<UsageSeries>))| {
        let Some(mut series) = series else { return (name, None) };
        if index == last {
            return (name, Some(series));
        }
        let shown = count.min(if count > 10 { 9 } else { count });
        let weight = |place: usize| ((count - place) * (count - place)) as i64;
        let all: i64 = (0..count).map(weight).sum();
        let group = |group_values: Option<Vec<Option<String>>>, members: i64, weight: i64| {
            let length = window.days() as usize;
            let mut before: Vec<Decimal> = series.values[series.values.len() - 2 * length..]
                .iter()
                .map(|value| {
                    (value * &Decimal::from(weight)).checked_div(&Decimal::from(all)).unwrap().round(0)
                })
                .collect();
            let values = before.split_off(length);
            let over = |values: &[Decimal]| {
                if series.is_additive() { values.iter().sum() } else { values.iter().max().cloned().unwrap() }
            };
            let measure = WindowMeasure {
                total: over(&values),
                complete: over(&values[..length - 1]),
                previous: Some(over(&before[..length - 1])),
            };
            let used = vec![true; length];
            GroupSeries { group_values, count: members, values, before, used, measure, began_before: true }
        };
        let mut groups: Vec<GroupSeries> = (0..shown)
            .map(|place| {
                let value = match (place, regions.get(place)) {
                    (7, _) => None,
                    (_, Some(region)) => Some((*region).to_owned()),
                    _ => Some(format!("a-region-with-quite-a-long-name-{place}")),
                };
                group(Some(vec![value]), 1, weight(place))
            })
            .collect();
        if shown < count {
            groups.push(group(None, (count - shown) as i64, (shown..count).map(weight).sum()));
        }
        series.groups = Some(groups);
        (name, Some(series))
    };
    metrics.into_iter().enumerate().map(split).collect()
}

/// A level with gaps, all zero, one point, corrections below zero, only below zero, a spike, fractions.
fn awkward(today: NaiveDate) -> Metrics {
    let number = |text: &str| -> Decimal { text.parse().unwrap() };
    let make = |name: &str, value: &dyn Fn(usize) -> Decimal| {
        let values = (0..DAYS).map(|day| value(DAYS - 1 - day)).collect();
        (name.to_owned(), Some(series(name, AggregationType::Sum, values, today)))
    };
    let (name, mut level) = make("A level with gaps", &|back| Decimal::from(40 + (back * 37 % 23) as i64));
    if let Some(level) = &mut level {
        level.aggregation_type = AggregationType::Max;
        level.cost = Err(NoCost::NotAdditive);
        // Weekends, a lone day among them, and what came before it was first measured.
        let used = level.used.iter_mut().rev().enumerate();
        used.for_each(|(back, used)| *used = back < 60 && (back % 7 > 1 || back == 15) && back != 9);
    }
    vec![
        (name, level),
        make("All zero", &|_| Decimal::zero()),
        make("First used today", &|back| Decimal::from(i64::from(back == 0) * 3)),
        make("Corrections", &|back| {
            Decimal::from(if back % 11 == 5 { -340 } else { 900 + (back * 37 % 200) as i64 })
        }),
        make("Only credits", &|back| Decimal::from(-((back * 37 % 200) as i64))),
        make("A spike", &|back| number(if back == 12 { "1000000000000000" } else { "1250000" })),
        make("Fractions", &|back| number(if back % 3 == 0 { "0.0025" } else { "0.003125" })),
    ]
}

fn one_failed(today: NaiveDate) -> Metrics {
    let mut metrics = metrics(today);
    metrics[1].1 = None;
    metrics
}
