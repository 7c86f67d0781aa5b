//! Every page and state with made-up data: what the style guide and the preview show.

// The data is constant: what is unwrapped here is seen at the first look.
#![allow(clippy::unwrap_used)]

use crate::{
    billing::{
        AggregationType, CreditType, Decimal, Invoice, InvoiceAdjustment, InvoiceStatus, InvoiceType,
        LineItem, Page, SubLineItem, TierUsage, UsageSeries, UsageWindow,
    },
    pages::{InvoiceOptions, InvoicesPage, LoadError, MessagePage, PageContent, UsagePage},
};
use chrono::{DateTime, Duration, Months, NaiveDate, Utc};
use uuid::Uuid;

/// A page or state with made-up data.
#[derive(Clone, Debug)]
pub struct Sample {
    /// How URLs and files call it.
    pub name: &'static str,
    /// What it shows, for people.
    pub title: &'static str,
    /// Whether it shows a state that a dashboard can be in, and not a dashboard with figures.
    pub is_state: bool,
    /// The page.
    pub content: PageContent,
}

/// The names of those with figures.
const DASHBOARDS: [&str; 3] = ["invoices", "usage", "usage-90"];

/// All of them: the two dashboards first, then their states.
pub fn samples() -> Vec<Sample> {
    let invoices = |invoices| {
        PageContent::Invoices(InvoicesPage {
            invoices,
            now: now(),
            options: InvoiceOptions::default(),
            base_href: "/embed/invoices?token=t".to_owned(),
        })
    };
    let usage = |series, window| {
        PageContent::Usage(UsagePage {
            series,
            window,
            now: now(),
            base_href: "/embed/usage?token=t".to_owned(),
        })
    };
    let empty = Page { data: vec![], next_page: None };
    [
        ("invoices", "Invoices", invoices(Ok(history()))),
        ("usage", "Usage, 30 days", usage(Ok(Some(metrics())), UsageWindow::Days30)),
        ("usage-90", "Usage, 90 days", usage(Ok(Some(metrics())), UsageWindow::Days90)),
        ("invoices-empty", "No invoices yet", invoices(Ok(empty))),
        ("invoices-error", "Invoices could not be loaded", invoices(Err(LoadError))),
        ("usage-empty", "No plan yet", usage(Ok(None), UsageWindow::Days30)),
        ("usage-error", "Usage could not be loaded", usage(Err(LoadError), UsageWindow::Days30)),
        ("expired", "The link has expired", PageContent::Message(MessagePage::EXPIRED)),
    ]
    .map(|(name, title, content)| Sample { name, title, is_state: !DASHBOARDS.contains(&name), content })
    .into()
}

fn now() -> DateTime<Utc> {
    "2026-11-21T14:20:00Z".parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn metrics() -> Vec<UsageSeries> {
    let first = NaiveDate::from_ymd_opt(2026, 8, 24).unwrap();
    let metric = |name: &str, aggregation_type, scale: i64, seed: i64| {
        let values: Vec<Decimal> = (0..90)
            .map(|day: i64| {
                let weekday = [100, 104, 108, 102, 96, 42, 38][(day % 7) as usize];
                let noise = (day * day * seed + day * 31) % 17;
                let outage = if day == 78 { 8 } else { 1 };
                let today = if day == 89 { 60 } else { 100 };
                Decimal::from(scale * (weekday + noise) * (100 + day) * today / outage / 1_000_000)
            })
            .collect();
        let total = |days: usize| match aggregation_type {
            AggregationType::Count | AggregationType::Sum => values[90 - days..].iter().sum(),
            _ => values[90 - days..].iter().max().cloned().unwrap(),
        };
        UsageSeries {
            billable_metric_id: Uuid::nil(),
            name: name.to_owned(),
            aggregation_type,
            starting_on: first,
            totals: [total(30), total(60), total(90)],
            values,
        }
    };
    vec![
        metric("API requests", AggregationType::Count, 1_000, 3),
        metric("Input tokens", AggregationType::Sum, 18_059_974, 5),
        metric("Output tokens", AggregationType::Sum, 245_896, 7),
        metric("GPU seconds", AggregationType::Sum, 37, 2),
        metric("Active users", AggregationType::Unique, 11, 11),
        metric(
            "Fine-tuning jobs with a name that is far too long for a card of this width",
            AggregationType::Count,
            0,
            1,
        ),
    ]
}

fn history() -> Page<Invoice> {
    let start = "2026-11-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let data = (0..7)
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
        custom_fields: Default::default(),
    };
    let line = |name: &str, group: Option<&str>, total: &str, sub_line_items| LineItem {
        name: name.to_owned(),
        line_type: "usage".to_owned(),
        credit_type: usd.clone(),
        total: decimal(total),
        product_id: Uuid::nil(),
        quantity: None,
        unit_price: None,
        group_key: group.map(|_| "region".to_owned()),
        group_value: group.map(ToOwned::to_owned),
        sub_line_items,
        product_custom_fields: Default::default(),
        custom_fields: Default::default(),
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
        start_timestamp: from,
        end_timestamp: until,
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
        invoice_adjustments: if back == 1 {
            vec![InvoiceAdjustment {
                name: "Launch credit".to_owned(),
                credit_type: usd,
                total: decimal("-25000"),
            }]
        } else {
            vec![]
        },
        subtotal: decimal("1616127"),
        total: decimal(if back == 1 { "1591127" } else { "1616127" }),
        plan_id: Uuid::nil(),
        plan_name: "Scale".to_owned(),
        plan_custom_fields: Default::default(),
        customer_custom_fields: Default::default(),
        custom_fields: Default::default(),
        external_invoice: None,
        billable_status: "billable".to_owned(),
        net_payment_terms_days: None,
        regenerated_from_invoice_id: None,
    }
}
