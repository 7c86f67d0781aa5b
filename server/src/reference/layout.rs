//! The whole page: the list of contents beside the rules and the calls.

use super::{
    STYLE,
    call::{DocumentedCall, text},
    markdown::{escape, html},
    operation,
};
use crate::openapi::{RULES, Values, filled};
use serde_json::Value;
use std::fmt::Write as _;

/// The introduction of the page.
const START: &str =
    "New here? [Getting started](#start) leads from nothing to a dashboard in a page of yours.";

/// The page as HTML; `values` are those that the document was made with.
pub fn page(document: &Value, values: &Values) -> String {
    let calls = calls(document);
    let groups: Vec<_> = document["tags"].as_array().into_iter().flatten().collect();
    let title = text(&document["info"], "title");
    let mut body = String::new();
    for (anchor, title, markdown) in RULES {
        let _ = write!(
            body,
            "<section class=\"rule\" id=\"{anchor}\"><h2><a href=\"#{anchor}\">{title}</a></h2>{}</section>",
            html(&filled(markdown, values)),
        );
    }
    for group in &groups {
        let name = text(group, "name");
        let _ = write!(
            body,
            "<section class=\"group\" id=\"{0}\"><h2><a href=\"#{0}\">{1}</a></h2>{2}",
            anchor(name),
            escape(name),
            html(text(group, "description")),
        );
        for call in calls.iter().filter(|call| call.is_in(name)) {
            body.push_str(&operation::section(document, call));
        }
        body.push_str("</section>");
    }
    format!(
        "<!doctype html><html lang=\"en\" data-scheme=\"auto\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} API reference</title>\
         <link rel=\"icon\" href=\"favicon.svg\"><style>{STYLE}</style></head><body>\
         <a class=\"skip\" href=\"#content\">Skip to the content</a>\
         <header class=\"top\"><a href=\"docs\">{title}</a> <span>API reference</span>\
         <a class=\"raw\" href=\"openapi.json\">openapi.json</a></header>\
         <div class=\"columns\">{contents}<main id=\"content\"><h1>API reference</h1>{about}{start}{body}</main></div></body></html>",
        title = escape(title),
        contents = contents(&groups, &calls),
        about = html(text(&document["info"], "summary")),
        start = html(START),
    )
}

fn calls(document: &Value) -> Vec<DocumentedCall<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let calls = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| DocumentedCall { method, path, operation })
    });
    let mut calls: Vec<_> = calls.collect();
    // The order in which the code lists them; an object of JSON has none.
    calls.sort_by_key(|call| call.operation["x-order"].as_u64());
    calls
}

fn contents(groups: &[&Value], calls: &[DocumentedCall<'_>]) -> String {
    let mut list = String::from("<h2>Rules</h2><ul>");
    for (anchor, title, _) in RULES {
        let _ = write!(list, "<li><a href=\"#{anchor}\">{title}</a></li>");
    }
    list.push_str("</ul>");
    for group in groups {
        let name = text(group, "name");
        let _ = write!(list, "<h2><a href=\"#{}\">{}</a></h2><ul>", anchor(name), escape(name));
        for call in calls.iter().filter(|call| call.is_in(name)) {
            let _ = write!(
                list,
                "<li><a href=\"#{}\"><span>{}</span> <b data-method=\"{method}\">{method}</b></a></li>",
                escape(call.id()),
                escape(text(call.operation, "summary")),
                method = call.method.to_uppercase(),
            );
        }
        list.push_str("</ul>");
    }
    // Twice: beside the text where there is room, else to be opened above it. Only one of the two is shown.
    format!(
        "<nav class=\"contents\" aria-label=\"Contents\">{list}</nav>\
         <details class=\"contents-small\"><summary>Contents</summary><nav aria-label=\"Contents\">{list}</nav></details>"
    )
}

/// A name as an anchor: `Billable metrics` as `billable-metrics`.
fn anchor(name: &str) -> String {
    format!("group-{}", name.to_lowercase().replace(' ', "-"))
}
