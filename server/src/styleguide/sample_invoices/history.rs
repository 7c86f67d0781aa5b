//! Made-up invoices.

use super::decimal;
use app::billing::{
    CreditType, Decimal, Invoice, InvoiceAdjustment, InvoiceStatus, InvoiceType, LineItem, LineType, Page,
    SubLineItem, TierUsage,
};
use chrono::{DateTime, Duration, Months, Utc};
use uuid::Uuid;

/// The newest invoices of a customer billed in dollars and in yen.
pub(super) fn currencies() -> Page<Invoice> {
    let mut data = history().data;
    data.truncate(4);
    let mut yen = data[0].clone();
    yen.id = Uuid::from_u128(100);
    yen.credit_type = CreditType { id: Uuid::nil(), name: "JPY".to_owned() };
    for line in &mut yen.line_items {
        line.credit_type = yen.credit_type.clone();
    }
    yen.plan_name = Some("Japan".to_owned());
    data.insert(1, yen);
    Page { data, next_page: None }
}

/// Two invoices whose GPU time is split by 480 regions.
pub(super) fn many() -> Vec<Invoice> {
    let mut data = history().data;
    for (at, invoice) in data.iter_mut().enumerate().take(3) {
        let place = invoice.line_items.iter().position(|line| line.group_key.is_some()).unwrap();
        let pattern = invoice.line_items[place].clone();
        invoice.line_items.retain(|line| line.group_key.is_none());
        for number in (0..480).rev() {
            let mut line = pattern.clone();
            let area = ["us-east", "eu-west", "ap-south", "us-west"][number % 4];
            line.group_value = Some(format!("{area}-{number}"));
            let seconds = 40 + (number * number * (7 + at)) % 3_001;
            line.sub_line_items[0].quantity = Decimal::from(seconds as i64);
            line.sub_line_items[0].subtotal = &Decimal::from(seconds as i64) * &decimal("2.5");
            line.total = line.sub_line_items[0].subtotal.round(0);
            invoice.line_items.insert(place, line);
        }
        let subtotal: Decimal = invoice.line_items.iter().map(|line| &line.total).sum();
        let adjustments: Decimal = invoice.adjustments().iter().map(|one| &one.total).sum();
        invoice.total = &subtotal + &adjustments;
        invoice.subtotal = Some(subtotal);
    }
    data
}

/// The invoices of thirty months, the newest first.
pub(super) fn history() -> Page<Invoice> {
    let start = "2026-11-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let data = (0..30)
        .map(|back: u32| {
            let from = start - Months::new(back);
            let until = from + Months::new(1);
            let status = match back {
                0 => InvoiceStatus::Draft,
                3 => InvoiceStatus::Void,
                _ => InvoiceStatus::Finalized,
            };
            invoice(back, status, from, until)
        })
        .collect();
    Page { data, next_page: Some("cursor".to_owned()) }
}

fn invoice(back: u32, status: InvoiceStatus, from: DateTime<Utc>, until: DateTime<Utc>) -> Invoice {
    let usd = CreditType::usd_cents();
    let charge = |name: &str, quantity: &str, price: &str, subtotal: &str| SubLineItem {
        name: name.to_owned(),
        charge_id: None,
        quantity: decimal(quantity),
        subtotal: decimal(subtotal),
        price: Some(decimal(price)),
        tiers: None,
        tier_period: None,
        proration: None,
        tier_scope: None,
        custom_fields: Default::default(),
    };
    let line = |name: &str, group: Option<&str>, total: &str, sub_line_items| LineItem {
        product_id: Some(Uuid::nil()),
        group_key: group.map(|_| "region".to_owned()),
        group_value: group.map(ToOwned::to_owned),
        sub_line_items,
        ..LineItem::new(LineType::Usage, name, usd.clone(), decimal(total))
    };
    let tiered = SubLineItem {
        price: None,
        tiers: Some(
            [("0", "1000000", "0.25", "250000"), ("1000000", "1806042", "0.2", "361208.4")]
                .map(|(starting_at, quantity, price, subtotal)| TierUsage {
                    starting_at: decimal(starting_at),
                    quantity: decimal(quantity),
                    price: decimal(price),
                    subtotal: decimal(subtotal),
                })
                .into(),
        ),
        ..charge("Requests", "2806042", "0", "611208.4")
    };
    Invoice {
        id: Uuid::from_u128(back.into()),
        invoice_number: (status != InvoiceStatus::Draft).then(|| format!("INV-{:04}", 42 - back)),
        customer_id: Uuid::nil(),
        credit_type: usd.clone(),
        status,
        invoice_type: InvoiceType::PlanArrears,
        start_timestamp: Some(from),
        end_timestamp: Some(until),
        issued_at: until + Duration::days(1),
        line_items: vec![
            line(
                "Inference",
                None,
                "1048200",
                vec![
                    tiered,
                    charge("Input tokens", "1805997.4", "0.2", "361199.48"),
                    charge("Output tokens", "24589.6", "3.0825", "75797.44"),
                ],
            ),
            line(
                "GPU time",
                Some("us-east-1"),
                "421807",
                vec![charge("GPU seconds", "168722.8", "2.5", "421807")],
            ),
            line(
                "GPU time",
                Some("eu-west-1"),
                "96120",
                vec![charge("GPU seconds", "38448", "2.5", "96120")],
            ),
            line("GPU time", Some("ap-south-1"), "0", vec![charge("GPU seconds", "0", "2.5", "0")]),
            line("Platform fee", None, "50000", vec![charge("Platform fee", "1", "50000", "50000")]),
        ],
        invoice_adjustments: Some(if back == 1 {
            vec![InvoiceAdjustment::new("Launch credit", usd, decimal("-25000"))]
        } else {
            vec![]
        }),
        subtotal: Some(decimal("1616127")),
        total: decimal(if back == 1 { "1591127" } else { "1616127" }),
        plan_id: Some(Uuid::nil()),
        plan_name: Some("Scale".to_owned()),
        plan_custom_fields: Some(Default::default()),
        contract_id: None,
        contract_custom_fields: None,
        customer_custom_fields: Default::default(),
        custom_fields: Default::default(),
        external_invoice: None,
        billable_status: "billable".to_owned(),
        net_payment_terms_days: None,
        regenerated_from_invoice_id: None,
        is_damaged: false,
    }
}
