//! The invoice of one billing period.

use super::{MeteredUsage, Period, RatingContext, Terms, adjust, line};
use app::billing::{Decimal, Invoice, InvoiceAdjustment, InvoiceStatus, InvoiceType};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The namespace of the ids of invoices, which are UUIDs of version 5.
const INVOICE_IDS: Uuid = uuid::uuid!("5f0c7c9e-9d0b-5b5e-8a39-1a7c0de0b111");

/// The name of the adjustment on a trial's invoice.
const TRIAL: &str = "Trial";

/// The id of a period's invoice, the same as a draft and once finalized.
pub fn invoice_id(customer_plan_id: Uuid, credit_type_id: Uuid, revision: i32, start: DateTime<Utc>) -> Uuid {
    let name = format!("{customer_plan_id}/{credit_type_id}/{}/{revision}", start.timestamp());
    Uuid::new_v5(&INVOICE_IDS, name.as_bytes())
}

/// The draft for one period of `terms`, from the usage in the stretches of [`Terms::metered`].
///
/// Amounts are exact until a line is summed; each line is rounded once, half away from zero, to the smallest unit of
/// its credit type. The subtotal is the sum of the rounded lines; the total is that and the invoice adjustments, each
/// of which is rounded alike: in a trial what is waived of the usage, else what is lacking to the minimum.
pub fn rate(terms: &Terms, usage: &[MeteredUsage], period: Period, grace: Duration) -> Invoice {
    let billed = RatingContext::new(terms, usage, period);
    let mut line_items = line::lines(&billed);
    let charged: Decimal = line_items.iter().map(|line| &line.total).sum();
    line_items.extend(line::added(&billed));
    let subtotal: Decimal = line_items.iter().map(|line| &line.total).sum();
    let adjustment = if billed.is_trial() {
        trial_adjustment(terms, charged)
    } else {
        minimum_adjustment(&billed, &subtotal)
    };
    let invoice_adjustments: Vec<_> = adjustment.into_iter().collect();
    let adjusted: Decimal = invoice_adjustments.iter().map(|adjustment| &adjustment.total).sum();
    Invoice {
        id: invoice_id(terms.customer_plan_id, terms.credit_type.id, terms.revision, period.start),
        invoice_number: None,
        customer_id: terms.customer_id,
        credit_type: terms.credit_type.clone(),
        status: InvoiceStatus::Draft,
        invoice_type: InvoiceType::PlanArrears,
        start_timestamp: period.start,
        end_timestamp: period.end,
        issued_at: terms.issued_at(period, grace),
        line_items,
        invoice_adjustments,
        total: &subtotal + &adjusted,
        subtotal,
        plan_id: terms.plan_id,
        plan_name: terms.plan_name.clone(),
        plan_custom_fields: terms.plan_custom_fields.clone(),
        customer_custom_fields: terms.customer_custom_fields.clone(),
        custom_fields: BTreeMap::new(),
        external_invoice: None,
        billable_status: "billable".to_owned(),
        net_payment_terms_days: terms.net_payment_terms_days,
        regenerated_from_invoice_id: None,
        is_damaged: false,
    }
}

/// The amount that a trial waives: all of its usage, or as much as its spending cap. Charges that were added to the
/// invoice are owed.
fn trial_adjustment(terms: &Terms, charged: Decimal) -> Option<InvoiceAdjustment> {
    let waived = match &terms.trial_spending_cap {
        Some(cap) => charged.min(terms.rounded(cap)),
        None => charged,
    };
    (!waived.is_zero()).then(|| InvoiceAdjustment {
        name: TRIAL.to_owned(),
        credit_type: terms.credit_type.clone(),
        total: -&waived,
    })
}

/// The amount that a subtotal lacks of the minimum in force, which is prorated by days; `None` where it lacks none.
fn minimum_adjustment(billed: &RatingContext<'_>, subtotal: &Decimal) -> Option<InvoiceAdjustment> {
    let minimum = adjust::minimum(billed.terms, billed.number)?;
    let (part, whole) = billed.share();
    let prorated = (&minimum.value * &part).over(&whole);
    let lacking = &billed.terms.rounded(&prorated) - subtotal;
    (lacking > Decimal::zero()).then(|| InvoiceAdjustment {
        name: minimum.name.clone(),
        credit_type: minimum.credit_type.clone(),
        total: lacking,
    })
}

/// The invoice without sub lines of quantity zero, and without the lines that have no others.
pub fn without_zero_lines(mut invoice: Invoice) -> Invoice {
    for line in &mut invoice.line_items {
        line.sub_line_items.retain(|sub_line| !sub_line.quantity.is_zero());
    }
    invoice.line_items.retain(|line| !line.sub_line_items.is_empty());
    invoice
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{decimal, term, terms, used};
    use super::*;
    use proptest::prelude::*;

    fn rated(terms: &Terms, usage: &[MeteredUsage]) -> Invoice {
        let period = terms.schedule.period_at(terms.schedule.starting_on).expect("a period");
        rate(terms, usage, period, Duration::hours(24))
    }

    #[test]
    fn usage_is_priced_and_rounded_once_a_line() {
        let charge = || term(1, None, &[("0", "0.333")], None);
        let invoice = rated(&terms(vec![charge(), charge()], "2026-04-01"), &[used(None, "1.5")]);
        // 2 × 0.4995 = 0.999: rounded a charge, it would be 0.
        assert_eq!(invoice.line_items.len(), 1);
        assert_eq!(invoice.line_items[0].total, decimal("1"));
        assert_eq!(invoice.line_items[0].sub_line_items[0].subtotal, decimal("0.4995"));
        assert_eq!(invoice.line_items[0].sub_line_items[0].price, Some(decimal("0.333")));
        assert_eq!(invoice.total, decimal("1"));
        assert_eq!(invoice.issued_at, invoice.end_timestamp + Duration::hours(24));
    }

    #[test]
    fn rounding_follows_the_credit_type() {
        for (name, is_currency, expected) in [
            ("USD (cents)", true, "1"),
            ("EUR", true, "0.56"),
            ("JPY", true, "1"),
            ("KWD", true, "0.556"),
            ("tokens", false, "0.5555"),
        ] {
            let mut terms = terms(vec![term(1, None, &[("0", "0.5555")], None)], "2026-04-01");
            terms.credit_type.name = name.to_owned();
            terms.is_currency = is_currency;
            assert_eq!(rated(&terms, &[used(None, "1")]).total, decimal(expected), "{name}");
        }
    }

    #[test]
    fn a_product_without_usage_keeps_its_line_unless_it_is_not_wanted() {
        let terms = terms(
            vec![term(1, None, &[("0", "2")], None), term(2, Some("1"), &[("0", "5")], None)],
            "2026-04-01",
        );
        let invoice = rated(&terms, &[]);
        assert_eq!(invoice.line_items.len(), 2);
        assert_eq!(invoice.line_items[0].sub_line_items[0].price, None);
        let shorter = without_zero_lines(invoice);
        assert_eq!(shorter.line_items.len(), 1);
        assert_eq!(shorter.total, decimal("5"));
    }

    #[test]
    fn a_grouped_product_has_a_line_for_each_value_and_one_for_none() {
        let terms = terms(vec![term(1, None, &[("0", "10"), ("5", "1")], Some("region"))], "2026-04-01");
        let usage = [used(Some(None), "1"), used(Some(Some("us")), "7"), used(Some(Some("eu")), "2")];
        let lines: Vec<_> = rated(&terms, &usage)
            .line_items
            .into_iter()
            .map(|line| {
                (
                    line.group_key,
                    line.group_value,
                    line.total,
                    line.sub_line_items[0].tiers.as_ref().map(Vec::len),
                )
            })
            .collect();
        let key = Some("region".to_owned());
        assert_eq!(
            lines,
            [
                (key.clone(), Some("eu".to_owned()), decimal("20"), Some(1)),
                (key.clone(), Some("us".to_owned()), decimal("52"), Some(2)),
                (key, None, decimal("10"), Some(1)),
            ]
        );
    }

    #[test]
    fn a_fixed_charge_is_prorated_by_days_in_a_cut_period() {
        for (starting_on, quantity, total, days) in [
            ("2026-04-01", "2", "2000", None),
            ("2026-04-16", "1", "1000", Some((15, 30))),
            ("2026-03-22", "0.645161290323", "645", Some((10, 31))),
        ] {
            let terms = terms(vec![term(1, Some("2"), &[("0", "1000")], None)], starting_on);
            let invoice = rated(&terms, &[]);
            assert_eq!(invoice.line_items[0].quantity, Some(decimal(quantity)), "{starting_on}");
            assert_eq!(invoice.total, decimal(total), "{starting_on}");
            let proration = invoice.line_items[0].sub_line_items[0].proration;
            assert_eq!(proration.map(|one| (one.days, one.of)), days, "{starting_on}");
        }
    }

    proptest! {
        #[test]
        fn the_lines_sum_to_the_total(
            prices in prop::collection::vec((0u128..5, 0i64..1_000_000), 1..12),
            units in 0i64..10_000_000_000,
        ) {
            let charges = prices
                .into_iter()
                .map(|(product, price)| {
                    let price = (&Decimal::from(price) * &decimal("0.00001")).to_string();
                    term(product, None, &[("0", &price)], None)
                })
                .collect();
            let quantity = (&Decimal::from(units) * &decimal("0.001")).to_string();
            let invoice = rated(&terms(charges, "2026-04-01"), &[used(None, &quantity)]);
            let sum: Decimal = invoice.line_items.iter().map(|line| &line.total).sum();
            prop_assert_eq!(&sum, &invoice.total);
            prop_assert_eq!(&invoice.total.round(0), &invoice.total);
            for line in &invoice.line_items {
                let subtotals: Decimal = line.sub_line_items.iter().map(|sub_line| &sub_line.subtotal).sum();
                prop_assert_eq!(&subtotals.round(0), &line.total);
            }
        }
    }
}
