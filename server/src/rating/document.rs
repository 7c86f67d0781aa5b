//! The invoice that is printed of what was rated.

use super::{MeteredUsage, Period, Rated, RatedCharge, RatedLine, Terms, rate, unit::KEPT_DIGITS};
use app::billing::{
    Decimal, Invoice, InvoiceAdjustment, InvoiceStatus, InvoiceType, LineItem, LineType, SubLineItem,
    TierScope, TierUsage,
};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The namespace of the ids of invoices, which are UUIDs of version 5.
const INVOICE_IDS: Uuid = uuid::uuid!("5f0c7c9e-9d0b-5b5e-8a39-1a7c0de0b111");

/// The name of the adjustment on a trial's invoice.
const TRIAL: &str = "Trial";

/// Digits printed of a quotient that has no end, such as a third.
const PRINTED_DIGITS: i64 = 12;

/// The id of the invoice of the period from `start` on, the same as a draft and once finalized; see [`Terms::id`].
pub fn invoice_id(terms_id: Uuid, credit_type_id: Uuid, revision: i32, start: DateTime<Utc>) -> Uuid {
    let name = format!("{terms_id}/{credit_type_id}/{}/{revision}", start.timestamp());
    Uuid::new_v5(&INVOICE_IDS, name.as_bytes())
}

/// The draft for one period of `terms`, from the usage in the stretches of [`Terms::metered`]: what [`rate()`] makes
/// of it, printed.
pub fn bill(terms: &Terms, usage: &[MeteredUsage], period: Period, grace: Duration) -> Invoice {
    of_products(terms, rate(terms, usage, period), grace)
}

/// The draft of a plan: one line a product, or one a group value of a grouped product; one sub line a charge.
///
/// The subtotal is the sum of the rounded lines; the total is that and the invoice adjustments: in a trial what is
/// waived of the usage, else what is lacking to the minimum.
pub fn of_products(terms: &Terms, rated: Rated, grace: Duration) -> Invoice {
    let (subtotal, total) = (rated.subtotal(), rated.total());
    let Rated { period, is_cut, lines, added, waived, lacking } = rated;
    let cut = is_cut.then_some(period);
    let imprint = &terms.imprint;
    let lines = lines.into_iter().map(|line| LineItem {
        starting_at: cut.map(|period| period.start),
        ending_before: cut.map(|period| period.end),
        ..of_product(line)
    });
    let waived = waived.map(|amount| InvoiceAdjustment::new(TRIAL, terms.unit.credit_type.clone(), -&amount));
    let lacking =
        lacking.map(|one| InvoiceAdjustment::new(one.name, terms.unit.credit_type.clone(), one.amount));
    Invoice {
        id: terms.invoice_id(period),
        invoice_number: None,
        customer_id: terms.customer_id,
        credit_type: terms.unit.credit_type.clone(),
        status: InvoiceStatus::Draft,
        invoice_type: InvoiceType::PlanArrears,
        start_timestamp: Some(period.start),
        end_timestamp: Some(period.end),
        issued_at: terms.issued_at(period, grace),
        line_items: lines.chain(added.into_iter().map(of_product)).collect(),
        invoice_adjustments: Some(waived.into_iter().chain(lacking).collect()),
        subtotal: Some(subtotal),
        total,
        plan_id: Some(imprint.plan_id),
        plan_name: Some(imprint.plan_name.clone()),
        plan_custom_fields: Some(imprint.plan_custom_fields.clone()),
        contract_id: None,
        contract_custom_fields: None,
        customer_custom_fields: imprint.customer_custom_fields.clone(),
        custom_fields: BTreeMap::new(),
        external_invoice: None,
        billable_status: "billable".to_owned(),
        net_payment_terms_days: terms.net_payment_terms_days,
        regenerated_from_invoice_id: None,
        is_damaged: false,
    }
}

fn of_product(line: RatedLine) -> LineItem {
    let sub_line_items: Vec<SubLineItem> = line.charges.into_iter().map(of_charge).collect();
    let single = (sub_line_items.len() == 1).then(|| &sub_line_items[0]);
    let (group_key, group_value) = line.group.unzip();
    LineItem {
        product_id: Some(line.product_id),
        quantity: single.map(|sub_line| sub_line.quantity.clone()),
        unit_price: single.and_then(|sub_line| sub_line.price.clone()),
        group_key,
        group_value: group_value.flatten(),
        sub_line_items,
        product_custom_fields: line.product_custom_fields,
        ..LineItem::new(LineType::Usage, line.product_name, line.credit_type, line.total)
    }
}

fn of_charge(charge: RatedCharge) -> SubLineItem {
    let is_share = charge.is_share;
    let of_tier = |tier: TierUsage| TierUsage {
        // Shares are to be summed again.
        quantity: if is_share { tier.quantity.round(KEPT_DIGITS) } else { printed(&tier.quantity) },
        subtotal: tier.subtotal.round(KEPT_DIGITS),
        ..tier
    };
    let (tiers, tier_period) = charge.tiers.map(|tiers| (tiers.used, tiers.period)).unzip();
    SubLineItem {
        name: charge.name,
        charge_id: Some(charge.charge_id),
        quantity: printed(&charge.quantity),
        subtotal: charge.amount.round(KEPT_DIGITS),
        price: charge.price,
        tiers: tiers.map(|tiers| tiers.into_iter().map(of_tier).collect()),
        tier_scope: is_share.then_some(TierScope::AcrossGroups),
        tier_period,
        proration: charge.proration,
        custom_fields: charge.custom_fields,
    }
}

fn printed(quantity: &Decimal) -> Decimal {
    let kept = quantity.round(KEPT_DIGITS);
    if kept == *quantity { kept } else { quantity.round(PRINTED_DIGITS) }
}

/// The invoice without sub lines of quantity zero and the lines that have no others, and without the lines of quantity
/// zero among those that have no sub lines at all, as those of contracts.
pub fn without_zero_lines(mut invoice: Invoice) -> Invoice {
    invoice.line_items.retain_mut(|line| {
        if line.sub_line_items.is_empty() {
            return line.quantity.as_ref().is_none_or(|quantity| !quantity.is_zero());
        }
        line.sub_line_items.retain(|sub_line| !sub_line.quantity.is_zero());
        !line.sub_line_items.is_empty()
    });
    invoice
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{decimal, term, terms, used};
    use super::*;
    use app::billing::CreditType;
    use proptest::prelude::*;

    fn rated(terms: &Terms, usage: &[MeteredUsage]) -> Invoice {
        let period = terms.schedule.period_at(terms.schedule.starting_at).expect("a period");
        bill(terms, usage, period, Duration::hours(24))
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
        assert_eq!(invoice.issued_at, invoice.until() + Duration::hours(24));
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
            terms.unit.credit_type.name = name.to_owned();
            terms.unit.is_currency = is_currency;
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
    fn a_line_without_sub_lines_is_left_out_for_its_own_quantity() {
        let line = |quantity: Option<&str>| LineItem {
            quantity: quantity.map(decimal),
            ..LineItem::new(LineType::Usage, "Tokens", CreditType::usd_cents(), Decimal::zero())
        };
        let invoice = Invoice {
            line_items: [Some("0"), Some("5"), None].map(line).into(),
            ..rated(&terms(Vec::new(), "2026-04-01"), &[])
        };
        let kept = without_zero_lines(invoice).line_items.into_iter().map(|line| line.quantity);
        assert_eq!(kept.collect::<Vec<_>>(), [Some(decimal("5")), None]);
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
