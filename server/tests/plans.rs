//! Products, plans and customer plans over HTTP.

use crate::common::{app, get, post, seed, token};
use app::billing::{AggregationType, CreditType};
use axum::http::StatusCode;
use chrono::{Datelike, Months, TimeDelta};
use serde_json::{Value, json};
use server::clock;
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
        ("charges[0].billable_metric_id: is required", |body| {
            body["charges"][0]["billable_metric_id"] = Value::Null
        }),
        ("charges[2].quantity: is required", |body| body["charges"][2]["quantity"] = Value::Null),
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
        (json!({ "finalize_after": "tomorrow" }), "finalize_after"),
        (
            json!({ "finalize_after": clock::now() + TimeDelta::days(91) }),
            "finalize_after: is more than 90 days ahead",
        ),
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
    let gap = end(&ids[0], json!({ "ending_before": "2026-04-01T00:00:00Z" })).await;
    let warning = "the plan ended before today and no other begins on 2026-04-01: usage from that day on is billed to \
                   nobody, see GET /v1/events/unmatched";
    assert_eq!(gap, (StatusCode::OK, json!({ "warnings": [warning] })));
    let silent = (StatusCode::OK, json!({ "warnings": [] }));
    assert_eq!(
        end(&ids[1], json!({ "ending_before": "2026-03-01T00:00:00Z" })).await,
        silent,
        "the next one begins"
    );
    assert_eq!(end(&ids[0], json!({})).await, silent);
    let (_, page) = made.get(&path).await;
    assert_eq!(page["data"][0]["ending_before"], Value::Null);
    assert_eq!(end(&ids[1], json!({})).await.0, StatusCode::CONFLICT, "the next plan is in the way");
    let early = json!({ "ending_before": "2026-03-01T00:00:00Z" });
    assert_eq!(end(&ids[0], early).await.0, StatusCode::BAD_REQUEST, "not after its start");
    assert_eq!(end(&json!(Uuid::new_v4()), json!({})).await.0, StatusCode::NOT_FOUND);

    let customer = format!("/v1/customers/{}", made.customer_id);
    let config = json!({ "salesforce_account_id": "001" });
    assert_eq!(
        post(&made.app, &made.token, &format!("{customer}/updateConfig"), config).await.0,
        StatusCode::OK
    );
    let (_, customer) = made.get(&customer).await;
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
            assert_eq!(row["customer_details"], customer["data"], "as the call for the customer answers it");
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

/// The current month and the next, as the API writes them.
fn months() -> [String; 2] {
    let month = clock::now().date_naive().with_day(1).unwrap();
    [month, month + Months::new(1)].map(|day| format!("{day}T00:00:00Z"))
}

#[sqlx::test(migrations = "./migrations")]
async fn ramps_minimums_and_resets_read_back(pool: PgPool) {
    let made = made(&pool).await;
    let cents = json!({ "id": CreditType::USD_CENTS, "name": "USD (cents)" });
    let (_, body) = made
        .plan(|body| {
            body["charges"][0]["start_period"] = json!(2);
            body["charges"][0]["tier_reset_frequency"] = json!(3);
            body["minimums"] = json!([
                { "name": "Minimum", "credit_type_id": CreditType::USD_CENTS, "value": 1000.5 },
                { "name": "Year 2", "credit_type_id": CreditType::USD_CENTS, "value": 2000, "start_period": 12 }
            ]);
        })
        .await;
    let id = body["data"]["id"].as_str().unwrap();
    let (_, details) = made.get(&format!("/v1/planDetails/{id}")).await;
    assert_eq!(
        details["data"]["minimums"],
        json!([
            { "name": "Minimum", "credit_type": cents, "value": 1000.5, "start_period": 0 },
            { "name": "Year 2", "credit_type": cents, "value": 2000, "start_period": 12 }
        ])
    );
    assert_eq!(
        (&details["data"]["credit_grants"], &details["data"]["overage_rates"]),
        (&json!([]), &json!([]))
    );
    let (_, charges) = made.get(&format!("/v1/planDetails/{id}/charges")).await;
    assert_eq!(charges["data"][0]["start_period"], 2);
    assert_eq!(charges["data"][0]["tier_reset_frequency"], 3);
    assert_eq!(
        (&charges["data"][1]["start_period"], &charges["data"][1]["tier_reset_frequency"]),
        (&json!(0), &json!(1))
    );
    for (expected, path, value) in [
        ("charges[2].tier_reset_frequency: is for usage", "/charges/2/tier_reset_frequency", json!(2)),
        ("charges[0].tier_reset_frequency: must be", "/charges/0/tier_reset_frequency", json!(0)),
        ("charges[0].start_period: must be", "/charges/0/start_period", json!(10_001)),
        ("minimums[0].value: must be", "/minimums/0/value", json!(-1)),
        ("minimums[0].name: is empty", "/minimums/0/name", json!(" ")),
        ("minimums[0].credit_type_id: is not", "/minimums/0/credit_type_id", json!(Uuid::nil())),
        ("minimums[1].start_period: is that", "/minimums/1/start_period", json!(0)),
    ] {
        let (status, body) = made
            .plan(|body| {
                let minimum = json!({ "name": "M", "credit_type_id": CreditType::USD_CENTS, "value": 1 });
                body["minimums"] = json!([minimum.clone(), minimum]);
                body["minimums"][1]["start_period"] = json!(1);
                for charge in body["charges"].as_array_mut().unwrap() {
                    charge["start_period"] = json!(0);
                    charge["tier_reset_frequency"] = json!(1);
                }
                *body.pointer_mut(path).unwrap() = value;
            })
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{expected}");
        assert!(body["message"].as_str().unwrap().starts_with(expected), "{expected}: {body}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn price_adjustments_are_listed_by_charge_and_start(pool: PgPool) {
    let made = made(&pool).await;
    let plan_id = made.plan_id().await;
    let (_, charges) = made.get(&format!("/v1/planDetails/{plan_id}/charges")).await;
    let (tokens, seat) = (&charges["data"][0]["id"], &charges["data"][2]["id"]);
    let body = |adjustments: Value| json!({ "plan_id": plan_id, "starting_on": "2026-01-01T00:00:00Z", "price_adjustments": adjustments });
    let (status, refused) = made
        .add(body(
            json!([{ "charge_id": tokens, "adjustment_type": "quantity", "start_period": 0, "quantity": 1 }]),
        ))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        refused["message"].as_str().unwrap().starts_with("price_adjustments[0].adjustment_type: "),
        "{refused}"
    );
    let (status, added) = made
        .add(body(json!([
            { "charge_id": seat, "adjustment_type": "quantity", "start_period": 1, "quantity": 7 },
            { "charge_id": tokens, "adjustment_type": "percentage", "start_period": 3, "value": -0.05 },
            { "charge_id": tokens, "adjustment_type": "Override", "start_period": 0, "value": 0.1, "tier": 1000000 },
            { "charge_id": tokens, "adjustment_type": "fixed", "start_period": 0, "value": 1, "tier": 0 }
        ])))
        .await;
    assert_eq!(status, StatusCode::OK, "{added}");
    let path = format!(
        "/v1/customers/{}/plans/{}/priceAdjustments",
        made.customer_id,
        added["data"]["id"].as_str().unwrap()
    );
    let expected = [
        json!({ "charge_id": tokens, "charge_type": "usage", "start_period": 0, "prices": [
            { "adjustment_type": "override", "tier": 1000000, "value": 0.1 },
            { "adjustment_type": "fixed", "tier": 0, "value": 1 }
        ] }),
        json!({ "charge_id": tokens, "charge_type": "usage", "start_period": 3, "prices": [
            { "adjustment_type": "percentage", "value": -0.05 }
        ] }),
        json!({ "charge_id": seat, "charge_type": "fixed", "start_period": 1, "quantity": 7, "prices": [
            { "adjustment_type": "quantity", "quantity": 7 }
        ] }),
    ];
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let (_, page) = made.get(&format!("{path}?limit=1&next_page={cursor}")).await;
        walked.extend(page["data"].as_array().unwrap().clone());
        match page["next_page"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(walked, expected);
    let unknown = path.replace(&made.customer_id.to_string(), &Uuid::new_v4().to_string());
    assert_eq!(made.get(&unknown).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_trial_is_listed_and_is_an_invoice_of_its_own(pool: PgPool) {
    let made = made(&pool).await;
    let plan_id = made.plan_id().await;
    let body = |trial: Value| json!({ "plan_id": plan_id, "starting_on": "2026-01-11T00:00:00Z", "trial_spec": trial });
    let capped = |amount: Value, unit: Uuid| json!({ "length_in_days": 14, "spending_cap": { "amount": amount, "credit_type_id": unit } });
    for (trial, named) in [
        (json!({ "length_in_days": 0 }), "trial_spec.length_in_days: "),
        (json!({ "length_in_days": 14, "spending_cap": {} }), "trial_spec.spending_cap"),
        (capped(json!(0), CreditType::USD_CENTS), "trial_spec.spending_cap.amount: "),
        (capped(json!(500), Uuid::nil()), "trial_spec.spending_cap.credit_type_id: "),
    ] {
        let (status, refused) = made.add(body(trial)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(refused["message"].as_str().unwrap().starts_with(named), "{refused}");
    }
    assert_eq!(made.add(body(capped(json!(50_000.5), CreditType::USD_CENTS))).await.0, StatusCode::OK);
    let (_, plans) = made.get(&format!("/v1/customers/{}/plans", made.customer_id)).await;
    let info = json!({
        "ending_before": "2026-01-25T00:00:00Z",
        "spending_caps": [{
            "amount": 50_000.5,
            "amount_remaining": 50_000.5,
            "credit_type": { "id": CreditType::USD_CENTS, "name": "USD (cents)" }
        }]
    });
    assert_eq!(plans["data"][0]["trial_info"], info);
    let (_, invoices) = made.get(&format!("/v1/customers/{}/invoices?limit=2", made.customer_id)).await;
    let [trial, first] = [&invoices["data"][0], &invoices["data"][1]];
    assert_eq!(trial["start_timestamp"], "2026-01-11T00:00:00Z");
    assert_eq!((&trial["end_timestamp"], &trial["total"]), (&json!("2026-01-25T00:00:00Z"), &json!(0)));
    // 3 seats at 500 in 7 of January's 31 days.
    assert_eq!(first["total"], 339);
    assert_eq!(first["line_items"][0]["starting_at"], "2026-01-25T00:00:00Z");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_charge_is_added_to_a_draft_and_to_nothing_else(pool: PgPool) {
    let made = made(&pool).await;
    let plan_id = made.plan_id().await;
    let [this_month, next_month] = months();
    let (_, product) = post(
        &made.app,
        &made.token,
        "/v1/products/create",
        json!({ "name": "Set-up", "custom_fields": { "sku": "S1" } }),
    )
    .await;
    let (_, other) = made
        .plan(|body| {
            body["charges"][2]["product_id"] = product["data"]["id"].clone();
            body["charges"][2]["name"] = json!("Set-up");
        })
        .await;
    let (_, charges) =
        made.get(&format!("/v1/planDetails/{}/charges", other["data"]["id"].as_str().unwrap())).await;
    let (_, on_plan) = made.add(json!({ "plan_id": plan_id, "starting_on": this_month })).await;
    let path = format!("/v1/customers/{}/addCharge", made.customer_id);
    let good = json!({
        "customer_plan_id": on_plan["data"]["id"], "charge_id": charges["data"][2]["id"],
        "invoice_start_timestamp": this_month, "description": "Set-up of Berlin", "price": 250.25, "quantity": 2
    });
    assert_eq!(post(&made.app, &made.token, &path, good.clone()).await, (StatusCode::OK, json!({})));
    let (_, invoices) = made.get(&format!("/v1/customers/{}/invoices", made.customer_id)).await;
    let line = &invoices["data"][0]["line_items"][1];
    assert_eq!((&line["name"], &line["total"]), (&json!("Set-up"), &json!(501)), "{line}");
    assert_eq!(line["sub_line_items"][0]["name"], "Set-up of Berlin");
    assert_eq!(line["product_custom_fields"], json!({ "sku": "S1" }));
    assert_eq!(invoices["data"][0]["total"], 2001);
    for (field, value, expected) in [
        ("invoice_start_timestamp", json!(next_month), "invoice_start_timestamp: is not"),
        ("invoice_start_timestamp", json!("2020-01-01T00:00:00Z"), "invoice_start_timestamp: is not"),
        ("charge_id", json!(Uuid::nil()), "charge_id: is not a charge"),
        ("charge_id", charges["data"][1]["id"].clone(), "charge_id: is of a product that has usage"),
        ("description", json!(" "), "description: is empty"),
        ("quantity", json!(-1), "quantity: must be"),
        ("price", json!(1e20), "price: has more"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let (status, refused) = post(&made.app, &made.token, &path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{expected}");
        assert!(refused["message"].as_str().unwrap().starts_with(expected), "{expected}: {refused}");
    }
    let mut body = good.clone();
    body["customer_plan_id"] = json!(Uuid::nil());
    assert_eq!(post(&made.app, &made.token, &path, body).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn custom_credit_types_are_made_and_archived_and_currencies_stay(pool: PgPool) {
    let made = made(&pool).await;
    let send = async |path: &str, body: Value| {
        post(&made.app, &made.token, &format!("/v1/credit-types/{path}"), body).await
    };
    let (_, page) = made.get("/v1/credit-types/list?limit=100").await;
    let names: Vec<_> =
        page["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(
        names.join(" "),
        "AUD BRL CAD CHF CNY CZK DKK EUR GBP INR JPY KWD MXN NGN NOK NZD PLN SEK SGD TRY USD (cents) ZAR"
    );
    let (status, tokens) = send("create", json!({ "name": "Tokens" })).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let id = &tokens["data"]["id"];
    for name in ["Tokens", "EUR"] {
        assert_eq!(send("create", json!({ "name": name })).await.0, StatusCode::CONFLICT, "{name}");
    }
    assert_eq!(send("create", json!({ "name": " " })).await.0, StatusCode::BAD_REQUEST);
    let in_tokens = |body: &mut Value| {
        for charge in body["charges"].as_array_mut().unwrap() {
            charge["credit_type_id"] = id.clone();
        }
    };
    assert_eq!(made.plan(in_tokens).await.0, StatusCode::OK);
    for _ in 0..2 {
        assert_eq!(
            send("archive", json!({ "id": id })).await,
            (StatusCode::OK, json!({ "data": { "id": id } }))
        );
    }
    let (status, refused) = made.plan(in_tokens).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refused["message"].as_str().unwrap().starts_with("charges[0].credit_type_id: "), "{refused}");
    let (_, page) = made.get("/v1/credit-types/list?limit=100").await;
    assert!(!page["data"].as_array().unwrap().iter().any(|one| one["id"] == *id));
    let (status, refused) = send("archive", json!({ "id": CreditType::USD_CENTS })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refused["message"].as_str().unwrap().starts_with("id: is a currency"), "{refused}");
    assert_eq!(send("archive", json!({ "id": Uuid::nil() })).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = false)]
async fn units_of_before_that_are_named_as_a_new_currency_stay_units(pool: PgPool) {
    let migrations = sqlx::migrate!("./migrations");
    migrations.run_to(26, &pool).await.unwrap();
    let unit: Uuid = sqlx::query_scalar(
        "insert into credit_type (id, name, is_currency) values (gen_random_uuid(), 'DKK', false) returning id",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    migrations.run(&pool).await.unwrap();
    let made = made(&pool).await;
    let (_, page) = made.get("/v1/credit-types/list?limit=100").await;
    let listed = page["data"].as_array().unwrap();
    let named = |name: &str| listed.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(named("DKK"), &json!({ "id": unit, "name": "DKK", "is_currency": false }));
    assert_eq!(named("CNY")["is_currency"], true);
}
