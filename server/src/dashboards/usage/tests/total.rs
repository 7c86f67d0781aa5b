//! Days of which there is nothing to tell, and what all metrics cost together, by cases.

use super::{DAYS, by_region, card, grouped, names, now, only_values, series, texts, today};
use crate::dashboards::usage::{UsageData, total::FixedCharge};
use app::{
    billing::{AggregationType, CreditType, DailyCost, Decimal, NoCost, UsageSeries},
    chart::marks::ChartKind,
    number::ABSENT,
    usage::{
        UsageQuery, UsageReport,
        cards::{Card, CardContent, UsageChart},
    },
};
use chrono::Days;

/// A sum of which each unit costs so much.
fn priced(name: &str, price: &str, credit_type: CreditType) -> (String, Option<UsageSeries>) {
    let (price, series): (Decimal, _) = (price.parse().unwrap(), series(AggregationType::Sum));
    let cost = DailyCost {
        credit_type,
        values: series.values.iter().map(|value| Some(value * &price)).collect(),
        unit_prices: vec![Some(price); DAYS],
        groups: Err(NoCost::TiersOverGroups),
    };
    (name.to_owned(), Some(UsageSeries { name: name.to_owned(), cost: Ok(cost), ..series }))
}

fn report(metrics: Vec<(String, Option<UsageSeries>)>) -> UsageReport {
    UsageData { has_plan: true, metrics, ..UsageData::default() }.report(&names(), None, now())
}

fn in_cost() -> UsageQuery {
    UsageQuery { is_cost: true, ..UsageQuery::default() }
}

fn first(report: &UsageReport, query: &UsageQuery) -> UsageChart {
    match report.cards(query).remove(0) {
        Card { content: CardContent::Chart(chart), is_wide: true, .. } => *chart,
        other => panic!("{other:?}"),
    }
}

#[test]
fn cost_opens_with_one_chart_of_everything() {
    let once = |name: &str| {
        let cost = Err(NoCost::NotAdditive);
        (name.to_owned(), Some(UsageSeries { cost, ..series(AggregationType::Unique) }))
    };
    let report = report(vec![
        priced("Input", "0.5", CreditType::usd_cents()),
        once("Users"),
        priced("Output", "1.25", CreditType::usd_cents()),
        once("Storage"),
        ("GPU".to_owned(), None),
    ]);
    let names: Vec<String> = report.cards(&in_cost()).into_iter().map(|card| card.name).collect();
    assert_eq!((names.len(), names[0].as_str()), (6, "Metered cost"));
    assert_eq!(report.cards(&UsageQuery::default()).len(), 5, "quantities have no total");

    let total = first(&report, &in_cost());
    // 2,026 × 1.75 cents.
    assert_eq!((total.figure.as_str(), total.kind), ("$35.46", ChartKind::Bars));
    assert_eq!(total.facts, "$1.22 a day · ↑\u{a0}597% vs previous 30 days");
    let legend: Vec<_> = total
        .legend
        .iter()
        .map(|item| (item.slot, item.name.as_str(), item.total.as_str(), item.share.as_deref()))
        .collect();
    // The largest first, each in the color of its place.
    assert_eq!(legend, [(1, "Output", "$25.33", Some("71%")), (0, "Input", "$10.13", Some("29%"))]);
    assert!(total.legend.iter().all(|item| item.selection.is_none()));
    let sums = total.sums.as_ref().unwrap();
    for (day, sum) in sums.iter().enumerate() {
        assert_eq!(total.series.iter().map(|series| series.values[day]).sum::<i128>(), *sum);
    }
    assert_eq!(total.unit.write(sums[28], total.scale), "$30.49");
    assert_eq!(
        total.hint.unwrap(),
        "Not shown by day: Users, Storage (billed once a period). Not in this total: GPU (could not be loaded). Each day and each total here is rounded by itself, a line of an invoice once: cents can differ."
    );
    let begins = "Metered cost, 30 days to Nov 21, 2026: $35.46 in total, up 597%";
    assert!(total.sentence.starts_with(begins), "{}", total.sentence);

    // Where one group is shown alone, it is still of all, and says so.
    let alone = first(&report, &UsageQuery { is_cost: true, ..only_values(&[Some("eu")]) });
    assert_eq!(alone.figure, "$35.46");
    assert!(alone.hint.unwrap().starts_with("Of all groups. Not shown by day"));
}

#[test]
fn each_currency_with_several_metrics_has_a_total_and_a_single_metric_has_none() {
    let usd = CreditType::usd_cents;
    let eur = CreditType { id: uuid::Uuid::from_u128(1), name: "EUR".to_owned() };
    assert!(report(vec![priced("One", "1", usd())]).totals.is_empty());
    let mixed =
        report(vec![priced("One", "1", usd()), priced("Two", "0.001", eur), priced("Three", "1", usd())]);
    let names: Vec<_> = mixed.totals.iter().map(|total| total.name.as_str()).collect();
    assert_eq!(names, ["Metered cost in USD"]);
    let total = first(&mixed, &in_cost());
    assert_eq!((total.series.len(), total.figure.as_str()), (2, "$40.52"));
    assert_eq!(
        total.hint.unwrap(),
        "Not in this total: Two (in EUR). Each day and each total here is rounded by itself, a line of an invoice once: cents can differ."
    );
}

#[test]
fn a_total_names_the_fixed_charges_of_its_currency() {
    let usd = CreditType::usd_cents;
    let eur = CreditType { id: uuid::Uuid::from_u128(1), name: "EUR".to_owned() };
    let fixed = |credit_type: CreditType, name: &str| FixedCharge {
        credit_type,
        name: name.to_owned(),
        amount: Decimal::from(9_900),
    };
    let board = UsageData {
        has_plan: true,
        metrics: vec![priced("One", "1", usd()), priced("Two", "1", usd())],
        fixed: vec![fixed(usd(), "Platform fee"), fixed(eur, "Support")],
        ..UsageData::default()
    };
    let total = first(&board.report(&names(), None, now()), &in_cost());
    assert_eq!(
        total.hint.unwrap(),
        "Not shown by day: Platform fee ($99.00 a billing period). Each day and each total here is rounded by itself, a line of an invoice once: cents can differ."
    );
}

#[test]
fn a_day_without_a_level_is_a_gap() {
    let mut level = series(AggregationType::Latest);
    (level.used[DAYS - 5], level.values[DAYS - 5]) = (false, Decimal::zero());
    // A level of zero is one.
    level.values[DAYS - 6] = Decimal::zero();
    let shown = card(&level, &UsageQuery::default(), &[]).unwrap();
    assert_eq!(shown.series[0].values[24..27], [0, ABSENT, 10]);
    assert_eq!(texts(&shown, &shown.series[0])[24..27], ["0", "–", "10"]);
    assert_eq!(shown.values_of(25)[0].text, "–");
    // Of what is counted there was nothing on that day.
    let counted = UsageSeries { aggregation_type: AggregationType::Unique, ..level };
    assert_eq!(card(&counted, &UsageQuery::default(), &[]).unwrap().series[0].values[25], 0);
    // Groups have gaps of their own.
    let mut split = grouped(&[(Some("us"), 6), (Some("eu"), 4)]);
    split.aggregation_type = AggregationType::Max;
    split.groups.as_mut().unwrap()[1].used[3] = false;
    let lines = card(&split, &by_region(), &[]).unwrap();
    assert_eq!((lines.series[0].values[3], lines.series[1].values[3]), (6, ABSENT));
}

#[test]
fn before_its_plan_began_a_metric_has_no_days() {
    let mut begun = series(AggregationType::Sum);
    begun.priced_from = Some(today() - Days::new(9));
    begun.values[..DAYS - 8].fill(Decimal::zero());
    begun.used[..DAYS - 8].fill(false);
    let of = |series: &UsageSeries, is_cumulative: bool| {
        let query = UsageQuery { is_cumulative, ..UsageQuery::default() };
        card(series, &query, &[]).unwrap().series[0].values[19..23].to_vec()
    };
    // The plan began on the 21st day, and was used from the 23rd on.
    assert_eq!(of(&begun, false), [ABSENT, 0, 0, 10]);
    assert_eq!(of(&begun, true), [ABSENT, 0, 0, 10]);
    // What came before the plan is shown, from its first day.
    begun.used[DAYS - 10] = true;
    begun.used[DAYS - 11] = true;
    assert_eq!(of(&begun, false), [0, 0, 0, 10]);
    // With the first day of usage alone there is one value.
    begun.priced_from = Some(today());
    begun.values[..DAYS - 1].fill(Decimal::zero());
    begun.used[..DAYS - 1].fill(false);
    let first = card(&begun, &UsageQuery::default(), &[]).unwrap();
    assert_eq!(first.series[0].values[27..], [ABSENT, ABSENT, 4]);
}

#[test]
fn what_all_metrics_cost_has_no_days_before_the_first_plan() {
    let begun = |name: &str, back: u64| {
        let (name, series) = priced(name, "1", CreditType::usd_cents());
        let series = series.map(|mut series| {
            series.used.fill(false);
            series.priced_from = Some(today() - Days::new(back));
            series.values[..DAYS - back as usize].fill(Decimal::zero());
            series
        });
        (name, series)
    };
    let total = first(&report(vec![begun("One", 9), begun("Two", 5)]), &in_cost());
    assert_eq!(total.sums.unwrap().iter().filter(|value| **value == ABSENT).count(), 20);
}

#[test]
fn after_the_end_of_its_plan_a_metric_has_no_days_and_its_average_counts_none() {
    let mut ended = series(AggregationType::Sum);
    ended.ending_before = Some(today() - Days::new(9));
    ended.values[DAYS - 11..].fill(Decimal::zero());
    ended.used[DAYS - 11..].fill(false);
    let shown = card(&ended, &UsageQuery::default(), &[]).unwrap();
    // 19 days of 10 and one of nothing; the plan ended with Nov 11.
    assert_eq!(shown.series[0].values[18..21], [10, 0, ABSENT]);
    assert_eq!(shown.facts, "9.5 a day to Nov 11");
    // What came after the end is shown, up to its last day.
    ended.used[DAYS - 3] = true;
    let cumulative = UsageQuery { is_cumulative: true, ..UsageQuery::default() };
    assert_eq!(card(&ended, &cumulative, &[]).unwrap().series[0].values[26..], [190, 190, ABSENT, ABSENT]);
}
