//! The running billing period as a window of the usage dashboard: its figures are those of a recount.

use crate::common::{
    app,
    billing::{day, decimal, put_on},
    get, post, seed, send, token,
};
use app::{
    billing::{
        AggregationType, BillingAnchor, BillingFrequency, CreditType, NewCharge, NewPlan, NewProduct,
        WindowSize,
    },
    embed::GroupKeyNames,
    usage::{UsageReport, Window},
    view::format,
};
use axum::{body::Body, http::Request};
use chrono::{DateTime, Datelike as _, Utc};
use serde_json::json;
use server::{
    auth::{CustomerAccess, Operator},
    clock,
    dashboards::usage::{self, ReportQuery},
    db::{
        self,
        usage::{BucketQuery, buckets},
    },
    ingest,
    usage_scope::UsageScope,
};
use sqlx::PgPool;
use uuid::Uuid;

const KINDS: [AggregationType; 5] = [
    AggregationType::Count,
    AggregationType::Sum,
    AggregationType::Unique,
    AggregationType::Max,
    AggregationType::Latest,
];

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn access(customer_id: Uuid) -> CustomerAccess {
    Operator { token_id: String::new(), can_write: true }.access(customer_id)
}

async fn report(pool: &PgPool, customer_id: Uuid, group_key: Option<&str>) -> UsageReport {
    let group_key = group_key.map(|name| vec![name.to_owned()]);
    let asked = ReportQuery { window: Window::Period, group_key, kept: None, find: None };
    let names = GroupKeyNames::default();
    usage::report(pool, &UsageScope::all(access(customer_id)), &names, &asked, now()).await.unwrap().unwrap()
}

/// Usage from Nov 1 to today by the values of the nth group key, as `POST /v1/usage` counts it: names and quantities as
/// they are read.
async fn recount(
    pool: &PgPool,
    customer_id: Uuid,
    metric: (Uuid, AggregationType),
    group_index: i16,
) -> Vec<(String, String)> {
    let measured = BucketQuery {
        access: access(customer_id),
        billable_metric_id: metric.0,
        aggregation_type: metric.1,
        group_index,
        group_filter: Vec::new(),
        start: day("2026-11-01"),
        end: day("2026-11-23"),
    };
    let found = buckets(pool, &[measured], WindowSize::None).await.unwrap().remove(0);
    let one = |bucket: db::usage::Bucket| {
        let name: String = bucket.group_values.into_iter().flatten().collect();
        (name, format::quantity(&bucket.value))
    };
    found.into_iter().map(one).collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn the_figures_of_the_period_are_those_of_a_recount(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let mut metrics = Vec::new();
    for kind in KINDS {
        metrics.push((seed::metric(&pool, kind, "tokens", r#"[["region"]]"#).await, kind));
    }
    seed::on_plan(&pool, acme, &metrics.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await;
    let used = [
        ("2026-10-09", 1, "eu"),
        ("2026-10-12", 1, "eu"),
        ("2026-10-20", 40, "eu"),
        ("2026-10-31", 9, "us"),
        ("2026-11-01", 7, "eu"),
        ("2026-11-02", 9, "us"),
        ("2026-11-05", 7, "us"),
        ("2026-11-22", 3, "eu"),
    ];
    let event = |(date, tokens, region): (&str, i64, &str)| {
        let at: DateTime<Utc> = format!("{date}T06:00:00Z").parse().unwrap();
        let properties = json!({ "tokens": tokens, "region": region }).to_string();
        seed::event(&Uuid::new_v4().to_string(), acme, at, &properties)
    };
    ingest::record(&pool, used.map(event).into(), now()).await.unwrap();
    for is_folded in [false, true] {
        let whole = report(&pool, acme, None).await;
        assert_eq!(whole.period_days, Some(22), "Nov 1 to Nov 22");
        let split = report(&pool, acme, Some("region")).await;
        assert_eq!(split.grouping.as_ref().unwrap().window, 22);
        let mut changes = Vec::new();
        for (id, kind) in &metrics {
            let of = |report: &UsageReport| {
                report.metrics.iter().find(|metric| metric.id == id.to_string()).unwrap().clone()
            };
            let figures = of(&whole).quantity.unwrap().windows[3].clone();
            let expected = recount(&pool, acme, (*id, *kind), 0).await;
            assert_eq!(figures.total, expected[0].1, "{kind:?}, folded: {is_folded}");
            changes.push(figures.change.unwrap_or_default());

            let groups = of(&split).groups.unwrap();
            let mut listed: Vec<_> = groups
                .iter()
                .map(|group| (group.name.clone(), group.quantity.figures.total.clone()))
                .collect();
            listed.sort();
            assert_eq!(listed, recount(&pool, acme, (*id, *kind), 1).await, "{kind:?}, folded: {is_folded}");
            assert!(groups.iter().all(|group| group.quantity.days.values.len() == 22));
        }
        // Nov 1 to 21 against Oct 10 to 30: 23 tokens against 41, and two different numbers against two.
        assert_eq!(changes[1], "\u{2193}\u{a0}43.9% vs the 22 days before");
        assert_eq!(changes[2], "unchanged from the 22 days before");
        if !is_folded {
            db::usage::fold(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_period_is_a_window_only_while_it_runs_and_is_no_longer_than_the_longest(pool: PgPool) {
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", "[]").await;
    let product = db::plan::create_product(&pool, NewProduct::new("Tokens", None), now()).await.unwrap();
    let mut plans = Vec::new();
    for (billing_frequency, billing_anchor) in [
        (BillingFrequency::Monthly, BillingAnchor::FirstOfMonth),
        (BillingFrequency::Annual, BillingAnchor::PlanStart),
    ] {
        let tokens = NewCharge::usage("Tokens", product, metric, CreditType::USD_CENTS, decimal("2"));
        let plan = NewPlan {
            name: format!("{billing_frequency:?}"),
            description: None,
            billing_frequency,
            billing_anchor,
            custom_fields: Default::default(),
            minimums: Vec::new(),
            charges: vec![tokens],
        };
        plans.push(db::plan::create_plan(&pool, plan, now()).await.unwrap());
    }
    let [monthly, annual] = plans[..] else { panic!("two plans") };
    for (plan, starting_on, ending_before, expected) in [
        (monthly, "2026-01-01", None, Some(22)),
        (monthly, "2026-11-22", None, Some(1)),
        (monthly, "2026-01-01", Some("2026-11-22"), None),
        (annual, "2026-08-25", None, Some(90)),
        (annual, "2026-08-24", None, None),
    ] {
        let customer = seed::customer(&pool, "Acme").await;
        put_on(&pool, customer, plan, starting_on, ending_before).await.unwrap();
        let found = report(&pool, customer, None).await;
        assert_eq!(found.period_days, expected, "{starting_on} {ending_before:?}");
        let windows = found.metrics[0].quantity.as_ref().unwrap().windows.len();
        assert_eq!(windows, 3 + usize::from(expected.is_some()), "{starting_on} {ending_before:?}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_page_opens_with_the_first_window_that_has_usage_and_keeps_one_that_is_chosen(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    for (days_ago, opens_with) in [(40, "60"), (70, "90"), (3, "30")] {
        let customer = seed::customer(&pool, "Acme").await;
        seed::on_plan(&pool, customer, &[metric]).await;
        let at = clock::now() - chrono::Duration::days(days_ago);
        let event =
            seed::event(&Uuid::new_v4().to_string(), customer, at, r#"{"tokens": 7, "region": "eu"}"#);
        ingest::record(&pool, vec![event], at).await.unwrap();
        for (choice, expected) in [("", opens_with), ("&group=region", opens_with), ("&window=30", "30")] {
            let body = json!({ "customer_id": customer, "dashboard": "usage" });
            let (_, answer) = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await;
            let url = answer["data"]["url"].as_str().unwrap().to_owned();
            let path = url.strip_prefix("http://127.0.0.1:3000").unwrap();
            let request = Request::get(format!("{path}{choice}")).body(Body::empty()).unwrap();
            let page = send(&app, request).await.1.as_str().unwrap().to_owned();
            let link = page.split("<a ").find(|link| link.contains(&format!("data-range=\"{expected}\"")));
            let link = link.unwrap().split('>').next().unwrap();
            assert!(link.contains("aria-current"), "{days_ago} days ago, {choice}: {page}");
            assert_eq!(page.contains("<ol class=\"legend\""), choice == "&group=region", "{page}");
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn page_and_json_call_take_the_period_by_name(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", "[]").await;
    let (acme, free) = (seed::customer(&pool, "Acme").await, seed::customer(&pool, "Free").await);
    seed::on_plan(&pool, acme, &[metric]).await;
    let page = async |customer_id: Uuid| {
        let body = json!({ "customer_id": customer_id, "dashboard": "usage" });
        let (_, answer) = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await;
        let url = answer["data"]["url"].as_str().unwrap().to_owned();
        let path = url.strip_prefix("http://127.0.0.1:3000").unwrap();
        let request = Request::get(format!("{path}&window=period")).body(Body::empty()).unwrap();
        send(&app, request).await.1.as_str().unwrap().to_owned()
    };
    let current = |page: &str, window: &str| {
        let link = page.split("<a ").find(|link| link.contains(&format!("data-range=\"{window}\"")));
        link.map(|link| link.split('>').next().unwrap().contains("aria-current"))
    };
    let shown = page(acme).await;
    assert_eq!((current(&shown, "period"), current(&shown, "30")), (Some(true), Some(false)), "{shown}");
    // Without a plan there is nothing to choose.
    assert_eq!(current(&page(free).await, "period"), None);
    // Of one that ended, the charts are those of 30 days.
    let end = sqlx::query("update customer_plan set ending_before = $1::date");
    let yesterday = clock::now().date_naive().pred_opt().unwrap();
    end.bind(yesterday).execute(&pool).await.unwrap();
    let ended = page(acme).await;
    assert_eq!((current(&ended, "period"), current(&ended, "30")), (None, Some(true)), "{ended}");

    sqlx::query("update customer_plan set ending_before = null").execute(&pool).await.unwrap();
    let path = format!("/v1/customers/{acme}/dashboards/usage");
    let (status, found) = get(&app, &token, &format!("{path}?window=period")).await;
    assert_eq!((status.as_u16(), &found["data"]["period_days"]), (200, &json!(clock::now().day())));
    for window in ["31", "Period", "-30", "30.0"] {
        let (status, refusal) = get(&app, &token, &format!("{path}?window={window}")).await;
        let expected = format!("window: \"{window}\" is not one of 30, 60, 90, period");
        assert_eq!((status.as_u16(), &refusal["message"]), (400, &json!(expected)));
    }
}
