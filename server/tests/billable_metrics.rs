//! Calls about billable metrics.

use crate::common::{app, get, post, send, token};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use sqlx::PgPool;

const CREATE: &str = "/v1/billable-metrics/create";

#[sqlx::test(migrations = "./migrations")]
async fn a_created_metric_can_be_retrieved_listed_and_archived(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let body = json!({
        "name": "Input tokens",
        "aggregation_type": "sum",
        "aggregation_key": "tokens",
        "event_type_filter": { "in_values": ["completion"] },
        "property_filters": [
            { "name": "tokens", "exists": true },
            { "name": "region", "in_values": ["eu", "us"] },
        ],
        "group_keys": [["region"]],
        "custom_fields": { "team": "llm" },
    });
    let (status, answer) = post(&app, &token, CREATE, body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let id = answer["data"]["id"].as_str().unwrap();
    let (status, answer) = get(&app, &token, &format!("/v1/billable-metrics/{id}")).await;
    assert_eq!(status, StatusCode::OK);
    let mut expected = body;
    expected["id"] = json!(id);
    expected["aggregation_type"] = json!("SUM");
    assert_eq!(answer["data"], expected);

    let (status, answer) = post(&app, &token, "/v1/billable-metrics/archive", json!({ "id": id })).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({ "data": { "id": id } })));
    let (_, answer) = get(&app, &token, "/v1/billable-metrics").await;
    assert_eq!(answer, json!({ "data": [], "next_page": null }));
    let (_, answer) = get(&app, &token, "/v1/billable-metrics?include_archived=true").await;
    assert!(answer["data"][0]["archived_at"].is_string());
    let (status, _) = get(&app, &token, "/v1/billable-metrics/00000000-0000-0000-0000-000000000007").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_list_is_walked_by_cursor(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    for n in 0..5 {
        post(&app, &token, CREATE, json!({ "name": format!("m{n}"), "aggregation_type": "COUNT" })).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/billable-metrics?limit=2".to_owned();
    loop {
        let (_, answer) = get(&app, &token, &path).await;
        seen.extend(
            answer["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()),
        );
        let Some(next_page) = answer["next_page"].as_str() else { break };
        path = format!("/v1/billable-metrics?limit=2&next_page={next_page}");
    }
    assert_eq!(seen, ["m0", "m1", "m2", "m3", "m4"]);
}

#[sqlx::test(migrations = "./migrations")]
async fn wrong_definitions_name_the_field(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let exists = |name: &str| json!([{ "name": name, "exists": true }]);
    let cases = [
        (json!({ "aggregation_type": "COUNT" }), "name: is required"),
        (json!({ "name": "" , "aggregation_type": "COUNT" }), "name: is empty"),
        (json!({ "name": "a" }), "aggregation_type: is required"),
        (json!({ "name": "a", "aggregation_type": "AVG" }), "aggregation_type: \"AVG\" is not one of COUNT"),
        (json!({ "name": "a", "aggregation_type": "MAX" }), "aggregation_key: is required for MAX"),
        (
            json!({ "name": "a", "aggregation_type": "SUM", "aggregation_key": "b", "property_filters": exists("c") }),
            "aggregation_key: \"b\" must also be in property_filters",
        ),
        (
            json!({ "name": "a", "aggregation_type": "COUNT", "group_keys": [["b", "c"]], "property_filters": exists("b") }),
            "group_keys[0][1]: \"c\" must also be in property_filters",
        ),
        (
            json!({ "name": "a", "aggregation_type": "COUNT", "group_keys": [["b"], []], "property_filters": exists("b") }),
            "group_keys[1]: is empty",
        ),
        (
            json!({ "name": "a", "aggregation_type": "COUNT", "group_keys": [["b"], ["b"]], "property_filters": exists("b") }),
            "group_keys[1]: is given twice",
        ),
        (
            json!({ "name": "a", "aggregation_type": "COUNT", "property_filters": [{ "name": "b", "in_values": [] }] }),
            "property_filters[0].in_values: is empty",
        ),
        (
            json!({ "name": "a", "aggregation_type": "COUNT", "property_filters": [{ "name": "" }] }),
            "property_filters[0].name: is empty",
        ),
        (
            json!({ "name": "a", "aggregation_type": "COUNT", "event_type_filter": { "in_value": ["a"] } }),
            "event_type_filter.in_value: is not known here; did you mean \"in_values\"?",
        ),
        (json!({ "name": "a", "sql": "select 1" }), "sql: SQL metrics are not part of Inlay"),
    ];
    for (body, expected) in cases {
        let (status, answer) = post(&app, &token, CREATE, body).await;
        let message = answer["message"].as_str().unwrap();
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn only_the_name_of_a_metric_can_change(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (_, made) = post(&app, &token, CREATE, json!({ "name": "Old", "aggregation_type": "COUNT" })).await;
    let id = made["data"]["id"].as_str().unwrap();
    let put = async |id: &str, body: Value| {
        let request = Request::put(format!("/v1/billable-metrics/{id}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_string()))
            .unwrap();
        send(&app, request).await
    };
    let answer = put(id, json!({ "name": " New " })).await;
    assert_eq!(answer, (StatusCode::OK, json!({ "data": { "id": id } })));
    let (_, answer) = get(&app, &token, &format!("/v1/billable-metrics/{id}")).await;
    assert_eq!(answer["data"]["name"], "New");
    let nobody = "00000000-0000-0000-0000-000000000007";
    assert_eq!(put(nobody, json!({ "name": "New" })).await.0, StatusCode::NOT_FOUND);
    for (body, expected) in [
        (json!({}), "name: is required"),
        (json!({ "name": " " }), "name: is empty"),
        (json!({ "name": "a", "aggregation_type": "SUM" }), "aggregation_type: is not known here"),
    ] {
        let (status, answer) = put(id, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(answer["message"].as_str().unwrap().starts_with(expected), "{answer}");
    }
}
