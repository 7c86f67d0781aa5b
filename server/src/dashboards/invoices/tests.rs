//! The reports of invoices: what they hold, and that it adds up.

use super::{
    daily_cost::daily_cost,
    report::{self, Look},
};
use crate::{
    db::terms::PlanEnd,
    invoicing::{Days, Dossier, Overview},
};
use app::{
    billing::{CreditType, Decimal, Invoice, InvoiceAdjustment, InvoiceStatus, Page},
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

fn days(metered: &[i64], fixed: i64, of_period: i64, waived: i64) -> Days {
    let first = NaiveDate::from_ymd_opt(2026, 10, 1).expect("a day");
    let adjustment = InvoiceAdjustment {
        name: "Launch credit".to_owned(),
        credit_type: CreditType::usd_cents(),
        total: Decimal::from(waived),
    };
    Days {
        metered: first.iter_days().zip(metered.iter().map(|amount| Decimal::from(*amount))).collect(),
        fixed: fixed.into(),
        of_period: of_period.into(),
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
    assert_eq!(cost.total, "$5.00");
    assert!(cost.summary.starts_with("Peak $4.00 on Oct 1, average $1.25"), "{}", cost.summary);
    let rest: Vec<_> = cost.rest.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
    let expected =
        [("Fixed charges", "$500.00"), ("Peaks and unique counts", "$50.00"), ("Launch credit", "−$10.00")];
    assert_eq!(rest, expected);
    assert_eq!(
        cost.rest_note,
        "Not shown by day: $500.00 in fixed charges, $50.00 in peaks and unique counts, −\u{2060}$10.00 Launch credit. \
         A day costs what its usage adds to the period at the plan's prices and tiers."
    );
    let without = daily_cost(&invoice(500), &days(&[400, 100], 0, 0, 0), today()).expect("a chart");
    assert!(without.rest.is_empty() && without.rest_note.is_empty());
}

#[test]
fn days_that_do_not_add_up_to_the_invoice_are_not_drawn() {
    assert_eq!(daily_cost(&invoice(501), &days(&[400, 100], 0, 0, 0), today()), None);
    assert_eq!(daily_cost(&invoice(0), &days(&[0, 0], 0, 0, 0), today()), None, "nothing was metered");
    assert_eq!(daily_cost(&invoice(9), &days(&[9], 0, 0, 0), today()), None, "a single day");
}

#[test]
fn periods_that_run_now_stand_apart_on_the_first_page_alone() {
    let now = "2026-10-21T12:00:00Z".parse().expect("a time");
    let draft = Invoice { status: InvoiceStatus::Draft, invoice_number: None, ..invoice(4_200) };
    let overview = || Overview {
        invoices: Page { data: vec![draft.clone(), invoice(100)], next_page: Some("more".to_owned()) },
        projected_totals: BTreeMap::from([(draft.id, Decimal::from(6_300))]),
        ended: None,
        prices: BTreeMap::new(),
    };
    let look = Look { statuses: vec![InvoiceStatus::Draft, InvoiceStatus::Void], ..Look::default() };
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
    let overview = Overview {
        invoices: Page { data: vec![with_terms(100), with_terms(0), void, invoice(100)], next_page: None },
        projected_totals: BTreeMap::new(),
        ended: Some(PlanEnd {
            plan_name: "Starter".to_owned(),
            ending_before: "2026-10-16T00:00:00Z".parse().expect("a time"),
        }),
    };
    let list = report::list(overview, &Look::default(), true, now);
    assert_eq!(list.ended.as_deref(), Some("Plan Starter ended on Oct 16, 2026."));
    let due: Vec<_> = list.rows.iter().map(|row| row.due.as_deref()).collect();
    assert_eq!(due, [Some("Due Dec 2, 2026"), None, None, None]);
}

#[test]
fn reports_survive_json() {
    let now = "2026-10-21T12:00:00Z".parse().expect("a time");
    let dossier = Dossier {
        invoice: invoice(54_500),
        previous: Some(invoice(40_000)),
        so_far: None,
        days: Some(days(&[400, 0, -100, 200], 50_000, 5_000, -1_000)),
    };
    let one = report::one(&dossier, &Look::default(), "", false, now);
    let text = serde_json::to_string(&one).expect("JSON");
    assert_eq!(serde_json::from_str::<InvoiceReport>(&text).expect("a report"), one);
    assert!(one.comparison.is_some() && one.daily_cost.is_some());
    let overview = Overview {
        invoices: Page { data: vec![dossier.invoice], next_page: None },
        projected_totals: BTreeMap::new(),
        ended: None,
        prices: BTreeMap::new(),
    };
    let list = report::list(overview, &Look::default(), true, now);
    let text = serde_json::to_string(&list).expect("JSON");
    assert_eq!(serde_json::from_str::<InvoicesReport>(&text).expect("a report"), list);
}
