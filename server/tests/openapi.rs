//! The description of the API: complete, and true of the server.
#![allow(clippy::unwrap_used)]

mod common;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use common::{app, example, get, send, token};
use serde_json::Value;
use server::{
    clock,
    openapi::{Entry, fill, samples},
    routes,
};
use sqlx::PgPool;
use std::{collections::BTreeSet, fs, path::Path};

fn entries() -> Vec<Entry> {
    routes::calls().described().1
}

/// What is routed without a description: pages, files and nothing else.
const PAGES: [&str; 2] = ["assets.rs", "page.rs"];

#[test]
fn no_route_is_without_an_entry() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let is_page =
            PAGES.contains(&name) || file.ends_with("openapi/calls.rs") || file.ends_with("demo/portal.rs");
        assert!(
            is_page || !text.contains(".route("),
            "{}: routes are made by `Calls`, which describes them",
            file.display()
        );
    }
}

#[test]
fn every_call_says_what_it_is() {
    let (groups, entries) = routes::calls().described();
    let mut ids = BTreeSet::new();
    for entry in &entries {
        let place = format!("{} {}", entry.method, entry.path);
        assert!(ids.insert(entry.call.id), "{place}: {} is the name of another call", entry.call.id);
        assert!(!entry.call.summary.is_empty() && !entry.call.summary.ends_with('.'), "{place}: summary");
        assert!(
            entry.path.contains('{') <= !entry.call.missing.is_empty(),
            "{place}: what is missing at 404"
        );
    }
    for (name, about) in groups {
        assert!(!about.is_empty(), "{name}: say what the group is where it comes first");
    }
}

#[test]
fn every_placeholder_is_known() {
    let values = samples(clock::now());
    for entry in entries() {
        for text in [entry.path, entry.call.query, entry.call.body] {
            let filled = fill(text, &values);
            let left = filled
                .match_indices('{')
                .find(|(at, _)| filled[at + 1..].starts_with(|letter: char| letter.is_ascii_lowercase()));
            assert!(left.is_none(), "{} {}: {filled}", entry.method, entry.path);
        }
        if !entry.call.body.is_empty() {
            serde_json::from_str::<Value>(&fill(entry.call.body, &values)).expect(entry.path);
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn every_example_works_when_sent(pool: PgPool) {
    let app = app(pool.clone()).await;
    let token = token(&pool).await;
    for entry in entries() {
        let values = example::seeded(&pool, entry.call.id).await;
        let mut path = fill(entry.path, &values);
        if !entry.call.query.is_empty() {
            path = format!("{path}?{}", fill(entry.call.query, &values));
        }
        let request = Request::builder()
            .method(entry.method)
            .uri(&path)
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(fill(entry.call.body, &values)))
            .unwrap();
        let (status, body) = send(&app, request).await;
        assert_eq!(status, StatusCode::OK, "{} {path}: {body}", entry.method);
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_document_is_served_to_everybody(pool: PgPool) {
    let app = app(pool).await;
    let (status, document) = get(&app, "", "/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(document["openapi"], "3.1.0");
    let create = &document["paths"]["/v1/customers"]["post"];
    assert_eq!(create["operationId"], "customers.create");
    let schema = &create["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(schema["required"], serde_json::json!(["name"]));
    assert_eq!(schema["additionalProperties"], false);
    assert!(document["components"]["schemas"]["Invoice"]["properties"]["total"].is_object());
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let (groups, entries) = routes::calls().described();
    let document = server::openapi::document(&groups, &entries, "http://127.0.0.1:3000", clock::now());
    let mut places = vec![&document];
    while let Some(place) = places.pop() {
        match place {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.strip_prefix('#').expect(reference);
                    assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                places.extend(fields.values());
            }
            Value::Array(values) => places.extend(values),
            _ => {}
        }
    }
}
