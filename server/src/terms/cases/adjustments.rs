//! Invoices worked out by hand: minimums, trials, and adjustments of prices.

use super::{added, day, decimals, fixed, invoice, subtotals, usage_price};
use crate::{
    rating::fixtures::{decimal, used},
    terms::fixtures::{charge, plan},
};
use app::billing::{AdjustmentType, CreditType, Minimum, PriceAdjustment};
use uuid::Uuid;

fn minimum(start_period: u32, value: &str) -> Minimum {
    Minimum {
        credit_type: CreditType::usd_cents(),
        name: "Minimum".to_owned(),
        start_period,
        value: decimal(value),
    }
}

#[test]
fn a_minimum_lifts_what_is_below_it() {
    for (starting_on, at, used_up, expected) in [
        // Period 0 has no minimum, from 1 on 10 dollars, from 3 on 20.
        ("2026-01-01", "2026-01-01", "3", None),
        ("2026-01-01", "2026-02-01", "3", Some("970")),
        ("2026-01-01", "2026-02-01", "100", None),
        ("2026-01-01", "2026-02-01", "101", None),
        ("2026-01-01", "2026-03-01", "0", Some("1000")),
        ("2026-01-01", "2026-04-01", "0", Some("2000")),
    ] {
        let mut plan = plan(vec![usage_price("10")], starting_on);
        plan.minimums = vec![minimum(3, "2000"), minimum(1, "1000")];
        let invoice = invoice(&plan, &[used(None, used_up)], at);
        let lifted: Vec<_> = invoice.adjustments().iter().map(|one| one.total.clone()).collect();
        assert_eq!(lifted, expected.map(decimal).into_iter().collect::<Vec<_>>(), "{at} {used_up}");
        assert_eq!(invoice.subtotal, Some(&invoice.total - &lifted.iter().sum()));
    }
}

#[test]
fn a_minimum_of_a_cut_period_is_prorated() {
    // 10 of January's 31 days of 1,000: 322.58.
    let mut plan = plan(vec![usage_price("10")], "2026-01-22");
    plan.minimums = vec![minimum(0, "1000")];
    assert_eq!(invoice(&plan, &[used(None, "2")], "2026-01-22").total, decimal("323"));
    plan.charges[0].is_currency = false;
    let total = invoice(&plan, &[used(None, "2")], "2026-01-22").total;
    assert_eq!(total, decimal("322.58064516129032258065"));
}

#[test]
fn a_trial_is_one_invoice_of_usage_at_the_first_prices_and_all_of_it_is_waived() {
    // 45 days: all of April, 15 of May's 31 days. Then the plan begins: a ramp to 9 in its second period.
    let mut later = usage_price("9");
    later.charge.start_period = 1;
    let mut plan = plan(vec![usage_price("10"), later, fixed("1", "3100")], "2026-04-01");
    plan.trial_ending_before = Some(day("2026-05-16"));
    plan.minimums = vec![minimum(0, "3100")];
    let trial = invoice(&plan, &[used(None, "7")], "2026-05-01");
    assert_eq!((trial.at(), trial.until()), (day("2026-04-01"), day("2026-05-16")));
    assert_eq!((subtotals(&trial), trial.line_items[0].starting_at), (decimals(&["70"]), None));
    assert_eq!((trial.subtotal.as_ref(), &trial.total), (Some(&decimal("70")), &decimal("0")));
    let adjustments: Vec<_> = trial.adjustments().iter().map(|one| (&*one.name, &one.total)).collect();
    assert_eq!(adjustments, [("Trial", &decimal("-70"))]);
    // Without usage there is nothing to waive.
    assert_eq!(invoice(&plan, &[], "2026-04-01").adjustments(), []);
    let may = invoice(&plan, &[used(None, "7")], "2026-05-16");
    assert_eq!(subtotals(&may), decimals(&["70", "1600"]));
    assert_eq!(may.line_items[0].starting_at, Some(day("2026-05-16")));
    assert_eq!(may.total, decimal("1670"));
    let june = invoice(&plan, &[used(None, "7")], "2026-06-01");
    assert_eq!((june.total, june.line_items[0].starting_at), (decimal("3163"), None));
}

#[test]
fn a_trial_with_a_spending_cap_waives_that_much() {
    let mut plan = plan(vec![charge(1, None, &[("0", "10"), ("100", "5")], None)], "2026-04-01");
    plan.trial_ending_before = Some(day("2026-04-15"));
    plan.trial_spending_cap = Some(decimal("1000"));
    for (quantity, total, waived) in [
        ("99", "0", vec!["-990"]),
        ("100", "0", vec!["-1000"]),
        ("120", "100", vec!["-1000"]),
        // A correction below nothing is not owed to the customer either.
        ("-3", "0", vec!["30"]),
        ("0", "0", vec![]),
    ] {
        let trial = invoice(&plan, &[used(None, quantity)], "2026-04-01");
        assert_eq!(trial.total, decimal(total), "{quantity}");
        let totals: Vec<_> = trial.adjustments().iter().map(|one| one.total.clone()).collect();
        assert_eq!(totals, decimals(&waived), "{quantity}");
        let tiers = trial.line_items[0].sub_line_items[0].tier_period.clone().expect("tiers");
        assert_eq!((tiers.starting_at, tiers.ending_before), (day("2026-04-01"), Some(day("2026-04-15"))));
    }
    // Tiers begin anew after it.
    let april = invoice(&plan, &[used(None, "100")], "2026-04-15");
    assert_eq!((april.adjustments().len(), april.total), (0, decimal("1000")));
    // What was added to the trial's invoice is owed.
    plan.added_charges = vec![added("2026-04-01", "300", "1")];
    assert_eq!(invoice(&plan, &[used(None, "120")], "2026-04-01").total, decimal("400"));
}

#[test]
fn adjustments_change_prices_from_their_period_on() {
    let adjustment = |adjustment_type, start_period, value: &str, tier: Option<&str>| PriceAdjustment {
        charge_id: Uuid::nil(),
        adjustment_type,
        start_period,
        value: Some(decimal(value)),
        quantity: None,
        tier: tier.map(decimal),
    };
    use AdjustmentType::{Fixed, Override, Percentage};
    // 150 units at 10 up to 100, at 8 above: 1,400.
    let cases = [
        (vec![], ["1400", "1400"]),
        (vec![adjustment(Percentage, 0, "-0.05", None)], ["1330", "1330"]),
        (vec![adjustment(Fixed, 1, "-2", Some("0"))], ["1400", "1200"]),
        (vec![adjustment(Override, 0, "1", Some("100"))], ["1050", "1050"]),
        // The later takes the place of the earlier; of two at once the one that names the tier.
        (
            vec![adjustment(Percentage, 1, "-0.5", None), adjustment(Percentage, 0, "0.1", None)],
            ["1540", "700"],
        ),
        (vec![adjustment(Fixed, 0, "1", None), adjustment(Fixed, 0, "2", Some("100"))], ["1600", "1600"]),
    ];
    for (adjustments, expected) in cases {
        let mut plan = plan(vec![charge(1, None, &[("0", "10"), ("100", "8")], None)], "2026-01-01");
        plan.price_adjustments = adjustments;
        let total = |at| invoice(&plan, &[used(None, "150")], at).total;
        assert_eq!(
            [total("2026-01-01"), total("2026-02-01")],
            expected.map(decimal),
            "{:?}",
            plan.price_adjustments
        );
    }
}

#[test]
fn an_adjusted_quantity_is_that_of_a_whole_period() {
    let mut plan = plan(vec![fixed("1", "100")], "2026-04-16");
    plan.price_adjustments = vec![PriceAdjustment {
        charge_id: Uuid::nil(),
        adjustment_type: AdjustmentType::Quantity,
        start_period: 0,
        value: None,
        quantity: Some(decimal("6")),
        tier: None,
    }];
    assert_eq!(invoice(&plan, &[], "2026-04-16").total, decimal("300"));
    assert_eq!(invoice(&plan, &[], "2026-05-16").total, decimal("600"));
}
