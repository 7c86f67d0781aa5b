//! What cards say of a report, by cases.
#![allow(clippy::unwrap_used)]

mod groups;
mod periods;
mod total;

use super::*;
use app::{
    billing::{AggregationType, CreditType, DailyCost, Decimal, GroupSeries, NoCost, WindowMeasure},
    embed::group_keys::GroupKeyOverride,
    number::Unit,
    usage::{
        GroupSelection, UsageQuery, Window,
        cards::{Card, CardContent, ChartSeries, UsageChart},
    },
};
use chrono::{Days, NaiveDate};

const DAYS: usize = 200;

fn now() -> DateTime<Utc> {
    "2026-11-21T14:20:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    now().date_naive()
}

/// Days since the billing period began.
const PERIOD_DAYS: u32 = 21;

/// 10 a day, but 1,742 yesterday and 4 today so far.
fn series(aggregation_type: AggregationType) -> UsageSeries {
    let mut values = vec![Decimal::from(10); DAYS];
    values[DAYS - 2] = Decimal::from(1_742);
    values[DAYS - 1] = Decimal::from(4);
    let measures = UsageWindow::of(Some(PERIOD_DAYS)).into_iter().map(|window| {
        let days = window.days() as usize;
        WindowMeasure {
            total: values[DAYS - days..].iter().sum(),
            complete: values[DAYS - days..DAYS - 1].iter().sum(),
            previous: Some(values[DAYS - 2 * days..DAYS - 1 - days].iter().sum()),
        }
    });
    UsageSeries {
        billable_metric_id: uuid::Uuid::nil(),
        name: "API requests".to_owned(),
        aggregation_type,
        starting_on: today() - Days::new(DAYS as u64 - 1),
        used: vec![true; DAYS],
        priced_from: None,
        ending_before: None,
        measures: measures.collect(),
        values,
        cost: Err(NoCost::NotPriced),
        groups: None,
    }
}

fn names() -> GroupKeyNames {
    GroupKeyNames(vec![GroupKeyOverride {
        group_key_name: "region".to_owned(),
        display_name: Some("Region".to_owned()),
        value_display_names: [("eu".to_owned(), "Europe".to_owned())].into(),
    }])
}

fn by_region() -> UsageQuery {
    UsageQuery::default().with_group_key(Some(vec!["region".to_owned()]))
}

fn only_values(values: &[Option<&str>]) -> UsageQuery {
    let values = values.iter().map(|value| value.map(ToOwned::to_owned)).collect();
    UsageQuery { only: Some(GroupSelection::One(values)), ..by_region() }
}

fn report(series: &UsageSeries, query: &UsageQuery, marks: &[DayMark]) -> UsageReport {
    report_in(series, query, marks, Some(PERIOD_DAYS))
}

fn report_in(
    series: &UsageSeries,
    query: &UsageQuery,
    marks: &[DayMark],
    period_days: Option<u32>,
) -> UsageReport {
    let board = UsageData {
        has_plan: true,
        ended: None,
        period_days,
        metrics: vec![(series.name.clone(), Some(series.clone()))],
        fixed: Vec::new(),
        group_keys: vec![vec!["region".to_owned()]],
        found: None,
        marks: marks.to_vec(),
    };
    let window = match query.window {
        Window::Days(days) => days,
        Window::Period => period_days.unwrap_or(30),
    };
    let grouping = query.group_key.clone().map(|group_key| Grouping { group_key, window });
    board.report(&names(), grouping, now())
}

/// The card, or why the metric cannot be shown.
fn card(series: &UsageSeries, query: &UsageQuery, marks: &[DayMark]) -> Result<UsageChart, String> {
    let report = report(series, query, marks);
    // What the browser reads is what the server wrote.
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<UsageReport>(&text).unwrap(), report);
    match report.cards(query).remove(0) {
        Card { content: CardContent::Chart(chart), .. } => Ok(*chart),
        Card { content: CardContent::Hidden(reason), .. } => Err(reason),
        Card { content: CardContent::Failed, .. } => Err("failed".to_owned()),
    }
}

fn texts(chart: &UsageChart, series: &ChartSeries) -> Vec<String> {
    chart.unit.column(&series.values, chart.scale)
}

/// A group with the same value on every day of 30, and half of it on those before.
fn group(group_values: Option<GroupValues>, count: i64, value: i64) -> GroupSeries {
    let half = Decimal::from(value).checked_div(&Decimal::from(2)).unwrap();
    GroupSeries {
        group_values,
        count,
        values: vec![Decimal::from(value); 30],
        before: vec![half.clone(); 30],
        used: vec![true; 30],
        measure: WindowMeasure {
            total: Decimal::from(value * 30),
            complete: Decimal::from(value * 29),
            previous: Some(&half * &Decimal::from(29)),
        },
        began_before: true,
    }
}

/// The values of each group on every day of 30, with its total.
fn grouped(groups: &[(Option<&str>, i64)]) -> UsageSeries {
    let group = |(name, value): &(Option<&str>, i64)| {
        let group_values = Some(vec![name.map(ToOwned::to_owned)]);
        group(group_values, 1, *value)
    };
    UsageSeries { groups: Some(groups.iter().map(group).collect()), ..series(AggregationType::Count) }
}

#[test]
fn the_sentence_says_what_the_chart_shows() {
    let all = card(&series(AggregationType::Count), &UsageQuery::default(), &[]).unwrap();
    assert_eq!(
        all.sentence,
        "API requests, 30 days to Nov 21, 2026: 2,026 in total, up 597% vs previous 30 days, peak 1,742 on Nov 20"
    );
    let split = card(&grouped(&[(Some("us"), 6), (Some("eu"), 4)]), &by_region(), &[]).unwrap();
    assert_eq!(
        split.sentence,
        "API requests by Region, 30 days to Nov 21, 2026: 2,026 in total, up 597% vs previous 30 days, peak 1,742 on \
         Nov 20, the largest part us: 180"
    );
}

#[test]
fn average_and_change_leave_today_out() {
    let mut series = series(AggregationType::Count);
    series.values[DAYS - 2] = Decimal::from(12);
    series.measures[0] = WindowMeasure {
        total: Decimal::from(296),
        complete: Decimal::from(292),
        previous: Some(Decimal::from(290)),
    };
    let facts = |series: &UsageSeries| card(series, &UsageQuery::default(), &[]).unwrap().facts;
    assert_eq!(facts(&series), "10.1 a day · ↑\u{a0}0.7% vs previous 30 days");
    series.measures[0].complete = Decimal::from(261);
    assert_eq!(facts(&series), "10.1 a day · ↓\u{a0}10% vs previous 30 days");
    series.measures[0].complete = Decimal::from(290);
    assert_eq!(facts(&series), "10.1 a day · unchanged from the previous 30 days");
    series.measures[0].complete = Decimal::from(29_000);
    assert_eq!(facts(&series), "10.1 a day · over 10 times the previous 30 days");
    series.measures[0].previous = None;
    assert_eq!(facts(&series), "10.1 a day");
    // Usage that began within the window before is no measure.
    series.measures[0].previous = Some(Decimal::from(290));
    series.values[..DAYS - 40].fill(Decimal::zero());
    assert_eq!(facts(&series), "10.1 a day");
    // Usage that began within the window is averaged from its first day.
    series.values[..DAYS - 3].fill(Decimal::zero());
    assert_eq!(facts(&series), "11 a day since Nov 19");
    series.values[..DAYS - 1].fill(Decimal::zero());
    assert_eq!(facts(&series), "", "only today");
    for (aggregation_type, expected) in [
        (AggregationType::Unique, "11 a day since Nov 20"),
        (AggregationType::Max, ""),
        (AggregationType::Latest, ""),
    ] {
        let mut gauge = self::series(aggregation_type);
        gauge.values = series.values.clone();
        gauge.values[DAYS - 2] = Decimal::from(11);
        gauge.measures[0].previous = None;
        assert_eq!(facts(&gauge), expected);
    }
}

#[test]
fn cumulative_values_end_with_the_total() {
    let choice = UsageQuery { is_cumulative: true, ..UsageQuery::default() };
    let sum = card(&series(AggregationType::Sum), &choice, &[]).unwrap();
    assert_eq!(texts(&sum, &sum.series[0]).first().map(String::as_str), Some("10"));
    assert_eq!(texts(&sum, &sum.series[0]).last(), Some(&sum.figure));
    assert_eq!(sum.series[0].name, "Usage to date");
    let different = card(&series(AggregationType::Unique), &choice, &[]).unwrap();
    assert_eq!(texts(&different, &different.series[0])[29], "4", "different values of days do not add up");
    assert!(different.hint.unwrap().starts_with("Shown by day"));
}

#[test]
fn cost_is_money_or_a_reason() {
    let choice = UsageQuery { is_cost: true, ..UsageQuery::default() };
    let mut series = grouped(&[(Some("us"), 6), (Some("eu"), 4)]);
    assert!(card(&series, &choice, &[]).unwrap_err().contains("no price"));
    let price: Decimal = "0.5".parse().unwrap();
    let mut cost = DailyCost {
        credit_type: CreditType::usd_cents(),
        values: series.values.iter().map(|value| Some(value * &price)).collect(),
        unit_prices: vec![Some(price); DAYS],
        groups: Err(NoCost::TiersOverGroups),
    };
    series.cost = Ok(cost.clone());
    let whole = card(&series, &choice, &[]).unwrap();
    assert_eq!((whole.figure.as_str(), whole.figure_note.as_str()), ("$10.13", "in 30 days"));
    assert_eq!(texts(&whole, &whole.series[0])[28], "$8.71");
    let split = card(&series, &UsageQuery { is_cost: true, ..by_region() }, &[]).unwrap();
    assert_eq!(split.legend[0].total, "$0.90");
    let alone = UsageQuery { is_cost: true, ..only_values(&[Some("us")]) };
    let facts = |series: &UsageSeries| card(series, &alone, &[]).unwrap().facts;
    assert_eq!(facts(&series), "$0.03 a day · ↑\u{a0}100% vs previous 30 days");
    // What the days before cost is not known.
    cost.unit_prices[..DAYS - 30].fill(None);
    series.cost = Ok(cost.clone());
    assert_eq!(facts(&series), "$0.03 a day");
    // Tiers over all groups: the whole is told, and why its groups are not, also where one of them is shown alone.
    cost.unit_prices = vec![None; DAYS];
    series.cost = Ok(cost.clone());
    for query in [UsageQuery { is_cost: true, ..by_region() }, alone.clone()] {
        let whole = card(&series, &query, &[]).unwrap();
        assert_eq!((whole.figure.as_str(), whole.legend.len()), ("$10.13", 0));
        let hint = whole.hint.unwrap();
        assert!(hint.contains("all groups together") && hint.ends_with("Shown as a whole."), "{hint}");
        assert!(whole.sentence.starts_with("API requests, cost, 30 days"), "{}", whole.sentence);
    }
    // Tiers of each group.
    let days = |price: i64| vec![Some(Decimal::from(price)); DAYS];
    cost.groups = Ok(vec![days(4), days(9)]);
    series.cost = Ok(cost);
    let split = card(&series, &UsageQuery { is_cost: true, ..by_region() }, &[]).unwrap();
    let legend: Vec<_> = split.legend.iter().map(|item| (item.name.as_str(), item.total.as_str())).collect();
    assert_eq!(legend, [("Europe", "$2.70"), ("us", "$1.20")], "by what they cost");
    assert_eq!(facts(&series), "$0.04 a day · unchanged from the previous 30 days");
}

#[test]
fn decimals_are_equal_down_a_column() {
    let values: [Decimal; 4] = ["1", "0.25", "-3.5", "0"].map(|text| text.parse().unwrap());
    let column = columns(&values, &[], 0, None).remove(0);
    assert_eq!(Unit::default().column(&column.values, column.scale), ["1.00", "0.25", "−3.50", "0.00"]);
}

#[test]
fn the_first_window_with_usage_opens_the_page() {
    let opening = |last_used: usize| {
        let mut series = series(AggregationType::Count);
        series.values[DAYS - last_used..].fill(Decimal::zero());
        page::opening_window(&report(&series, &UsageQuery::default(), &[]))
    };
    for (last_used, days) in [(0, 30), (29, 30), (30, 60), (59, 60), (60, 90), (89, 90), (90, 30)] {
        assert_eq!(opening(last_used), Window::Days(days), "nothing in {last_used} days");
    }
}

#[test]
fn numbers_beyond_what_the_browser_adds_up_lose_only_their_last_digits() {
    let huge: Decimal = "12345678901234567890123456789012.123456789".parse().unwrap();
    let column = columns(&[huge.clone(), Decimal::from(1)], &[], 0, None).remove(0);
    assert_eq!(
        Unit::default().write(column.values[0], column.scale),
        app::view::format::quantity(&huge.round(2))
    );
    let beyond: Decimal = "9".repeat(50).parse().unwrap();
    let column = columns(&[beyond], &[], 0, None).remove(0);
    assert!(column.scale < 0 && column.values[0] > 0, "{column:?}");
}

#[test]
fn a_report_holds_every_window_but_of_groups_only_its_own() {
    let plain = report(&series(AggregationType::Count), &UsageQuery::default(), &[]);
    let window = |days, query: UsageQuery| UsageQuery { window: Window::Days(days), ..query };
    assert!(plain.holds(&window(90, UsageQuery::default())) && !plain.holds(&by_region()));
    let split = report(&grouped(&[(Some("us"), 6)]), &by_region(), &[]);
    assert!(split.holds(&by_region()) && split.holds(&only_values(&[Some("us")])));
    assert!(!split.holds(&window(60, by_region())) && !split.holds(&only_values(&[Some("eu")])));
    assert!(split.holds(&window(60, UsageQuery::default())));
    // Beside the others there is a list to choose from, and what was searched for is another one.
    let others = by_region().with_only(Some(GroupSelection::Rest));
    let search = UsageQuery { find: "eu".to_owned(), ..others.clone() };
    assert!(!split.holds(&others) && !split.holds(&search));
    let found = |find: &str| GroupMatches { find: find.to_owned(), groups: Vec::new(), of: 0 };
    let all = UsageReport { found: Some(found("")), ..split.clone() };
    assert!(all.holds(&others) && !all.holds(&search) && all.holds(&by_region()));
    let some = UsageReport { found: Some(found("eu")), ..split };
    assert!(!some.holds(&others) && some.holds(&search));
    assert_eq!(ReportQuery::of(&search).find.as_deref(), Some("eu"));
    assert_eq!(
        (ReportQuery::of(&others).find.as_deref(), ReportQuery::of(&by_region()).find),
        (Some(""), None)
    );
}
