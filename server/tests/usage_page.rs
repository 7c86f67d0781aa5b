//! The usage dashboard's data: groups, costs by day, marks, and what fails alone.
#![allow(clippy::unwrap_used)]

mod common;

use app::{
    billing::{
        AggregationType, BillingAnchor, BillingFrequency, CreditType, DayMark, DayMarkKind, Decimal,
        NewCharge, NewPlan, NewProduct, NoCost, Price, UsageSeries,
    },
    pages::UsageBoard,
    view::usage_choice::{Only, UsageChoice},
};
use chrono::{DateTime, Utc};
use common::{
    app,
    billing::{day, decimal, put_on},
    post, seed, token,
};
use serde_json::json;
use server::{
    auth::{CustomerAccess, Operator},
    db, invoicing, usage_page,
};
use sqlx::PgPool;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn access(customer_id: Uuid) -> CustomerAccess {
    Operator { token_id: String::new(), can_write: true }.access(customer_id)
}

fn by_region() -> UsageChoice {
    UsageChoice::default().with_group_key(Some(vec!["region".to_owned()]))
}

async fn board(pool: &PgPool, customer_id: Uuid, choice: &UsageChoice) -> UsageBoard {
    usage_page::board(pool, access(customer_id), choice, now()).await.unwrap().unwrap()
}

fn series(board: UsageBoard, at: usize) -> UsageSeries {
    board.metrics.into_iter().nth(at).unwrap().1.unwrap()
}

/// `(day of November, tokens, region)`.
async fn used(pool: &PgPool, customer_id: Uuid, all: &[(&str, i64, &str)]) {
    let event = |(date, tokens, region): &(&str, i64, &str)| {
        let at: DateTime<Utc> = format!("{date}T06:00:00Z").parse().unwrap();
        let properties = json!({ "tokens": tokens, "region": region }).to_string();
        seed::event(&Uuid::new_v4().to_string(), customer_id, at, &properties)
    };
    db::usage::record(pool, all.iter().map(event).collect(), now()).await.unwrap();
}

async fn plan(pool: &PgPool, name: &str, charges: Vec<NewCharge>) -> Uuid {
    let plan = NewPlan {
        name: name.to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: BillingAnchor::FirstOfMonth,
        custom_fields: Default::default(),
        minimums: Vec::new(),
        charges,
    };
    db::plan::create_plan(pool, plan, now()).await.unwrap()
}

/// Tokens in tiers: the first 1,000 at 2 cents, the others at half a cent.
fn tiered(product_id: Uuid, metric: Uuid) -> NewCharge {
    let mut charge = NewCharge::usage("Tokens", product_id, metric, CreditType::USD_CENTS, decimal("2"));
    charge.prices = [("0", "2"), ("1000", "0.5")]
        .map(|(tier, value)| Price { tier: decimal(tier), value: decimal(value) })
        .into();
    charge
}

#[sqlx::test(migrations = "./migrations")]
async fn the_costs_of_days_add_up_to_the_draft(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    let product = db::plan::create_product(&pool, NewProduct::new("Tokens", None), now()).await.unwrap();
    let basic = NewCharge::usage("Tokens", product, metric, CreditType::USD_CENTS, decimal("3"));
    let basic = plan(&pool, "Basic", vec![basic]).await;
    let pro = plan(&pool, "Pro", vec![tiered(product, metric)]).await;
    put_on(&pool, acme, basic, "2026-08-01", Some("2026-11-01")).await.unwrap();
    put_on(&pool, acme, pro, "2026-11-01", None).await.unwrap();
    used(
        &pool,
        acme,
        &[
            ("2026-10-31", 100, "eu"),
            ("2026-11-02", 900, "eu"),
            ("2026-11-03", 300, "us"),
            ("2026-11-22", 50, "eu"),
        ],
    )
    .await;
    let board = board(&pool, acme, &UsageChoice::default()).await;
    let marks = board.marks.clone();
    let series = series(board, 0);
    let cost = series.cost.as_ref().unwrap();
    let on = |date: &str| {
        let at = (date.parse::<chrono::NaiveDate>().unwrap() - series.starting_on).num_days();
        cost.values[at as usize].clone().unwrap().to_string()
    };
    assert_eq!(on("2026-10-31"), "300", "at the price of its own plan");
    assert_eq!(
        (on("2026-11-02"), on("2026-11-03"), on("2026-11-22")),
        ("1800".into(), "300".into(), "25".into())
    );
    assert_eq!(on("2026-11-21"), "0");

    let filter = invoicing::InvoiceFilter {
        status: vec![app::billing::InvoiceStatus::Draft],
        sort: invoicing::Sort::DateDesc,
        ..Default::default()
    };
    let scope = invoicing::InvoiceScope::all(access(acme));
    let drafts = invoicing::list(&pool, &scope, &filter, now(), chrono::Duration::hours(24)).await.unwrap();
    let draft = drafts.data.iter().find(|draft| draft.plan_name == "Pro").unwrap();
    let november: Decimal = cost.values[cost.values.len() - 22..].iter().flatten().sum();
    assert_eq!(november, draft.total);

    let mark = |date: &str, kind| DayMark { day: day(date).date_naive(), kind };
    assert_eq!(
        marks,
        [
            mark("2026-08-01", DayMarkKind::PlanBegins("Basic".to_owned())),
            mark("2026-09-01", DayMarkKind::Period),
            mark("2026-10-01", DayMarkKind::Period),
            mark("2026-11-01", DayMarkKind::PlanBegins("Pro".to_owned())),
        ]
    );
    // By group, tiers have no exact cost; one price has.
    assert!(cost.unit_prices.is_none());
    let alone = by_region().with_only(Some(Only::Group(vec![Some("eu".to_owned())])));
    let alone = self::series(self::board(&pool, acme, &alone).await, 0);
    assert_eq!(alone.cost, Err(NoCost::TiersOverGroups));
    assert_eq!(alone.measures[0].total, decimal("1050"), "the group's own usage");
}

#[sqlx::test(migrations = "./migrations")]
async fn the_nine_largest_groups_stand_alone_and_the_others_together(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let keys = r#"[["model"],["region"]]"#;
    let mut metrics = Vec::new();
    for kind in [AggregationType::Sum, AggregationType::Unique, AggregationType::Max, AggregationType::Latest]
    {
        metrics.push(seed::metric(&pool, kind, "tokens", keys).await);
    }
    seed::on_plan(&pool, acme, &metrics).await;
    let regions: Vec<String> = (1..=12).map(|number| format!("r{number:02}")).collect();
    let mut events: Vec<_> =
        (1..).zip(&regions).map(|(size, region)| ("2026-11-20", size * 10, region.as_str())).collect();
    events.push(("2026-11-22", 5, "r01"));
    events.push(("2026-11-22", 10, "r02"));
    used(&pool, acme, &events).await;
    for folded in [false, true] {
        let board = board(&pool, acme, &by_region()).await;
        let groups = |at: usize| {
            let series = board.metrics[at].1.as_ref().unwrap();
            series
                .groups
                .iter()
                .flatten()
                .map(|group| {
                    let name = group.group_values.as_ref().map(|values| values[0].clone().unwrap());
                    (name, group.count, group.total.to_string())
                })
                .collect::<Vec<_>>()
        };
        let sums = groups(0);
        assert_eq!(sums.len(), 10, "{sums:?}");
        assert_eq!(sums[0], (Some("r12".to_owned()), 1, "120".to_owned()));
        assert_eq!(sums[8], (Some("r04".to_owned()), 1, "40".to_owned()));
        // r01: 10 + 5, r02: 20 + 10, r03: 30.
        assert_eq!(sums[9], (None, 3, "75".to_owned()));
        let others = board.metrics[0].1.as_ref().unwrap().groups.as_ref().unwrap()[9].values.clone();
        assert_eq!((others[27].to_string(), others[29].to_string()), ("60".to_owned(), "15".to_owned()));
        // Measured together: 10, 20 and 30 are different, the second 10 is not.
        let different = groups(1);
        assert_eq!(
            different.iter().map(|(.., total)| total.as_str()).collect::<Vec<_>>().join(" "),
            "2 2 1 1 1 1 1 1 1 3"
        );
        assert_eq!(groups(2)[9], (None, 3, "30".to_owned()), "the largest of the others");
        if !folded {
            db::usage::fold(&pool).await.unwrap();
        }
    }
    let alone = by_region().with_only(Some(Only::Group(vec![Some("r02".to_owned())])));
    let alone = board(&pool, acme, &alone).await;
    let of = |at: usize| alone.metrics[at].1.as_ref().unwrap().measures[0].clone();
    assert_eq!((of(0).total.to_string(), of(0).complete.to_string()), ("30".to_owned(), "20".to_owned()));
    assert_eq!(of(1).total.to_string(), "2");
    assert_eq!(alone.metrics[0].1.as_ref().unwrap().groups.as_ref().unwrap().len(), 10, "for the legend");
    assert_eq!(alone.group_keys, [vec!["model".to_owned()], vec!["region".to_owned()]]);
}

#[sqlx::test(migrations = "./migrations")]
async fn different_values_are_compared_with_the_window_before(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Unique, "tokens", "[]").await;
    seed::on_plan(&pool, acme, &[metric]).await;
    used(
        &pool,
        acme,
        &[
            ("2026-09-24", 1, ""),
            ("2026-10-22", 2, ""),
            ("2026-10-23", 9, ""),
            ("2026-10-24", 1, ""),
            ("2026-11-21", 1, ""),
            ("2026-11-22", 3, ""),
        ],
    )
    .await;
    let series = series(board(&pool, acme, &UsageChoice::default()).await, 0);
    let over = series.measures[0].clone();
    // Oct 23 is the last day of the window before: it stands against today, which is left out.
    assert_eq!((over.total, over.complete, over.previous), (decimal("2"), decimal("1"), Some(decimal("2"))));
    assert_eq!(series.cost, Err(NoCost::NotAdditive));
}

#[sqlx::test(migrations = "./migrations")]
async fn one_chart_fails_and_the_others_stand(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let good = seed::metric(&pool, AggregationType::Count, "", "[]").await;
    let bad = seed::metric(&pool, AggregationType::Sum, "tokens", "[]").await;
    seed::on_plan(&pool, acme, &[good, bad]).await;
    let today = server::clock::now().date_naive().to_string();
    used(&pool, acme, &[(&today, 5, "eu")]).await;
    db::usage::fold(&pool).await.unwrap();
    let damage = sqlx::query("update usage_day set sum = 'NaN' where billable_metric_id = $1");
    damage.bind(bad).execute(&pool).await.unwrap();
    let page = page(&app, &token, acme, json!({}), "").await;
    assert_eq!(page.matches("This chart could not be loaded.").count(), 1, "{page}");
    assert_eq!(page.matches("<section data-chart").count(), 1);
    assert!(page.contains("Retry"));
}

#[sqlx::test(migrations = "./migrations")]
async fn group_keys_and_values_are_renamed_everywhere(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    seed::on_plan(&pool, acme, &[metric]).await;
    let today = server::clock::now().date_naive().to_string();
    used(&pool, acme, &[(&today, 5, "eu-west-1"), (&today, 7, "<us>")]).await;
    let overrides = json!({ "bm_group_key_overrides": [{
        "group_key_name": "region",
        "display_name": "Data center",
        "value_display_names": { "eu-west-1": "Dublin" },
    }] });
    let all = page(&app, &token, acme, overrides.clone(), "&group=region").await;
    for text in ["By Data center", "Dublin", "&lt;us>", "Data center, 30 days", "data-slot=\"1\">Dublin</th>"]
    {
        assert!(all.contains(text) || all.contains(&text.replace("us>", "us&gt;")), "{text}: {all}");
    }
    assert!(!all.contains(">eu-west-1<") && !all.contains("<us>"), "{all}");
    let alone =
        page(&app, &token, acme, overrides, "&group=region&only=eu-west-1&measure=cost&view=cumulative")
            .await;
    for text in ["Only Dublin: show all again", "$0.05", "view=cumulative&amp;measure=cost&amp;group=region"]
    {
        assert!(alone.contains(text), "{text}: {alone}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_plan_without_metered_usage_says_so(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let none = page(&app, &token, acme, json!({}), "").await;
    assert!(none.contains("Charts appear here once a plan with metered usage begins."), "{none}");
    seed::on_plan(&pool, acme, &[]).await;
    let unmetered = page(&app, &token, acme, json!({}), "&window=60&group=x").await;
    assert!(unmetered.contains("The current plan has no metered usage"), "{unmetered}");
}

/// The page that an embeddable URL opens, with further parameters.
async fn page(
    app: &axum::Router,
    token: &str,
    customer_id: Uuid,
    rest: serde_json::Value,
    query: &str,
) -> String {
    let mut body = json!({ "customer_id": customer_id, "dashboard": "usage" });
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let (_, answer) = post(app, token, "/v1/dashboards/getEmbeddableUrl", body).await;
    let url =
        answer["data"]["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap().to_owned();
    let request = axum::http::Request::get(url + query).body(axum::body::Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(app.clone(), request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}
