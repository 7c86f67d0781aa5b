//! Invoices over HTTP: drafts and stored ones in one list, filters, cursors, voiding.

use crate::common::{
    app,
    billing::{billed, day, finalize, used},
    get, post, token,
};
use app::invoices::{InvoiceReport, InvoiceStatus, InvoicesReport};
use axum::http::StatusCode;
use chrono::{Datelike, Duration, Months};
use serde_json::{Value, json};
use server::clock;
use sqlx::PgPool;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The first of the month `back` months ago.
fn month(back: u32) -> String {
    let now = clock::now();
    (now.date_naive().with_day(1).unwrap() - Months::new(back)).to_string()
}

fn ids(page: &Value) -> Vec<String> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invoice| invoice["id"].as_str().unwrap().to_owned())
        .collect()
}

/// A customer with three months of history and everything due finalized.
async fn with_history(pool: &PgPool) -> crate::common::billing::Billed {
    let billed = billed(pool, &month(3), None).await;
    used(pool, &billed, day(&month(1)) + Duration::days(3), 40, "eu").await;
    used(pool, &billed, day(&month(1)) + Duration::days(4), 2, "").await;
    finalize(pool, &clock::now().date_naive().to_string()).await;
    billed
}

#[sqlx::test(migrations = "./migrations")]
async fn the_cursor_walks_all_invoices_exactly_once_in_both_orders(pool: PgPool) {
    let billed = with_history(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let path = format!("/v1/customers/{}/invoices", billed.customer_id);
    let (status, all) = get(&app, &token, &path).await;
    assert_eq!(status, StatusCode::OK, "{all}");
    let all = ids(&all);
    assert_eq!(all.len(), 4);
    for (sort, limit) in
        [("date_asc", 1), ("date_asc", 3), ("date_desc", 1), ("date_desc", 2), ("date_desc", 4)]
    {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{path}?sort={sort}&limit={limit}&next_page={cursor}");
            let (_, page) = get(&app, &token, &path).await;
            walked.extend(ids(&page));
            match page["next_page"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        if sort == "date_desc" {
            walked.reverse();
        }
        assert_eq!(walked, all, "{sort} by {limit}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_list_keeps_to_its_filters(pool: PgPool) {
    let billed = with_history(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let count = async |query: &str| {
        let path = format!("/v1/customers/{}/invoices?{query}", billed.customer_id);
        let (status, page) = get(&app, &token, &path).await;
        assert_eq!(status, StatusCode::OK, "{query}: {page}");
        page["data"].as_array().unwrap().len()
    };
    // In the grace period after a month's end, the month before is a draft too.
    let drafts = if clock::now().day() == 1 { 2 } else { 1 };
    for (query, expected) in [
        ("status=DRAFT".to_owned(), drafts),
        ("status=finalized".to_owned(), 4 - drafts),
        ("status=FINALIZED,DRAFT".to_owned(), 4),
        ("status=VOID".to_owned(), 0),
        ("type=USAGE".to_owned(), 4),
        ("type=SCHEDULED".to_owned(), 0),
        (format!("contract_id={}", Uuid::nil()), 0),
        (format!("credit_type_id={}", app::billing::CreditType::USD_CENTS), 4),
        (format!("credit_type_id={}", Uuid::nil()), 0),
        (format!("starting_on={}T00:00:00Z", month(2)), 3),
        (format!("starting_on={}T00:00:00.000&ending_before={}T00:00:00Z", month(2), month(1)), 1),
        (format!("ending_before={}T00:00:00%2B00:00", month(3)), 0),
    ] {
        assert_eq!(count(&query).await, expected, "{query}");
    }
    for (query, named) in [
        ("status=PAID", "status"),
        ("sort=up", "sort"),
        ("type=X", "type"),
        ("limit=0", "limit"),
        ("next_page=!", "next_page"),
        ("starting_on=yesterday", "starting_on"),
        ("credit_type_id=1", "credit_type_id"),
    ] {
        let path = format!("/v1/customers/{}/invoices?{query}", billed.customer_id);
        let (status, body) = get(&app, &token, &path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(body["message"].as_str().unwrap().starts_with(named), "{query}: {body}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_dashboard_is_read_as_json(pool: PgPool) {
    let billed = with_history(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let path = format!("/v1/customers/{}/dashboards/invoices", billed.customer_id);
    let (status, plain) = get(&app, &token, &path).await;
    assert_eq!(status, StatusCode::OK, "{plain}");
    let plain: InvoicesReport = serde_json::from_value(plain["data"].clone()).unwrap();
    assert_eq!((plain.current.len(), plain.rows.len(), plain.next_page), (1, 3, None));
    assert_eq!(plain.statuses, [InvoiceStatus::Draft, InvoiceStatus::Finalized, InvoiceStatus::Void]);
    // Tokens at 2 cents, those with a region at 1 cent more, and a fee of 10 dollars.
    let used = plain.rows.iter().find(|row| row.total != "$10.00").unwrap();
    assert_eq!(used.total, "$11.26");
    let number = used.number.clone().unwrap_or_default();
    for (query, rows) in [
        ("status=DRAFT".to_owned(), 4 - plain.rows.iter().filter(|row| row.number.is_some()).count()),
        ("status=VOID".to_owned(), 0),
        ("number=INV".to_owned(), plain.rows.iter().filter(|row| row.number.is_some()).count()),
    ] {
        let (status, list) = get(&app, &token, &format!("{path}?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query}: {list}");
        let list: InvoicesReport = serde_json::from_value(list["data"].clone()).unwrap();
        assert_eq!((list.current.len(), list.rows.len()), (0, rows), "{query}");
    }
    let whole = number.trim_start_matches("INV-").trim_start_matches('0');
    for (searched, rows) in [
        (number.replace('-', ""), 1),
        (number.to_lowercase(), 1),
        (format!("inv-{whole}"), 1),
        (format!("%23{whole}"), 1),
        ("11.26".to_owned(), 1),
        ("%2411.26".to_owned(), 1),
        ("11.2".to_owned(), 1),
        ("10".to_owned(), 2),
        ("1.26".to_owned(), 0),
        ("%23".to_owned(), 0),
    ] {
        let (status, list) = get(&app, &token, &format!("{path}?number={searched}")).await;
        assert_eq!(status, StatusCode::OK, "{searched}: {list}");
        let list: InvoicesReport = serde_json::from_value(list["data"].clone()).unwrap();
        assert_eq!(list.rows.len(), rows, "{searched}");
        assert!(rows != 1 || list.rows[0].id == used.id, "{searched}");
    }
    let (status, one) = get(&app, &token, &format!("{path}/{}", used.id)).await;
    assert_eq!(status, StatusCode::OK, "{one}");
    let one: InvoiceReport = serde_json::from_value(one["data"].clone()).unwrap();
    assert_eq!((one.document.total.as_str(), one.document.title.as_str()), ("$11.26", number.as_str()));
    let cost = one.daily_cost.unwrap();
    assert_eq!(cost.days.values.iter().filter(|day| **day != 0).collect::<Vec<_>>(), [&120, &6]);
    assert!(
        cost.rest_note.starts_with("Not shown by day: Support $10.00. A day costs"),
        "{}",
        cost.rest_note
    );
    for (query, named) in [
        ("?status=PAID".to_owned(), "status"),
        ("?next_page=!".to_owned(), "next_page"),
        (format!("?number={}", "x".repeat(201)), "number"),
        (format!("/{}?find={}", used.id, "x".repeat(201)), "find"),
    ] {
        let (status, body) = get(&app, &token, &format!("{path}{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(body["message"].as_str().unwrap().starts_with(named), "{query}: {body}");
    }
    let (status, _) = get(&app, &token, &format!("{path}/{}", Uuid::nil())).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_invoice_has_the_shape_of_the_contract(pool: PgPool) {
    let billed = with_history(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let path = format!("/v1/customers/{}/invoices", billed.customer_id);
    let (_, page) = get(&app, &token, &path).await;
    let invoice = &page["data"][2];
    let (status, found) = get(&app, &token, &format!("{path}/{}", invoice["id"].as_str().unwrap())).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(&found["data"], invoice);
    assert_eq!(invoice["type"], "PLAN_ARREARS");
    assert_eq!(invoice["plan_name"], "Pro");
    assert_eq!(invoice["net_payment_terms_days"], 30);
    assert_eq!(invoice["external_invoice"], Value::Null);
    assert_eq!(invoice["credit_type"]["name"], "USD (cents)");
    // 42 at 2 cents; by region 40 and 2 at 1 cent; the fee
    assert_eq!(invoice["total"], 1_126);
    let lines: Vec<_> = invoice["line_items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            json!([line["name"], line["group_key"], line["group_value"], line["quantity"], line["total"]])
        })
        .collect();
    assert_eq!(
        json!(lines),
        json!([
            ["Tokens", null, null, 42, 84],
            ["Traffic", "region", "eu", 40, 40],
            ["Traffic", "region", null, 2, 2],
            ["Support", null, null, 1, 1_000],
        ])
    );
    for line in invoice["line_items"].as_array().unwrap() {
        assert!(["credit_type", "name", "total", "type"].iter().all(|key| !line[key].is_null()), "{line}");
        for sub_line in line["sub_line_items"].as_array().unwrap() {
            let required = ["custom_fields", "name", "quantity", "subtotal", "price", "charge_id"];
            assert!(required.iter().all(|key| !sub_line[key].is_null()), "{sub_line}");
        }
    }
    // A month without usage: the fee alone when zero lines are not wanted.
    let first = page["data"][0]["id"].as_str().unwrap();
    let (_, all) = get(&app, &token, &format!("{path}/{first}")).await;
    let (_, some) = get(&app, &token, &format!("{path}/{first}?skip_zero_qty_line_items=true")).await;
    assert_eq!(all["data"]["line_items"].as_array().unwrap().len(), 2);
    assert_eq!(some["data"]["line_items"].as_array().unwrap().len(), 1);
    assert_eq!(all["data"]["total"], some["data"]["total"]);
}

#[sqlx::test(migrations = "./migrations")]
async fn only_what_is_finalized_can_be_voided_and_twice_is_once(pool: PgPool) {
    let billed = with_history(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let path = format!("/v1/customers/{}/invoices", billed.customer_id);
    let void = async |id: &str| post(&app, &token, "/v1/invoices/void", json!({ "id": id })).await;
    let (_, page) = get(&app, &token, &path).await;
    let ids = ids(&page);
    for _ in 0..2 {
        let (status, body) = void(&ids[0]).await;
        assert_eq!((status, body), (StatusCode::OK, json!({ "data": { "id": ids[0] } })));
    }
    let (_, voided) = get(&app, &token, &format!("{path}?status=VOID")).await;
    assert_eq!(voided["data"][0]["id"], ids[0].as_str());
    assert_eq!(voided["data"][0]["status"], "VOID");
    assert_eq!(voided["data"][0]["total"], page["data"][0]["total"]);
    let (status, body) = void(&ids[3]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body["message"].as_str().unwrap().starts_with("id: is a draft"), "{body}");
    assert_eq!(void(&Uuid::new_v4().to_string()).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        finalize(&pool, &clock::now().date_naive().to_string()).await,
        0,
        "a void period is not billed again"
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn numbers_and_ids_are_those_of_one_invoice(pool: PgPool) {
    let billed = with_history(&pool).await;
    let other = with_history(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (_, page) = get(&app, &token, &format!("/v1/customers/{}/invoices", billed.customer_id)).await;
    let numbers: BTreeSet<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|invoice| invoice["invoice_number"].as_str())
        .collect();
    assert!(numbers.contains("INV-0001") && numbers.len() >= 2, "{numbers:?}");
    for id in ids(&page) {
        let path = format!("/v1/customers/{}/invoices/{id}", other.customer_id);
        assert_eq!(get(&app, &token, &path).await.0, StatusCode::NOT_FOUND);
    }
    let unknown = format!("/v1/customers/{}/invoices", Uuid::new_v4());
    assert_eq!(get(&app, &token, &unknown).await.0, StatusCode::NOT_FOUND);
    assert_eq!(get(&app, &token, &format!("{unknown}/{}", Uuid::new_v4())).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn drafts_of_several_periods_are_rated_each_from_its_own_usage(pool: PgPool) {
    let billed = billed(&pool, &month(2), None).await;
    for (back, tokens) in [(2, 7), (1, 5), (0, 3)] {
        used(&pool, &billed, day(&month(back)), tokens, "eu").await;
    }
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let path = format!("/v1/customers/{}/invoices", billed.customer_id);
    let (_, page) = get(&app, &token, &path).await;
    let found: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invoice| json!([invoice["status"], invoice["line_items"][0]["quantity"], invoice["total"]]))
        .collect();
    assert_eq!(json!(found), json!([["DRAFT", 7, 1_021], ["DRAFT", 5, 1_015], ["DRAFT", 3, 1_009]]));
    for id in ids(&page) {
        assert_eq!(get(&app, &token, &format!("{path}/{id}")).await.0, StatusCode::OK);
    }
}
