//! Invoices of tiers that all groups move through together, worked out by hand.

use super::{
    ChargeTerms, MeteredUsage, bill,
    fixtures::{decimal, term, terms, used},
};
use app::billing::{Decimal, Invoice, LineItem, Rounding, TierMode, TierScope, UnitConversion};
use chrono::Duration;
use proptest::prelude::*;

const LABELS: [(&str, &str); 3] = [("0", "7.5"), ("100", "5"), ("500", "3")];

fn labels(tier_scope: TierScope) -> ChargeTerms {
    let mut labels = term(1, None, &LABELS, Some("carrier"));
    labels.tier_scope = tier_scope;
    labels
}

fn by_carrier(list: &[(&str, &str)]) -> Vec<MeteredUsage> {
    list.iter().map(|(carrier, quantity)| used(Some(Some(carrier)), quantity)).collect()
}

fn invoice(term: ChargeTerms, usage: &[MeteredUsage], month: u32) -> Invoice {
    let terms = terms(vec![term], "2026-01-01");
    let start = format!("2026-{month:02}-01T00:00:00Z").parse().expect("a day");
    let period = terms.schedule.period_at(start).expect("a period");
    bill(&terms, usage, period, Duration::hours(24))
}

fn totals(invoice: &Invoice) -> Vec<String> {
    invoice.line_items.iter().map(|line| line.total.to_string()).collect()
}

/// Of the only charge of a line, tier by tier.
fn tiers<T>(line: &LineItem, of: fn(&app::billing::TierUsage) -> T) -> Vec<T> {
    line.sub_line_items[0].tiers.iter().flatten().map(of).collect()
}

#[test]
fn groups_share_what_the_tiers_of_all_come_to() {
    let usage = by_carrier(&[("dhl", "218"), ("fedex", "220"), ("ups", "240"), ("usps", "232")]);
    // Each its own first 100 at 7.5, the rest at 5.
    let apart = invoice(labels(TierScope::PerGroup), &usage, 1);
    assert_eq!(totals(&apart), ["1340", "1350", "1450", "1410"]);
    assert_eq!(apart.total, decimal("5550"));
    assert_eq!(apart.line_items[0].sub_line_items[0].tier_scope, None);
    // 910 together: 100 at 7.5, 400 at 5, 410 at 3 are 3,980. By quantity 953.45, 962.20, 1,049.67 and 1,014.68: the two
    // cents that are left over go to those that lost most.
    let together = invoice(labels(TierScope::AcrossGroups), &usage, 1);
    assert_eq!(totals(&together), ["953", "962", "1050", "1015"]);
    assert_eq!(together.total, decimal("3980"));
    let ups = &together.line_items[2];
    assert_eq!((&ups.quantity, &ups.unit_price), (&Some(decimal("240")), &None));
    assert_eq!(ups.sub_line_items[0].tier_scope, Some(TierScope::AcrossGroups));
    assert_eq!(ups.sub_line_items[0].subtotal, decimal("1049.67032967032967032967"));
    assert_eq!(tiers(ups, |tier| tier.starting_at.to_string()), ["0", "100", "500"]);
    for (tier, filled) in ["100", "400", "410"].into_iter().enumerate() {
        let shares =
            together.line_items.iter().map(|line| tiers(line, |tier| tier.quantity.clone()).remove(tier));
        assert_eq!(shares.collect::<Vec<_>>().iter().sum::<Decimal>().round(18), decimal(filled));
    }
}

#[test]
fn volume_prices_go_by_the_tier_that_all_reach() {
    let mut by_volume = labels(TierScope::AcrossGroups);
    by_volume.tier_mode = TierMode::Volume;
    let usage = by_carrier(&[("dhl", "90"), ("ups", "20")]);
    assert_eq!(totals(&invoice(by_volume, &usage, 1)), ["450", "100"]);
}

#[test]
fn what_other_groups_used_before_has_moved_through_the_tiers() {
    let of = |tier_scope| {
        let mut labels = labels(tier_scope);
        labels.tier_reset = 2;
        // In January 90 by dhl, 30 by ups; in February 20 by dhl alone.
        let usage = MeteredUsage::join(vec![
            by_carrier(&[("dhl", "20")]),
            by_carrier(&[("dhl", "90"), ("ups", "30")]),
        ]);
        totals(&invoice(labels, &usage, 2))
    };
    // 10 at 7.5 and 10 at 5; or, after 120 of both, all at 5.
    assert_eq!(of(TierScope::PerGroup), ["125"]);
    assert_eq!(of(TierScope::AcrossGroups), ["100"]);
}

#[test]
fn the_sum_is_converted_and_rounded_once() {
    let of = |tier_scope| {
        let mut thousands = labels(tier_scope);
        thousands.conversion = Some(UnitConversion {
            division_factor: "1000".parse().expect("a number"),
            rounding_behavior: Some(Rounding::Ceiling),
        });
        invoice(thousands, &by_carrier(&[("dhl", "501"), ("ups", "500")]), 1)
    };
    // One thousand each; or two together, of which each has its share.
    assert_eq!(totals(&of(TierScope::PerGroup)), ["8", "8"]);
    let together = of(TierScope::AcrossGroups);
    assert_eq!(totals(&together), ["8", "7"]);
    assert_eq!(together.total, decimal("15"));
    assert_eq!(together.line_items[0].quantity, Some(decimal("1.000999000999")));
}

#[test]
fn a_half_that_no_sum_of_shares_reaches_is_rounded_up() {
    // The first 1e-9 units are 2.5e-20 tokens, the rest is free: a third each, 8.33…e-21, of which three are less than
    // the whole, for quotients end after 40 digits.
    let mut tokens = term(1, None, &[("0", "0.000000000025"), ("0.000000001", "0")], Some("carrier"));
    tokens.tier_scope = TierScope::AcrossGroups;
    let mut terms = terms(vec![tokens], "2026-01-01");
    terms.unit.credit_type.name = "tokens".to_owned();
    terms.unit.is_currency = false;
    let period = terms.schedule.period_at(terms.schedule.starting_at).expect("a period");
    let used_by_each = by_carrier(&[("dhl", "1e-9"), ("fedex", "1e-9"), ("ups", "1e-9")]);
    let together = bill(&terms, &used_by_each, period, Duration::hours(24));
    assert_eq!(together.total, decimal("3e-20"));
    assert_eq!(totals(&together), vec!["0.00000000000000000001"; 3]);
}

#[test]
fn groups_that_cancel_each_other_out_come_to_nothing() {
    let together = invoice(labels(TierScope::AcrossGroups), &by_carrier(&[("dhl", "5"), ("ups", "-5")]), 1);
    assert_eq!(totals(&together), ["0", "0"]);
    assert_eq!(together.line_items[1].quantity, Some(decimal("-5")));
}

proptest! {
    #[test]
    fn lines_add_up_to_the_tiers_of_the_sum(
        used_up in prop::collection::vec((-20_000i64..2_000_000, 0i64..4), 1..30),
        by_volume in any::<bool>(),
        unit in prop::sample::select(vec!["USD (cents)", "EUR", "KWD", "JPY"]),
    ) {
        let quantities: Vec<Decimal> = used_up
            .iter()
            .map(|(units, scale)| format!("{units}e-{scale}").parse().expect("a number"))
            .collect();
        let sum: Decimal = quantities.iter().sum();
        prop_assume!(!sum.is_zero());
        let mut plain = term(1, None, &LABELS, None);
        let mut grouped = labels(TierScope::AcrossGroups);
        for term in [&mut plain, &mut grouped] {
            term.tier_mode = if by_volume { TierMode::Volume } else { TierMode::Graduated };
        }
        let total = |term: ChargeTerms, usage: &[MeteredUsage]| {
            let mut terms = terms(vec![term], "2026-01-01");
            terms.unit.credit_type.name = unit.to_owned();
            let period = terms.schedule.period_at(terms.schedule.starting_at).expect("a period");
            bill(&terms, usage, period, Duration::hours(24))
        };
        let by_group: Vec<MeteredUsage> = quantities
            .iter()
            .enumerate()
            .map(|(at, quantity)| used(Some(Some(format!("carrier-{at}").as_str())), &quantity.to_string()))
            .collect();
        let (plain, grouped) = (total(plain, &[used(None, &sum.to_string())]), total(grouped, &by_group));
        prop_assert_eq!(&grouped.total, &plain.total);
        let lines: Decimal = grouped.line_items.iter().map(|line| &line.total).sum();
        prop_assert_eq!(&lines, &plain.line_items[0].total);
        let digits = if unit == "KWD" { 3 } else if unit == "EUR" { 2 } else { 0 };
        let least: Decimal = format!("1e-{digits}").parse().expect("a number");
        for line in &grouped.line_items {
            let off = &line.total - &line.sub_line_items[0].subtotal;
            prop_assert!(off < least && -&off < least, "{} of {}", line.total, line.sub_line_items[0].subtotal);
        }
    }
}
