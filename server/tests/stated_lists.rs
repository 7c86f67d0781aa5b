//! What the document states of lists, tried: the order of every list, the bounds and the default of every `limit`.
#![allow(clippy::unwrap_used)]

mod common;

use app::billing::{
    AdjustmentType, AggregationType, BillingAnchor, BillingFrequency, CreditType, CustomFieldEntity,
    CustomFieldKey, NewCharge, NewPlan, NewProduct, PriceAdjustment,
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use chrono::{DateTime, Datelike, FixedOffset, TimeDelta};
use common::{app, billing, get, seed, send, token};
use serde_json::{Value, json};
use server::{
    clock,
    db::{self, customer_plan::NewCustomerPlan},
    ingest, invoicing,
    openapi::{Operation, Values, fill, samples},
    routes,
};
use sqlx::PgPool;
use std::{cmp::Ordering, collections::BTreeMap};
use uuid::Uuid;

/// How many there are of everything: more than a page has unless asked.
const MANY: i64 = 27;

/// A database in which every list has more than one page, made in another order than it is listed.
struct World {
    app: Router,
    token: String,
    document: Value,
    values: Values,
    /// Customers that some calls are about in the place of the main one.
    others: BTreeMap<&'static str, String>,
    /// What rows are ordered by and do not show: by field, then by id.
    hidden: BTreeMap<String, BTreeMap<String, Value>>,
}

/// A weekly plan of as many charges as there are metrics.
async fn plan(pool: &PgPool, metrics: &[Uuid]) -> NewPlan {
    let product =
        db::plan::create_product(pool, NewProduct::new("Tokens", None), clock::now()).await.unwrap();
    let charge = |(number, metric): (usize, &Uuid)| {
        NewCharge::usage(
            &format!("Charge {number}"),
            product,
            *metric,
            CreditType::USD_CENTS,
            billing::decimal("1"),
        )
    };
    NewPlan {
        name: "Many".to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Weekly,
        billing_anchor: BillingAnchor::PlanStart,
        custom_fields: BTreeMap::new(),
        charges: metrics.iter().enumerate().map(charge).collect(),
        minimums: Vec::new(),
    }
}

/// What it is that lists are ordered by and rows do not show.
async fn hidden(pool: &PgPool) -> BTreeMap<String, BTreeMap<String, Value>> {
    let sql = "select 'created_at', id::text, to_jsonb(created_at) from plan
        union all select 'created_at', id::text, to_jsonb(created_at) from billable_metric
        union all select 'position', id::text, to_jsonb(position) from charge
        union all select 'start_timestamp', id::text, to_jsonb(start_timestamp) from invoice";
    let rows: Vec<(String, String, Value)> = sqlx::query_as(sql).fetch_all(pool).await.unwrap();
    let mut hidden: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for (field, id, value) in rows {
        hidden.entry(field).or_default().insert(id, value);
    }
    hidden
}

impl World {
    async fn new(pool: &PgPool) -> Self {
        let now = clock::now();
        let day = |ago: i64| (now - TimeDelta::days(ago)).format("%Y-%m-%d").to_string();
        let main = seed::customer(pool, "Main").await;
        let mut metrics = Vec::new();
        for _ in 0..MANY {
            metrics.push(seed::metric(pool, AggregationType::Sum, "tokens", r#"[["region"]]"#).await);
        }
        let plan = plan(pool, &metrics).await;
        let plan_id = db::plan::create_plan(pool, plan.clone(), now).await.unwrap();
        for ago in 1..=MANY {
            let plan = NewPlan { charges: plan.charges[..1].to_vec(), ..plan.clone() };
            db::plan::create_plan(pool, plan, now - TimeDelta::days(ago)).await.unwrap();
        }
        let charges = db::plan::charges(pool, plan_id, Some(100), None).await.unwrap().data;
        let adjustment = |charge_id, start_period| PriceAdjustment {
            charge_id,
            adjustment_type: AdjustmentType::Override,
            start_period,
            value: Some(billing::decimal("2")),
            quantity: None,
            tier: None,
        };
        let adjustments =
            charges.iter().rev().flat_map(|charge| [1, 0].map(|from| adjustment(charge.id, from)));
        // Thirty weeks, of which all but the last are finalized.
        let start = billing::day(&day(210));
        let on_plan = NewCustomerPlan {
            access: seed::access(main),
            plan_id,
            starting_on: start,
            ending_before: None,
            net_payment_terms_days: None,
            price_adjustments: adjustments.collect(),
            trial_ending_before: None,
            trial_spending_cap: None,
            finalize_after: None,
            custom_fields: BTreeMap::new(),
        };
        let customer_plan_id = db::customer_plan::add(pool, on_plan, start, billing::GRACE).await.unwrap();
        invoicing::finalize_due(pool, now, billing::GRACE).await.unwrap();
        let mut starter = main;
        for ago in 1..=MANY {
            starter = seed::customer(pool, &format!("Customer {ago}")).await;
            billing::put_on(pool, starter, plan_id, &day(ago), None).await.unwrap();
        }
        let switcher = seed::customer(pool, "Switcher").await;
        for ago in (1..=MANY).rev() {
            billing::put_on(pool, switcher, plan_id, &day(ago), Some(&day(ago - 1))).await.unwrap();
        }
        for number in (0..MANY).rev() {
            db::credit_type::create(pool, &format!("ZZ {number:02}"), now).await.unwrap();
        }
        for (number, entity) in (0..MANY).rev().flat_map(|number| {
            [CustomFieldEntity::Product, CustomFieldEntity::Customer].map(|entity| (number, entity))
        }) {
            let key = CustomFieldKey { entity, key: format!("key {number:02}"), enforce_uniqueness: false };
            db::custom_field::add_key(pool, &key, now).await.unwrap();
        }
        let idle = seed::customer(pool, "Idle").await;
        let mut events = vec![seed::event("event-0-0", idle, now, r#"{"tokens": 1, "region": "eu"}"#)];
        let mut nobody = seed::event("event-0-1", idle, now, "{}");
        "nobody".clone_into(&mut nobody.customer_id);
        events.push(nobody);
        // Nine groups on each of three days: 9 tokens today, 18 yesterday, 27 the day before.
        for (ago, region) in (0..3).flat_map(|ago| (0..9).rev().map(move |region| (ago, region))) {
            let properties = format!(r#"{{"tokens": {}, "region": "region-{region}"}}"#, ago + 1);
            let at = now - TimeDelta::days(ago);
            events.push(seed::event(&format!("event-{ago}-{region}"), main, at, &properties));
        }
        ingest::record(pool, events, now).await.unwrap();
        let mut values = samples(now);
        for (name, id) in [
            ("customer_id", main),
            ("other_customer_id", idle),
            ("plan_id", plan_id),
            ("customer_plan_id", customer_plan_id),
            ("billable_metric_id", metrics[0]),
            ("other_billable_metric_id", metrics[1]),
        ] {
            values.insert(name, id.to_string());
        }
        values.insert("start", format!("{}T00:00:00Z", day(210)));
        let (app, token) = (app(pool.clone()).await, token(pool).await);
        let (_, document) = get(&app, "", "/openapi.json").await;
        let others = BTreeMap::from([
            ("customers.plans.list", switcher.to_string()),
            ("customers.previewEvents", starter.to_string()),
        ]);
        Self { app, token, document, values, others, hidden: hidden(pool).await }
    }

    fn operation(&self, entry: &Operation) -> &Value {
        &self.document["paths"][entry.path][entry.method.to_lowercase()]
    }

    /// What a schema refers to.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        target.map_or(schema, |pointer| self.document.pointer(pointer).unwrap())
    }

    /// Whether a call answers a list: an array, or pages.
    fn is_list(&self, entry: &Operation) -> bool {
        let operation = self.operation(entry);
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let answer = self.resolved(schema);
        let data = self.resolved(&answer["properties"]["data"]);
        answer["type"] == "array" || data["type"] == "array" || parameter(operation, "next_page").is_some()
    }

    /// One answer; `query` goes after what the call needs.
    async fn ask(&self, entry: &Operation, query: &str) -> (StatusCode, Value) {
        let id = entry.call.id;
        let mut values = self.values.clone();
        values.extend(self.others.get(id).map(|customer| ("customer_id", customer.clone())));
        let needed = match id {
            "customers.listCosts" | "customers.invoices.listBreakdowns" => {
                "starting_on={start}&ending_before={tomorrow}"
            }
            "dashboards.invoices.list" => "status=FINALIZED",
            _ => "",
        };
        let body = match id {
            "usage.search" => r#"{ "transactionIds": ["event-0-2", "event-0-0", "event-0-1"] }"#,
            "usage.list" => {
                r#"{ "starting_on": "{week_ago}", "ending_before": "{tomorrow}", "window_size": "DAY",
                    "customer_ids": ["{other_customer_id}", "{customer_id}"],
                    "billable_metrics": [{ "id": "{other_billable_metric_id}" }, { "id": "{billable_metric_id}" }] }"#
            }
            "usage.listWithGroups" => {
                r#"{ "starting_on": "{week_ago}", "ending_before": "{tomorrow}", "window_size": "DAY",
                    "customer_id": "{customer_id}", "billable_metric_id": "{billable_metric_id}",
                    "group_key": ["region"] }"#
            }
            _ => entry.call.body,
        };
        let path = format!("{}?{needed}&{query}", entry.path);
        let request = Request::builder()
            .method(entry.method)
            .uri(fill(&path, &values))
            .header("authorization", format!("Bearer {}", self.token))
            .body(Body::from(fill(body, &values)))
            .unwrap();
        send(&self.app, request).await
    }

    /// All rows of a list, page by page.
    async fn rows(&self, entry: &Operation, query: &str) -> Vec<Value> {
        let limit = parameter(self.operation(entry), "limit").map_or("", |_| "limit=20");
        let (mut rows, mut next) = (Vec::new(), String::new());
        loop {
            let (status, answer) = self.ask(entry, &format!("{limit}&{query}&{next}")).await;
            assert_eq!(status, StatusCode::OK, "{}: {answer:.500}", entry.call.id);
            rows.extend(listed(&answer).iter().cloned());
            let holder = if answer["data"]["rows"].is_array() { &answer["data"] } else { &answer };
            match holder["next_page"].as_str() {
                Some(cursor) => next = format!("next_page={cursor}"),
                None => return rows,
            }
        }
    }

    /// What a row is ordered by: the value of a field, or what the row does not show of it. A word that the description
    /// lists counts by its place there.
    fn key(&self, operation: &Value, row: &Value, field: &str) -> Value {
        let shown = field.split('.').fold(row, |value, name| &value[name]);
        let place = shown.as_str().and_then(|word| {
            let description = operation["description"].as_str().unwrap();
            description.find(&format!("\n- `{word}`:"))
        });
        match (place, shown) {
            (Some(place), _) => json!(place),
            (None, Value::Null) => {
                let id = [&row["id"], &row["charge_id"]].into_iter().find_map(Value::as_str).unwrap();
                self.hidden[field][id].clone()
            }
            (None, shown) => shown.clone(),
        }
    }
}

fn parameter<'a>(operation: &'a Value, name: &str) -> Option<&'a Value> {
    operation["parameters"].as_array().unwrap().iter().find(|one| one["name"] == name)
}

/// The rows of an answer.
fn listed(answer: &Value) -> &[Value] {
    let places = [&answer["data"]["rows"], &answer["data"], answer];
    places.into_iter().find_map(Value::as_array).expect("a list")
}

fn compared(one: &Value, other: &Value) -> Ordering {
    let time = |text: &str| text.parse::<DateTime<FixedOffset>>().ok();
    match (one, other) {
        (Value::String(one), Value::String(other)) => match (time(one), time(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => one.cmp(other),
        },
        (Value::Number(one), Value::Number(other)) => one.as_i64().unwrap().cmp(&other.as_i64().unwrap()),
        _ => panic!("{one} and {other} cannot be compared"),
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn every_list_has_the_order_that_is_stated(pool: PgPool) {
    let world = World::new(&pool).await;
    let mut tried = 0;
    for entry in routes::calls().described().1 {
        let (id, operation) = (entry.call.id, world.operation(&entry));
        let stated = operation["x-sorted-by"].as_array();
        if !world.is_list(&entry) {
            assert!(stated.is_none(), "{id} is no list and has an order");
            continue;
        }
        let by: Vec<&str> = stated
            .unwrap_or_else(|| panic!("{id} is a list: say in which order, by `Call::order`"))
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let words = entry.call.order.unwrap().words;
        let falls = by.iter().any(|field| field.starts_with('-'));
        assert_eq!(falls, words.contains("ewest first"), "{id}: {words} {by:?}");
        assert!(operation["description"].as_str().unwrap().starts_with(words), "{id}");
        let sorts: &[&str] =
            if parameter(operation, "sort").is_some() { &["", "date_asc", "date_desc"] } else { &[""] };
        for sort in sorts {
            let query = if sort.is_empty() { String::new() } else { format!("sort={sort}") };
            let rows = world.rows(&entry, &query).await;
            assert!(rows.len() > 1, "{id}: {} rows have no order", rows.len());
            for pair in rows.windows(2) {
                let order = by.iter().fold(Ordering::Equal, |order, field| {
                    let name = field.trim_start_matches('-');
                    let key = |row| world.key(operation, row, name);
                    let next = compared(&key(&pair[0]), &key(&pair[1]));
                    order.then(if field.starts_with('-') { next.reverse() } else { next })
                });
                let expected = if *sort == "date_desc" { Ordering::Greater } else { Ordering::Less };
                assert_eq!(order, expected, "{id} {sort}, by {by:?}: {:.900} {:.900}", pair[0], pair[1]);
            }
            tried += 1;
        }
    }
    assert!(tried >= 23, "{tried} lists were tried");
}

#[sqlx::test(migrations = "./migrations")]
async fn every_limit_has_the_bounds_and_the_default_that_are_stated(pool: PgPool) {
    let world = World::new(&pool).await;
    let mut tried = 0;
    for entry in routes::calls().described().1 {
        let (id, Some(limit)) = (entry.call.id, parameter(world.operation(&entry), "limit")) else {
            continue;
        };
        let stated = |name: &str| limit["schema"][name].as_i64().unwrap_or_else(|| panic!("{id}: {name}"));
        let (least, most, default) = (stated("minimum"), stated("maximum"), stated("default"));
        for beyond in [least - 1, most + 1] {
            let (status, answer) = world.ask(&entry, &format!("limit={beyond}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{id} limit={beyond}: {answer:.300}");
            assert!(answer["message"].as_str().unwrap().starts_with("limit: "), "{id}: {answer}");
        }
        let mut counts = Vec::new();
        for query in
            [format!("limit={least}"), format!("limit={most}"), format!("limit={default}"), String::new()]
        {
            let (status, answer) = world.ask(&entry, &query).await;
            assert_eq!(status, StatusCode::OK, "{id} {query}: {answer:.300}");
            counts.push(i64::try_from(listed(&answer).len()).unwrap());
        }
        assert_eq!(counts[0], least, "{id}");
        assert!(counts[1] > least && counts[1] <= most, "{id}: {counts:?}");
        // An answer of breakdowns ends after 35 days, before 100 rows.
        let expected = if id == "customers.invoices.listBreakdowns" { counts[2] } else { default };
        assert_eq!((counts[2], counts[3]), (expected, expected), "{id}: rows unless asked");
        tried += 1;
    }
    assert!(tried >= 13, "{tried} lists were tried");
    let (_, answer) = get(
        &world.app,
        &world.token,
        &fill("/v1/customers/{customer_id}/dashboards/invoices?status=FINALIZED", &world.values),
    )
    .await;
    assert_eq!(listed(&answer).len(), 25, "\"25 invoices a page\"");
}

/// Where the document says "oldest first" or "newest first" without the order of a call. Each is tried below.
const WITHIN: [&str; 3] = [
    "/paths/~1v1~1customers~1{customer_id}~1dashboards~1usage/get/description",
    "/components/schemas/InvoicesReport/description",
    "/components/schemas/UsageReport/properties/marks/description",
];

#[sqlx::test(migrations = "./migrations")]
async fn an_order_that_is_stated_of_something_within_an_answer_holds_too(pool: PgPool) {
    let world = World::new(&pool).await;
    let mut words: Vec<&str> = Vec::new();
    let entries = routes::calls().described().1;
    words.extend(entries.iter().filter_map(|entry| Some(entry.call.order?.words)));
    let mut found = Vec::new();
    let mut places = vec![(String::new(), &world.document)];
    while let Some((path, place)) = places.pop() {
        match place {
            Value::Object(fields) => {
                places.extend(fields.iter().filter(|(name, _)| *name != "info").map(|(name, value)| {
                    (format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), value)
                }))
            }
            Value::Array(values) => places.extend(values.iter().map(|value| (format!("{path}/-"), value))),
            Value::String(text) if path.ends_with("/description") => {
                let rest = words.iter().fold(text.clone(), |text, words| text.replace(words, ""));
                if rest.contains("ldest first") || rest.contains("ewest first") {
                    found.push(path);
                }
            }
            _ => {}
        }
    }
    found.sort();
    let mut within = WITHIN.map(str::to_owned);
    within.sort();
    assert_eq!(found, within, "state the order of a list by `Call::order`, and try any other here");

    let path = fill("/v1/customers/{customer_id}/dashboards/usage", &world.values);
    let (status, usage) = get(&world.app, &world.token, &path).await;
    assert_eq!(status, StatusCode::OK, "{usage:.300}");
    let today =
        clock::now().date_naive().num_days_from_ce() - DateTime::UNIX_EPOCH.date_naive().num_days_from_ce();
    assert_eq!(usage["data"]["last_day"], json!(today));
    let column = &usage["data"]["metrics"][0]["quantity"]["days"];
    assert!(column["values"].as_str().unwrap().ends_with(" 0 27 18 9"), "oldest first: {column}");
    let marks: Vec<i64> =
        usage["data"]["marks"].as_array().unwrap().iter().map(|mark| mark["day"].as_i64().unwrap()).collect();
    assert!(marks.len() > 5 && marks.is_sorted(), "oldest first: {marks:?}");
    // The rows of an `InvoicesReport` are those of its call, whose order is tried above.
}
