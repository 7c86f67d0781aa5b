//! Invoices worked out by hand: what divides, and what is rounded.

use super::{fixed, invoice, usage_price};
use crate::{
    rating::fixtures::{decimal, used},
    terms::fixtures::plan,
};
use app::billing::{Rounding, UnitConversion};

#[test]
fn a_conversion_is_exact_unless_it_rounds() {
    for (quantity, factor, rounding_behavior, printed, total) in [
        ("1234", "1000", None, "1.234", "12.34"),
        ("1234", "1000", Some(Rounding::Floor), "1", "10"),
        ("1234", "1000", Some(Rounding::Ceiling), "2", "20"),
        ("1000", "3", None, "333.333333333333", "3333.33"),
        ("0.000000000000000001", "10", None, "0.0000000000000000001", "0"),
    ] {
        let mut converted = usage_price("10");
        converted.charge.unit_conversion =
            Some(UnitConversion { division_factor: factor.parse().expect("a number"), rounding_behavior });
        let mut plan = plan(vec![converted], "2026-01-01");
        plan.charges[0].charge.credit_type.name = "EUR".to_owned();
        let invoice = invoice(&plan, &[used(None, quantity)], "2026-01-01");
        assert_eq!(invoice.line_items[0].quantity, Some(decimal(printed)), "{quantity} / {factor}");
        assert_eq!(invoice.total, decimal(total), "{quantity} / {factor}");
    }
}

#[test]
fn a_third_of_a_huge_amount_is_exact() {
    // 10^18 × 10^18 / 3: forty digits of a third would not reach the cents.
    let plan = plan(vec![fixed("1000000000000000000", "1000000000000000001")], "2026-04-21");
    let total = invoice(&plan, &[], "2026-04-21").total;
    assert_eq!(total.to_string(), "333333333333333333666666666666666667");
}

#[test]
fn what_divisions_leave_is_not_rounded_twice() {
    // A third of 4.5 cents is 1.5, though a third has no end; three charges of a third of a cent are one.
    let third = plan(vec![fixed("1", "4.5")], "2026-04-21");
    assert_eq!(invoice(&third, &[], "2026-04-21").total, decimal("2"));
    let thirds = plan(vec![fixed("1", "0.5"), fixed("1", "0.5"), fixed("1", "0.5")], "2026-04-21");
    assert_eq!(invoice(&thirds, &[], "2026-04-21").total, decimal("1"));
}
