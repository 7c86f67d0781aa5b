//! A database in which every list has more than one page. What a group of calls lists is in a file named as the
//! reference names the group.

mod audit_log;
mod billable_metrics;
mod credit_types;
mod custom_fields;
mod customers;
mod dashboards;
mod invoices;
mod plans;
mod plans_of_customers;
mod usage;

use crate::common::{app, get, seed, send, token};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::{
    clock,
    openapi::{Operation, Values, fill, samples},
};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many there are of everything: more than a page has unless asked.
const MANY: i64 = 27;

/// What a list is asked with.
struct Asked {
    /// The name of its call.
    id: &'static str,
    /// What the call needs; `limit` and the like go after it.
    query: &'static str,
    /// The body; that of the call's example where it is empty.
    body: &'static str,
}

/// What lists are asked with, where that is not the call's example without its query.
const ASKED: &[&[Asked]] = &[customers::ASKED, dashboards::ASKED, invoices::ASKED, usage::ASKED];

/// What is listed, in the making.
struct Company<'a> {
    pool: &'a PgPool,
    now: DateTime<Utc>,
    main: Uuid,
    metrics: Vec<Uuid>,
    plan_id: Uuid,
    /// What stands for placeholders.
    values: Values,
    /// Customers that some calls are about in the place of the main one.
    others: BTreeMap<&'static str, String>,
}

impl Company<'_> {
    fn set(&mut self, name: &'static str, id: Uuid) {
        self.values.insert(name, id.to_string());
    }

    /// The day so long ago.
    fn day(&self, ago: i64) -> String {
        (self.now - TimeDelta::days(ago)).format("%Y-%m-%d").to_string()
    }
}

/// A database in which every list has more than one page, made in another order than it is listed.
pub(crate) struct World {
    pub(crate) app: Router,
    pub(crate) token: String,
    pub(crate) document: Value,
    pub(crate) values: Values,
    others: BTreeMap<&'static str, String>,
    /// What rows are ordered by and do not show: by field, then by id.
    hidden: BTreeMap<String, BTreeMap<String, Value>>,
}

/// What it is that lists are ordered by and rows do not show.
async fn hidden(pool: &PgPool) -> BTreeMap<String, BTreeMap<String, Value>> {
    let sql = "select 'created_at', id::text, to_jsonb(created_at) from billable_metric
        union all select 'created_at', id::text, to_jsonb(created_at) from plan
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
    pub(crate) async fn new(pool: &PgPool) -> Self {
        let now = clock::now();
        let main = seed::customer(pool, "Main").await;
        let mut company = Company {
            pool,
            now,
            main,
            metrics: Vec::new(),
            plan_id: Uuid::nil(),
            values: samples(now),
            others: BTreeMap::new(),
        };
        company.set("customer_id", main);
        billable_metrics::seed(&mut company).await;
        plans::seed(&mut company).await;
        plans_of_customers::seed(&mut company).await;
        invoices::seed(&company).await;
        customers::seed(&mut company).await;
        credit_types::seed(&company).await;
        custom_fields::seed(&company).await;
        usage::seed(&mut company).await;
        dashboards::seed(&company).await;
        audit_log::seed(&company).await;
        let (app, token) = (app(pool.clone()).await, token(pool).await);
        let (_, document) = get(&app, "", "/openapi.json").await;
        let Company { values, others, .. } = company;
        Self { app, token, document, values, others, hidden: hidden(pool).await }
    }

    pub(crate) fn operation(&self, entry: &Operation) -> &Value {
        &self.document["paths"][entry.path][entry.method.to_lowercase()]
    }

    /// What a schema refers to.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        target.map_or(schema, |pointer| self.document.pointer(pointer).unwrap())
    }

    /// Whether a call answers a list: an array, or pages.
    pub(crate) fn is_list(&self, entry: &Operation) -> bool {
        let operation = self.operation(entry);
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let answer = self.resolved(schema);
        let data = self.resolved(&answer["properties"]["data"]);
        answer["type"] == "array" || data["type"] == "array" || parameter(operation, "next_page").is_some()
    }

    /// One answer; `query` goes after what the call needs.
    pub(crate) async fn ask(&self, entry: &Operation, query: &str) -> (StatusCode, Value) {
        let id = entry.call.id;
        let mut values = self.values.clone();
        values.extend(self.others.get(id).map(|customer| ("customer_id", customer.clone())));
        let asked = ASKED.iter().copied().flatten().find(|asked| asked.id == id);
        let needed = asked.map_or("", |asked| asked.query);
        let body = asked.map(|asked| asked.body).filter(|body| !body.is_empty()).unwrap_or(entry.call.body);
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
    pub(crate) async fn rows(&self, entry: &Operation, query: &str) -> Vec<Value> {
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
    pub(crate) fn key(&self, operation: &Value, row: &Value, field: &str) -> Value {
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

pub(crate) fn parameter<'a>(operation: &'a Value, name: &str) -> Option<&'a Value> {
    operation["parameters"].as_array().unwrap().iter().find(|one| one["name"] == name)
}

/// The rows of an answer.
pub(crate) fn listed(answer: &Value) -> &[Value] {
    let places = [&answer["data"]["rows"], &answer["data"], answer];
    places.into_iter().find_map(Value::as_array).expect("a list")
}
