//! Billing periods and plans: what marks their days, and the period as a window.

use super::{by_region, card, grouped, report, report_in, series, today};
use app::{
    billing::{AggregationType, DayMark, DayMarkKind, Decimal, WindowMeasure},
    day,
    usage::{
        UsageQuery, Window,
        cards::{Card, CardContent, UsageChart},
        chart::DrawnCard,
    },
};
use chrono::Days;

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
