//! Tiers that all groups of a product move through together, from the calls to the invoice, its page and the usage page.

use crate::common::{app, get, post, seed, token};
use app::billing::{AggregationType, CreditType};
use axum::{Router, http::StatusCode};
use chrono::Datelike as _;
use serde_json::{Value, json};
use server::clock;
use sqlx::PgPool;
use uuid::Uuid;

struct Shop {
    app: Router,
    token: String,
    customer_id: Uuid,
    metric: Uuid,
}

impl Shop {
    async fn open(pool: &PgPool) -> Self {
        Self {
            app: app(pool.clone()).await,
            token: token(pool).await,
            customer_id: seed::customer(pool, "Northwind").await,
            metric: seed::metric(pool, AggregationType::Sum, "labels", r#"[["carrier"]]"#).await,
        }
    }

    async fn made(&self, path: &str, body: Value) -> Value {
        let (status, answer) = post(&self.app, &self.token, path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer["data"]["id"].clone()
    }

    async fn read(&self, path: &str) -> Value {
        let path = format!("/v1/customers/{}{path}", self.customer_id);
        let (status, answer) = get(&self.app, &self.token, &path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer["data"].clone()
    }

    /// Labels at 7.5 cents, from 100 on at 5, from 500 on at 3.
    fn labels(&self, product: &Value, tier_scope: Option<&str>) -> Value {
        let mut charge = json!({
            "product_id": product, "name": "Labels", "charge_type": "usage", "billable_metric_id": self.metric,
            "credit_type_id": CreditType::USD_CENTS,
            "prices": [{ "tier": 0, "value": 7.5 }, { "tier": 100, "value": 5 }, { "tier": 500, "value": 3 }],
        });
        if let Some(scope) = tier_scope {
            charge["tier_scope"] = json!(scope);
        }
        charge
    }

    async fn plan(&self, charges: Value) -> (StatusCode, Value) {
        let minimum = json!({ "name": "Minimum", "credit_type_id": CreditType::USD_CENTS, "value": 5000 });
        let body = json!({
            "name": "Shipping", "billing_frequency": "MONTHLY", "charges": charges, "minimums": [minimum],
        });
        post(&self.app, &self.token, "/v1/plans/create", body).await
    }

    /// On the plan since the month began.
    async fn put_on(&self, plan_id: &Value) {
        let first = clock::now().date_naive().with_day(1).unwrap();
        let body = json!({ "plan_id": plan_id, "starting_on": format!("{first}T00:00:00Z") });
        self.made(&format!("/v1/customers/{}/plans/add", self.customer_id), body).await;
    }

    async fn use_labels(&self, list: &[(&str, i64)]) {
        let mut events = events(list);
        for event in events.as_array_mut().unwrap() {
            event["customer_id"] = json!(self.customer_id);
        }
        let (status, answer) = post(&self.app, &self.token, "/v1/ingest", events).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}

fn events(list: &[(&str, i64)]) -> Value {
    let event = |(carrier, labels): &(&str, i64)| {
        json!({
            "transaction_id": carrier, "event_type": "request", "timestamp": clock::now().to_rfc3339(),
            "properties": { "labels": labels, "carrier": carrier },
        })
    };
    list.iter().map(event).collect()
}

fn totals(invoice: &Value) -> Vec<(String, i64)> {
    let line = |line: &Value| {
        (line["group_value"].as_str().unwrap_or_default().to_owned(), line["total"].as_i64().unwrap())
    };
    invoice["line_items"].as_array().unwrap().iter().map(line).collect()
}

const NOVEMBER: [(&str, i64); 4] = [("dhl", 218), ("fedex", 220), ("ups", 240), ("usps", 232)];

#[sqlx::test(migrations = "./migrations")]
async fn carriers_fill_the_tiers_together_where_the_plan_says_so(pool: PgPool) {
    let shop = Shop::open(&pool).await;
    let product = shop.made("/v1/products/create", json!({ "name": "Labels", "group_key": "carrier" })).await;
    let (_, plan) = shop.plan(json!([shop.labels(&product, Some("ACROSS_GROUPS"))])).await;
    let plan_id = &plan["data"]["id"];
    let path = format!("/v1/planDetails/{}/charges", plan_id.as_str().unwrap());
    let (_, charges) = get(&shop.app, &shop.token, &path).await;
    assert_eq!(charges["data"][0]["tier_scope"], "ACROSS_GROUPS");
    shop.put_on(plan_id).await;
    shop.use_labels(&NOVEMBER).await;

    // 910 labels: 100 at 7.5, 400 at 5 and 410 at 3 cents are 3,980, of which each has its share; 50 dollars at least.
    let invoice = &shop.read("/invoices").await[0];
    let expected = [("dhl", 953), ("fedex", 962), ("ups", 1_050), ("usps", 1_015)];
    assert_eq!(totals(invoice), expected.map(|(carrier, total)| (carrier.to_owned(), total)));
    assert_eq!((&invoice["subtotal"], &invoice["total"]), (&json!(3_980), &json!(5_000)));
    assert_eq!(invoice["line_items"][2]["quantity"], 240);
    assert_eq!(invoice["line_items"][2]["sub_line_items"][0]["tier_scope"], "ACROSS_GROUPS");

    let current = &shop.read("/dashboards/invoices").await["current"][0];
    let head = &current["document"]["sections"][0]["head"];
    assert_eq!(
        head["detail"],
        "Tiers count every carrier together, each with its share: First 100 at $0.075, next 400 at $0.05, next 410 at $0.03."
    );
    assert_eq!(head["amount"], "$39.80");
    assert_eq!(
        current["prices"],
        json!([
            {
                "name": "Labels",
                "price": "First 100 at $0.075, next 400 at $0.05, then $0.03; counted for every carrier together",
                "reached": "910 so far, at $0.03",
            },
            { "name": "Minimum", "price": "At least $50.00 each month", "reached": "" },
        ])
    );
    // Tiers of the total: its days have a cost.
    let usage = shop.read("/dashboards/usage?window=30").await;
    assert_eq!(usage["metrics"][0]["cost"]["windows"][0]["total"], "$39.80", "{usage}");

    let path = format!("/v1/customers/{}/previewEvents", shop.customer_id);
    let events = json!({ "events": events(&[("dhl", 20), ("ups", 100)]) });
    let (_, preview) = post(&shop.app, &shop.token, &path, events).await;
    // 100 at 7.5 and 20 at 5 cents.
    assert_eq!(totals(&preview["data"][0]), [("dhl".to_owned(), 142), ("ups".to_owned(), 708)], "{preview}");
}

#[sqlx::test(migrations = "./migrations")]
async fn each_carrier_has_tiers_of_its_own_unless_the_plan_says_otherwise(pool: PgPool) {
    let shop = Shop::open(&pool).await;
    let product = shop.made("/v1/products/create", json!({ "name": "Labels", "group_key": "carrier" })).await;
    let platform = shop.made("/v1/products/create", json!({ "name": "Platform" })).await;
    let fee = json!({
        "product_id": platform, "name": "Fee", "charge_type": "fixed", "quantity": 1,
        "credit_type_id": CreditType::USD_CENTS, "prices": [{ "tier": 0, "value": 4900 }],
    });
    let (_, plan) = shop.plan(json!([shop.labels(&product, None), fee])).await;
    shop.put_on(&plan["data"]["id"]).await;
    shop.use_labels(&NOVEMBER).await;
    let invoice = &shop.read("/invoices").await[0];
    let found: Vec<i64> = totals(invoice).into_iter().map(|(_, total)| total).collect();
    assert_eq!(found, [1_340, 1_350, 1_450, 1_410, 4_900]);
    assert_eq!(invoice["line_items"][0]["sub_line_items"][0].get("tier_scope"), None);
    let current = &shop.read("/dashboards/invoices").await["current"][0];
    assert_eq!(current["document"]["sections"][0]["head"]["detail"], "Tiers count each carrier apart.");
    let prices = current["prices"].as_array().unwrap();
    assert_eq!(
        prices[0]["price"],
        "First 100 at $0.075, next 400 at $0.05, then $0.03; counted for each carrier apart"
    );
    assert_eq!((&prices[0]["reached"], &prices[1]["name"]), (&json!(""), &json!("Platform · Fee")));
    assert_eq!(prices[1]["price"], "$49.00 each month");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_scope_without_groups_or_without_tiers_is_refused(pool: PgPool) {
    let shop = Shop::open(&pool).await;
    let plain = shop.made("/v1/products/create", json!({ "name": "Labels" })).await;
    let grouped = shop.made("/v1/products/create", json!({ "name": "Labels", "group_key": "carrier" })).await;
    let mut one_price = shop.labels(&grouped, Some("across_groups"));
    one_price["prices"] = json!([{ "tier": 0, "value": 7.5 }]);
    for (charge, expected) in [
        (shop.labels(&plain, Some("ACROSS_GROUPS")), "is ACROSS_GROUPS, but the product has no group_key"),
        (one_price, "is ACROSS_GROUPS, but there are no tiers"),
        (shop.labels(&grouped, Some("ALL")), ""),
    ] {
        let (status, body) = shop.plan(json!([charge])).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        let message = body["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("charges[0].tier_scope: {expected}")), "{message}");
    }
    let (status, body) = shop.plan(json!([shop.labels(&plain, Some("PER_GROUP"))])).await;
    assert_eq!(status, StatusCode::OK, "{body}");
}
