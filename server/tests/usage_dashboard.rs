//! The usage dashboard's data: groups, costs by day, marks, and what fails alone.

use crate::common::{
    app,
    billing::{day, decimal, put_on},
    get, post, seed, token,
};
use app::{
    billing::{
        AggregationType, BillingAnchor, BillingFrequency, CreditType, NewCharge, NewPlan, NewProduct, Price,
    },
    embed::GroupKeyNames,
    number::Column,
    usage::{
        UsageReport, Window,
        report::{Group, Measure, MetricUsage},
    },
    view::money,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use server::{
    auth::{CustomerAccess, Operator},
    dashboards::usage::{self, ReportQuery},
    db, ingest, invoicing,
    usage_scope::UsageScope,
};
use sqlx::PgPool;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn access(customer_id: Uuid) -> CustomerAccess {
    Operator { token_id: String::new(), can_write: true }.access(customer_id)
}

/// By region; a region is listed in any case.
fn by_region(kept: Option<&str>) -> ReportQuery {
    ReportQuery {
        window: Window::Days(30),
        group_key: Some(vec!["region".to_owned()]),
        kept: kept.map(|region| vec![Some(region.to_owned())]),
        find: None,
    }
}

fn whole() -> ReportQuery {
    ReportQuery::default()
}

async fn report(pool: &PgPool, customer_id: Uuid, asked: &ReportQuery) -> UsageReport {
    let names = GroupKeyNames::default();
    usage::report(pool, &UsageScope::all(access(customer_id)), &names, asked, now()).await.unwrap().unwrap()
}

/// The values of a measure on days, as they are read.
fn on(report: &UsageReport, measure: &Measure, days: &[&str]) -> Vec<String> {
    let value = |date: &&str| {
        let date: chrono::NaiveDate = date.parse().unwrap();
        let back = usize::try_from(report.last_day - app::view::format::day_number(date)).unwrap();
        let values = &measure.days.values;
        measure.unit.write(values[values.len() - 1 - back], measure.days.scale)
    };
    days.iter().map(value).collect()
}

/// The names and totals of a metric's groups.
fn groups(metric: &MetricUsage) -> Vec<(&str, &str)> {
    fn group(group: &Group) -> (&str, &str) {
        (&group.name, &group.quantity.figures.total)
    }
    metric.groups.iter().flatten().map(group).collect()
}

/// `(day of November, tokens, region)`.
async fn used(pool: &PgPool, customer_id: Uuid, all: &[(&str, i64, &str)]) {
    let event = |(date, tokens, region): &(&str, i64, &str)| {
        let at: DateTime<Utc> = format!("{date}T06:00:00Z").parse().unwrap();
        let properties = json!({ "tokens": tokens, "region": region }).to_string();
        seed::event(&Uuid::new_v4().to_string(), customer_id, at, &properties)
    };
    ingest::record(pool, all.iter().map(event).collect(), now()).await.unwrap();
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
    let found = report(&pool, acme, &whole()).await;
    let cost = found.metrics[0].cost.as_ref().unwrap();
    assert_eq!(
        on(&found, cost, &["2026-10-31", "2026-11-02", "2026-11-03", "2026-11-21", "2026-11-22"]),
        ["$3.00", "$18.00", "$3.00", "$0.00", "$0.25"],
        "each at the price of its own plan"
    );

    let filter = invoicing::InvoiceFilter {
        status: vec![app::billing::InvoiceStatus::Draft],
        sort: invoicing::Sort::DateDesc,
        ..Default::default()
    };
    let scope = invoicing::InvoiceScope::all(access(acme));
    let billing = invoicing::Billing { pool: &pool, now: now(), grace: chrono::Duration::hours(24) };
    let drafts = invoicing::list(billing, &scope, &filter).await.unwrap();
    let draft = drafts.data.iter().find(|draft| draft.plan_name.as_deref() == Some("Pro")).unwrap();
    let november: i128 = cost.days.last(22).iter().sum();
    let total = money::money(&draft.total, &draft.credit_type);
    assert_eq!(cost.unit.write(november, cost.days.scale), total);

    let marks: Vec<_> = found.marks.iter().map(|mark| (mark.day, mark.text.as_str())).collect();
    let mark = |date: &str, text: &'static str| (app::view::format::day_number(day(date).date_naive()), text);
    assert_eq!(
        marks,
        [
            mark("2026-08-01", "Plan Basic begins"),
            mark("2026-09-01", "Billing period begins"),
            mark("2026-10-01", "Billing period begins"),
            mark("2026-11-01", "Plan Pro begins"),
        ]
    );
    // By group, tiers have no exact cost.
    let split = report(&pool, acme, &by_region(None)).await;
    let metric = &split.metrics[0];
    assert_eq!(groups(metric), [("eu", "1,050"), ("us", "300")]);
    assert!(metric.groups.iter().flatten().all(|group| group.cost.is_none()));
    assert!(metric.no_cost.as_ref().unwrap().contains("all groups together"), "{:?}", metric.no_cost);
}

/// The names of a metric's groups, and what they cost.
fn group_costs(metric: &MetricUsage) -> Vec<(&str, &str)> {
    fn cost(group: &Group) -> &str {
        group.cost.as_ref().map_or("none", |cost| cost.figures.total.as_str())
    }
    metric.groups.iter().flatten().map(|group| (group.name.as_str(), cost(group))).collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn each_group_costs_by_day_what_its_line_comes_to(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["model"],["region"]]"#).await;
    let product = NewProduct::new("Tokens by region", Some("region"));
    let product = db::plan::create_product(&pool, product, now()).await.unwrap();
    let plan = plan(&pool, "Regional", vec![tiered(product, metric)]).await;
    put_on(&pool, acme, plan, "2026-08-01", None).await.unwrap();
    let before = [("2026-10-31", 1_500, "eu"), ("2026-11-02", 900, "eu"), ("2026-11-03", 300, "eu")];
    used(&pool, acme, &before).await;
    // Some of it is folded, and some of one day waits.
    db::usage::fold(&pool).await.unwrap();
    used(&pool, acme, &[("2026-11-03", 600, "us"), ("2026-11-20", 400, "us"), ("2026-11-20", 200, "us")])
        .await;

    let filter = invoicing::InvoiceFilter {
        status: vec![app::billing::InvoiceStatus::Draft],
        sort: invoicing::Sort::DateDesc,
        ..Default::default()
    };
    let scope = invoicing::InvoiceScope::all(access(acme));
    let billing = invoicing::Billing { pool: &pool, now: now(), grace: chrono::Duration::hours(24) };
    let drafts = invoicing::list(billing, &scope, &filter).await.unwrap();
    let draft = &drafts.data[0];
    assert_eq!(draft.at(), day("2026-11-01"));
    let line = |region: &str| {
        let line = draft.line_items.iter().find(|line| line.group_value.as_deref() == Some(region)).unwrap();
        money::money(&line.total, &line.credit_type)
    };
    assert_eq!((line("eu"), line("us")), ("$21.00".to_owned(), "$21.00".to_owned()));

    let found = report(&pool, acme, &whole()).await;
    let cost = found.metrics[0].cost.as_ref().unwrap();
    let days = ["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03", "2026-11-20"];
    // Nov 3: 100 × 2 + 200 × 0.5 cents in eu, 600 × 2 in us; Nov 20: 400 × 2 + 200 × 0.5 in us.
    assert_eq!(on(&found, cost, &days), ["$22.50", "$0.00", "$18.00", "$15.00", "$9.00"]);
    let november = |days: &Column| cost.unit.write(days.last(22).iter().sum(), days.scale);
    assert_eq!(november(&cost.days), money::money(&draft.total, &draft.credit_type));

    // By the key that is priced, and with one group alone: each group as its line.
    for asked in [by_region(None), by_region(Some("us"))] {
        let split = report(&pool, acme, &asked).await;
        let metric = &split.metrics[0];
        assert_eq!(metric.no_cost, None);
        assert_eq!(group_costs(metric), [("eu", "$43.50"), ("us", "$21.00")]);
        for group in metric.groups.iter().flatten() {
            assert_eq!(november(&group.cost.as_ref().unwrap().days), line(&group.name));
        }
    }

    // By another key the groups have no cost, and the total keeps its own.
    let by_model = ReportQuery { group_key: Some(vec!["model".to_owned()]), ..whole() };
    let other = report(&pool, acme, &by_model).await;
    let metric = &other.metrics[0];
    assert_eq!(group_costs(metric), [("No model", "none")]);
    assert!(metric.no_cost.as_ref().unwrap().contains("another key"), "{:?}", metric.no_cost);
    assert_eq!(metric.cost.as_ref(), Some(cost));
}

#[sqlx::test(migrations = "./migrations")]
async fn groups_beyond_the_largest_cost_what_they_leave_over(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    let product = NewProduct::new("Tokens by region", Some("region"));
    let product = db::plan::create_product(&pool, product, now()).await.unwrap();
    let plan = plan(&pool, "Regional", vec![tiered(product, metric)]).await;
    put_on(&pool, acme, plan, "2026-08-01", None).await.unwrap();
    let regions: Vec<String> = (1..=12).map(|number| format!("r{number:02}")).collect();
    let events: Vec<_> =
        (1..).zip(&regions).map(|(size, region)| ("2026-11-20", size * 200, region.as_str())).collect();
    used(&pool, acme, &events).await;
    let split = report(&pool, acme, &by_region(None)).await;
    let costs = group_costs(&split.metrics[0]);
    // 2,400 are 1,000 at 2 and 1,400 at 0.5 cents; 200, 400 and 600 are all at 2.
    assert_eq!((costs[0], costs[9]), (("r12", "$27.00"), ("Other (3)", "$24.00")));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_level_has_no_day_without_events_and_none_after_its_plan(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Max, "tokens", "[]").await;
    let count = seed::metric(&pool, AggregationType::Count, "", "[]").await;
    let plan = seed::on_plan(&pool, acme, &[metric, count]).await;
    used(&pool, acme, &[("2026-11-18", 7, ""), ("2026-11-20", 0, "")]).await;
    for folded in [false, true] {
        let found = report(&pool, acme, &whole()).await;
        let levels = found.metrics[0].quantity.as_ref().unwrap();
        let days = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];
        assert_eq!(on(&found, levels, &days), ["–", "7", "–", "0", "–", "–"], "{folded}");
        db::usage::fold(&pool).await.unwrap();
    }
    sqlx::query("update customer_plan set ending_before = '2026-11-19' where plan_id = $1")
        .bind(plan)
        .execute(&pool)
        .await
        .unwrap();
    let ended = report(&pool, acme, &whole()).await;
    let counts = ended.metrics[1].quantity.as_ref().unwrap();
    // What came after the end is told, and nothing after that.
    let days = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"];
    assert_eq!(on(&ended, counts, &days), ["0", "1", "0", "1", "–"]);
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
        let found = report(&pool, acme, &by_region(None)).await;
        let sums = groups(&found.metrics[0]);
        assert_eq!(sums.len(), 10, "{sums:?}");
        assert_eq!((sums[0], sums[8]), (("r12", "120"), ("r04", "40")));
        // r01: 10 + 5, r02: 20 + 10, r03: 30.
        assert_eq!(sums[9], ("Other (3)", "75"));
        let others = &found.metrics[0].groups.as_ref().unwrap()[9].quantity.days;
        assert_eq!((others.values[27], others.values[29], others.scale), (60, 15, 0));
        // Measured together: 10, 20 and 30 are different, the second 10 is not.
        let different: Vec<_> = groups(&found.metrics[1]).into_iter().map(|(_, total)| total).collect();
        assert_eq!(different.join(" "), "2 2 1 1 1 1 1 1 1 3");
        assert_eq!(groups(&found.metrics[2])[9], ("Other (3)", "30"), "the largest of the others");

        // One that is asked for takes the place of the last.
        let kept = report(&pool, acme, &by_region(Some("r02"))).await;
        let sums = groups(&kept.metrics[0]);
        assert_eq!((sums[7], sums[8], sums[9]), (("r05", "50"), ("r02", "30"), ("Other (3)", "85")));
        let keys: Vec<_> = kept.group_keys.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(keys, ["model", "region"]);
        if !folded {
            db::usage::fold(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_plan_that_ended_keeps_its_charts_and_says_when(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", "[]").await;
    assert!(report(&pool, acme, &whole()).await.nothing.unwrap().starts_with("No usage yet"));
    let plan = seed::on_plan(&pool, acme, &[metric]).await;
    used(&pool, acme, &[("2026-09-20", 7, "eu")]).await;
    let until = async |day: &str| {
        let end = sqlx::query("update customer_plan set ending_before = $2::date where plan_id = $1");
        end.bind(plan).bind(day.parse::<NaiveDate>().unwrap()).execute(&pool).await.unwrap();
        report(&pool, acme, &whole()).await
    };
    let found = until("2026-10-16").await;
    assert_eq!(found.ended.as_deref(), Some("Plan Plan ended on Oct 15, 2026."));
    let totals: Vec<_> = found.metrics[0].quantity.iter().flat_map(|measure| &measure.windows).collect();
    assert_eq!((found.nothing, totals[2].total.as_str()), (None, "7"));

    // Before all windows.
    let found = until("2026-08-01").await;
    assert!(found.nothing.unwrap().starts_with("Plan Plan ended on Jul 31, 2026. Charts show"));

    // The plan after it has charts of its own, before those of the old one.
    let other = seed::metric(&pool, AggregationType::Count, "tokens", "[]").await;
    until("2026-10-16").await;
    sqlx::query("update customer_plan set starting_on = '2026-01-01' where plan_id = $1")
        .bind(plan)
        .execute(&pool)
        .await
        .unwrap();
    let next = seed::on_plan(&pool, acme, &[other]).await;
    let begin = sqlx::query(
        "update customer_plan set starting_on = '2026-10-16', billed_until = '2026-10-16' where plan_id = $1",
    );
    begin.bind(next).execute(&pool).await.unwrap();
    let found = report(&pool, acme, &whole()).await;
    let ids: Vec<_> = found.metrics.iter().map(|metric| metric.id.clone()).collect();
    assert_eq!((ids, found.ended), (vec![other.to_string(), metric.to_string()], None));
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
    let found = report(&pool, acme, &whole()).await;
    let metric = &found.metrics[0];
    let figures = &metric.quantity.as_ref().unwrap().windows[0];
    // Oct 23 is the last day of the window before: it stands against today, which is left out. So 1 against 2.
    assert_eq!(figures.total, "2");
    assert_eq!(figures.change.as_deref(), Some("\u{2193}\u{a0}50% vs previous 30 days"));
    assert!(metric.cost.is_none() && metric.no_cost.as_ref().unwrap().contains("billed once a period"));
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
    assert_eq!(page.matches(" data-chart=").count(), 1);
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
    for text in ["By Data center", "Dublin", "&lt;us>", "Data center, 30 days"] {
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
async fn a_group_key_that_no_metric_has_is_refused_by_the_call_and_ignored_by_the_page(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let path = format!("/v1/customers/{acme}/dashboards/usage?group_key");
    let (status, early) = get(&app, &token, &format!("{path}=regions")).await;
    assert_eq!(status, 200, "without metrics no key is known to be wrong: {early}");
    let metrics = [
        seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"], ["zone", "carrier"]]"#).await,
        seed::metric(&pool, AggregationType::Count, "", "[]").await,
    ];
    seed::on_plan(&pool, acme, &metrics).await;
    for key in ["regions", "carrier,zone", "region,zone"] {
        let (status, refusal) = get(&app, &token, &format!("{path}={key}")).await;
        assert_eq!(status, 400, "{key}: {refusal}");
        let message = format!(
            "group_key: \"{key}\" is not a group key of the metrics shown; known are \"region\", \"zone,carrier\""
        );
        assert_eq!(refusal["message"], message);
    }
    let (status, found) = get(&app, &token, &format!("{path}=zone,carrier")).await;
    assert_eq!(status, 200, "{found}");

    // An old link opens the page as it is without a group key.
    let today = server::clock::now().date_naive().to_string();
    used(&pool, acme, &[(&today, 5, "eu")]).await;
    let old = page(&app, &token, acme, json!({}), "&window=60&group=regions&only=eu").await;
    assert_eq!(old.matches(" data-chart=").count(), 2, "{old}");
    assert!(!old.contains("group=regions") && !old.contains("only=eu"), "{old}");
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

#[sqlx::test(migrations = "./migrations")]
async fn the_same_figures_are_json_and_what_cannot_be_read_is_refused_by_name(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    seed::on_plan(&pool, acme, &[metric]).await;
    let today = server::clock::now().date_naive().to_string();
    used(&pool, acme, &[(&today, 5, "eu"), (&today, 7, "us, ~east")]).await;
    let path = format!("/v1/customers/{acme}/dashboards/usage");
    let (status, found) =
        get(&app, &token, &format!("{path}?group_key=region&group_values=us~1%20~0east")).await;
    assert_eq!(status, 200, "{found}");
    let metric = &found["data"]["metrics"][0];
    assert_eq!(metric["quantity"]["windows"][2]["total"], "12");
    assert_eq!(metric["quantity"]["days"]["values"].as_str().unwrap().split(' ').count(), 90);
    assert_eq!(metric["groups"][0]["group_values"], json!(["us, ~east"]));
    assert_eq!(metric["groups"][1]["quantity"]["figures"]["total"], "5");
    for (query, field) in [
        ("?window=31", "window"),
        ("?window=x", "window"),
        ("?group_key=", "group_key"),
        ("?group_values=eu", "group_values"),
        ("?group_key=region&group_values=eu,us", "group_values"),
        ("?unknown=1", "unknown"),
    ] {
        let (status, refusal) = get(&app, &token, &format!("{path}{query}")).await;
        assert_eq!(status, 400, "{query}: {refusal}");
        assert!(refusal["message"].as_str().unwrap().contains(field), "{query}: {refusal}");
    }
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
