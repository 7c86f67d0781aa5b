//! Custom fields over HTTP: keys, values on everything that has them, and what invoices show of them.

use crate::common::{
    app,
    billing::{Billed, billed, finalize},
    get, post, seed, token,
};
use axum::{Router, http::StatusCode};
use chrono::{Datelike, Months};
use serde_json::{Value, json};
use server::clock;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

const ENTITIES: [&str; 7] =
    ["billable_metric", "charge", "customer", "customer_plan", "invoice", "plan", "product"];

/// A customer with a draft and finalized invoices.
struct World {
    app: Router,
    token: String,
    billed: Billed,
}

impl World {
    async fn new(pool: &PgPool) -> Self {
        let today = clock::now().date_naive();
        let start = today.with_day(1).unwrap() - Months::new(3);
        let billed = billed(pool, &start.to_string(), None).await;
        finalize(pool, &today.to_string()).await;
        Self { app: app(pool.clone()).await, token: token(pool).await, billed }
    }

    async fn call(&self, name: &str, body: Value) -> (StatusCode, Value) {
        post(&self.app, &self.token, &format!("/v1/customFields/{name}"), body).await
    }

    async fn add(&self, entity: &str, key: &str, enforce_uniqueness: bool) -> (StatusCode, Value) {
        let body = json!({ "entity": entity, "key": key, "enforce_uniqueness": enforce_uniqueness });
        self.call("addKey", body).await
    }

    async fn set(&self, entity: &str, id: Uuid, fields: Value) -> (StatusCode, Value) {
        let body = json!({ "entity": entity, "entity_id": id, "custom_fields": fields });
        self.call("setValues", body).await
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = get(&self.app, &self.token, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer["data"].clone()
    }

    async fn fields_of_customer(&self, id: Uuid) -> Value {
        self.get(&format!("/v1/customers/{id}")).await["custom_fields"].clone()
    }

    /// The first invoice of this status.
    async fn invoice(&self, status: &str) -> Value {
        let path = format!("/v1/customers/{}/invoices?status={status}", self.billed.customer_id);
        self.get(&path).await[0].clone()
    }
}

fn id(value: &Value) -> Uuid {
    value["id"].as_str().unwrap().parse().unwrap()
}

/// What a refusal says, and its status.
fn refusal((status, answer): (StatusCode, Value)) -> (StatusCode, String) {
    (status, answer["message"].as_str().unwrap_or_default().to_owned())
}

#[sqlx::test(migrations = "./migrations")]
async fn answers_and_drafts_show_what_is_set_and_finalized_invoices_what_was_there(pool: PgPool) {
    let world = World::new(&pool).await;
    let Billed { customer_id, billable_metric_id, plan_id, customer_plan_id } = world.billed;
    let (charge, product): (Uuid, Uuid) =
        sqlx::query_as("select id, product_id from charge where plan_id = $1 and name = 'Support'")
            .bind(plan_id)
            .fetch_one(&pool)
            .await
            .unwrap();
    let finalized = world.invoice("FINALIZED").await;
    let note = |entity: &str| json!({ "note": format!("of the {entity}") });
    let ids = [billable_metric_id, charge, customer_id, customer_plan_id, id(&finalized), plan_id, product];
    for (entity, id) in ENTITIES.into_iter().zip(ids) {
        for (status, body) in
            [world.add(entity, "note", true).await, world.set(entity, id, note(entity)).await]
        {
            assert_eq!((status, body), (StatusCode::OK, Value::Null), "{entity}");
        }
    }
    assert_eq!(world.fields_of_customer(customer_id).await, note("customer"));
    let metric = world.get(&format!("/v1/billable-metrics/{billable_metric_id}")).await;
    assert_eq!(metric["custom_fields"], note("billable_metric"));
    assert_eq!(world.get(&format!("/v1/planDetails/{plan_id}")).await["custom_fields"], note("plan"));
    let plans = world.get(&format!("/v1/customers/{customer_id}/plans")).await;
    assert_eq!(plans[0]["custom_fields"], note("customer_plan"));
    let charges = world.get(&format!("/v1/planDetails/{plan_id}/charges")).await;
    assert_eq!(charges[2]["custom_fields"], note("charge"));

    let shows = |invoice: &Value| {
        let lines = invoice["line_items"].as_array().unwrap();
        let line = lines.iter().find(|line| line["name"] == "Support").unwrap();
        assert_eq!(invoice["customer_custom_fields"], note("customer"));
        assert_eq!(invoice["plan_custom_fields"], note("plan"));
        assert_eq!(line["product_custom_fields"], note("product"));
        assert_eq!(line["sub_line_items"][0]["custom_fields"], note("charge"));
        assert_eq!(invoice["custom_fields"], json!({}));
    };
    shows(&world.invoice("DRAFT").await);
    let mut changed = world.invoice("FINALIZED").await;
    assert_eq!(changed["custom_fields"].take(), note("invoice"));
    changed["custom_fields"] = json!({});
    assert_eq!(changed, finalized, "all else stays");

    // A successor copies what there is then, and has no fields of its own.
    let of_invoice = json!({ "id": finalized["id"] });
    let answered = post(&world.app, &world.token, "/v1/invoices/void", of_invoice.clone()).await;
    assert_eq!(answered.0, StatusCode::OK, "{}", answered.1);
    let voided = world.invoice("VOID").await;
    assert_eq!((&voided["id"], &voided["custom_fields"]), (&finalized["id"], &note("invoice")));
    let (_, made) = post(&world.app, &world.token, "/v1/invoices/regenerate", of_invoice).await;
    let path = format!("/v1/customers/{customer_id}/invoices/{}", id(&made["data"]));
    shows(&world.get(&path).await);
}

#[sqlx::test(migrations = "./migrations")]
async fn keys_are_known_before_values_are_set_and_take_their_values_along(pool: PgPool) {
    let world = World::new(&pool).await;
    let customer = seed::customer(&pool, "Other").await;
    let refused = refusal(world.set("customer", customer, json!({ "a": "1" })).await);
    assert_eq!(refused.0, StatusCode::BAD_REQUEST);
    assert!(
        refused.1.starts_with("custom_fields.a: is not a known key of the entity customer"),
        "{refused:?}"
    );
    for (entity, key) in [("product", "a"), ("customer", "b"), ("customer", "a"), ("customer", "a")] {
        assert_eq!(world.add(entity, key, false).await.0, StatusCode::OK);
    }
    let refused = refusal(world.add("customer", "a", true).await);
    assert_eq!(refused.0, StatusCode::CONFLICT);
    assert!(refused.1.starts_with("enforce_uniqueness: is false of the key \"a\""), "{refused:?}");
    let key = |entity: &str, key: &str| json!({ "entity": entity, "key": key, "enforce_uniqueness": false });
    let listed = async |body: Value| world.call("listKeys", body).await.1;
    let of_customers = [key("customer", "a"), key("customer", "b")];
    assert_eq!(
        listed(json!({ "entities": ["customer"] })).await,
        json!({ "data": of_customers, "next_page": null })
    );
    for all in [json!({}), json!({ "entities": [] })] {
        let all = listed(all).await;
        assert_eq!(all["data"], json!([of_customers[0], of_customers[1], key("product", "a")]));
    }

    assert_eq!(world.set("customer", customer, json!({ "a": "1", "b": "2" })).await.0, StatusCode::OK);
    assert_eq!(world.set("customer", customer, json!({ "a": "3" })).await.0, StatusCode::OK);
    assert_eq!(world.fields_of_customer(customer).await, json!({ "a": "3", "b": "2" }));
    // All or none.
    assert_eq!(
        world.set("customer", customer, json!({ "b": "4", "c": "5" })).await.0,
        StatusCode::BAD_REQUEST
    );
    let delete = json!({ "entity": "customer", "entity_id": customer, "keys": ["b", "unknown"] });
    for _ in 0..2 {
        assert_eq!(world.call("deleteValues", delete.clone()).await, (StatusCode::OK, Value::Null));
    }
    assert_eq!(world.fields_of_customer(customer).await, json!({ "a": "3" }));
    let remove = json!({ "entity": "customer", "key": "a" });
    assert_eq!(world.call("removeKey", remove.clone()).await.0, StatusCode::OK);
    assert_eq!(world.fields_of_customer(customer).await, json!({}));
    assert_eq!(
        refusal(world.call("removeKey", remove).await),
        (StatusCode::NOT_FOUND, "the custom field key was not found".to_owned())
    );
    assert_eq!(world.set("customer", customer, json!({ "a": "3" })).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(listed(json!({})).await["data"], json!([key("customer", "b"), key("product", "a")]));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_unique_value_is_that_of_one_thing_however_it_is_written(pool: PgPool) {
    let world = World::new(&pool).await;
    let create = async |value: &str| {
        let body = json!({ "name": "New", "custom_fields": { "crm_id": value } });
        post(&world.app, &world.token, "/v1/customers", body).await
    };
    // Values of before the key was known count too.
    let twins = [create("7").await, create("7").await].map(|(_, answer)| id(&answer["data"]));
    let refused = refusal(world.add("customer", "crm_id", true).await);
    assert_eq!(refused.0, StatusCode::CONFLICT);
    assert!(refused.1.starts_with("enforce_uniqueness: several have the value \"7\""), "{refused:?}");
    let delete = json!({ "entity": "customer", "entity_id": twins[1], "keys": ["crm_id"] });
    assert_eq!(world.call("deleteValues", delete).await.0, StatusCode::OK);
    assert_eq!(world.add("customer", "crm_id", true).await.0, StatusCode::OK);

    let taken = "custom_fields.crm_id: another customer has the value \"7\", and the key enforces uniqueness";
    let taken = (StatusCode::CONFLICT, taken.to_owned());
    assert_eq!(refusal(create("7").await), taken);
    assert_eq!(refusal(world.set("customer", twins[1], json!({ "crm_id": "7" })).await), taken);
    assert_eq!(world.set("customer", twins[0], json!({ "crm_id": "7" })).await.0, StatusCode::OK, "its own");
    // It is free once its owner has another, and the other kinds of things have values of their own.
    assert_eq!(world.set("customer", twins[0], json!({ "crm_id": "8" })).await.0, StatusCode::OK);
    assert_eq!(create("7").await.0, StatusCode::OK);
    assert_eq!(world.add("plan", "crm_id", true).await.0, StatusCode::OK);
    assert_eq!(world.set("plan", world.billed.plan_id, json!({ "crm_id": "7" })).await.0, StatusCode::OK);

    // Of many at once one gets it.
    let mut calls = JoinSet::new();
    for number in 0..8 {
        let customer = seed::customer(&pool, &format!("Customer {number}")).await;
        let (app, token) = (world.app.clone(), world.token.clone());
        calls.spawn(async move {
            let body =
                json!({ "entity": "customer", "entity_id": customer, "custom_fields": { "crm_id": "9" } });
            post(&app, &token, "/v1/customFields/setValues", body).await.0
        });
    }
    let statuses = calls.join_all().await;
    let count = |wanted: StatusCode| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(StatusCode::OK), count(StatusCode::CONFLICT)), (1, 7), "{statuses:?}");
    // Nothing is left of a key that is removed.
    assert_eq!(
        world.call("removeKey", json!({ "entity": "customer", "key": "crm_id" })).await.0,
        StatusCode::OK
    );
    for _ in 0..2 {
        assert_eq!(create("9").await.0, StatusCode::OK);
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_has_no_custom_fields_is_refused_by_name(pool: PgPool) {
    let world = World::new(&pool).await;
    let known =
        "custom fields are of billable_metric, charge, customer, customer_plan, invoice, plan, product";
    for entity in ["contract", "commit", "rate_card", "alert"] {
        let message = format!("\"{entity}\" is not part of Inlay: {known}");
        for (refused, path) in [
            (world.add(entity, "a", false).await, "entity"),
            (world.set(entity, Uuid::nil(), json!({})).await, "entity"),
            (world.call("listKeys", json!({ "entities": ["plan", entity] })).await, "entities[1]"),
        ] {
            assert_eq!(refusal(refused), (StatusCode::BAD_REQUEST, format!("{path}: {message}")));
        }
    }
    for entity in ENTITIES {
        let (status, message) = refusal(world.set(entity, Uuid::nil(), json!({})).await);
        assert_eq!(status, StatusCode::NOT_FOUND, "{entity}: {message}");
    }
    let draft = id(&world.invoice("DRAFT").await);
    let message = "entity_id: is a draft: only a finalized invoice can be given custom fields";
    assert_eq!(
        refusal(world.set("invoice", draft, json!({})).await),
        (StatusCode::BAD_REQUEST, message.to_owned())
    );
    let customer = world.billed.customer_id;
    for number in 0..=50 {
        assert_eq!(world.add("customer", &format!("key {number}"), false).await.0, StatusCode::OK);
        let (status, message) =
            refusal(world.set("customer", customer, json!({ format!("key {number}"): "" })).await);
        match number {
            50 => assert_eq!(
                (status, message.as_str()),
                (
                    StatusCode::BAD_REQUEST,
                    "custom_fields: together with those of before it has 51 entries, more than 50"
                )
            ),
            _ => assert_eq!(status, StatusCode::OK, "{message}"),
        }
    }
}
