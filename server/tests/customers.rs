//! Calls about customers.

use crate::common::{
    app,
    billing::{self, billed},
    get, post, token,
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use server::clock;
use sqlx::PgPool;
use uuid::Uuid;

/// Makes a customer and answers its id.
async fn created(app: &axum::Router, token: &str, body: Value) -> String {
    let (status, answer) = post(app, token, "/v1/customers", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"]["id"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrations = "./migrations")]
async fn a_created_customer_can_be_retrieved(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let body = json!({
        "name": "Acme", "ingest_aliases": ["acme", "acme-eu", "acme"], "custom_fields": { "tier": "gold" },
        "billing_config": { "billing_provider_type": "stripe" }, "customer_billing_provider_configurations": [],
    });
    let (status, answer) = post(&app, &token, "/v1/customers", body).await;
    assert_eq!(status, StatusCode::OK);
    let customer = &answer["data"];
    assert_eq!(customer["ingest_aliases"], json!(["acme", "acme-eu"]));
    assert_eq!(customer["external_id"], "acme");
    let id = customer["id"].as_str().unwrap();
    let (status, answer) = get(&app, &token, &format!("/v1/customers/{id}")).await;
    assert_eq!(status, StatusCode::OK);
    let detail = &answer["data"];
    for field in ["id", "name", "external_id", "ingest_aliases", "custom_fields"] {
        assert_eq!(detail[field], customer[field], "{field}");
    }
    assert_eq!(detail["customer_config"], json!({ "salesforce_account_id": null }));
    assert_eq!(detail["archived_at"], Value::Null);
    assert_eq!(detail["created_at"], detail["updated_at"]);
}

#[sqlx::test(migrations = "./migrations")]
async fn the_external_id_is_an_alias_else_the_id(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (_, answer) = post(&app, &token, "/v1/customers", json!({ "name": "A", "external_id": "a" })).await;
    assert_eq!(answer["data"]["ingest_aliases"], json!(["a"]));
    let (_, answer) = post(&app, &token, "/v1/customers", json!({ "name": "B" })).await;
    assert_eq!(answer["data"]["external_id"], answer["data"]["id"]);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_alias_stands_for_one_customer_only(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let first = created(&app, &token, json!({ "name": "A", "ingest_aliases": ["a"] })).await;
    let (status, answer) =
        post(&app, &token, "/v1/customers", json!({ "name": "B", "ingest_aliases": ["b", "a"] })).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let message = answer["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("the ingest alias \"a\" is taken by the customer \"A\" ({first}): ")),
        "{message}"
    );
    let second = created(&app, &token, json!({ "name": "B", "ingest_aliases": ["b"] })).await;
    for taken in ["a", first.as_str()] {
        let path = format!("/v1/customers/{second}/setIngestAliases");
        let (status, _) = post(&app, &token, &path, json!({ "ingest_aliases": ["c", taken] })).await;
        assert_eq!(status, StatusCode::CONFLICT, "{taken}");
    }
    let (_, answer) = get(&app, &token, &format!("/v1/customers/{second}")).await;
    assert_eq!(answer["data"]["ingest_aliases"], json!(["b"]));
}

#[sqlx::test(migrations = "./migrations")]
async fn aliases_are_replaced_as_a_set(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let id = created(&app, &token, json!({ "name": "A", "ingest_aliases": ["a", "b"] })).await;
    let path = format!("/v1/customers/{id}/setIngestAliases");
    let (status, answer) = post(&app, &token, &path, json!({ "ingest_aliases": ["c", "b"] })).await;
    assert_eq!((status, answer), (StatusCode::OK, Value::Null));
    let (_, answer) = get(&app, &token, &format!("/v1/customers/{id}")).await;
    assert_eq!(answer["data"]["ingest_aliases"], json!(["c", "b"]));
    created(&app, &token, json!({ "name": "B", "ingest_aliases": ["a"] })).await;
}

#[sqlx::test(migrations = "./migrations")]
async fn names_are_cut_at_160_characters(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let id = created(&app, &token, json!({ "name": "A" })).await;
    let path = format!("/v1/customers/{id}/setName");
    let (status, answer) = post(&app, &token, &path, json!({ "name": "ü".repeat(200) })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["data"]["name"], "ü".repeat(160));
    let (status, answer) = post(&app, &token, &path, json!({ "name": "  " })).await;
    assert_eq!((status, answer["message"].as_str()), (StatusCode::BAD_REQUEST, Some("name: is empty")));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_list_is_walked_by_cursor(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(
            created(&app, &token, json!({ "name": format!("c{n}"), "ingest_aliases": [format!("a{n}")] }))
                .await,
        );
    }
    post(&app, &token, "/v1/customers/archive", json!({ "id": ids[4] })).await;
    let mut seen = Vec::new();
    let mut path = "/v1/customers?limit=3".to_owned();
    loop {
        let (status, answer) = get(&app, &token, &path).await;
        assert_eq!(status, StatusCode::OK);
        seen.extend(
            answer["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        let Some(next_page) = answer["next_page"].as_str() else { break };
        path = format!("/v1/customers?limit=3&next_page={next_page}");
    }
    assert_eq!(seen, ids[..4]);

    let cases = [
        ("only_archived=true".to_owned(), &ids[4..]),
        ("ingest_alias=a2".to_owned(), &ids[2..3]),
        ("ingest_alias=nobody".to_owned(), &ids[..0]),
        (format!("customer_ids={}%2C{}", ids[1], ids[2]), &ids[1..3]),
        ("salesforce_account_ids=x".to_owned(), &ids[..0]),
    ];
    for (query, expected) in cases {
        let (_, answer) = get(&app, &token, &format!("/v1/customers?{query}")).await;
        let found: Vec<_> =
            answer["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{query}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn archiving_twice_changes_nothing(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let id = created(&app, &token, json!({ "name": "A", "ingest_aliases": ["a"] })).await;
    let mut archived_at = Vec::new();
    for _ in 0..2 {
        let (status, answer) = post(&app, &token, "/v1/customers/archive", json!({ "id": id })).await;
        assert_eq!((status, answer), (StatusCode::OK, json!({ "data": { "id": id } })));
        let (_, answer) = get(&app, &token, &format!("/v1/customers/{id}")).await;
        archived_at.push(answer["data"]["archived_at"].clone());
    }
    assert!(archived_at[0].is_string());
    assert_eq!(archived_at[0], archived_at[1]);
    // Its alias stays taken.
    let (status, _) =
        post(&app, &token, "/v1/customers", json!({ "name": "B", "ingest_aliases": ["a"] })).await;
    assert_eq!(status, StatusCode::CONFLICT);
}

#[sqlx::test(migrations = "./migrations")]
async fn archiving_ends_the_plans_and_voids_the_invoices_of_one_customer(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let start = (clock::now().date_naive() - chrono::Months::new(3)).to_string();
    let ahead = (clock::now().date_naive() + chrono::Days::new(40)).to_string();
    let (one, other) = (billed(&pool, &start, Some(&ahead)).await, billed(&pool, &start, None).await);
    billing::put_on(&pool, one.customer_id, one.plan_id, &ahead, None).await.unwrap();
    let statuses = async |customer_id: Uuid| {
        let (_, page) = get(&app, &token, &format!("/v1/customers/{customer_id}/invoices")).await;
        let all = page["data"].as_array().unwrap().iter();
        all.map(|invoice| invoice["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let today = clock::now().date_naive();
    billing::finalize(&pool, &today.to_string()).await;
    let before = statuses(other.customer_id).await;
    let finalized = before.iter().filter(|status| *status == "FINALIZED").count();
    assert!(finalized >= 2 && before.iter().any(|status| status == "DRAFT"));

    let (status, _) = post(&app, &token, "/v1/customers/archive", json!({ "id": one.customer_id })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(statuses(one.customer_id).await, vec!["VOID"; finalized]);
    assert_eq!(statuses(other.customer_id).await, before);
    let (_, plans) = get(&app, &token, &format!("/v1/customers/{}/plans", one.customer_id)).await;
    let tomorrow = format!("{}T00:00:00Z", today + chrono::Days::new(1));
    assert_eq!(plans["data"][1]["ending_before"], tomorrow);
    // A year later nothing more is billed, and nothing can start it again.
    let later = (today + chrono::Months::new(12)).to_string();
    billing::finalize(&pool, &later).await;
    assert_eq!(statuses(one.customer_id).await.len(), finalized);
    let end = format!("/v1/customers/{}/plans/{}/end", one.customer_id, one.customer_plan_id);
    let (status, body) = post(&app, &token, &end, json!({})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    let id: Uuid = sqlx::query_scalar("select id from invoice where customer_id = $1 limit 1")
        .bind(one.customer_id)
        .fetch_one(&pool)
        .await
        .unwrap();
    let (status, body) = post(&app, &token, "/v1/invoices/regenerate", json!({ "id": id })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body["message"].as_str().unwrap().contains("archived"), "{body}");
}

#[sqlx::test(migrations = "./migrations")]
async fn the_account_in_salesforce_is_kept_listed_by_and_removed(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let id = created(&app, &token, json!({ "name": "A" })).await;
    created(&app, &token, json!({ "name": "B" })).await;
    let config = async |body: Value| {
        let (status, answer) = post(&app, &token, &format!("/v1/customers/{id}/updateConfig"), body).await;
        assert_eq!((status, answer), (StatusCode::OK, Value::Null));
        let (_, answer) = get(&app, &token, &format!("/v1/customers/{id}")).await;
        answer["data"]["customer_config"]["salesforce_account_id"].clone()
    };
    assert_eq!(config(json!({ "salesforce_account_id": "001" })).await, "001");
    assert_eq!(config(json!({ "leave_stripe_invoices_in_draft": true })).await, "001");
    let (_, page) = get(&app, &token, "/v1/customers?salesforce_account_ids=000%2C001").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(page["data"][0]["id"], id);
    assert_eq!(config(json!({ "salesforce_account_id": null })).await, Value::Null);
    let unknown = format!("/v1/customers/{}/updateConfig", Uuid::nil());
    assert_eq!(post(&app, &token, &unknown, json!({})).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_alias_moves_once_its_customer_gives_it_up_archived_or_not(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let one = created(&app, &token, json!({ "name": "A", "ingest_aliases": ["a"] })).await;
    let other = created(&app, &token, json!({ "name": "B" })).await;
    let set = async |id: &str, aliases: Value| {
        let path = format!("/v1/customers/{id}/setIngestAliases");
        post(&app, &token, &path, json!({ "ingest_aliases": aliases })).await
    };
    for archived in [false, true] {
        if archived {
            post(&app, &token, "/v1/customers/archive", json!({ "id": one })).await;
        }
        let (status, body) = set(&other, json!(["b", "a"])).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let message = body["message"].as_str().unwrap();
        assert!(message.contains("\"a\""), "{body}");
        assert_eq!(message.contains(", archived since 20"), archived, "{body}");
    }
    assert_eq!(set(&one, json!([])).await.0, StatusCode::OK);
    assert_eq!(set(&other, json!(["b", "a"])).await.0, StatusCode::OK);
}

#[sqlx::test(migrations = "./migrations")]
async fn wrong_requests_say_what_is_wrong(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let bodies = [
        (json!({}), "name: is required"),
        (json!({ "name": "A", "alias": [] }), "alias: is not known here"),
        (
            json!({ "name": "A", "ingest_alias": [] }),
            "ingest_alias: is not known here; did you mean \"ingest_aliases\"?",
        ),
        (
            json!({ "name": "A", "ingest_aliases": ["a", ""] }),
            "ingest_aliases[1]: must have 1 to 200 characters",
        ),
        (
            json!({ "name": "A", "external_id": "x".repeat(201) }),
            "external_id: must have 1 to 200 characters",
        ),
        (json!({ "name": "A\u{0}" }), "the body holds the character U+0000"),
    ];
    for (body, expected) in bodies {
        let (status, answer) = post(&app, &token, "/v1/customers", body).await;
        assert_eq!((status, answer["code"].as_str()), (StatusCode::BAD_REQUEST, Some("bad_request")));
        let message = answer["message"].as_str().unwrap();
        assert!(message.starts_with(expected), "{message}");
        assert!(answer["request_id"].is_string());
    }
    let queries = [
        ("limit=0", "limit: must be a whole number from 1 to 100"),
        ("limit=many", "limit: "),
        ("next_page=x", "next_page: is not a cursor"),
        ("customer_ids=a,b", "customer_ids[0]: \"a\" is not an id, like "),
        ("only_archive=true", "only_archive: is not known here; did you mean \"only_archived\"?"),
        ("ingest_alias=%00", "the query holds the character U+0000"),
    ];
    for (query, expected) in queries {
        let (status, answer) = get(&app, &token, &format!("/v1/customers?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.starts_with(expected), "{message}");
    }
    let (status, _) = get(&app, &token, "/v1/customers/7").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let unknown = "00000000-0000-0000-0000-000000000007";
    for (path, body) in
        [("setName", json!({ "name": "A" })), ("setIngestAliases", json!({ "ingest_aliases": [] }))]
    {
        let (status, answer) = post(&app, &token, &format!("/v1/customers/{unknown}/{path}"), body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(answer["message"], "the customer was not found");
    }
    let (status, _) = post(&app, &token, "/v1/customers/archive", json!({ "id": unknown })).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn the_metrics_of_a_customer_are_all_or_those_of_its_plan(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let id = created(&app, &token, json!({ "name": "A" })).await;
    let body = json!({ "name": "Requests", "aggregation_type": "count" });
    let (_, metric) = post(&app, &token, "/v1/billable-metrics/create", body).await;
    let path = format!("/v1/customers/{id}/billable-metrics");
    let (_, answer) = get(&app, &token, &path).await;
    assert_eq!(answer["data"][0]["id"], metric["data"]["id"]);
    let (_, answer) = get(&app, &token, &format!("{path}?on_current_plan=true")).await;
    assert_eq!(answer, json!({ "data": [], "next_page": null }));
    let unknown = "/v1/customers/00000000-0000-0000-0000-000000000007/billable-metrics";
    assert_eq!(get(&app, &token, unknown).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn unknown_calls_and_methods_are_said_so(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (status, answer) = get(&app, &token, "/v1/contracts/list").await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")));
    assert!(answer["message"].as_str().unwrap().ends_with("/docs lists all calls"), "{answer}");
    let (status, answer) = post(&app, &token, "/v1/billable-metrics", json!({})).await;
    assert_eq!(
        (status, answer["code"].as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, Some("method_not_allowed"))
    );
    assert!(answer["request_id"].is_string());
}
