//! What cards say of a report, by cases.
#![allow(clippy::unwrap_used)]

use super::*;
use app::{
    billing::{
        AggregationType, CreditType, DailyCost, DayMarkKind, Decimal, GroupSeries, NoCost, WindowMeasure,
    },
    chart::marks::ChartKind,
    day,
    embed::group_keys::GroupKeyOverride,
    number::Unit,
    usage::{
        GroupSelection, UsageQuery, Window,
        cards::{Card, CardContent, ChartSeries, UsageChart},
        chart::DrawnCard,
    },
};
use chrono::{Days, NaiveDate};

pub(super) const DAYS: usize = 200;

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-21T14:20:00Z".parse().unwrap()
}

pub(super) fn today() -> NaiveDate {
    now().date_naive()
}

/// Days since the billing period began.
const PERIOD_DAYS: u32 = 21;

/// 10 a day, but 1,742 yesterday and 4 today so far.
pub(super) fn series(aggregation_type: AggregationType) -> UsageSeries {
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

pub(super) fn names() -> GroupKeyNames {
    GroupKeyNames(vec![GroupKeyOverride {
        group_key_name: "region".to_owned(),
        display_name: Some("Region".to_owned()),
        value_display_names: [("eu".to_owned(), "Europe".to_owned())].into(),
    }])
}

pub(super) fn by_region() -> UsageQuery {
    UsageQuery::default().with_group_key(Some(vec!["region".to_owned()]))
}

pub(super) fn only_values(values: &[Option<&str>]) -> UsageQuery {
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
pub(super) fn card(
    series: &UsageSeries,
    query: &UsageQuery,
    marks: &[DayMark],
) -> Result<UsageChart, String> {
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

pub(super) fn texts(chart: &UsageChart, series: &ChartSeries) -> Vec<String> {
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
pub(super) fn grouped(groups: &[(Option<&str>, i64)]) -> UsageSeries {
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
fn groups_are_ranked_named_and_linked() {
    let groups = [(Some("us"), 6), (Some("eu"), 3), (None, 2), (Some("ap"), 1)];
    let split = card(&grouped(&groups), &by_region(), &[]).unwrap();
    assert_eq!(split.kind, ChartKind::Bars);
    let names: Vec<_> =
        split.legend.iter().map(|item| (item.slot, item.name.as_str(), item.total.as_str())).collect();
    assert_eq!(names, [(0, "us", "180"), (1, "Europe", "90"), (2, "No Region", "60"), (3, "ap", "30")]);
    assert_eq!(
        split.series.iter().map(|series| series.name.as_str()).collect::<Vec<_>>(),
        ["us", "Europe", "No Region", "ap"]
    );
    assert_eq!(split.legend[2].selection, Some(GroupSelection::One(vec![None])));
    assert_eq!(split.sums.unwrap().last(), Some(&4));

    let alone = card(&grouped(&groups), &only_values(&[Some("eu")]), &[]).unwrap();
    assert_eq!((alone.series.len(), alone.series[0].slot), (1, 1), "in its own color");
    assert!(alone.legend[1].is_current);
    assert_eq!(alone.legend[1].share.as_deref(), Some("25%"));
    assert_eq!(
        (alone.figure.as_str(), alone.facts.as_str()),
        ("90", "3 a day · ↑\u{a0}100% vs previous 30 days")
    );
    assert!(alone.sentence.starts_with("API requests, Europe, 30 days"), "{}", alone.sentence);
}

#[test]
fn the_others_together_come_last_and_can_be_shown_alone() {
    let mut series = grouped(&[(Some("a"), 2), (Some("b"), 1)]);
    series.groups.as_mut().unwrap().push(group(None, 31, 9));
    let split = card(&series, &by_region(), &[]).unwrap();
    let last = split.legend.last().unwrap();
    assert_eq!(last.name, "Other (31)");
    assert_eq!(last.selection, Some(GroupSelection::Rest));

    let only = UsageQuery { only: Some(GroupSelection::Rest), ..by_region() };
    let alone = card(&series, &only, &[]).unwrap();
    assert_eq!((alone.series.len(), alone.series[0].slot), (1, 9), "in their own color");
    assert_eq!(
        (alone.figure.as_str(), alone.facts.as_str()),
        ("270", "9 a day · ↑\u{a0}100% vs previous 30 days")
    );
    assert_eq!(alone.series[0].values, [9; 30]);
    assert!(alone.legend[2].is_current);
    assert!(alone.sentence.starts_with("API requests, Other groups, 30 days"), "{}", alone.sentence);

    // Other groups began later than the metric: what was used before is no measure for them.
    series.groups.as_mut().unwrap()[0].began_before = false;
    assert_eq!(card(&series, &only_values(&[Some("a")]), &[]).unwrap().facts, "2 a day");

    // A metric whose groups all have their own color has no others.
    let none = card(&grouped(&[(Some("a"), 2)]), &only, &[]).unwrap();
    assert_eq!(none.figure, "0");
    assert!(none.nothing.is_some());
}

#[test]
fn groups_that_do_not_add_up_are_lines_without_shares() {
    let mut series = grouped(&[(Some("us"), 6), (Some("eu"), 4)]);
    series.aggregation_type = AggregationType::Unique;
    let split = card(&series, &by_region(), &[]).unwrap();
    assert!(split.kind == ChartKind::Lines && split.sums.is_none());
    assert!(split.legend.iter().all(|item| item.share.is_none()));
}

#[test]
fn a_metric_without_the_key_is_shown_as_a_whole() {
    let whole = card(&series(AggregationType::Count), &by_region(), &[]).unwrap();
    assert_eq!(whole.hint.as_deref(), Some("Not recorded by Region: shown as a whole."));
    assert!(whole.legend.is_empty());
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
fn marks_stand_on_their_day() {
    let mark = |back, kind| DayMark { day: today() - Days::new(back), kind };
    let marks = [
        mark(100, DayMarkKind::Period),
        mark(20, DayMarkKind::Period),
        mark(5, DayMarkKind::PlanBegins("Scale".to_owned())),
    ];
    let chart = card(&series(AggregationType::Count), &UsageQuery::default(), &marks).unwrap();
    let marked: Vec<_> =
        chart.marks.iter().map(|(day, mark)| (*day, mark.is_plan_change, mark.text.as_str())).collect();
    assert_eq!(marked, [(9, false, "Billing period begins"), (24, true, "Plan Scale begins")]);
    assert_eq!(labels(chart), [("29.31%", "Nov period"), ("81.03%", "Scale")].map(owned));
}

fn owned((at, text): (&str, &str)) -> (String, String) {
    (at.to_owned(), text.to_owned())
}

/// What is said at the lines of a chart, and where.
fn labels(chart: UsageChart) -> Vec<(String, String)> {
    let content = CardContent::Chart(Box::new(chart));
    let card = DrawnCard::new(Card { name: String::new(), is_wide: false, content });
    let labels = card.picture.unwrap().axis_x.into_iter().filter(|label| label.mark.is_some());
    labels.map(|label| (label.at, label.text.unwrap())).collect()
}

#[test]
fn of_lines_close_to_each_other_one_has_a_label_and_a_change_of_plan_comes_first() {
    let mark = |back, kind| DayMark { day: today() - Days::new(back), kind };
    let plan = |name: &str| DayMarkKind::PlanBegins(name.to_owned());
    let found = |marks: &[DayMark]| {
        let labels = labels(card(&series(AggregationType::Count), &UsageQuery::default(), marks).unwrap());
        labels.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    // On the first day there is no line.
    let weeks = [29, 22, 15, 8].map(|back| mark(back, DayMarkKind::Period));
    assert_eq!(found(&weeks), ["Oct period", "Nov period"]);
    assert_eq!(found(&[mark(20, DayMarkKind::Period), mark(18, plan("Scale"))]), ["Scale"]);
    let long = [mark(12, plan("Enterprise annual commitment"))];
    assert_eq!(found(&long), ["Enterprise a…"]);
    let ended = [mark(9, DayMarkKind::PlanEnded("Starter".to_owned()))];
    assert_eq!(found(&ended), ["Starter ended"]);
}

#[test]
fn a_table_has_its_total_beside_the_day() {
    let content = card(&grouped(&[(Some("us"), 6), (Some("eu"), 4)]), &by_region(), &[]).unwrap();
    let content = CardContent::Chart(Box::new(content));
    let drawn = DrawnCard::new(Card { name: String::new(), is_wide: false, content });
    let head = drawn.table().split("</tr>").next().unwrap().replace("<th scope=\"col\">", " ");
    assert_eq!(head.replace("</th>", ""), "<thead><tr> Day (UTC) Total us Europe");
    let names: Vec<String> = drawn.tip(3).lines.into_iter().map(|line| line.name).collect();
    assert_eq!(names, ["Total", "us", "Europe"], "as the script says it, which reads the table");
}

#[test]
fn shares_add_up_to_a_hundred() {
    let shares = |values: &[i64]| -> Vec<String> {
        let groups: Vec<_> = ["a", "b", "c"].into_iter().map(Some).zip(values.iter().copied()).collect();
        let legend = card(&grouped(&groups), &by_region(), &[]).unwrap().legend;
        legend.into_iter().map(|item| item.share.unwrap_or_default()).collect()
    };
    assert_eq!(shares(&[1, 1, 1]), ["34%", "33%", "33%"]);
    // Each rounded for itself, these are 101.
    assert_eq!(shares(&[365, 365, 270]), ["37%", "36%", "27%"]);
    assert_eq!(shares(&[0, 0, 0]), ["", "", ""]);
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

fn in_period(query: UsageQuery) -> UsageQuery {
    UsageQuery { window: Window::Period, ..query }
}

#[test]
fn the_billing_period_is_a_window_of_its_own_days() {
    let series = series(AggregationType::Count);
    let period = card(&series, &in_period(UsageQuery::default()), &[]).unwrap();
    // 19 days of 10, 1,742 yesterday and 4 today.
    assert_eq!((period.figure.as_str(), period.figure_note.as_str()), ("1,936", "since Nov 1"));
    assert_eq!(period.facts, "96.6 a day · ↑\u{a0}866% vs the 21 days before");
    assert_eq!(
        period.sentence,
        "API requests, 21 days to Nov 21, 2026: 1,936 in total, up 866% vs the 21 days before, peak 1,742 on Nov 20"
    );
    assert_eq!((period.days(), day::month_day(period.first_day)), (21, "Nov 1".to_owned()));
    let report = report(&series, &UsageQuery::default(), &[]);
    assert!(report.holds(&in_period(UsageQuery::default())), "it costs no request");
    assert!(!report.holds(&in_period(by_region())), "but its groups do");
    assert!(report.announcement(&in_period(UsageQuery::default())).contains("Nov 1 – today"));
    let split = self::report(&grouped(&[(Some("us"), 6)]), &in_period(by_region()), &[]);
    assert!(split.holds(&in_period(by_region())) && !split.holds(&by_region()));
}

#[test]
fn a_billing_period_that_is_no_window_is_shown_as_the_first_one() {
    let series = series(AggregationType::Count);
    let none = report_in(&series, &UsageQuery::default(), &[], None);
    assert_eq!((none.period_begin(), none.metrics[0].quantity.as_ref().unwrap().windows.len()), (None, 3));
    let cards = |query: &UsageQuery| none.cards(query);
    assert_eq!(cards(&in_period(UsageQuery::default())), cards(&UsageQuery::default()));
}

#[test]
fn the_first_day_of_a_billing_period_is_drawn_as_one_level() {
    let mut series = series(AggregationType::Count);
    series.measures[3] = WindowMeasure { total: Decimal::from(4), complete: Decimal::zero(), previous: None };
    let report = report_in(&series, &UsageQuery::default(), &[], Some(1));
    let Card { content: CardContent::Chart(chart), name, is_wide } =
        report.cards(&in_period(UsageQuery::default())).remove(0)
    else {
        panic!("a chart")
    };
    assert_eq!((chart.figure.as_str(), chart.figure_note.as_str()), ("4", "since Nov 21"));
    assert_eq!((chart.days(), chart.is_bars(), chart.facts.as_str()), (1, true, ""));
    assert!(chart.sentence.contains("1 day to Nov 21, 2026"), "{}", chart.sentence);
    let drawn = DrawnCard::new(Card { name, is_wide, content: CardContent::Chart(chart) });
    let picture = drawn.picture.as_ref().unwrap();
    let labels: Vec<_> =
        picture.axis_x.iter().filter_map(|label| Some((label.at.as_str(), label.text.as_deref()?))).collect();
    assert_eq!(labels, [("50.00%", "Nov 21")]);
    assert_eq!(drawn.table().matches("<tr>").count(), 2, "the head and the day: {}", drawn.table());
    assert_eq!(drawn.tip(0).heads, ["Nov 21, 2026", "so far"]);
}
