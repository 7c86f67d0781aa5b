//! The page "Getting started" of the reference: its calls, sent in their order as they stand there, make a dashboard.

use crate::common::{app, get, send, token};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::Value;
use server::{clock, openapi};
use sqlx::PgPool;
use std::{collections::BTreeMap, fs, path::Path};
use tower::ServiceExt as _;
use uuid::Uuid;

/// A block of code of the page: its language and its text.
struct Block {
    language: String,
    text: String,
}

/// A call as the page has it, with the answer that stands below it.
struct Step {
    url: String,
    body: String,
    answer: Option<Value>,
}

async fn page(app: &Router) -> String {
    let response = app.clone().oneshot(Request::get("/docs").body(Body::empty()).unwrap()).await.unwrap();
    let page = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(page.to_vec()).unwrap()
}

/// The section of this anchor.
fn section<'a>(page: &'a str, anchor: &str) -> &'a str {
    let start = format!("<section class=\"rule\" id=\"{anchor}\">");
    page.split(&start).nth(1).expect(anchor).split("</section>").next().unwrap()
}

fn blocks(section: &str) -> Vec<Block> {
    let block = |text: &str| {
        let (language, rest) = text.split_once("\">").unwrap();
        let text = rest.split("</code></pre>").next().unwrap();
        Block { language: language.to_owned(), text: unescaped(text) }
    };
    section.split("<code class=\"language-").skip(1).map(block).collect()
}

fn unescaped(html: &str) -> String {
    let marks =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
    marks.iter().fold(html.to_owned(), |text, (escaped, mark)| text.replace(escaped, mark))
}

/// The calls by curl; JSON that follows one is its answer.
fn steps(blocks: &[Block]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for Block { language, text } in blocks {
        match (language.as_str(), text.strip_prefix("curl ")) {
            ("sh", Some(rest)) => {
                assert!(rest.contains("-H \"Authorization: Bearer $INLAY_TOKEN\""), "{text}");
                let body = rest.split_once("-d '").unwrap().1.trim_end().strip_suffix('\'').unwrap();
                let url = rest.split_whitespace().next().unwrap().to_owned();
                steps.push(Step { url, body: body.to_owned(), answer: None });
            }
            ("json", _) => {
                let answer = serde_json::from_str(text).unwrap();
                assert!(steps.last_mut().unwrap().answer.replace(answer).is_none(), "{text}");
            }
            _ => {}
        }
    }
    steps
}

/// Whether an answer has the fields of the one that is shown, and the same values but for ids, times and tokens. What
/// each id that is shown stands for is added to `ids`.
fn compare(shown: &Value, real: &Value, ids: &mut BTreeMap<String, String>) {
    match (shown, real) {
        (Value::Object(shown), Value::Object(real)) => {
            assert!(shown.keys().eq(real.keys()), "{shown:?} is shown, {real:?} is answered");
            for (name, value) in shown {
                compare(value, &real[name], ids);
            }
        }
        (Value::Array(shown), Value::Array(real)) => {
            assert_eq!(shown.len(), real.len(), "{shown:?} is shown, {real:?} is answered");
            shown.iter().zip(real).for_each(|(shown, real)| compare(shown, real, ids));
        }
        (Value::String(shown), Value::String(real)) if shown.parse::<Uuid>().is_ok() => {
            assert!(real.parse::<Uuid>().is_ok(), "{real}");
            ids.insert(shown.clone(), real.clone());
        }
        (Value::String(shown), Value::String(real)) if shown.contains("?token=") => {
            let path = |url: &str| url.split("?token=").next().map(str::to_owned);
            assert_eq!(path(shown), path(real));
        }
        (Value::String(shown), Value::String(real)) if shown.ends_with("T00:00:00Z") => {
            assert!(real.ends_with('Z'), "{real}");
        }
        _ => assert_eq!(shown, real),
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn its_calls_in_their_order_lead_to_a_dashboard_with_their_usage(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (_, document) = get(&app, "", "/openapi.json").await;
    let server = document["servers"][0]["url"].as_str().unwrap();
    let steps = steps(&blocks(section(&page(&app).await, "start")));
    assert_eq!(steps.len(), 7, "calls");
    let samples = openapi::samples(clock::now());
    let mut ids = BTreeMap::new();
    let mut last = Value::Null;
    for Step { url, body, answer: shown } in steps {
        let named = |text: &str| {
            ids.iter()
                .fold(text.to_owned(), |text, (shown, real): (&String, &String)| text.replace(shown, real))
        };
        let path = named(url.strip_prefix(server).expect(&url));
        let body = named(&body);
        for (name, id) in samples.iter().filter(|(name, _)| name.ends_with("_id")) {
            assert!(!path.contains(id) && !body.contains(id), "{path}: no answer before gave {name}");
        }
        let request = Request::post(&path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let (status, answer) = send(&app, request).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        compare(&shown.unwrap_or_default(), &answer, &mut ids);
        last = answer;
    }
    let url = last["data"]["url"].as_str().unwrap();
    let request = Request::get(url.strip_prefix(server).unwrap()).body(Body::empty()).unwrap();
    let (status, page) = send(&app, request).await;
    let page = page.as_str().unwrap();
    assert_eq!(status, StatusCode::OK, "{page:.300}");
    assert!(page.contains("Requests") && page.contains("data-chart"), "{page:.3000}");
}

#[sqlx::test(migrations = "./migrations")]
async fn it_comes_first_and_shows_a_page_and_a_backend_of_this_server(pool: PgPool) {
    let app = app(pool).await;
    let page = page(&app).await;
    let content = page.split("<main id=\"content\">").nth(1).unwrap();
    let head = content.split("<section").next().unwrap();
    assert!(head.contains("href=\"#start\""), "{head}");
    assert!(
        content.find("<section").unwrap() == content.find("<section class=\"rule\" id=\"start\">").unwrap()
    );
    let (_, document) = get(&app, "", "/openapi.json").await;
    let server = document["servers"][0]["url"].as_str().unwrap();
    let section = section(&page, "start");
    let blocks = blocks(section);
    let block = |language: &str| &blocks.iter().find(|block| block.language == language).unwrap().text;
    let fetch = format!("fetch(\"{server}/v1/dashboards/getEmbeddableUrl\"");
    for (language, text) in [
        ("html", "<iframe src=\"EMBED_URL\" title="),
        ("js", ".replace(\"EMBED_URL\", url)"),
        ("js", fetch.as_str()),
    ] {
        assert!(block(language).contains(text), "{language}: {text}");
    }
    // The line of the log stands in the sources as the page shows it.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/run.rs");
    assert!(fs::read_to_string(source).unwrap().contains(block("text").trim()));
    let text = document["info"]["description"].as_str().unwrap();
    assert!(
        !text.contains("{server}") && !text.contains("{NAME}"),
        "names are filled in in /openapi.json too"
    );
}
