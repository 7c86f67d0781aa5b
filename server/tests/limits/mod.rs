//! Every bound: what reaches it is taken, what is one beyond is refused by the name of its field and stores nothing.

mod bounds;

use crate::common::{app, billing, example, seed, send, token};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use bounds::{Asked, Bound, asked, bounds, declared, names, text};
use serde_json::{Value, json};
use server::{limits, openapi};
use sqlx::PgPool;

async fn sent(app: &Router, token: &str, path: &str, body: String) -> (StatusCode, Value) {
    let request = Request::post(path).header("authorization", format!("Bearer {token}"));
    send(app, request.body(Body::from(body)).unwrap()).await
}

/// Rows of everything that a call could make.
async fn rows(pool: &PgPool) -> i64 {
    let sql = "select sum(count)::bigint from (
        select count(*) from added_charge
        union all select count(*) from allowed_origin
        union all select count(*) from audit_log
        union all select count(*) from billable_metric
        union all select count(*) from charge
        union all select count(*) from credit_type
        union all select count(*) from customer
        union all select count(*) from customer where salesforce_account_id is not null
        union all select count(*) from customer, jsonb_object_keys(custom_fields)
        union all select count(*) from custom_field_key
        union all select count(*) from customer_plan
        union all select count(*) from dashboard_revocation
        union all select count(*) from ingest_alias
        union all select count(*) from plan
        union all select count(*) from product
        union all select count(*) from usage_dedupe
        union all select count(*) from usage_event
    ) as counts";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn what_reaches_a_bound_is_taken_and_one_more_is_refused_by_name(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut values = example::seeded(&pool, "").await;
    let on_plan = values.insert("on_plan_customer_id", values["customer_id"].clone());
    assert_eq!(on_plan, None);
    let charge: uuid::Uuid =
        sqlx::query_scalar("select id from charge where plan_id = $1 order by position limit 1")
            .bind(values["plan_id"].parse::<uuid::Uuid>().unwrap())
            .fetch_one(&pool)
            .await
            .unwrap();
    values.insert("charge_id", charge.to_string());
    declared(&pool).await;
    for Bound { path, field, most, body } in bounds() {
        values.insert("customer_id", seed::customer(&pool, "Somebody").await.to_string());
        let filled = openapi::fill(path, &values);
        let at = openapi::fill(&body(most).to_string(), &values);
        let beyond = openapi::fill(&body(most + 1).to_string(), &values);
        let before = rows(&pool).await;
        let (status, answer) = sent(&app, &token, &filled, beyond).await;
        let message = answer["message"].as_str().unwrap_or_default();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {field} {}: {answer:.300}", most + 1);
        assert!(message.starts_with(field) && message.len() < 1_000, "{path} {field}: {message:.300}");
        assert_eq!(rows(&pool).await, before, "{path} {field}: a refused call stored something");
        let (status, answer) = sent(&app, &token, &filled, at).await;
        assert_eq!(status, StatusCode::OK, "{path} {field} {most}: {answer:.300}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_a_dashboard_is_asked_reaches_its_bounds_and_no_further(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut values = example::seeded(&pool, "").await;
    values.insert("on_plan_customer_id", values["customer_id"].clone());
    // The call knows the group keys of the customer's metrics alone.
    sqlx::query("update billable_metric set group_keys = group_keys || $2 where id = $1")
        .bind(values["billable_metric_id"].parse::<uuid::Uuid>().unwrap())
        .bind(json!([names(limits::GROUP_KEY_NAMES), ["region", text(limits::WORD)]]))
        .execute(&pool)
        .await
        .unwrap();
    let ask = async |path: &str, query: &[(&str, String)]| {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        crate::common::get(&app, &token, &format!("{}?{query}", openapi::fill(path, &values))).await
    };
    for Asked { path, field, most, query } in asked() {
        let (status, answer) = ask(path, &query(most + 1)).await;
        let message = answer["message"].as_str().unwrap_or_default();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {field} {}: {answer:.300}", most + 1);
        assert!(message.starts_with(field) && message.len() < 1_000, "{path} {field}: {message:.300}");
        let (status, answer) = ask(path, &query(most)).await;
        assert_eq!(status, StatusCode::OK, "{path} {field} {most}: {answer:.300}");
    }
    // What is a word of few: those are taken, and others refused by their names.
    for (path, field, good, wrong) in [
        ("/v1/customers/{customer_id}/dashboards/usage", "window", vec!["30", "60", "90"], ["0", "31", "91"]),
        (
            "/v1/customers/{customer_id}/dashboards/invoices",
            "status",
            vec!["DRAFT", "finalized", "VOID"],
            ["OPEN", "DRAFTS", "FINALIZED,VOID"],
        ),
        (
            "/v1/customers/{customer_id}/dashboards/invoices/{invoice_id}",
            "show_all",
            vec!["true", "false"],
            ["yes", "1", "TRUE"],
        ),
        (
            "/v1/customers/{customer_id}/dashboards/invoices/{invoice_id}",
            "skip_zero_qty_line_items",
            vec!["true", "false"],
            ["yes", "1", "TRUE"],
        ),
    ] {
        for value in good {
            let (status, answer) = ask(path, &[(field, value.to_owned())]).await;
            assert_eq!(status, StatusCode::OK, "{path} {field}={value}: {answer:.300}");
        }
        for value in wrong {
            let (status, answer) = ask(path, &[(field, value.to_owned())]).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {field}={value}: {answer:.300}");
            let message = answer["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("{field}: ")), "{path}: {message}");
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_renamed_metric_has_a_name_like_a_new_one_and_a_customers_name_is_cut(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let billed = billing::billed(&pool, "2026-01-01", None).await;
    for (size, expected) in [(limits::NAME, StatusCode::OK), (limits::NAME + 1, StatusCode::BAD_REQUEST)] {
        let request = Request::put(format!("/v1/billable-metrics/{}", billed.billable_metric_id))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(json!({ "name": text(size) }).to_string()));
        let (status, answer) = send(&app, request.unwrap()).await;
        assert_eq!(status, expected, "{answer}");
    }
    let (status, answer) =
        sent(&app, &token, "/v1/customers", json!({ "name": text(500) }).to_string()).await;
    assert_eq!(
        (status, answer["data"]["name"].as_str()),
        (StatusCode::OK, Some(text(limits::NAME).as_str()))
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn dates_of_plans_lie_in_years_that_can_be_counted_with(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let values = example::seeded(&pool, "customers.plans.add").await;
    let path = openapi::fill("/v1/customers/{customer_id}/plans/add", &values);
    for (starting_on, ending_before, field) in [
        ("0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "starting_on: "),
        ("1969-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "starting_on: "),
        ("+262142-01-01T00:00:00", "2026-01-01T00:00:00Z", "starting_on: "),
        ("2026-01-01T00:00:00Z", "+10000-01-01T00:00:00", "ending_before: "),
        ("2026-01-01T00:00:00Z", "9001-01-01T00:00:00Z", "ending_before: "),
        ("9999-12-31T00:00:00Z", "9999-12-31T00:00:00Z", "starting_on: "),
    ] {
        let body = json!({ "plan_id": values["plan_id"], "starting_on": starting_on, "ending_before": ending_before,
            "trial_spec": { "length_in_days": 3_650 } });
        let (status, answer) = sent(&app, &token, &path, body.to_string()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{starting_on}: {answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(field), "{starting_on}: {answer}");
    }
    let body = json!({ "plan_id": values["plan_id"], "starting_on": "9000-12-31T00:00:00Z",
        "trial_spec": { "length_in_days": 3_650 } });
    let (status, answer) = sent(&app, &token, &path, body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, plans) = crate::common::get(&app, &token, &path.replace("/add", "")).await;
    assert_eq!(status, StatusCode::OK, "{plans}");
}
