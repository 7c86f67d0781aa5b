//! The reports of invoices: what they hold, and that it adds up.

use super::{
    daily_cost::daily_cost,
    line_by_day::line_by_day,
    report::{self, InvoiceDisplay},
};
use crate::{
    db::terms::PlanEnd,
    invoicing::{ChargeUsage, InvoiceDetail, InvoiceListPage, PeriodCosts},
    rating::Measure,
};
use app::{
    billing::{
        AggregationType, CreditType, Decimal, Invoice, InvoiceAdjustment, InvoiceStatus, NonZeroDecimal, Page,
    },
    invoices::{InvoiceReport, InvoicesReport},
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

fn invoice(total: i64) -> Invoice {
    serde_json::from_value(serde_json::json!({
        "id": uuid::Uuid::nil(), "customer_id": uuid::Uuid::nil(), "status": "FINALIZED",
        "credit_type": CreditType::usd_cents(), "type": "PLAN_ARREARS", "invoice_number": "INV-7",
        "start_timestamp": "2026-10-01T00:00:00Z", "end_timestamp": "2026-11-01T00:00:00Z",
        "issued_at": "2026-11-02T00:00:00Z", "invoice_adjustments": [], "subtotal": total, "total": total,
        "plan_id": uuid::Uuid::nil(), "plan_name": "Plan", "line_items": [],
    }))
    .expect("an invoice")
}

fn days(metered: &[i64], fixed: i64, of_period: i64, waived: i64) -> PeriodCosts {
    let first = NaiveDate::from_ymd_opt(2026, 10, 1).expect("a day");
    let adjustment = InvoiceAdjustment::new("Launch credit", CreditType::usd_cents(), waived.into());
    PeriodCosts {
        metered: first.iter_days().zip(metered.iter().map(|amount| Decimal::from(*amount))).collect(),
        fixed: vec![("Platform fee".to_owned(), fixed.into())],
        of_period: vec![("Active users".to_owned(), of_period.into())],
        adjustments: vec![adjustment],
        total: (metered.iter().sum::<i64>() + fixed + of_period + waived).into(),
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 4).expect("a day")
}

#[test]
fn days_show_what_was_metered_and_say_the_rest_beside_it() {
    let cost = daily_cost(&invoice(54_500), &days(&[400, 0, -100, 200], 50_000, 5_000, -1_000), today());
    let cost = cost.expect("a chart");
    assert_eq!((cost.first_day, cost.today), (20_727, Some(3)));
    assert_eq!(*cost.days.values, [400, 0, -100, 200]);
    assert_eq!(cost.unit.write(cost.days.values[2], cost.days.scale), "−$1.00");
    assert_eq!(
        (cost.labels.join(" "), &*cost.levels),
        ("$4 $2 $0 −$2".to_owned(), &[-20_000, 0, 20_000, 40_000][..])
    );
    assert_eq!(cost.total, "$5.00");
    assert!(cost.summary.starts_with("Peak $4.00 on Oct 1, average $1.25"), "{}", cost.summary);
    let rest: Vec<_> = cost.rest.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
    let expected = [("Platform fee", "$500.00"), ("Active users", "$50.00"), ("Launch credit", "−$10.00")];
    assert_eq!(rest, expected);
    assert_eq!(
        cost.rest_note,
        "Not shown by day: Platform fee $500.00, Active users $50.00, Launch credit −\u{2060}$10.00. \
         A day costs what its usage adds to the period at the plan's prices and tiers."
    );
    let without = daily_cost(&invoice(500), &days(&[400, 100], 0, 0, 0), today()).expect("a chart");
    assert!(without.rest.is_empty() && without.rest_note.is_empty());
    let seats = (1..=5).map(|at| (format!("Seat {at}"), Decimal::from(100)));
    let many =
        PeriodCosts { fixed: seats.collect(), total: Decimal::from(1_000), ..days(&[400, 100], 0, 0, 0) };
    let many = daily_cost(&invoice(1_000), &many, today()).expect("a chart");
    assert!(many.rest_note.starts_with("Not shown by day: Fixed charges $5.00. "), "{}", many.rest_note);
}

#[test]
fn days_that_do_not_add_up_to_the_invoice_are_not_drawn() {
    assert_eq!(daily_cost(&invoice(501), &days(&[400, 100], 0, 0, 0), today()), None);
    assert_eq!(daily_cost(&invoice(0), &days(&[0, 0], 0, 0, 0), today()), None, "nothing was metered");
    assert_eq!(daily_cost(&invoice(9), &days(&[9], 0, 0, 0), today()), None, "a single day");
}

/// A charge that used so much on some days of October.
fn used(aggregation_type: AggregationType, quantity: &str, days: &[(u32, &str)]) -> ChargeUsage {
    let number = |text: &str| text.parse::<Decimal>().expect("a number");
    let day =
        |(day, value): &(u32, &str)| (NaiveDate::from_ymd_opt(2026, 10, *day).expect("a day"), number(value));
    ChargeUsage {
        charge_id: uuid::Uuid::from_u128(1),
        name: "Input tokens, per million".to_owned(),
        measure: Measure { billable_metric_id: uuid::Uuid::nil(), aggregation_type, group_index: 0 },
        per: NonZeroDecimal::one(),
        rounding: None,
        quantity: number(quantity),
        days: days.iter().map(day).collect(),
    }
}

#[test]
fn the_days_of_a_line_add_up_to_it_or_say_why_they_do_not() {
    let days = days(&[400, 0, 100, 200], 0, 0, 0);
    let of = |usage: &ChargeUsage| line_by_day(usage, &days, today()).expect("a chart");
    let sum = of(&used(AggregationType::Sum, "5", &[(1, "3.5"), (3, "0.25"), (4, "1.25")]));
    assert_eq!(sum.title, "Input tokens, per million: quantity by day");
    assert_eq!((sum.column.as_str(), sum.first_day, sum.today), ("Quantity", 20_727, Some(3)));
    assert_eq!((sum.days.scale, &*sum.days.values), (2, &[350, 0, 25, 125][..]));
    assert_eq!(sum.summary, "Peak 3.5 on Oct 1, average 1.25 a day");
    assert_eq!((sum.total.as_str(), sum.whole.as_str(), sum.rest_note.as_str()), ("5", "5", ""));

    let started = ChargeUsage {
        rounding: Some(app::billing::Rounding::Ceiling),
        ..used(AggregationType::Sum, "6", &[(2, "5.25")])
    };
    let rounded = of(&started);
    assert_eq!((rounded.total.as_str(), rounded.whole.as_str()), ("5.25", "6"));
    let rest: Vec<_> = rounded.rest.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
    assert_eq!(rest, [("Rounding", "0.75")]);

    // Two on each of three days, three in all.
    let users = of(&used(AggregationType::Unique, "3", &[(1, "2"), (2, "2"), (4, "2"), (9, "1")]));
    assert_eq!(*users.days.values, [2, 2, 0, 2], "no further than the days of the invoice");
    assert_eq!(
        (users.title.as_str(), users.total.as_str()),
        ("Input tokens, per million: unique on each day", "3")
    );
    assert!(users.whole.is_empty() && users.rest.is_empty());
    assert!(users.rest_note.contains("do not add up to its quantity"), "{}", users.rest_note);
    assert_eq!(users.summary, "Peak 2 on Oct 1");

    let short = self::days(&[400], 0, 0, 0);
    assert_eq!(line_by_day(&used(AggregationType::Sum, "1", &[(1, "1")]), &short, today()), None);
}

#[test]
fn a_line_leads_to_its_days_and_a_product_by_region_to_those_of_its_charges() {
    let charge = |id: u128| {
        serde_json::json!({
            "name": "Seconds", "quantity": 5, "subtotal": 500, "price": 100, "charge_id": uuid::Uuid::from_u128(id),
        })
    };
    let line = |name: &str, region: Option<&str>, charges: &[u128]| {
        serde_json::json!({
            "name": name, "type": "usage", "total": 500 * charges.len(), "product_id": uuid::Uuid::nil(),
            "credit_type": CreditType::usd_cents(), "group_key": region.map(|_| "region"), "group_value": region,
            "sub_line_items": charges.iter().map(|id| charge(*id)).collect::<Vec<_>>(),
        })
    };
    let lines = [
        line("Plain", None, &[1, 2, 9]),
        line("Split", Some("eu"), &[1, 2]),
        line("Split", Some("us"), &[1, 9]),
    ];
    let invoice = Invoice {
        line_items: serde_json::from_value(serde_json::Value::from(lines.to_vec())).expect("lines"),
        ..invoice(700)
    };
    let usage = |id: u128, name: &str| ChargeUsage {
        charge_id: uuid::Uuid::from_u128(id),
        name: name.to_owned(),
        ..used(AggregationType::Sum, "5", &[(1, "5")])
    };
    let detail = |days: PeriodCosts, line| InvoiceDetail {
        invoice: invoice.clone(),
        previous: None,
        so_far: None,
        days: Some(days),
        usage: vec![usage(1, "One"), usage(2, "Two")],
        line,
    };
    let now = "2026-10-21T12:00:00Z".parse().expect("a time");
    let one = |detail: &InvoiceDetail| report::one(detail, &InvoiceDisplay::default(), "", false, now);
    let labels = |days: &[app::invoices::report::Fact]| -> Vec<String> {
        days.iter().map(|fact| fact.label.split(':').next().unwrap_or_default().to_owned()).collect()
    };
    let found = one(&detail(days(&[400, 300], 0, 0, 0), None));
    let [plain, split] = &found.document.sections[..] else { panic!("two products") };
    let own: Vec<_> = plain.lines.iter().map(|line| labels(&line.days).join("")).collect();
    assert_eq!(own, ["One", "Two", ""], "what is not known leads nowhere");
    assert_eq!(labels(&split.head.days), ["One", "Two"], "once for all regions");
    assert!(split.lines.iter().all(|line| line.days.is_empty()));
    assert_eq!(found.line_by_day, None);

    let asked = one(&detail(days(&[400, 300], 0, 0, 0), Some(usage(2, "Two"))));
    assert_eq!(asked.line_by_day.expect("days").title, "Two: quantity by day");
    assert!(asked.daily_cost.is_some());
    let day = one(&detail(days(&[700], 0, 0, 0), Some(usage(2, "Two"))));
    assert!(day.document.sections[0].lines.iter().all(|line| line.days.is_empty()), "a day alone");
}

#[test]
fn periods_that_run_now_stand_apart_on_the_first_page_alone() {
    let now = "2026-10-21T12:00:00Z".parse().expect("a time");
    let draft = Invoice { status: InvoiceStatus::Draft, invoice_number: None, ..invoice(4_200) };
    let overview = || InvoiceListPage {
        invoices: Page { data: vec![draft.clone(), invoice(100)], next_page: Some("more".to_owned()) },
        projected_totals: BTreeMap::from([(draft.id, Decimal::from(6_300))]),
        ended: None,
        prices: BTreeMap::new(),
    };
    let look = InvoiceDisplay {
        statuses: vec![InvoiceStatus::Draft, InvoiceStatus::Void],
        ..InvoiceDisplay::default()
    };
    let first = report::list(overview(), &look, true, now);
    assert_eq!((first.current.len(), first.rows.len()), (1, 1));
    let current = &first.current[0];
    assert_eq!((current.day, current.of, current.left.as_str()), (21, 31, "10 days left"));
    assert_eq!(current.estimate.as_deref(), Some("$63"));
    assert_eq!(first.statuses, [InvoiceStatus::Draft, InvoiceStatus::Void]);
    let further = report::list(overview(), &look, false, now);
    assert_eq!((further.current.len(), further.rows.len()), (0, 2));
    assert_eq!((further.rows[0].number.as_ref(), further.rows[0].issued.as_ref()), (None, None));
}

#[test]
fn the_end_of_the_latest_plan_is_said_and_only_what_is_owed_is_due() {
    let now = "2026-11-21T12:00:00Z".parse().expect("a time");
    let with_terms = |total| Invoice { net_payment_terms_days: Some(30), ..invoice(total) };
    let void = Invoice { status: InvoiceStatus::Void, ..with_terms(100) };
    let overview = InvoiceListPage {
        invoices: Page { data: vec![with_terms(100), with_terms(0), void, invoice(100)], next_page: None },
        projected_totals: BTreeMap::new(),
        prices: BTreeMap::new(),
        ended: Some(PlanEnd {
            plan_name: "Starter".to_owned(),
            ending_before: "2026-10-16T00:00:00Z".parse().expect("a time"),
        }),
    };
    let list = report::list(overview, &InvoiceDisplay::default(), true, now);
    assert_eq!(list.ended.as_deref(), Some("Plan Starter ended on Oct 15, 2026."));
    let due: Vec<_> = list.rows.iter().map(|row| row.due.as_deref()).collect();
    assert_eq!(due, [Some("Due Dec 2, 2026"), None, None, None]);
}

#[test]
fn reports_survive_json() {
    let now = "2026-10-21T12:00:00Z".parse().expect("a time");
    let detail = InvoiceDetail {
        invoice: invoice(54_500),
        previous: Some(invoice(40_000)),
        so_far: None,
        days: Some(days(&[400, 0, -100, 200], 50_000, 5_000, -1_000)),
        usage: Vec::new(),
        line: None,
    };
    let one = report::one(&detail, &InvoiceDisplay::default(), "", false, now);
    let text = serde_json::to_string(&one).expect("JSON");
    assert_eq!(serde_json::from_str::<InvoiceReport>(&text).expect("a report"), one);
    assert!(one.comparison.is_some() && one.daily_cost.is_some());
    let overview = InvoiceListPage {
        invoices: Page { data: vec![detail.invoice], next_page: None },
        projected_totals: BTreeMap::new(),
        ended: None,
        prices: BTreeMap::new(),
    };
    let list = report::list(overview, &InvoiceDisplay::default(), true, now);
    let text = serde_json::to_string(&list).expect("JSON");
    assert_eq!(serde_json::from_str::<InvoicesReport>(&text).expect("a report"), list);
}
