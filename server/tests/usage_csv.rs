//! The usage dashboard as CSV: the days that the page shows, exact, by window, group and measure.

use crate::common::{app, get, seed, token};
use app::billing::AggregationType;
use axum::http::StatusCode;
use chrono::{DateTime, Days, Utc};
use serde_json::{Value, json};
use server::{clock, ingest};
use sqlx::PgPool;
use uuid::Uuid;

/// Tokens of a region, so many days ago.
async fn used(pool: &PgPool, customer_id: Uuid, ago: u64, tokens: &str, region: &str) {
    let at: DateTime<Utc> = clock::now() - Days::new(ago);
    let properties = json!({ "tokens": tokens, "region": region }).to_string();
    let event = seed::event(&Uuid::new_v4().to_string(), customer_id, at, &properties);
    ingest::record(pool, vec![event], clock::now()).await.unwrap();
}

fn day(ago: u64) -> String {
    (clock::now().date_naive() - Days::new(ago)).to_string()
}

#[sqlx::test(migrations = "./migrations")]
async fn each_day_of_what_is_shown_is_a_record(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let sum = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    let latest = seed::metric(&pool, AggregationType::Latest, "tokens", "[]").await;
    seed::on_plan(&pool, acme, &[sum, latest]).await;
    used(&pool, acme, 3, "0.125", "=eu").await;
    used(&pool, acme, 2, "1000", "us, east").await;
    let lines = async |query: &str| -> Vec<String> {
        let path = format!("/v1/customers/{acme}/dashboards/usage/csv?{query}");
        let (status, file) = get(&app, &token, &path).await;
        assert_eq!(status, StatusCode::OK, "{file}");
        file.as_str().unwrap().lines().map(str::to_owned).collect()
    };

    let whole = lines("").await;
    assert_eq!(whole[0], "Metric,Group key,Group,Measure,Unit,Day (UTC),Value,Note");
    let of = |lines: &[String], name: &str| -> Vec<String> {
        lines.iter().filter(|line| line.starts_with(name)).cloned().collect()
    };
    let days = of(&whole, "SUM of tokens,");
    assert_eq!(days.len(), 30, "{days:?}");
    assert_eq!(days[26], format!("SUM of tokens,,,quantity,,{},0.125,", day(3)));
    assert_eq!(days[27], format!("SUM of tokens,,,quantity,,{},1000,", day(2)));
    assert_eq!(days[29], format!("SUM of tokens,,,quantity,,{},0,", day(0)));
    assert_eq!(of(&whole, "LATEST of tokens,").len(), 2, "a day without events has no level");

    // A name is no formula, and a comma does not part it.
    let grouped = lines("window=60&group_key=region").await;
    let eu = format!("SUM of tokens,region,'=eu,quantity,,{},0.125,", day(3));
    let us = format!("SUM of tokens,region,\"us, east\",quantity,,{},1000,", day(2));
    assert!(grouped.contains(&eu) && grouped.contains(&us), "{grouped:#?}");
    assert_eq!(of(&grouped, "SUM of tokens,region,").len(), 2 * 60);
    // A comma of a value is written as ~1.
    let alone = lines("group_key=region&group_values=us~1%20east").await;
    assert_eq!(of(&alone, "SUM of tokens,region,\"us, east\"").len(), 30, "{alone:#?}");
    assert_eq!(of(&alone, "SUM of tokens,").len(), 30);
}

#[sqlx::test(migrations = "./migrations")]
async fn money_and_sums_up_to_a_day_are_what_the_page_shows(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let sum = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    let latest = seed::metric(&pool, AggregationType::Latest, "tokens", "[]").await;
    seed::on_plan(&pool, acme, &[sum, latest]).await;
    used(&pool, acme, 3, "7", "eu").await;
    used(&pool, acme, 2, "5", "us").await;
    let path = format!("/v1/customers/{acme}/dashboards/usage/csv");
    let (_, costs) = get(&app, &token, &format!("{path}?measure=cost&view=cumulative")).await;
    let costs = costs.as_str().unwrap();
    for (ago, value) in [(4, "0"), (3, "0.07"), (2, "0.12"), (0, "0.12")] {
        let line = format!("SUM of tokens,,,cumulative cost,$,{},{value},", day(ago));
        assert!(costs.lines().any(|one| one == line), "{line}: {costs}");
    }
    let hidden: Vec<&str> = costs.lines().filter(|line| line.starts_with("LATEST")).collect();
    assert_eq!(hidden.len(), 1, "why it has no cost by day: {hidden:?}");
    for (query, expected) in [
        ("measure=money", "measure: \"money\" is not one of quantity, cost"),
        ("view=sum", "view: \"sum\" is not one of daily, cumulative"),
        ("window=31", "window: \"31\" is not one of 30, 60, 90, period"),
        ("group_key=zone", "group_key: \"zone\" is not a group key of the metrics shown"),
    ] {
        let (status, answer) = get(&app, &token, &format!("{path}?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(expected), "{answer}");
    }
    let log = format!("/v1/auditLogs?resource_type=customer&resource_id={acme}");
    let (_, log) = get(&app, &token, &log).await;
    let rows: Vec<&Value> = log["data"].as_array().unwrap().iter().map(|row| &row["action"]).collect();
    assert_eq!(rows, [&json!("retrieve_usage_csv")], "what was refused took nothing");
}
