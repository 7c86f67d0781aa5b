//! The call that makes embeddable URLs.

use crate::common::{app, post, token};
use app::billing::AggregationType;
use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use server::clock;
use sqlx::PgPool;

const CREATE: &str = "/v1/dashboards/getEmbeddableUrl";

async fn customer(app: &axum::Router, token: &str) -> Value {
    post(app, token, "/v1/customers", json!({ "name": "Acme" })).await.1["data"]["id"].clone()
}

#[sqlx::test(migrations = "./migrations")]
async fn a_full_request_makes_a_url_under_2000_characters(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let colors: Vec<_> = app::embed::theme::Token::NAMES
        .iter()
        .map(|name| json!({ "name": name, "value": "#12abEF" }))
        .collect();
    let body = json!({
        "customer_id": customer(&app, &token).await,
        "dashboard": "usage",
        "dashboard_options": [
            { "key": "show_zero_usage_line_items", "value": "true" },
            { "key": "invoice_status_filter", "value": "FINALIZED_AND_DRAFT" },
        ],
        "color_overrides": colors,
        "bm_group_key_overrides": [{
            "group_key_name": "tenant_id",
            "display_name": "Org ID",
            "value_display_names": { "48ecb18f358f": "Cluster EU", "48ecb18f3590": "Cluster US" },
        }],
        "color_scheme": "auto",
        "expires_in": 600,
    });
    let before = clock::now();
    let (status, answer) = post(&app, &token, CREATE, body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let url = answer["data"]["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:3000/embed/usage?token="), "{url}");
    assert!(url.len() < 2_000, "{} characters", url.len());
    let expires_at: DateTime<Utc> = answer["data"]["expires_at"].as_str().unwrap().parse().unwrap();
    let ttl = expires_at - before;
    assert!(ttl > Duration::seconds(590) && ttl <= Duration::seconds(601), "{ttl}");
}

#[sqlx::test(migrations = "./migrations")]
async fn colors_that_cannot_be_told_apart_are_answered_as_warnings(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer = customer(&app, &token).await;
    let warnings = async |change: Value| {
        let mut body = json!({ "customer_id": customer, "dashboard": "usage" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, answer) = post(&app, &token, CREATE, body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["data"]["warnings"].clone()
    };
    assert_eq!(warnings(json!({})).await, json!([]));
    let faint = json!([{ "name": "Gray_medium", "value": "#EEEEEE" }]);
    let found = warnings(json!({ "color_overrides": faint })).await;
    assert_eq!(
        found[0],
        "Gray_medium #eeeeee on White #ffffff has a contrast of 1.16 in the light scheme, and needs 4.5: secondary text, axes"
    );
    // On dark neutrals it can be read.
    assert_eq!(warnings(json!({ "color_overrides": faint, "color_scheme": "dark" })).await, json!([]));
    let both = warnings(json!({ "color_overrides": faint, "color_scheme": "auto" })).await;
    assert_eq!(both, found);
    let only_dark = json!([{ "name": "Gray_medium", "value": "#EEEEEE", "scheme": "dark" }]);
    assert_eq!(warnings(json!({ "color_overrides": only_dark, "color_scheme": "auto" })).await, json!([]));
}

#[sqlx::test(migrations = "./migrations")]
async fn wrong_requests_name_the_field(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer = customer(&app, &token).await;
    let cases = [
        (json!({ "dashboard": "usage" }), "customer_id: is required"),
        (json!({ "customer_id": "x", "dashboard": "usage" }), "customer_id: "),
        (
            json!({ "customer_id": customer, "dashboard": "credits" }),
            "dashboard: \"credits\" is not part of Inlay yet",
        ),
        (
            json!({ "customer_id": customer, "dashboard": "usage", "color_override": [] }),
            "color_override: is not known here; did you mean \"color_overrides\"?",
        ),
        (
            json!({ "customer_id": customer, "dashboard": "usage", "color_overrides": [{ "name": "White", "value": "#12" }] }),
            "color_overrides[0].value: \"#12\" is not a hex color",
        ),
        (
            json!({ "customer_id": customer, "dashboard": "usage", "dashboard_options": [{ "key": "a", "value": true }] }),
            "dashboard_options[0].value: must be a string, not the boolean true",
        ),
    ];
    for (body, expected) in cases {
        let (status, answer) = post(&app, &token, CREATE, body).await;
        let message = answer["message"].as_str().unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{message}");
        assert!(message.starts_with(expected), "{message}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_name_for_a_group_key_that_no_metric_has_is_warned_of(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer = customer(&app, &token).await;
    let ask = async |keys: &[&str]| {
        let overrides: Vec<_> =
            keys.iter().map(|key| json!({ "group_key_name": key, "display_name": "Carrier" })).collect();
        let body =
            json!({ "customer_id": customer, "dashboard": "usage", "bm_group_key_overrides": overrides });
        let (status, answer) = post(&app, &token, CREATE, body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["data"]["warnings"].clone()
    };
    let warned = |index: usize, known: &str| {
        format!(
            "bm_group_key_overrides[{index}].group_key_name: no billable metric is grouped by \"carriers\", so nothing \
             is renamed; {known}"
        )
    };
    assert_eq!(ask(&["carriers"]).await, json!([warned(0, "none is")]));
    crate::common::seed::metric(&pool, AggregationType::Count, "", r#"[["region"], ["zone", "carrier"]]"#)
        .await;
    assert_eq!(ask(&["carrier", "carriers"]).await, json!([warned(1, "known are carrier, region, zone")]));
    assert_eq!(ask(&["zone", "region"]).await, json!([]));
    assert_eq!(ask(&[]).await, json!([]));
}

#[sqlx::test(migrations = "./migrations")]
async fn options_without_effect_are_taken_and_warned_of(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let customer = customer(&app, &token).await;
    for (dashboard, key, value, warnings) in [
        (
            "usage",
            "hide_voided_invoices",
            "true",
            json!([
                "dashboard_options[0].key: \"hide_voided_invoices\" is about invoices and has no effect on the usage dashboard"
            ]),
        ),
        (
            "invoices",
            "invoice_type",
            "SCHEDULED",
            json!([
                "dashboard_options[0].value: \"SCHEDULED\" leaves no invoice to show: all that plans make are of the type USAGE"
            ]),
        ),
        ("invoices", "hide_voided_invoices", "true", json!([])),
    ] {
        let options = json!([{ "key": key, "value": value }]);
        let body = json!({ "customer_id": customer, "dashboard": dashboard, "dashboard_options": options });
        let (status, answer) = post(&app, &token, CREATE, body).await;
        assert_eq!((status, &answer["data"]["warnings"]), (StatusCode::OK, &warnings), "{answer}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn unknown_and_archived_customers_have_no_dashboard(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let archived = customer(&app, &token).await;
    post(&app, &token, "/v1/customers/archive", json!({ "id": archived })).await;
    let unknown = json!("00000000-0000-0000-0000-000000000007");
    for (customer_id, expected, message) in [
        (
            archived,
            StatusCode::BAD_REQUEST,
            "the customer is archived: it has no dashboards, and its plans cannot be changed any more",
        ),
        (unknown, StatusCode::NOT_FOUND, "the customer was not found"),
    ] {
        let body = json!({ "customer_id": customer_id, "dashboard": "invoices" });
        let (status, answer) = post(&app, &token, CREATE, body).await;
        assert_eq!((status, answer["message"].as_str()), (expected, Some(message)));
    }
}
