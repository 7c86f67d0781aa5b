//! From a line of an invoice to its usage by day, as a draft and once it is finalized, as JSON and as a page.

use crate::common::{
    app,
    billing::{day, decimal, finalize, put_on},
    get, post, seed, send, token,
};
use app::{
    billing::{
        AggregationType, BillingAnchor, BillingFrequency, CreditType, NewCharge, NewPlan, NewProduct,
        UnitConversion,
    },
    invoices::{
        InvoiceReport, InvoicesReport,
        report::{ByDay, Fact, Section},
    },
};
use axum::{Router, body::Body, http::Request};
use chrono::{Datelike as _, Duration, Months};
use serde_json::json;
use server::{clock, db, ingest};
use sqlx::PgPool;
use uuid::Uuid;

/// The first of the month before last: its invoice is due to be finalized on every day that this may run.
fn month() -> String {
    (clock::now().date_naive().with_day(1).unwrap() - Months::new(2)).to_string()
}

/// Usage on a day of that month, counted from 0.
async fn used(pool: &PgPool, customer_id: Uuid, at: i64, tokens: i64, region: &str, user: &str) {
    let time = day(&month()) + Duration::days(at) + Duration::hours(5);
    let properties = json!({ "tokens": tokens, "region": region, "user": user }).to_string();
    let event = seed::event(&Uuid::new_v4().to_string(), customer_id, time, &properties);
    ingest::record(pool, vec![event], time).await.unwrap();
}

/// A customer with tokens in thousands, users, and tokens by region.
async fn customer(pool: &PgPool) -> Uuid {
    let tokens = seed::metric(pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    let users = seed::metric(pool, AggregationType::Unique, "user", "[]").await;
    let start = day(&month());
    let product = async |name: &str, key| {
        db::plan::create_product(pool, NewProduct::new(name, key), start).await.unwrap()
    };
    let cents = CreditType::USD_CENTS;
    let in_thousands =
        UnitConversion { division_factor: "1000".parse().expect("a number"), rounding_behavior: None };
    let charges = vec![
        NewCharge {
            unit_conversion: Some(in_thousands),
            ..NewCharge::usage(
                "Tokens, per 1,000",
                product("Tokens", None).await,
                tokens,
                cents,
                decimal("20"),
            )
        },
        NewCharge::usage("Users", product("Users", None).await, users, cents, decimal("500")),
        NewCharge::usage("Traffic", product("Traffic", Some("region")).await, tokens, cents, decimal("0.01")),
    ];
    let plan = NewPlan {
        name: "Pro".to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: BillingAnchor::FirstOfMonth,
        custom_fields: Default::default(),
        minimums: Vec::new(),
        charges,
    };
    let plan = db::plan::create_plan(pool, plan, start).await.unwrap();
    let customer_id = seed::customer(pool, "Acme").await;
    put_on(pool, customer_id, plan, &month(), None).await.unwrap();
    used(pool, customer_id, 3, 40_000, "eu", "ada").await;
    used(pool, customer_id, 4, 2_000, "us", "ada").await;
    used(pool, customer_id, 4, 500, "eu", "bob").await;
    customer_id
}

/// The oldest invoice, of the month before last, with a line asked for by its label.
async fn invoice(app: &Router, token: &str, customer_id: Uuid, line: &str) -> InvoiceReport {
    let path = format!("/v1/customers/{customer_id}/dashboards/invoices");
    let (_, list) = get(app, token, &path).await;
    let list: InvoicesReport = serde_json::from_value(list["data"].clone()).unwrap();
    let id = &list.rows.last().unwrap().id;
    let read = async |query: &str| {
        let (status, one) = get(app, token, &format!("{path}/{id}{query}")).await;
        assert_eq!(status, 200, "{one}");
        serde_json::from_value::<InvoiceReport>(one["data"].clone()).unwrap()
    };
    let plain = read("").await;
    assert_eq!(plain.line_by_day, None);
    match days(&plain).iter().find(|days| days.label.starts_with(line)) {
        Some(days) if !line.is_empty() => read(&format!("?line={}", days.value)).await,
        _ => plain,
    }
}

/// What the lines of an invoice lead to.
fn days(report: &InvoiceReport) -> Vec<Fact> {
    let of = |section: &Section| {
        let lines = section.lines.iter().flat_map(|line| line.days.clone());
        section.head.days.clone().into_iter().chain(lines).collect::<Vec<_>>()
    };
    report.document.sections.iter().flat_map(of).collect()
}

/// The days with usage, counted from 0, as they are read.
fn shown(by_day: &ByDay) -> Vec<(usize, String)> {
    let values = by_day.days.values.iter().enumerate().filter(|(_, value)| **value != 0);
    values.map(|(at, value)| (at, by_day.unit.write(*value, by_day.days.scale))).collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn each_line_leads_to_days_that_add_up_to_it_or_say_why_not(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = customer(&pool).await;
    for is_finalized in [false, true] {
        let plain = invoice(&app, &token, acme, "").await;
        let labels: Vec<_> = days(&plain).into_iter().map(|days| days.label).collect();
        let expected =
            ["Tokens, per 1,000: quantity by day", "Users: unique on each day", "Traffic: quantity by day"];
        assert_eq!(labels, expected, "finalized: {is_finalized}");
        for (line, quantity, whole, expected) in [
            ("Tokens", "42.5", "42.5", [(3, "40"), (4, "2.5")]),
            // Ada is there on both days, and counts once.
            ("Users", "2", "", [(3, "1"), (4, "2")]),
            // Of all regions together.
            ("Traffic", "42,500", "42,500", [(3, "40,000"), (4, "2,500")]),
        ] {
            let found = invoice(&app, &token, acme, line).await;
            assert!(found.daily_cost.is_some());
            let by_day = found.line_by_day.unwrap();
            assert_eq!((by_day.total.as_str(), by_day.whole.as_str()), (quantity, whole), "{line}");
            let expected = expected.map(|(at, value)| (at, value.to_owned()));
            assert_eq!(shown(&by_day), expected, "{line}, finalized: {is_finalized}");
            assert_eq!(by_day.rest_note.is_empty(), !whole.is_empty(), "{line}");
        }
        if !is_finalized {
            finalize(&pool, &clock::now().date_naive().to_string()).await;
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_came_after_an_invoice_was_issued_is_not_shown_as_its_days(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = customer(&pool).await;
    finalize(&pool, &clock::now().date_naive().to_string()).await;
    let before = days(&invoice(&app, &token, acme, "").await);
    used(&pool, acme, 5, 1_000, "eu", "bob").await;
    let after = invoice(&app, &token, acme, "").await;
    let labels: Vec<_> = days(&after).into_iter().map(|days| days.label).collect();
    // Bob was there before; the tokens are more than the invoice has.
    assert_eq!(labels, ["Users: unique on each day"]);
    let path = format!("/v1/customers/{acme}/dashboards/invoices/{}", after.document.id);
    let none = Uuid::nil().to_string();
    for (line, status) in [(before[0].value.as_str(), 200), (none.as_str(), 200), ("x", 400)] {
        let (found, body) = get(&app, &token, &format!("{path}?line={line}")).await;
        assert_eq!(found, status, "{line}: {body}");
        assert!(body["data"]["line_by_day"].is_null(), "{line}: {body}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_page_leads_from_a_line_to_its_days_and_back(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = customer(&pool).await;
    let id = invoice(&app, &token, acme, "").await.document.id;
    let body = json!({ "customer_id": acme, "dashboard": "invoices" });
    let (_, answer) = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await;
    let url = answer["data"]["url"].as_str().unwrap().replace("http://127.0.0.1:3000", "");
    let page = async |path: String| {
        let (_, page) = send(&app, Request::get(path).body(Body::empty()).unwrap()).await;
        page.as_str().unwrap().to_owned()
    };
    let whole = page(format!("{url}&invoice={id}")).await;
    assert!(!whole.contains("All usage"), "{whole}");
    assert!(whole.contains("aria-label=\"42.5, Tokens, per 1,000: quantity by day\""), "{whole}");
    let hrefs = whole.split("href=\"").map(|rest| rest.split('"').next().unwrap());
    let href = hrefs.into_iter().find(|href| href.contains("&amp;line=")).unwrap().replace("&amp;", "&");
    assert!(href.ends_with("#by-day") && href.contains("token="), "{href}");
    let line = page(format!("/embed/{}", href.trim_end_matches("#by-day"))).await;
    assert!(line.contains("Tokens, per 1,000: quantity by day") && line.contains("All usage"), "{line}");
    let back = line.split("<a ").find(|rest| rest.contains(">All usage<")).unwrap();
    assert!(!back.split('>').next().unwrap().contains("line="), "{back}");
    // A line that is not there is the whole.
    let unknown = page(format!("{url}&invoice={id}&line={}", Uuid::nil())).await;
    assert!(unknown.contains("Cost by day") && !unknown.contains("All usage"), "{unknown}");
}
