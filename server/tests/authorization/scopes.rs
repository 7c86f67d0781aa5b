//! What a viewer of a narrower scope sees on every route: no amount where these are hidden, no metric and no group but
//! those that the URL names.

use crate::{
    authorization::{
        call, keys,
        table::{
            OpenTo::{Form, PageOf, ReadersOfInvoices, ReadersOfUsage},
            table,
        },
    },
    common::{self, app, example},
};
use app::embed::{DashboardConfig, EmbedRequest};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use server::{
    clock,
    db::api_token::{self, Scope},
    embed_url::{Grant, Session},
    openapi::samples,
};
use sqlx::PgPool;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Calls whose answers are amounts: to whom these are hidden, they are about nobody.
const OF_AMOUNTS: [&str; 3] = [
    "/v1/customers/{customer_id}/invoices",
    "/v1/customers/{customer_id}/invoices/{invoice_id}",
    "/v1/customers/{customer_id}/invoices/breakdowns",
];

fn config(customer_id: Uuid, dashboard: &str, parts: Value) -> DashboardConfig {
    let mut body = json!({ "customer_id": customer_id, "dashboard": dashboard });
    body.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    serde_json::from_value::<EmbedRequest>(body).unwrap().config
}

fn address(path: &str, customer_id: Uuid, invoice_id: &str) -> String {
    let values = samples(clock::now());
    let address = path.replace("{customer_id}", &customer_id.to_string()).replace("{invoice_id}", invoice_id);
    let dates = format!("?starting_on={}&ending_before={}", values["last_month"], values["next_month"]);
    if path.ends_with("/breakdowns") { address + &dates } else { address }
}

/// The amounts that a text shows: `$4,218.07`.
fn amounts(text: &str) -> BTreeSet<String> {
    let is_part = |sign: &char| sign.is_ascii_digit() || [',', '.'].contains(sign);
    let amount = |rest: &str| rest.chars().take_while(is_part).collect::<String>();
    // A page's scripts have the sign before a brace, or nothing.
    text.split('$')
        .skip(1)
        .map(amount)
        .filter(|amount| amount.starts_with(|sign: char| sign.is_ascii_digit()))
        .collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn hidden_amounts_are_on_no_route(pool: PgPool) {
    let values = example::seeded(&pool, "").await;
    let customer_id: Uuid = values["customer_id"].parse().unwrap();
    let invoice_id = values["invoice_id"].clone();
    let operator = api_token::create(&pool, "read", Scope::Read, None).await.unwrap();
    let app = app(pool.clone()).await;
    let (keys, now) = (keys(), clock::now());
    let mut tried = 0;
    for dashboard in ["usage", "invoices"] {
        let session = |parts: Value| {
            let grant = Grant { customer_id, config: config(customer_id, dashboard, parts) };
            keys.sign_session(&Session::new(grant, now), now).unwrap().token
        };
        let (open, hidden) = (session(json!({})), session(json!({ "hide_amounts": true })));
        for (method, path, open_to) in table() {
            let is_own = match open_to {
                ReadersOfUsage => dashboard == "usage",
                ReadersOfInvoices => dashboard == "invoices",
                PageOf(of) => of.as_str() == dashboard,
                Form => dashboard == "invoices",
                _ => false,
            };
            if !is_own {
                continue;
            }
            tried += 1;
            let place = format!("{dashboard}: {method} {path}");
            if *open_to == Form {
                for format in ["pdf", "csv"] {
                    let form = format!("token={hidden}&{format}={invoice_id}");
                    let request = Request::post(*path).body(Body::from(form)).unwrap();
                    let (status, body) = common::send(&app, request).await;
                    assert_eq!(status, StatusCode::OK, "{place} {format}: {body}");
                    if format == "csv" {
                        let header = body.as_str().unwrap().lines().next().unwrap();
                        assert!(header.contains("Quantity") && !header.contains("Amount"), "{header}");
                    }
                }
                continue;
            }
            let at = address(path, customer_id, &invoice_id);
            let (status, seen) = call(&app, method, &at, Some(&hidden)).await;
            if OF_AMOUNTS.contains(path) {
                let unknown = address(path, Uuid::nil(), &invoice_id);
                let unknown = call(&app, method, &unknown, Some(&operator)).await;
                assert_eq!((status, seen), unknown, "{place}: looks like an unknown customer");
                continue;
            }
            assert_eq!(status, StatusCode::OK, "{place}: {seen}");
            assert_eq!(amounts(&seen), BTreeSet::new(), "{place}");
            let (_, whole) = call(&app, method, &at, Some(&open)).await;
            if matches!(open_to, PageOf(_)) {
                // The style of every page has rules for it.
                let is_hidden = |page: &str| {
                    let tag = page.split("<html").nth(1).unwrap().split('>').next().unwrap();
                    tag.contains("data-amounts=\"hidden\"")
                };
                assert!(is_hidden(&seen) && !is_hidden(&whole), "{place}");
                for query in
                    ["&measure=cost", "&group=region&measure=cost", &format!("&invoice={invoice_id}")]
                {
                    let (_, page) = call(&app, method, &format!("{at}?{query}"), Some(&hidden)).await;
                    assert_eq!(amounts(&page), BTreeSet::new(), "{place}{query}");
                }
            }
            // Without asking, the CSV has quantities.
            if path.contains("/dashboards/") && !path.ends_with("/csv") {
                assert_ne!(amounts(&whole), BTreeSet::new(), "{place}: there are amounts to hide");
            }
        }
    }
    assert!(tried >= 9, "{tried} routes were tried");
}

#[sqlx::test(migrations = "./migrations")]
async fn an_invoice_is_not_found_by_a_hidden_total(pool: PgPool) {
    let values = example::seeded(&pool, "").await;
    let customer_id: Uuid = values["customer_id"].parse().unwrap();
    let app = app(pool.clone()).await;
    let (keys, now) = (keys(), clock::now());
    let session = |parts: Value| {
        let grant = Grant { customer_id, config: config(customer_id, "invoices", parts) };
        keys.sign_session(&Session::new(grant, now), now).unwrap().token
    };
    let list = format!("/v1/customers/{customer_id}/dashboards/invoices");
    let rows = async |token: &str, number: &str| {
        let (_, found) = call(&app, "GET", &format!("{list}?number={number}"), Some(token)).await;
        let found: Value = serde_json::from_str(&found).unwrap();
        found["data"]["rows"].as_array().unwrap().clone()
    };
    let (open, hidden) = (session(json!({})), session(json!({ "hide_amounts": true })));
    let first = rows(&open, "").await[0].clone();
    let (number, total) = (first["number"].as_str().unwrap(), first["total"].as_str().unwrap());
    // With its point it is no part of a number.
    assert!(total.contains('.'), "{total}");
    let sought = total.replace('$', "%24");
    assert!(!rows(&open, &sought).await.is_empty(), "{total}");
    assert_eq!(rows(&hidden, &sought).await, Vec::<Value>::new());
    assert!(!rows(&hidden, number).await.is_empty(), "by its number it is found");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_metric_that_is_not_named_is_on_no_route(pool: PgPool) {
    let values = example::seeded(&pool, "").await;
    let customer_id: Uuid = values["customer_id"].parse().unwrap();
    let app = app(pool.clone()).await;
    let (keys, now) = (keys(), clock::now());
    let session = |parts: Value| {
        let grant = Grant { customer_id, config: config(customer_id, "usage", parts) };
        keys.sign_session(&Session::new(grant, now), now).unwrap().token
    };
    let metric = &values["billable_metric_id"];
    for (parts, is_shown) in [
        (json!({}), true),
        (json!({ "metrics": [metric] }), true),
        (json!({ "metrics": [Uuid::nil()] }), false),
        (json!({ "filters": { "no_such_key": ["a"] } }), false),
    ] {
        let token = session(parts.clone());
        for (method, path, open_to) in table() {
            if *open_to == ReadersOfUsage || matches!(open_to, PageOf(of) if of.as_str() == "usage") {
                let at = address(path, customer_id, "");
                let (status, seen) = call(&app, method, &at, Some(&token)).await;
                assert_eq!(status, StatusCode::OK, "{path}: {seen}");
                // Of a CSV the name, which is nowhere in its header.
                let is_seen = if path.ends_with("/csv") {
                    seen.contains("tokens")
                } else {
                    seen.contains(metric.as_str())
                };
                assert_eq!(is_seen, is_shown, "{parts}: {method} {path}");
            }
        }
    }
}
