//! What a scope leaves of usage: a team reads what a customer would who had no other usage, and what cannot be told apart
//! is not there.

use crate::common::{app, post, seed, token};
use app::{
    billing::AggregationType,
    embed::{GroupKeyNames, ViewerScope},
    usage::{Window, report::UsageReport},
};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use server::{
    dashboards::usage::{self, ReportQuery},
    db, ingest,
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

/// Day, tokens, team and region. Both teams of the viewer have the 7 of Nov 5, and the other team more than they.
const USED: &[(&str, i64, Option<&str>, &str)] = &[
    ("2026-09-12", 3, Some("blue"), "eu"),
    ("2026-09-10", 5, Some("blue"), "us"),
    ("2026-10-20", 40, Some("green"), "eu"),
    ("2026-10-20", 4, Some("red"), "eu"),
    ("2026-11-05", 7, Some("blue"), "eu"),
    ("2026-11-05", 7, Some("red"), "us"),
    ("2026-11-05", 900, Some("green"), "us"),
    ("2026-11-06", 9, None, "eu"),
    ("2026-11-22", 2, Some("red"), "eu"),
    ("2026-11-22", 1, Some("blue"), "us"),
];

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn scope(customer_id: Uuid, viewer: Value) -> UsageScope {
    let viewer: ViewerScope = serde_json::from_value(viewer).unwrap();
    UsageScope::shown(seed::access(customer_id), &viewer)
}

async fn report(pool: &PgPool, scope: &UsageScope, asked: &ReportQuery) -> UsageReport {
    usage::report(pool, scope, &GroupKeyNames::default(), asked, now()).await.unwrap().unwrap()
}

fn by(group_key: &[&str]) -> ReportQuery {
    ReportQuery {
        window: Window::Days(30),
        group_key: Some(group_key.iter().map(|name| (*name).to_owned()).collect()),
        kept: None,
        find: Some(String::new()),
    }
}

/// Records the usage of these teams, at an hour that grows, so that the latest value is known.
async fn used(pool: &PgPool, customer_id: Uuid, is_of: impl Fn(Option<&str>) -> bool) {
    let mut events = Vec::new();
    for (hour, (date, tokens, team, region)) in USED.iter().enumerate().filter(|(_, one)| is_of(one.2)) {
        let at: DateTime<Utc> = format!("{date}T{hour:02}:00:00Z").parse().unwrap();
        let mut properties = json!({ "tokens": tokens, "region": region });
        if let Some(team) = team {
            properties["team"] = json!(team);
        }
        let id = format!("{customer_id} {hour}");
        events.push(seed::event(&id, customer_id, at, &properties.to_string()));
    }
    ingest::record(pool, events, now()).await.unwrap();
}

/// Two customers with every kind of metric: one with all usage, one with that of the teams blue and red alone.
async fn whole_and_part(pool: &PgPool, group_keys: &str) -> (Uuid, Uuid) {
    let mut metrics = Vec::new();
    for kind in KINDS {
        metrics.push(seed::metric(pool, kind, "tokens", group_keys).await);
    }
    let (whole, part) = (seed::customer(pool, "Whole").await, seed::customer(pool, "Part").await);
    for customer_id in [whole, part] {
        seed::on_plan(pool, customer_id, &metrics).await;
    }
    used(pool, whole, |_| true).await;
    used(pool, part, |team| matches!(team, Some("blue" | "red"))).await;
    (whole, part)
}

#[sqlx::test(migrations = "./migrations")]
async fn a_team_sees_what_a_customer_would_who_had_no_other_usage(pool: PgPool) {
    let keys = r#"[["region"],["team"],["region","team"]]"#;
    let (whole, part) = whole_and_part(&pool, keys).await;
    let filtered = scope(whole, json!({ "f": { "team": ["blue", "red", "unknown"] } }));
    let own = UsageScope::all(seed::access(part));
    for is_folded in [false, true] {
        for asked in [ReportQuery::default(), by(&["team"]), by(&["region", "team"])] {
            let (seen, expected) =
                (report(&pool, &filtered, &asked).await, report(&pool, &own, &asked).await);
            assert_eq!(seen.metrics, expected.metrics, "{asked:?}, folded: {is_folded}");
            assert_eq!(seen.totals, expected.totals, "{asked:?}, folded: {is_folded}");
            assert_eq!(seen.found, expected.found, "{asked:?}, folded: {is_folded}");
        }
        let seen = report(&pool, &filtered, &ReportQuery::default()).await;
        let offered: Vec<_> = seen.group_keys.iter().map(|key| key.group_key.join(",")).collect();
        assert_eq!(offered, ["team", "region,team"], "by region alone, other teams are among them");
        // A group of another team is not listed when it is asked for either.
        let kept = ReportQuery { kept: Some(vec![Some("green".to_owned())]), ..by(&["team"]) };
        let text = serde_json::to_string(&report(&pool, &filtered, &kept).await).unwrap();
        assert!(!text.contains("green"), "{text}");
        if !is_folded {
            db::usage::fold(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn two_filters_hold_together_and_each_needs_a_key_of_both(pool: PgPool) {
    let (whole, _) = whole_and_part(&pool, r#"[["team"],["team","region"]]"#).await;
    let both = scope(whole, json!({ "f": { "team": ["red"], "region": ["eu"] } }));
    let seen = report(&pool, &both, &ReportQuery::default()).await;
    let sum = seen.metrics.iter().find(|metric| metric.name == "SUM of tokens").unwrap();
    assert_eq!(sum.quantity.as_ref().unwrap().windows[1].total, "6", "4 of Oct 20 and 2 of Nov 22");
    assert_eq!(seen.group_keys.len(), 1);
    let by_team = report(&pool, &both, &by(&["team"])).await;
    assert!(by_team.metrics.iter().all(|metric| metric.groups.is_none()), "no key of the team alone");
}

#[sqlx::test(migrations = "./migrations")]
async fn what_cannot_be_told_apart_is_not_shown(pool: PgPool) {
    let acme = seed::customer(&pool, "Acme").await;
    let told = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["team"]]"#).await;
    let untold = seed::metric(&pool, AggregationType::Count, "", r#"[["region"]]"#).await;
    let plan_id = seed::on_plan(&pool, acme, &[told, untold]).await;
    used(&pool, acme, |_| true).await;
    let filtered = scope(acme, json!({ "f": { "team": ["blue"] } }));
    let ids = |report: &UsageReport| -> Vec<String> {
        report.metrics.iter().map(|metric| metric.id.clone()).collect()
    };
    let seen = report(&pool, &filtered, &ReportQuery::default()).await;
    assert_eq!(ids(&seen), [told.to_string()]);
    assert_eq!(seen.metrics[0].cost.as_ref().unwrap().windows[0].total, "$0.08", "8 tokens of one price");

    // What the others used decides in which tier these are.
    sqlx::query(r#"update charge set prices = '[{"tier": 0, "value": 1}, {"tier": 5, "value": 2}]' where plan_id = $1"#)
        .bind(plan_id)
        .execute(&pool)
        .await
        .unwrap();
    let tiered = report(&pool, &filtered, &ReportQuery::default()).await;
    assert_eq!(tiered.metrics[0].quantity, seen.metrics[0].quantity);
    assert_eq!(tiered.metrics[0].cost, None);
    assert!(tiered.metrics[0].no_cost.as_ref().unwrap().contains("tiers"), "{tiered:?}");

    // Metrics by name, and both: nothing is left, and it is said.
    let named = scope(acme, json!({ "m": [untold] }));
    assert_eq!(ids(&report(&pool, &named, &ReportQuery::default()).await), [untold.to_string()]);
    let neither = scope(acme, json!({ "m": [untold], "f": { "team": ["blue"] } }));
    let nothing = report(&pool, &neither, &ReportQuery::default()).await;
    assert_eq!((ids(&nothing), nothing.totals.len(), nothing.group_keys.len()), (Vec::new(), 0, 0));
    assert_eq!(nothing.nothing.as_deref(), Some("There is no usage to show here."));
}

#[sqlx::test(migrations = "./migrations")]
async fn hidden_amounts_leave_quantities_and_shares(pool: PgPool) {
    let (whole, _) = whole_and_part(&pool, r#"[["team"]]"#).await;
    let hidden = scope(whole, json!({ "h": true }));
    let all = UsageScope::all(seed::access(whole));
    let (seen, expected) =
        (report(&pool, &hidden, &by(&["team"])).await, report(&pool, &all, &by(&["team"])).await);
    assert!(serde_json::to_string(&expected).unwrap().contains('$'), "there is money to hide");
    let text = serde_json::to_string(&seen).unwrap();
    assert!(!text.contains('$'), "{text}");
    for (seen, expected) in seen.metrics.iter().zip(&expected.metrics) {
        assert_eq!(seen.quantity, expected.quantity);
        assert_eq!(seen.no_cost.as_deref(), Some("Amounts are not shown here."));
        for (seen, expected) in seen.groups.iter().flatten().zip(expected.groups.iter().flatten()) {
            assert_eq!((&seen.quantity, &seen.cost), (&expected.quantity, &None));
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_scope_that_names_what_is_not_there_is_refused(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Count, "", r#"[["team"],["region"]]"#).await;
    let other = seed::metric(&pool, AggregationType::Count, "", "[]").await;
    let unknown = Uuid::nil();
    for (parts, expected) in [
        (
            json!({ "metrics": [metric, unknown] }),
            format!("metrics: \"{unknown}\" is not the id of a billable metric"),
        ),
        (
            json!({ "filters": { "tema": ["blue"] } }),
            "filters: no billable metric is grouped by \"tema\"; known are region, team".to_owned(),
        ),
        (
            json!({ "filters": { "team": ["blue"], "region": ["eu"] } }),
            "filters: leave nothing to show".to_owned(),
        ),
        (
            json!({ "metrics": [other], "filters": { "team": ["blue"] } }),
            "filters: leave nothing to show".to_owned(),
        ),
        (json!({ "filters": { "team": "blue" } }), "filters.team: must be".to_owned()),
        (json!({ "viewer": { "name": "Ada" } }), "viewer.id: is required".to_owned()),
    ] {
        let mut body = json!({ "customer_id": acme, "dashboard": "usage" });
        body.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        let (status, answer) = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await;
        let message = answer["message"].as_str().unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{message}");
        assert!(message.starts_with(&expected), "{message}");
    }
    let body = json!({
        "customer_id": acme, "dashboard": "usage", "viewer": { "id": "u_17", "name": "Ada" }, "hide_amounts": true,
        "metrics": [metric], "filters": { "team": ["blue"] },
    });
    let (status, answer) = post(&app, &token, "/v1/dashboards/getEmbeddableUrl", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}
