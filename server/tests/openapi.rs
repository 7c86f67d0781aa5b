//! The description of the API: complete, and true of the server.

use crate::common::{app, example, get, timeless::timeless, token};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::Value;
use server::{
    clock,
    openapi::{Operation, SURFACE, fill, samples, sdk_name},
    routes,
};
use sqlx::PgPool;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use tower::ServiceExt as _;

fn entries() -> Vec<Operation> {
    routes::calls().described().1
}

/// What is routed without a description: pages, files, the figures for operators, and nothing else.
const PAGES: [&str; 4] = ["src/assets.rs", "dashboards/mod.rs", "styleguide/mod.rs", "routes/metrics.rs"];

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
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        // The demo's portal is a server of its own.
        let is_page = PAGES.iter().any(|page| file.ends_with(page))
            || file.ends_with("openapi/calls.rs")
            || file.components().any(|part| part.as_os_str() == "demo");
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
async fn every_example_works_when_sent_and_answers_what_the_reference_shows(pool: PgPool) {
    let app = app(pool.clone()).await;
    let token = token(&pool).await;
    let mut answers: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    // an event that one example sends is what another looks for, however long those between them take
    let event =
        samples(clock::now()).into_iter().filter(|(name, _)| ["hour_ago", "transaction_id"].contains(name));
    let event: Vec<_> = event.collect();
    for entry in entries() {
        let mut values = example::seeded(&pool, entry.call.id).await;
        values.extend(event.clone());
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
        let response = app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{} {path}: {}", entry.method, String::from_utf8_lossy(&body));
        if entry.call.id == "server.openapi" || !entry.call.media_type.is_empty() || body.is_empty() {
            continue;
        }
        let mut answer: Value = serde_json::from_slice(&body).unwrap();
        timeless(&mut answer, &values);
        answers.entry(entry.group).or_default().insert(entry.call.id, answer);
    }
    for (group, answers) in answers {
        let file = answers_folder().join(group.to_lowercase().replace(' ', "_") + ".json");
        if std::env::var_os("INLAY_WRITE_ANSWERS").is_some() {
            fs::write(&file, serde_json::to_string_pretty(&answers).unwrap() + "\n").unwrap();
        }
        let shown: BTreeMap<String, Value> = fs::read_to_string(&file)
            .map_or_else(|_| BTreeMap::new(), |text| serde_json::from_str(&text).unwrap());
        for (id, answer) in answers {
            let shown = shown.get(id).map(shape);
            assert_eq!(
                Some(shape(&answer)),
                shown,
                "the answer of {id} changed; write it anew: INLAY_WRITE_ANSWERS=1 cargo test -p server --test suite openapi::"
            );
        }
    }
}

/// Where the answers are kept, in a file for each group of calls.
fn answers_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/openapi/answers")
}

#[test]
fn every_answer_that_is_kept_is_shown() {
    let (groups, entries) = routes::calls().described();
    let document = server::openapi::document(&groups, &entries, "http://127.0.0.1:3000", clock::now());
    for file in fs::read_dir(answers_folder()).unwrap() {
        let file = file.unwrap().path();
        let kept: BTreeMap<String, Value> =
            serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for id in kept.keys() {
            let entry = entries.iter().find(|entry| entry.call.id == id);
            let entry = entry.unwrap_or_else(|| panic!("{}: {id} is no call any more", file.display()));
            let operation = &document["paths"][entry.path][entry.method.to_lowercase()];
            let example = &operation["responses"]["200"]["content"]["application/json"]["example"];
            assert!(!example.is_null(), "{}: name the file in src/openapi/answers.rs", file.display());
        }
    }
}

/// The names of an answer, without its values.
fn shape(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                let inner = shape(value).into_iter().map(move |path| format!("{name}.{path}"));
                std::iter::once(name.clone()).chain(inner)
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(shape).map(|path| format!("[].{path}")).collect(),
        _ => BTreeSet::new(),
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

#[sqlx::test(migrations = "./migrations")]
async fn the_words_of_an_embed_request_are_listed_with_what_they_do(pool: PgPool) {
    let app = app(pool).await;
    let (_, document) = get(&app, "", "/openapi.json").await;
    let response = app.oneshot(Request::get("/docs").body(Body::empty()).unwrap()).await.unwrap();
    let page = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let page = String::from_utf8(page.to_vec()).unwrap();
    let section = page.split("<article id=\"dashboards.getEmbeddableURL\">").nth(1).unwrap();
    let section = section.split("</article>").next().unwrap();
    let text = document.to_string();
    let options = [
        "show_zero_usage_line_items",
        "contract_id",
        "invoice_type",
        "invoice_status_filter",
        "hide_voided_invoices",
        "billable_status_filter",
        "hide_grant_name",
        "credit_ledger_credit_type_id",
    ];
    let colors = ::app::embed::theme::Token::NAMES;
    let words = ["invoices", "usage", "light", "dark", "auto"].into_iter().chain(options).chain(colors);
    for word in words {
        assert!(section.contains(&format!("<li><code>{word}</code> ")), "/docs: {word}");
        assert!(
            text.contains(&format!("\"const\":\"{word}\"")) || text.contains(&format!("\"{word}\",")),
            "/openapi.json: {word}"
        );
    }
    for said in ["FINALIZED_AND_DRAFT", "A brand needs first", "First series by size"] {
        assert!(section.contains(said), "{said}");
    }
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

#[test]
fn a_path_that_an_answer_names_stands_in_its_example_as_the_server_says_it() {
    let (groups, entries) = routes::calls().described();
    let document = server::openapi::document(&groups, &entries, "http://127.0.0.1:3000", clock::now());
    let example = |path: &str| {
        let path = path.replace('/', "~1");
        let place = format!("/paths/{path}/get/responses/200/content/application~1json/example");
        document.pointer(&place).unwrap().to_string()
    };
    let unmatched = example("/v1/events/unmatched");
    assert!(unmatched.contains("by POST /v1/customers/{customer_id}/setIngestAliases: "), "{unmatched}");
    assert!(!unmatched.contains("\"{"), "a placeholder is left: {unmatched}");
    let customer = example("/v1/customers/{customer_id}");
    assert!(
        customer.contains(&samples(clock::now())["customer_id"]) && !customer.contains("\"{"),
        "{customer}"
    );
}

#[test]
fn no_link_of_the_sources_is_left_in_a_text() {
    let (groups, entries) = routes::calls().described();
    let document = server::openapi::document(&groups, &entries, "http://127.0.0.1:3000", clock::now());
    let mut places = vec![&document];
    while let Some(place) = places.pop() {
        match place {
            Value::Object(fields) => {
                if let Some(Value::String(text)) = fields.get("description") {
                    // What is in brackets is a link of Markdown: its target follows.
                    let links = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
                    for (words, rest) in links.filter(|(words, _)| !words.contains(['"', '{', ']'])) {
                        let is_name =
                            words.contains("::") || words.starts_with('`') || words.starts_with("crate");
                        assert!(
                            !is_name || rest.starts_with('('),
                            "[{words}] is a link of Rust: {text:.200}"
                        );
                    }
                }
                places.extend(fields.values());
            }
            Value::Array(values) => places.extend(values),
            _ => {}
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_reference_shows_every_call_and_loads_nothing(pool: PgPool) {
    let app = app(pool).await;
    let response = app.oneshot(Request::get("/docs").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let page = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let page = String::from_utf8(page.to_vec()).unwrap();
    for entry in entries() {
        assert!(page.contains(&format!("<article id=\"{}\">", entry.call.id)), "{}", entry.call.id);
        assert!(page.contains(&format!("href=\"#{}\"", entry.call.id)), "{} is not linked", entry.call.id);
    }
    for foreign in ["<script", "src=\"http", "url(http", "style=\""] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for anchor in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!(" id=\"{anchor}\"")), "#{anchor} leads nowhere");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_description_is_made_once_and_sent_compressed(pool: PgPool) {
    let app = app(pool).await;
    let fetch = async |path: &str, accepted: &str, known: &str| {
        let request = Request::get(path).header("accept-encoding", accepted).header("if-none-match", known);
        let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap())
    };
    for (path, media_type) in [("/docs", "text/html; charset=utf-8"), ("/openapi.json", "application/json")] {
        let (status, headers, plain) = fetch(path, "", "").await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, media_type));
        assert_eq!(headers["cache-control"], "no-cache");
        assert!(headers.get("content-encoding").is_none());
        let tag = headers["etag"].to_str().unwrap().to_owned();
        for (accepted, encoding) in [("gzip, br", "br"), ("gzip", "gzip")] {
            let (status, headers, bytes) = fetch(path, accepted, "\"another\"").await;
            assert_eq!((status, headers["content-encoding"].to_str().unwrap()), (StatusCode::OK, encoding));
            assert_eq!(headers["etag"], tag, "{path}");
            assert_eq!(headers["vary"], "accept-encoding");
            assert!(bytes.len() * 5 < plain.len(), "{path}: {} of {} bytes", bytes.len(), plain.len());
        }
        let strong = tag.trim_start_matches("W/");
        for known in [tag.clone(), format!("\"another\", {tag}"), strong.to_owned(), "*".to_owned()] {
            let (status, headers, bytes) = fetch(path, "br", &known).await;
            assert_eq!((status, bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{path} {known}");
            assert_eq!(headers["etag"], tag);
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn long_paths_get_no_suggestion_and_no_echo(pool: PgPool) {
    let app = app(pool).await;
    for path in [
        format!("/v1/customers/{}", "a".repeat(60_000)),
        format!("/v1/{}", "customers".repeat(6_000)),
        "/v1/customers".to_owned() + &"/".repeat(60_000),
        format!("/v1/customers/{}/invoices", "%20".repeat(20_000)),
    ] {
        let request = Request::get(&path).header("authorization", "Bearer x").body(Body::empty()).unwrap();
        let (status, body) = crate::common::send(&app, request).await;
        let message = body["message"].as_str().unwrap();
        assert!(status.is_client_error() && message.len() < 200, "{status} {message}");
        assert!(!message.contains("did you mean"), "{message}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn calls_of_the_sdk_that_are_left_out_say_so(pool: PgPool) {
    let token = token(&pool).await;
    let app = app(pool).await;
    let entries = entries();
    let mut left_out = 0;
    for (method, path, name) in SURFACE {
        if entries.iter().any(|entry| (entry.method, entry.path) == (method, path)) {
            continue;
        }
        left_out += 1;
        if path.ends_with("/breakdowns") {
            // Read as the id of an invoice until it is a call of its own.
            continue;
        }
        let filled = fill(path, &samples(clock::now())).replace("{billing_provider_type}", "stripe");
        let request = Request::builder().method(method).uri(&filled);
        let request = request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
        let (status, body) = crate::common::send(&app, request).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}: {body}");
        let message = body["message"].as_str().unwrap();
        assert!(
            message.contains("is not part of Inlay") && message.contains(name),
            "{method} {path}: {message}"
        );
    }
    assert_eq!(
        SURFACE.len() - left_out,
        entries.iter().filter(|entry| sdk_name(entry.method, entry.path).is_some()).count()
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn a_wrong_path_or_method_is_told_the_right_one(pool: PgPool) {
    let app = app(pool).await;
    let cases = [
        (
            "GET",
            "/v1/customer",
            404,
            "no call has this path; did you mean /v1/customers? /docs lists all calls",
        ),
        ("GET", "/v3/anything", 404, "no call has this path; /docs lists all calls"),
        ("GET", "/v1/ingest", 405, "this path does not take GET; send POST"),
        ("DELETE", "/v1/customers", 405, "this path does not take DELETE; send GET or POST"),
    ];
    for (method, path, expected, text) in cases {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let (status, body) = crate::common::send(&app, request).await;
        assert_eq!((status.as_u16(), body["message"].as_str().unwrap()), (expected, text), "{method} {path}");
    }
}
