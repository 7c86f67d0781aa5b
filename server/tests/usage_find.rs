//! The groups beside those of the charts: found by name, largest first, over all metrics, of one customer.

use crate::common::{app, get, seed, token};
use app::{
    billing::AggregationType,
    embed::{GroupKeyNames, group_keys::GroupKeyOverride},
    usage::{
        GroupValues, Window,
        report::{GroupMatch, GroupMatches},
    },
};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use server::{
    auth::{CustomerAccess, Operator},
    clock,
    dashboards::usage::{self, ReportQuery},
    db, ingest,
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

/// Region `r07` is called Frankfurt.
fn names() -> GroupKeyNames {
    GroupKeyNames(vec![GroupKeyOverride {
        group_key_name: "region".to_owned(),
        display_name: Some("Region".to_owned()),
        value_display_names: [("r07".to_owned(), "Frankfurt".to_owned())].into(),
    }])
}

async fn found(pool: &PgPool, customer_id: Uuid, window: Window, find: &str) -> GroupMatches {
    let asked = ReportQuery {
        window,
        group_key: Some(vec!["region".to_owned()]),
        kept: None,
        find: Some(find.to_owned()),
    };
    let report = usage::report(pool, &UsageScope::all(access(customer_id)), &names(), &asked, now())
        .await
        .unwrap()
        .unwrap();
    report.found.unwrap()
}

fn listed(found: &GroupMatches) -> Vec<&str> {
    found.groups.iter().map(|group| group.name.as_str()).collect()
}

fn group(value: Option<&str>, name: &str) -> GroupMatch {
    let group_values: GroupValues = vec![value.map(ToOwned::to_owned)];
    GroupMatch { group_values, name: name.to_owned() }
}

/// One event a value of properties, on a day.
async fn used(pool: &PgPool, customer_id: Uuid, at: DateTime<Utc>, all: impl IntoIterator<Item = Value>) {
    let event = |properties: Value| {
        seed::event(&Uuid::new_v4().to_string(), customer_id, at, &properties.to_string())
    };
    ingest::record(pool, all.into_iter().map(event).collect(), at.max(now())).await.unwrap();
}

/// Tokens in some regions, users in others; what names a region is `r` and a number.
async fn in_forty_regions(pool: &PgPool, at: DateTime<Utc>) -> Uuid {
    let acme = seed::customer(pool, "Acme").await;
    let keys = r#"[["model"],["region"]]"#;
    let sum = seed::metric(pool, AggregationType::Sum, "tokens", keys).await;
    let unique = seed::metric(pool, AggregationType::Unique, "user", r#"[["region"]]"#).await;
    seed::on_plan(pool, acme, &[sum, unique]).await;
    // Both have r15 to r25; half of all is folded, the other half waits.
    used(pool, acme, at, (1..=25).map(|n| json!({ "tokens": n, "region": format!("r{n:02}") }))).await;
    db::usage::fold(pool).await.unwrap();
    used(pool, acme, at, (15..=40).map(|n| json!({ "user": "u", "region": format!("r{n:02}") }))).await;
    acme
}

#[sqlx::test(migrations = "./migrations")]
async fn every_group_of_every_metric_is_found_once(pool: PgPool) {
    let acme = in_forty_regions(&pool, now()).await;
    let other = seed::customer(&pool, "Other").await;
    used(&pool, other, now(), [json!({ "tokens": 1, "region": "r99" })]).await;
    for folded in [false, true] {
        let all = found(&pool, acme, Window::default(), "").await;
        // As on the charts: the most tokens first, then the regions of users alone, which have one each.
        let mut expected: Vec<String> = (1..=25).rev().chain(26..=40).map(|n| format!("r{n:02}")).collect();
        "Frankfurt".clone_into(&mut expected[18]);
        assert_eq!((listed(&all), all.of), (expected.iter().map(String::as_str).collect(), 40), "{folded}");
        assert_eq!(all.groups[18], group(Some("r07"), "Frankfurt"));

        // A text narrows, in any case; a name is found as it is read, and by what it stands for.
        let narrow = found(&pool, acme, Window::default(), "R3").await;
        assert_eq!((listed(&narrow).len(), narrow.of, narrow.find.as_str()), (10, 10, "R3"));
        for find in ["frank", "R07"] {
            assert_eq!(listed(&found(&pool, acme, Window::default(), find).await), ["Frankfurt"], "{find}");
        }
        // What is a wildcard elsewhere stands for itself, and another customer's groups are never found.
        for find in ["%", "r_1", "\\", "r99"] {
            let none = found(&pool, acme, Window::default(), find).await;
            assert_eq!((none.groups.len(), none.of), (0, 0), "{find}");
        }
        if !folded {
            db::usage::fold(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn groups_are_those_of_the_window_and_are_named_as_the_page_names_them(pool: PgPool) {
    let acme = in_forty_regions(&pool, "2026-10-01T12:00:00Z".parse().unwrap()).await;
    let odd = [
        json!({ "tokens": 1 }),
        json!({ "tokens": 1, "region": " " }),
        json!({ "tokens": 1, "region": "ZÜRICH_1%" }),
        json!({ "tokens": 1, "region": "a, b" }),
    ];
    used(&pool, acme, now(), odd).await;
    let month = found(&pool, acme, Window::Days(30), "").await;
    let mut groups = month.groups;
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(
        groups,
        [
            group(Some(" "), "(blank)"),
            group(None, "No Region"),
            group(Some("ZÜRICH_1%"), "ZÜRICH_1%"),
            group(Some("a, b"), "a, b"),
        ]
    );
    for (find, name) in
        [("no reg", "No Region"), ("zürich", "ZÜRICH_1%"), ("h_1%", "ZÜRICH_1%"), ("A, B", "a, b")]
    {
        assert_eq!(listed(&found(&pool, acme, Window::Days(30), find).await), [name], "{find}");
    }
    let quarter = found(&pool, acme, Window::Days(90), "").await;
    assert_eq!((quarter.groups.len(), quarter.of), (44, 44));
    // Of more than 50, the largest, and how many there are.
    used(&pool, acme, now(), (41..=90).map(|n| json!({ "tokens": 1, "region": format!("r{n:02}") }))).await;
    let many = found(&pool, acme, Window::Days(90), "r").await;
    let first = listed(&many);
    assert_eq!((first.len(), many.of, first[0]), (50, 92, "r25"));
    assert!(first.contains(&"r45") && !first.contains(&"r90") && !first.contains(&"r26"), "{first:?}");
}

#[sqlx::test(migrations = "./migrations")]
async fn the_call_lists_groups_only_when_it_is_asked_to(pool: PgPool) {
    let acme = in_forty_regions(&pool, clock::now()).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let ask = async |query: &str| {
        let (status, answer) =
            get(&app, &token, &format!("/v1/customers/{acme}/dashboards/usage?{query}")).await;
        (status, answer["data"]["found"].clone(), answer["message"].clone())
    };
    assert_eq!(ask("group_key=region").await.1, Value::Null);
    let (status, found, _) = ask("group_key=region&find=+r07+").await;
    assert_eq!(status, StatusCode::OK);
    let group = json!({ "name": "r07", "group_values": ["r07"] });
    assert_eq!(found, json!({ "find": "r07", "groups": [group], "of": 1 }));
    assert_eq!(ask("group_key=region&find=").await.1["of"], 40);
    assert_eq!(ask("group_key=model&find=").await.1["groups"][0]["name"], "No model");
    let (status, _, message) = ask("group_key=zone&find=").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "no metric has this key: {message}");
    let (status, _, message) = ask("find=r").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(message, "find: needs a group_key, whose groups are listed");
}
