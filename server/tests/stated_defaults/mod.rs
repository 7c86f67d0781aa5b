//! Every default that the document states, tried: what is left out does what its default does.

mod trials;

use crate::common::{app, example, get, post, seed, send, token};
use app::billing::AggregationType;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Months, Utc};
use serde_json::{Value, json};
use server::{
    openapi::{Operation, Values, fill},
    routes,
};
use sqlx::PgPool;
use trials::{Made, trial};
use uuid::Uuid;

/// A value of a request that has a default.
#[derive(Debug)]
enum Place {
    Query(String),
    /// By its JSON pointer; of a list, in its first entry.
    Body(String),
}

/// The defaults of a body, wherever they stand; `null` says no more than that a field may be left out.
fn of_body(schema: &Value, at: &str, found: &mut Vec<(Place, Value)>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        if !property["default"].is_null() {
            found.push((Place::Body(at.clone()), property["default"].clone()));
        }
        of_body(property, &at, found);
    }
    if schema["items"].is_object() {
        of_body(&schema["items"], &format!("{at}/0"), found);
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        of_body(choice, at, found);
    }
}

fn defaults(operation: &Value) -> Vec<(Place, Value)> {
    let parameters = operation["parameters"].as_array().unwrap().iter();
    let mut found: Vec<_> = parameters
        .filter(|one| one["in"] == "query" && !one["schema"]["default"].is_null())
        .map(|one| (Place::Query(one["name"].as_str().unwrap().to_owned()), one["schema"]["default"].clone()))
        .collect();
    of_body(&operation["requestBody"]["content"]["application/json"]["schema"], "", &mut found);
    found
}

struct World {
    pool: PgPool,
    app: Router,
    token: String,
    values: Values,
}

impl World {
    /// A company with something that each default leaves out: an archived customer, an archived metric, one that is on
    /// no plan.
    async fn new(pool: &PgPool) -> Self {
        let (app, token) = (app(pool.clone()).await, token(pool).await);
        let mut values = example::seeded(pool, "").await;
        let last_month: DateTime<Utc> = values["last_month"].parse().unwrap();
        values.insert("two_months_ago", (last_month - Months::new(1)).to_rfc3339());
        let archived = seed::customer(pool, "Archived").await;
        post(&app, &token, "/v1/customers/archive", json!({ "id": archived })).await;
        for _ in 0..2 {
            seed::metric(pool, AggregationType::Count, "", "[]").await;
        }
        sqlx::query(
            "update billable_metric set archived_at = now() where id = (select max(id::text)::uuid from billable_metric
             where aggregation_type = 'COUNT')",
        )
        .execute(pool)
        .await
        .unwrap();
        Self { pool: pool.clone(), app, token, values }
    }

    /// Sends a call with a value at a place, or without; what is seen of it then.
    async fn seen(&self, entry: &Operation, place: &Place, value: Option<&Value>) -> (StatusCode, Value) {
        let trial = trial(entry.call.id);
        let mut values = self.values.clone();
        if trial.takes_new_customer {
            values.insert("customer_id", seed::customer(&self.pool, "New").await.to_string());
        }
        let mut path = format!("{}?{}", entry.path, entry.call.query);
        let body = if trial.body.is_empty() { entry.call.body } else { trial.body };
        let mut body: Value = serde_json::from_str(&fill(body, &values)).unwrap_or_default();
        match place {
            Place::Query(name) => {
                let kept = entry.call.query.split('&').filter(|pair| !pair.starts_with(&format!("{name}=")));
                path = format!("{}?{}", entry.path, kept.collect::<Vec<_>>().join("&"));
                if let Some(value) = value {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    path = format!("{path}&{name}={text}");
                }
            }
            Place::Body(pointer) => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                let parent = body.pointer_mut(parent).and_then(Value::as_object_mut);
                let parent = parent.unwrap_or_else(|| panic!("{}: give {pointer} a place", entry.call.id));
                match value {
                    Some(value) => parent.insert(name.to_owned(), value.clone()),
                    None => parent.remove(name),
                };
            }
        }
        let request = Request::builder()
            .method(entry.method)
            .uri(fill(&path, &values))
            .header("authorization", format!("Bearer {}", self.token))
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) })
            .unwrap();
        let (status, answer) = send(&self.app, request).await;
        let seen =
            if status.is_success() { self.made(entry, answer).await } else { answer["message"].clone() };
        (status, seen)
    }

    /// What a call made, without what is new each time; of a call that only reads, its answer.
    async fn made(&self, entry: &Operation, answer: Value) -> Value {
        if entry.call.media_type == "application/pdf" {
            // Bytes of a file that are not the same twice.
            return Value::Null;
        }
        let row = match trial(entry.call.id).made {
            Made::Answer => return answer,
            Made::Data(new) => return without(answer["data"].clone(), new),
            Made::Url => return claims(answer["data"]["url"].as_str().unwrap()),
            Made::Row(sql) => sql,
        };
        let id: Uuid = answer["data"]["id"].as_str().unwrap().parse().unwrap();
        let made: Value = sqlx::query_scalar(row).bind(id).fetch_one(&self.pool).await.unwrap();
        without(made, &["id", "customer_id", "created_at", "updated_at", "finalize_after", "catalog_version"])
    }
}

fn without(mut value: Value, names: &[&str]) -> Value {
    value.as_object_mut().unwrap().retain(|name, _| !names.contains(&name.as_str()));
    value
}

/// What the token of an embeddable URL says, but for times and its id.
fn claims(url: &str) -> Value {
    let claims = url.split('.').nth_back(1).unwrap();
    let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    without(claims, &["iat", "exp", "jti"])
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_left_out_does_what_its_default_does(pool: PgPool) {
    let world = World::new(&pool).await;
    let (_, document) = get(&world.app, "", "/openapi.json").await;
    let mut tried = 0;
    for entry in routes::calls().described().1 {
        let id = entry.call.id;
        for (place, default) in defaults(&document["paths"][entry.path][entry.method.to_lowercase()]) {
            // Answers tell the time, so the minute may turn between the two.
            let mut answers = Vec::new();
            for _ in 0..3 {
                let (status, left_out) = world.seen(&entry, &place, None).await;
                let given = world.seen(&entry, &place, Some(&default)).await;
                assert_eq!(status, trial(id).status, "{id} without {place:?}: {left_out:.500}");
                answers = vec![(status, left_out), given];
                if answers[0] == answers[1] {
                    break;
                }
            }
            assert_eq!(answers[0], answers[1], "{id}: without {place:?}, and with its default {default}");
            tried += 1;
        }
    }
    assert!(tried >= 40, "{tried} defaults were tried");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_default_makes_a_difference_where_another_value_does(pool: PgPool) {
    let world = World::new(&pool).await;
    let entries = routes::calls().described().1;
    for (id, name, other) in [
        ("customers.list", "only_archived", json!(true)),
        ("billableMetrics.list", "include_archived", json!(true)),
        ("customers.listBillableMetrics", "on_current_plan", json!(true)),
        ("plans.listCustomers", "status", json!("ended")),
        ("customers.invoices.listBreakdowns", "window_size", json!("HOUR")),
    ] {
        let entry = entries.iter().find(|entry| entry.call.id == id).unwrap();
        let place = Place::Query(name.to_owned());
        let left_out = world.seen(entry, &place, None).await;
        let given = world.seen(entry, &place, Some(&other)).await;
        assert_eq!(given.0, StatusCode::OK, "{id} {name}={other}: {:.300}", given.1);
        assert!(left_out != given, "{id}: {name}={other} does the same");
    }
}
