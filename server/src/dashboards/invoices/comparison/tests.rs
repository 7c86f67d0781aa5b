//! Comparisons of invoices: each part, and that the parts add up.

use super::*;
use crate::rating::{
    bill,
    fixtures::{term, terms, used},
};
use app::billing::{CreditType, InvoiceAdjustment, TierScope};
use proptest::prelude::*;
use uuid::Uuid;

fn decimal(text: &str) -> Decimal {
    text.parse().expect(text)
}

/// Product, group value, quantity, price in cents; a tiered one has a second price from 100 on.
type Charge = (u128, Option<&'static str>, &'static str, &'static str, Option<&'static str>);

fn invoice(charges: &[Charge], credit: i64) -> Invoice {
    let usd = CreditType::usd_cents();
    let lines: Vec<serde_json::Value> = charges
        .iter()
        .map(|(product, group, quantity, price, second)| {
            let (quantity, price) = (decimal(quantity), decimal(price));
            let hundred = Decimal::from(100);
            let tiers = second.map(|second| {
                let first = quantity.clone().min(hundred.clone());
                let rest = &quantity - &first;
                let tier = |from: i64, quantity: &Decimal, price: &Decimal| {
                    serde_json::json!({ "starting_at": from, "quantity": quantity, "price": price,
                        "subtotal": quantity * price })
                };
                (
                    tier(0, &first, &price),
                    tier(100, &rest, &decimal(second)),
                    &(&first * &price) + &(&rest * &decimal(second)),
                )
            });
            let subtotal = tiers.as_ref().map_or(&quantity * &price, |(_, _, subtotal)| subtotal.clone());
            let mut sub = serde_json::json!({ "name": "Units", "quantity": quantity, "subtotal": subtotal });
            match &tiers {
                Some((first, rest, _)) => sub["tiers"] = serde_json::json!([first, rest]),
                None => sub["price"] = serde_json::to_value(&price).expect("a price"),
            }
            serde_json::json!({
                "name": format!("Product {product}"), "type": "usage", "credit_type": usd,
                "product_id": Uuid::from_u128(*product), "total": subtotal.round(0),
                "group_key": group.map(|_| "region"), "group_value": group, "sub_line_items": [sub],
            })
        })
        .collect();
    let mut made: Invoice = serde_json::from_value(serde_json::json!({
        "id": Uuid::nil(), "customer_id": Uuid::nil(), "status": "FINALIZED", "credit_type": usd,
        "type": "PLAN_ARREARS", "start_timestamp": "2026-10-01T00:00:00Z",
        "end_timestamp": "2026-11-01T00:00:00Z", "issued_at": "2026-11-02T00:00:00Z",
        "invoice_adjustments": [], "subtotal": 0, "total": 0, "plan_id": Uuid::nil(), "plan_name": "Plan",
        "line_items": lines,
    }))
    .expect("an invoice");
    let subtotal: Decimal = made.line_items.iter().map(|line| &line.total).sum();
    made.total = &subtotal + &Decimal::from(credit);
    made.subtotal = Some(subtotal);
    if credit != 0 {
        made.invoice_adjustments = Some(vec![InvoiceAdjustment::new("Credit", usd, credit.into())]);
    }
    made
}

fn found(before: &[Charge], now: &[Charge]) -> Vec<(String, VarianceKind, [String; 3])> {
    variances(&invoice(before, 0), &invoice(now, 0), &GroupKeyNames::default())
        .into_iter()
        .map(|one| {
            let parts = [&one.by_quantity, &one.by_price, &one.other].map(ToString::to_string);
            (one.name, one.kind, parts)
        })
        .collect()
}

#[test]
fn quantity_and_price_each_have_their_part() {
    let before = [(1, None, "10", "5", None), (2, None, "7", "3", None), (3, Some("eu"), "1", "9", None)];
    let now = [(1, None, "12", "6", None), (2, None, "7", "3", None), (3, Some("us"), "1", "4", None)];
    let zero = || "0".to_owned();
    assert_eq!(
        found(&before, &now),
        [
            ("Product 1".to_owned(), VarianceKind::Changed, ["10".to_owned(), "12".to_owned(), zero()]),
            ("Product 3 · eu".to_owned(), VarianceKind::Removed, [zero(), zero(), "-9".to_owned()]),
            ("Product 3 · us".to_owned(), VarianceKind::New, [zero(), zero(), "4".to_owned()]),
        ]
    );
}

#[test]
fn more_of_the_same_tiers_is_quantity_alone() {
    let all = found(&[(1, None, "50", "10", Some("1"))], &[(1, None, "300", "10", Some("1"))]);
    assert_eq!(all[0].2, ["700".to_owned(), "0".to_owned(), "0".to_owned()]);
    let dearer = found(&[(1, None, "300", "10", Some("1"))], &[(1, None, "300", "10", Some("2"))]);
    assert_eq!(dearer[0].2, ["0".to_owned(), "200".to_owned(), "0".to_owned()]);
}

#[test]
fn a_sentence_names_the_largest_part() {
    let (one, more) = ((1, None, "10", "5", None), (1, None, "20", "5", None));
    let other = (2, None, "10", "5", None);
    let cases: [(&[Charge], &[Charge], &str); 5] = [
        (&[one], &[(1, None, "12", "6", None)], "Product 1: +44%, +$0.22."),
        (&[one, other], &[more, (2, None, "9", "5", None)], "Mostly Product 1: +100%, +$0.50."),
        (
            &[one, other],
            &[more, (3, None, "10", "4", None)],
            "Of 3 changes, the largest is Product 1: +100%, +$0.50.",
        ),
        (&[], &[one], "Product 1: new, +$0.50."),
        (&[one], &[one], text::SAME),
    ];
    for (before, now, expected) in cases {
        let (before, now) = (invoice(before, 0), invoice(now, 0));
        let found = comparison(&before, &now, &GroupKeyNames::default()).expect("a comparison");
        assert_eq!(found.sentence, expected);
    }
}

fn charge() -> impl Strategy<Value = Charge> {
    let texts = prop::sample::select(vec!["0", "0.333", "7", "99.5", "100", "123456.789"]);
    let groups = prop::option::of(prop::sample::select(vec!["eu", "us", "ap"]));
    let second = prop::option::of(prop::sample::select(vec!["0.01", "3"]));
    (0u128..4, groups, texts.clone(), texts, second)
}

proptest! {
    #[test]
    fn the_parts_add_up_to_the_difference_exactly(
        before in prop::collection::vec(charge(), 0..8),
        now in prop::collection::vec(charge(), 0..8),
        credits in (-500i64..500, -500i64..500),
    ) {
        let (before, now) = (invoice(&before, credits.0), invoice(&now, credits.1));
        let variances = variances(&before, &now, &GroupKeyNames::default());
        let sum: Decimal = variances.iter().map(Variance::total).collect::<Vec<_>>().iter().sum();
        prop_assert_eq!(sum, &now.total - &before.total);
        for variance in &variances {
            for part in [&variance.by_quantity, &variance.by_price, &variance.other] {
                prop_assert_eq!(&part.round(0), part, "in whole cents");
            }
            prop_assert!(variance.name != text::OTHER, "nothing is left unexplained");
        }
    }
}

#[test]
fn a_group_that_used_as_much_says_that_shared_tiers_were_filled_otherwise() {
    let rated = |ups: &str| {
        let mut labels = term(1, None, &[("0", "10"), ("100", "5")], Some("carrier"));
        labels.tier_scope = TierScope::AcrossGroups;
        let terms = terms(vec![labels], "2026-10-01");
        let period = terms.schedule.period_at(terms.schedule.starting_at).expect("a period");
        let usage = [used(Some(Some("dhl")), "50"), used(Some(Some("ups")), ups)];
        let invoice = bill(&terms, &usage, period, chrono::Duration::hours(24));
        Invoice { status: InvoiceStatus::Finalized, ..invoice }
    };
    // 500 and 500 of 1,000; then 375 and 1,125 of 1,500.
    let found = comparison(&rated("50"), &rated("150"), &GroupKeyNames::default()).expect("a comparison");
    let parts: Vec<_> = found.parts.iter().map(|part| (&*part.name, &*part.detail, &*part.total)).collect();
    let expected =
        [("Product 1 · ups", "50 → 150", "+$6.25"), ("Product 1 · dhl", text::SHARED_TIERS, "−$1.25")];
    assert_eq!(parts, expected);
}
