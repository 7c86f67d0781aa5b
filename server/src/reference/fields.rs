//! The fields of a JSON schema as rows of a table, nested ones with their path.

use serde_json::Value;

/// One field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// Its path: `charges[].prices[].tier`.
    pub(super) path: String,
    /// What it holds: `string`, `array of numbers`.
    pub(super) kind: String,
    /// Of a request: between which numbers it lies, and what it is when it is left out.
    pub(super) note: String,
    /// Whether it must be there.
    pub(super) required: bool,
    /// What it means, in Markdown.
    pub(super) about: String,
    /// The words it may be, each with what it means.
    pub(super) words: Vec<(String, String)>,
}

/// How deep rows go; no type of ours is deeper.
const DEEPEST: usize = 6;

/// The fields of a schema, in order of their names, required ones first; those of objects within follow their own.
pub(super) fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let mut rows = Vec::new();
    let (inner, suffix) = element(document, schema);
    collect(document, inner, suffix, 0, &mut rows);
    rows
}

fn collect<'a>(document: &'a Value, schema: &'a Value, prefix: &str, depth: usize, rows: &mut Vec<Field>) {
    if depth > DEEPEST {
        return;
    }
    let schema = resolve(document, schema);
    let Some(properties) = schema["properties"].as_object() else { return };
    let required =
        |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let mut ordered: Vec<_> = properties.iter().collect();
    ordered.sort_by_key(|(name, _)| !required(name));
    for (name, property) in ordered {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let target = resolve(document, property);
        let about = [property, target].into_iter().find_map(|one| one["description"].as_str());
        rows.push(Field {
            path: path.clone(),
            kind: kind(document, property),
            note: note(property),
            required: required(name),
            about: about.unwrap_or_default().to_owned(),
            words: words(element(document, property).0),
        });
        let (inner, suffix) = element(document, property);
        collect(document, inner, &format!("{path}{suffix}"), depth + 1, rows);
    }
}

/// What a schema refers to; an optional object is that object.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        return target.map_or(schema, |target| resolve(document, target));
    }
    let choices = schema["anyOf"].as_array();
    match choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
        Some(choice) => resolve(document, choice),
        None => schema,
    }
}

/// What lists and maps hold, and how a path says so.
fn element<'a>(document: &'a Value, schema: &'a Value) -> (&'a Value, &'static str) {
    let schema = resolve(document, schema);
    if schema["items"].is_object() {
        let (inner, deeper) = element(document, &schema["items"]);
        return (inner, if deeper.is_empty() { "[]" } else { "[][]" });
    }
    if schema["additionalProperties"].is_object() && !schema["properties"].is_object() {
        return (resolve(document, &schema["additionalProperties"]), ".*");
    }
    (schema, "")
}

/// The type in words.
pub(super) fn kind(document: &Value, schema: &Value) -> String {
    let is_null = |one: &Value| one == "null";
    let optional = schema["type"].as_array().is_some_and(|types| types.iter().any(is_null))
        || schema["anyOf"].as_array().is_some_and(|all| all.iter().any(|one| one["type"] == "null"));
    let plain = plain_kind(document, resolve(document, schema));
    if optional { format!("{plain} or null") } else { plain }
}

/// The bounds and the default of a value: `, 1 to 100; 25 unless given`.
pub(super) fn note(schema: &Value) -> String {
    let bounds = match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(least), Value::Number(most)) => format!(", {least} to {most}"),
        _ => String::new(),
    };
    match &schema["default"] {
        Value::String(text) => format!("{bounds}; {text} unless given"),
        value @ (Value::Bool(_) | Value::Number(_)) => format!("{bounds}; {value} unless given"),
        // A list or an object that is left out is empty.
        Value::Null | Value::Array(_) | Value::Object(_) => bounds,
    }
}

fn plain_kind(document: &Value, schema: &Value) -> String {
    let name = match &schema["type"] {
        Value::String(name) => name.as_str(),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("any")
        }
        _ if schema["oneOf"].is_array() || schema["enum"].is_array() => "string",
        _ => "any",
    };
    match name {
        "array" => format!("array of {}", plural(&kind(document, &schema["items"]))),
        "object" if schema["additionalProperties"].is_object() && !schema["properties"].is_object() => {
            format!("object of {}", plural(&kind(document, &schema["additionalProperties"])))
        }
        "string" => match schema["format"].as_str() {
            Some("uuid") => "id".to_owned(),
            Some("date-time") => "timestamp".to_owned(),
            Some("date") => "date".to_owned(),
            _ => "string".to_owned(),
        },
        "any" => "any JSON".to_owned(),
        other => other.to_owned(),
    }
}

fn plural(kind: &str) -> String {
    match kind.split_once(' ') {
        Some(("any", _)) => kind.to_owned(),
        Some((first, rest)) => format!("{first}s {rest}"),
        None => format!("{kind}s"),
    }
}

/// The words of an enumeration.
pub(super) fn words(schema: &Value) -> Vec<(String, String)> {
    let plain = schema["enum"].as_array().into_iter().flatten();
    let plain = plain.filter_map(Value::as_str).map(|word| (word.to_owned(), String::new()));
    let described = schema["oneOf"].as_array().into_iter().flatten().flat_map(|one| {
        let about = one["description"].as_str().unwrap_or_default().to_owned();
        let word = one["const"].as_str().map(|word| (word.to_owned(), about));
        word.into_iter().chain(words(one))
    });
    plain.chain(described).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bounds_and_defaults_are_said() {
        for (schema, expected) in [
            (json!({ "minimum": 1, "maximum": 100, "default": 25 }), ", 1 to 100; 25 unless given"),
            (json!({ "minimum": 0, "default": 0 }), "; 0 unless given"),
            (json!({ "default": "active" }), "; active unless given"),
            (json!({ "default": false }), "; false unless given"),
            (json!({ "default": null }), ""),
            (json!({ "default": [] }), ""),
        ] {
            assert_eq!(note(&schema), expected);
        }
    }

    #[test]
    fn nested_fields_have_their_path() {
        let document = json!({ "components": { "schemas": { "Price": {
            "type": "object",
            "required": ["tier"],
            "properties": { "tier": { "type": "number" }, "value": { "type": ["number", "null"] } },
        } } } });
        let schema = json!({
            "type": "object",
            "properties": {
                "prices": { "type": "array", "items": { "$ref": "#/components/schemas/Price" } },
                "fields": { "type": "object", "additionalProperties": { "type": "string" } },
                "keys": { "type": "array", "items": { "type": "array", "items": { "type": "string" } } },
            },
        });
        let rows: Vec<_> =
            fields(&document, &schema).into_iter().map(|row| (row.path, row.kind, row.required)).collect();
        let row = |path: &str, kind: &str, required| (path.to_owned(), kind.to_owned(), required);
        assert_eq!(
            rows,
            [
                row("fields", "object of strings", false),
                row("keys", "array of arrays of strings", false),
                row("prices", "array of objects", false),
                row("prices[].tier", "number", true),
                row("prices[].value", "number or null", false),
            ]
        );
    }
}
