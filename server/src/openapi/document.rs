//! The OpenAPI 3.1 document.

use super::{Call, Operation, OperationSchema, RULES, answers, example, filled, metronome};
use crate::{db::cursor, http::idempotency::IDEMPOTENCY_KEY};
use chrono::{DateTime, Utc};
use schemars::Schema;
use serde_json::{Map, Value, json};

const ABOUT: &str = "Usage billing with dashboards to embed. Wire-compatible with Metronome: its SDKs work with this \
                     server's address as their base URL.";

/// The whole document. `server` is where the API is; examples are as of `now`.
pub fn document(groups: &[(&str, &str)], entries: &[Operation], server: &str, now: DateTime<Utc>) -> Value {
    let values = example::values(server, now);
    let mut schemas = Map::new();
    let mut paths: Map<String, Value> = Map::new();
    for (order, entry) in entries.iter().enumerate() {
        let mut schema = OperationSchema::new();
        (entry.describe)(&mut schema);
        let mut operation = operation(entry, &schema, server, &values);
        // An object of JSON has no order; the reference keeps that of the code.
        operation["x-order"] = json!(order);
        schemas.extend(schema.answers.take_definitions(true));
        let path = paths.entry(entry.path).or_insert_with(|| json!({}));
        path[entry.method.to_lowercase()] = operation;
    }
    schemas.insert("Error".to_owned(), error());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Inlay",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Usage billing with dashboards to embed.",
            "description": about(&values),
        },
        "servers": [{ "url": server }],
        "tags": groups.iter().map(|(name, about)| json!({ "name": name, "description": about })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "api_token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API token, made by `inlay token create`: `Authorization: Bearer inlay_…`.",
                },
            },
        },
    })
}

/// What Inlay is, and the rules that hold across calls.
fn about(values: &example::Values) -> String {
    let rules = RULES.iter().map(|(_, title, text)| {
        let text = filled(text.trim(), values).replace("\n# ", "\n## ");
        format!("\n\n# {title}\n\n{text}")
    });
    std::iter::once(ABOUT.to_owned()).chain(rules).collect()
}

fn error() -> Value {
    json!({
        "type": "object",
        "description": "What every error answers.",
        "required": ["message", "code"],
        "properties": {
            "message": { "type": "string", "description": "A sentence that names the field and says what to do." },
            "code": { "type": "string", "description": "A word that programs can compare." },
            "request_id": {
                "type": ["string", "null"],
                "description": "The `x-request-id` of this answer, to be found in the server's log.",
            },
        },
    })
}

fn operation(entry: &Operation, schema: &OperationSchema, server: &str, values: &example::Values) -> Value {
    let call = &entry.call;
    let mut operation = json!({
        "operationId": call.id,
        "summary": call.summary,
        "description": described(call),
        "tags": [entry.group],
        "parameters": parameters(entry, schema, values),
        "responses": responses(entry, schema, values),
    });
    if let Some(schema) = &schema.body {
        let mut content = json!({ "schema": schema });
        if let Ok(body) = serde_json::from_str::<Value>(&example::fill(call.body, values)) {
            content["example"] = body;
        }
        operation["requestBody"] = json!({
            "required": !call.body.is_empty(),
            "content": { "application/json": content },
        });
    }
    if let Some(order) = &call.order {
        operation["x-sorted-by"] = json!(order.by);
    }
    // As people wrote it: an object of JSON would have its fields by name.
    let source = curl(entry, schema, server, values);
    operation["x-codeSamples"] = json!([{ "lang": "Shell", "label": "curl", "source": source }]);
    if let Some(name) = metronome::sdk_name(entry.method, entry.path) {
        operation["x-sdk"] = json!(format!("client.{name}"));
    }
    operation["security"] = if schema.operator { json!([{ "api_token": [] }]) } else { json!([]) };
    operation
}

/// What is said about a call: the order of its rows first.
fn described(call: &Call) -> String {
    let order = call.order.map(|order| order.words);
    let parts = order.into_iter().chain([call.about]).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n\n")
}

/// The example as a shell command.
fn curl(entry: &Operation, schema: &OperationSchema, server: &str, values: &example::Values) -> String {
    let (path, query) = (example::fill(entry.path, values), example::fill(entry.call.query, values));
    let url = if query.is_empty() { format!("{server}{path}") } else { format!("'{server}{path}?{query}'") };
    let mut command = match (entry.method, entry.call.body.is_empty()) {
        ("GET", _) | ("POST", false) => format!("curl {url}"),
        (method, _) => format!("curl -X {method} {url}"),
    };
    if schema.operator {
        command.push_str(" \\\n  -H \"Authorization: Bearer $INLAY_TOKEN\"");
    }
    if !entry.call.body.is_empty() {
        let body = example::fill(entry.call.body, values).replace('\'', "'\\''");
        command.push_str(&format!(" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{body}'"));
    }
    command
}

/// Parameters of the path, in its order, then of the query by name.
fn parameters(entry: &Operation, schema: &OperationSchema, values: &example::Values) -> Vec<Value> {
    let names = entry.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut parameters: Vec<Value> = names
        .map(|name| {
            let mut parameter = json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": { "type": "string", "format": "uuid" },
            });
            if let Some(value) = values.get(name) {
                parameter["example"] = json!(value);
            }
            parameter
        })
        .collect();
    if entry.takes_key() {
        parameters.push(json!({
            "name": IDEMPOTENCY_KEY.as_str(),
            "in": "header",
            "required": false,
            "description": "A key of your own, such as a UUID, with which the call may be sent again: see the rules.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        }));
    }
    let Some(query) = schema.query.as_ref().map(Schema::as_value) else { return parameters };
    let filled = example::fill(entry.call.query, values);
    let examples: Vec<_> = url::form_urlencoded::parse(filled.as_bytes()).collect();
    let required: Vec<_> = query["required"].as_array().into_iter().flatten().collect();
    for (name, schema) in query["properties"].as_object().into_iter().flatten() {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        without_null(&mut schema);
        if name == "limit" {
            schema["minimum"] = json!(1);
            schema["maximum"] = json!(cursor::MOST_ROWS);
            if schema["default"].is_null() {
                schema["default"] = json!(cursor::ROWS);
            }
        }
        let mut parameter = json!({
            "name": name,
            "in": "query",
            "required": required.iter().any(|required| *required == name),
            "schema": schema,
        });
        if let Some(description) = description {
            parameter["description"] = description;
        }
        if let Some((_, value)) = examples.iter().find(|(example, _)| example == name) {
            parameter["example"] = typed(value, &parameter["schema"]);
        }
        parameters.push(parameter);
    }
    parameters
}

/// A query has no `null`: what is absent is absent.
fn without_null(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get("type") {
        let types: Vec<_> = types.iter().filter(|one| *one != "null").cloned().collect();
        if let [one] = types.as_slice() {
            object.insert("type".to_owned(), one.clone());
        }
    }
    object.retain(|key, value| !(key == "default" && value.is_null()));
}

/// A query's value as its schema has it.
fn typed(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        _ => json!(text),
    }
}

fn responses(entry: &Operation, schema: &OperationSchema, values: &example::Values) -> Value {
    let call = &entry.call;
    let mut responses = Map::new();
    let good = match (&schema.answer, call.media_type) {
        (Some(schema), _) => {
            let mut content = json!({ "schema": schema });
            if let Some(answer) = answers::answer(call.id, values) {
                content["example"] = answer;
            }
            json!({ "description": "Done.", "content": { "application/json": content } })
        }
        (None, "") => json!({ "description": "Done. The body is empty." }),
        (None, media_type) => json!({ "description": "Done.", "content": { media_type: {} } }),
    };
    responses.insert("200".to_owned(), good);
    let mut fails = |status: &str, text: String| {
        let schema = json!({ "$ref": "#/components/schemas/Error" });
        let content = json!({ "application/json": { "schema": schema } });
        responses.insert(status.to_owned(), json!({ "description": text, "content": content }));
    };
    if schema.body.is_some() || schema.query.is_some() || entry.path.contains('{') {
        fails("400", "The request says something that cannot be; `message` names the field.".to_owned());
    }
    if schema.operator {
        fails("401", "The API token is missing or not valid.".to_owned());
        if entry.method == "POST" && !call.reads {
            fails("403", "The API token may only read.".to_owned());
        }
    }
    if !call.missing.is_empty() {
        fails("404", format!("{} was not found.", capital(call.missing)));
    }
    let key = "The `Idempotency-Key` was used with another request, or its call is under way.";
    match (call.conflict, entry.takes_key()) {
        ("", false) => {}
        ("", true) => fails("409", key.to_owned()),
        (conflict, false) => fails("409", conflict.to_owned()),
        (conflict, true) => fails("409", format!("{conflict} Or: {key}")),
    }
    if schema.body.is_some() {
        fails("413", "The body is larger than 5 MiB.".to_owned());
    }
    if schema.operator {
        fails(
            "429",
            "The API token sends more requests than one may: go on after the seconds of `retry-after`."
                .to_owned(),
        );
        fails(
            "503",
            "The database cannot be reached, or too much work of this kind is under way: try again after the seconds of \
             `retry-after`."
                .to_owned(),
        );
    }
    fails("default", "Anything else.".to_owned());
    Value::Object(responses)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
