//! Groups: their order, names, colors and shares.

use super::{by_region, card, group, grouped, only_values, series};
use app::{
    billing::AggregationType,
    chart::marks::ChartKind,
    usage::{
        GroupSelection, UsageQuery,
        cards::{Card, CardContent},
        chart::DrawnCard,
    },
};

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
