//! Products, plans and customer plans over HTTP.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use app::billing::{AggregationType, CreditType};
use axum::http::StatusCode;
use common::{app, get, post, seed, token};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

struct Made {
    app: axum::Router,
    token: String,
    customer_id: Uuid,
    body: Value,
}

/// A customer, and the body of a good plan that is not made yet.
async fn made(pool: &PgPool) -> Made {
    let (app, token) = (app(pool.clone()).await, token(pool).await);
    let customer_id = seed::customer(pool, "Acme").await;
    let metric = seed::metric(pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await;
    let product = async |body: Value| {
        let (status, body) = post(&app, &token, "/v1/products/create", body).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["data"]["id"].clone()
    };
    let plain = product(json!({ "name": "Tokens" })).await;
    let grouped = product(json!({ "name": "Traffic", "group_key": "region" })).await;
    let cents = CreditType::USD_CENTS;
    let body = json!({
        "name": "Pro",
        "billing_frequency": "MONTHLY",
        "custom_fields": { "tier": "2" },
        "charges": [
            {
                "product_id": plain, "name": "Input tokens", "charge_type": "usage", "billable_metric_id": metric,
                "credit_type_id": cents, "prices": [{ "tier": 0, "value": 0.000123 }, { "tier": 1000000, "value": 0.0001 }],
                "unit_conversion": { "division_factor": 1000, "rounding_behavior": "ceiling" }
            },
            {
                "product_id": grouped, "name": "Traffic", "charge_type": "usage", "billable_metric_id": metric,
                "credit_type_id": cents, "prices": [{ "tier": 0, "value": 1 }], "tier_mode": "volume"
            },
            {
                "product_id": plain, "name": "Seat", "charge_type": "fixed", "quantity": 3,
                "credit_type_id": cents, "prices": [{ "tier": 0, "value": 500 }]
            }
        ]
    });
    Made { app, token, customer_id, body }
}

impl Made {
    async fn plan(&self, change: impl FnOnce(&mut Value)) -> (StatusCode, Value) {
        let mut body = self.body.clone();
        change(&mut body);
        post(&self.app, &self.token, "/v1/plans/create", body).await
    }

    async fn plan_id(&self) -> String {
        let (status, body) = self.plan(|_| ()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["data"]["id"].as_str().unwrap().to_owned()
    }

    async fn add(&self, body: Value) -> (StatusCode, Value) {
        post(&self.app, &self.token, &format!("/v1/customers/{}/plans/add", self.customer_id), body).await
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        get(&self.app, &self.token, path).await
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_plan_reads_back_as_it_was_made(pool: PgPool) {
    let made = made(&pool).await;
    let id = made.plan_id().await;
    let (_, plans) = made.get("/v1/plans").await;
    assert_eq!(
        plans,
        json!({
            "data": [{ "id": id, "name": "Pro", "description": "", "custom_fields": { "tier": "2" } }],
            "next_page": null
        })
    );
    let (_, details) = made.get(&format!("/v1/planDetails/{id}")).await;
    assert_eq!(details["data"]["billing_frequency"], "MONTHLY");
    assert_eq!(details["data"]["billing_anchor"], "FIRST_OF_MONTH");
    let (_, charges) = made.get(&format!("/v1/planDetails/{id}/charges")).await;
    let charges = charges["data"].as_array().unwrap();
    assert_eq!(charges.len(), 3);
    assert_eq!(charges[0]["prices"], made.body["charges"][0]["prices"]);
    assert_eq!(charges[0]["unit_conversion"], made.body["charges"][0]["unit_conversion"]);
    assert_eq!(charges[0]["product_name"], "Tokens");
    assert_eq!(charges[0]["credit_type"]["name"], "USD (cents)");
    assert_eq!(charges[1]["tier_mode"], "volume");
    assert_eq!(charges[2]["quantity"], 3);
    let (_, first) = made.get(&format!("/v1/planDetails/{id}/charges?limit=2")).await;
    let next = first["next_page"].as_str().unwrap();
    let (_, second) = made.get(&format!("/v1/planDetails/{id}/charges?limit=2&next_page={next}")).await;
    assert_eq!(second["data"][0]["name"], "Seat");
    assert_eq!(second["next_page"], Value::Null);
    for path in ["", "/charges", "/customers"] {
        let (status, _) = made.get(&format!("/v1/planDetails/{}{path}", Uuid::new_v4())).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_plan_that_cannot_be_billed_is_refused_by_the_field(pool: PgPool) {
    type Change = fn(&mut Value);
    let made = made(&pool).await;
    let cases: [(&str, Change); 12] = [
        ("name: ", |body| body["name"] = json!("")),
        ("color: is not known here", |body| body["color"] = json!("red")),
        ("charges[1].colour: is not known here", |body| body["charges"][1]["colour"] = json!(1)),
        ("billing_frequency: ", |body| body["billing_frequency"] = json!("DAILY")),
        ("charges[0].product_id: is not a product", |body| {
            body["charges"][0]["product_id"] = json!(Uuid::nil())
        }),
        ("charges[0].product_id: ", |body| body["charges"][0]["product_id"] = json!("x")),
        ("charges[0].billable_metric_id: is missing", |body| {
            body["charges"][0]["billable_metric_id"] = Value::Null
        }),
        ("charges[2].quantity: is missing", |body| body["charges"][2]["quantity"] = Value::Null),
        ("charges[0].prices[0].tier: must be 0", |body| body["charges"][0]["prices"][0]["tier"] = json!(1)),
        ("charges[0].prices[1].value: ", |body| body["charges"][0]["prices"][1]["value"] = json!("9")),
        ("charges[2].credit_type_id: is not", |body| {
            body["charges"][2]["credit_type_id"] = json!(Uuid::nil())
        }),
        ("charges[0].unit_conversion.division_factor: ", |body| {
            body["charges"][0]["unit_conversion"]["division_factor"] = json!(0)
        }),
    ];
    for (expected, change) in cases {
        let (status, body) = made.plan(change).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{expected}");
        assert!(body["message"].as_str().unwrap().starts_with(expected), "{expected}: {body}");
    }
    let (_, plans) = made.get("/v1/plans").await;
    assert_eq!(plans["data"], json!([]), "nothing is stored of a refused plan");
}

#[sqlx::test(migrations = "./migrations")]
async fn plans_of_one_customer_do_not_overlap(pool: PgPool) {
    let made = made(&pool).await;
    let plan_id = made.plan_id().await;
    let body =
        |start: &str, end: Value| json!({ "plan_id": plan_id, "starting_on": start, "ending_before": end });
    let (status, added) = made.add(body("2026-01-01T00:00:00.000", json!("2026-03-01T00:00:00Z"))).await;
    assert_eq!(status, StatusCode::OK, "{added}");
    assert_eq!(made.add(body("2026-03-01T00:00:00Z", Value::Null)).await.0, StatusCode::OK);
    for (start, end) in [
        ("2026-02-28T00:00:00Z", json!("2026-03-01T00:00:00Z")),
        ("2027-02-28T00:00:00Z", Value::Null),
        ("2025-02-28T00:00:00Z", Value::Null),
    ] {
        let (status, body) = made.add(body(start, end)).await;
        assert_eq!(status, StatusCode::CONFLICT, "{start}");
        assert!(body["message"].as_str().unwrap().contains("must not overlap"), "{body}");
    }
    for (change, named) in [
        (json!({ "starting_on": "2025-01-01T00:00:01Z" }), "starting_on"),
        (json!({ "ending_before": "2024-01-01T00:00:00Z" }), "ending_before"),
        (json!({ "ending_before": "2025-03-01T12:00:00Z" }), "ending_before"),
        (json!({ "plan_id": Uuid::nil() }), "plan_id"),
        (json!({ "net_payment_terms_days": -1 }), "net_payment_terms_days"),
        (json!({ "trial_spec": {} }), "trial_spec"),
    ] {
        let mut body = body("2025-01-01T00:00:00Z", json!("2025-02-01T00:00:00Z"));
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, body) = made.add(body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{change}");
        assert!(body["message"].as_str().unwrap().starts_with(named), "{body}");
    }
    let unknown = format!("/v1/customers/{}/plans", Uuid::new_v4());
    let body = body("2026-01-01T00:00:00Z", Value::Null);
    assert_eq!(post(&made.app, &made.token, &format!("{unknown}/add"), body).await.0, StatusCode::NOT_FOUND);
    assert_eq!(made.get(&unknown).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_customers_plans_are_listed_newest_first_and_end(pool: PgPool) {
    let made = made(&pool).await;
    let plan_id = made.plan_id().await;
    let path = format!("/v1/customers/{}/plans", made.customer_id);
    assert_eq!(made.get(&path).await, (StatusCode::OK, json!({ "data": [], "next_page": null })));
    let mut ids = Vec::new();
    for (start, end) in
        [("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01"), ("2026-03-01", "2099-01-01")]
    {
        let body = json!({
            "plan_id": plan_id, "starting_on": format!("{start}T00:00:00Z"), "ending_before": format!("{end}T00:00:00Z")
        });
        ids.insert(0, made.add(body).await.1["data"]["id"].clone());
    }
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let (_, page) = made.get(&format!("{path}?limit=2&next_page={cursor}")).await;
        walked.extend(page["data"].as_array().unwrap().iter().map(|plan| plan["id"].clone()));
        match page["next_page"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(walked, ids);

    let end = async |id: &Value, body: Value| {
        post(&made.app, &made.token, &format!("{path}/{}/end", id.as_str().unwrap()), body).await
    };
    assert_eq!(end(&ids[0], json!({})).await, (StatusCode::OK, json!({})));
    let (_, page) = made.get(&path).await;
    assert_eq!(page["data"][0]["ending_before"], Value::Null);
    assert_eq!(end(&ids[1], json!({})).await.0, StatusCode::CONFLICT, "the next plan is in the way");
    let early = json!({ "ending_before": "2026-03-01T00:00:00Z" });
    assert_eq!(end(&ids[0], early).await.0, StatusCode::BAD_REQUEST, "not after its start");
    assert_eq!(end(&json!(Uuid::new_v4()), json!({})).await.0, StatusCode::NOT_FOUND);

    let customers = format!("/v1/planDetails/{plan_id}/customers");
    for (query, expected) in [
        ("", 1),
        ("?status=ended", 2),
        ("?status=all", 3),
        ("?status=active,ended", 3),
        ("?status=upcoming", 0),
    ] {
        let (_, page) = made.get(&format!("{customers}{query}")).await;
        assert_eq!(page["data"].as_array().unwrap().len(), expected, "{query}");
        for row in page["data"].as_array().unwrap() {
            assert_eq!(row["customer_details"]["name"], "Acme");
            assert_eq!(row["customer_details"]["external_id"], made.customer_id.to_string());
            assert_eq!(row["plan_details"]["id"], plan_id.as_str());
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn credit_types_are_listed_with_the_vendors_id_of_us_cents(pool: PgPool) {
    let made = made(&pool).await;
    let (_, page) = made.get("/v1/credit-types/list").await;
    let cents = json!({ "id": CreditType::USD_CENTS, "name": "USD (cents)", "is_currency": true });
    assert!(page["data"].as_array().unwrap().contains(&cents), "{page}");
}
