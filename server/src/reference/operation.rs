//! One call: what it does, what it takes, what it answers, and how to send it.

use super::{
    call::{DocumentedCall, text},
    fields::{self, Field},
    markdown::{escape, html},
    sample,
};
use serde_json::Value;
use std::fmt::Write as _;

/// The section of one call on the page.
pub(super) fn section(document: &Value, call: &DocumentedCall<'_>) -> String {
    let operation = call.operation;
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let mut about = String::new();
    about.push_str(&html(text(operation, "description")));
    about.push_str(&table("In the path", &parameters(document, operation, "path"), true));
    about.push_str(&table("In the query", &parameters(document, operation, "query"), true));
    about.push_str(&table("Body", &fields::fields(document, body), true));
    about.push_str(&table("Answer", &fields::fields(document, answer), false));
    about.push_str(&errors(operation));
    format!(
        "<article id=\"{id}\"><header><h3><a href=\"#{id}\">{summary}</a></h3>\
         <p class=\"line\"><b data-method=\"{method}\">{method}</b> <code>{path}</code></p>\
         <p class=\"meta\">{sdk}{token}</p></header>\
         <div class=\"about\">{about}</div><div class=\"samples\">{samples}</div></article>",
        id = escape(call.id()),
        summary = escape(text(operation, "summary")),
        method = call.method.to_uppercase(),
        path = breakable(call.path),
        sdk = sdk(operation),
        token = token(operation),
        samples = sample::samples(call),
    )
}

/// A path that may break after each slash.
fn breakable(path: &str) -> String {
    escape(path).replace('/', "/<wbr>").replacen("/<wbr>", "/", 1)
}

fn sdk(operation: &Value) -> String {
    match operation["x-sdk"].as_str() {
        Some(name) => format!("<span>SDK <code>{}</code></span>", escape(name)),
        None => String::new(),
    }
}

fn token(operation: &Value) -> &'static str {
    let is_open = operation["security"].as_array().is_none_or(Vec::is_empty);
    match (is_open, operation["responses"]["403"].is_object()) {
        (true, _) => "<span>No token</span>",
        (false, true) => "<span>Token of scope <code>write</code></span>",
        (false, false) => "<span>Token of scope <code>read</code> or <code>write</code></span>",
    }
}

fn parameters(document: &Value, operation: &Value, place: &str) -> Vec<Field> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|parameter| parameter["in"] == place)
        .map(|parameter| Field {
            path: text(parameter, "name").to_owned(),
            kind: fields::kind(document, &parameter["schema"]),
            note: fields::note(&parameter["schema"]),
            required: parameter["required"] == true,
            about: text(parameter, "description").to_owned(),
            words: fields::words(&parameter["schema"]),
        })
        .collect()
}

/// A list of fields; long ones are closed. What an answer holds is there anyway, so only requests say "required".
fn table(title: &str, rows: &[Field], asked: bool) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut list = String::new();
    for row in rows {
        let flag = match (asked, row.required) {
            (true, true) => " <b>required</b>",
            (false, false) => " <i>may be absent</i>",
            _ => "",
        };
        let _ = write!(
            list,
            "<dt><code>{}</code> <span>{}</span>{flag}</dt><dd>{}{}</dd>",
            escape(&row.path).replace('.', ".<wbr>"),
            // Where a field may be left out, null says the same.
            escape(&if asked {
                format!("{}{}", row.kind.trim_end_matches(" or null"), row.note)
            } else {
                row.kind.clone()
            }),
            html(&row.about),
            words(&row.words),
        );
    }
    let open = if asked { " open" } else { "" };
    format!("<details class=\"fields\"{open}><summary><h4>{title}</h4></summary><dl>{list}</dl></details>")
}

fn words(words: &[(String, String)]) -> String {
    if words.is_empty() {
        return String::new();
    }
    let mut list = String::from("<ul>");
    for (word, about) in words {
        let about = html(about);
        let about = about.trim().trim_start_matches("<p>").trim_end_matches("</p>");
        let _ = write!(list, "<li><code>{}</code> {about}</li>", escape(word));
    }
    list.push_str("</ul>");
    list
}

fn errors(operation: &Value) -> String {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let mut list = String::new();
    for (status, response) in responses.filter(|(status, _)| status.starts_with(['4', '5'])) {
        let _ =
            write!(list, "<dt><code>{status}</code></dt><dd>{}</dd>", html(text(response, "description")));
    }
    if list.is_empty() {
        return list;
    }
    format!("<details class=\"fields errors\"><summary><h4>Errors</h4></summary><dl>{list}</dl></details>")
}
