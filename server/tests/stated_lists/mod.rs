//! What the document states of lists, tried: the order of every list, the bounds and the default of every `limit`.

mod world;

use crate::common::get;
use axum::http::StatusCode;
use chrono::{DateTime, Datelike, FixedOffset};
use serde_json::{Value, json};
use server::{clock, openapi::fill, routes};
use sqlx::PgPool;
use std::cmp::Ordering;
use world::{World, listed, parameter};

fn compared(one: &Value, other: &Value) -> Ordering {
    let time = |text: &str| text.parse::<DateTime<FixedOffset>>().ok();
    match (one, other) {
        (Value::String(one), Value::String(other)) => match (time(one), time(other)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => one.cmp(other),
        },
        (Value::Number(one), Value::Number(other)) => one.as_i64().unwrap().cmp(&other.as_i64().unwrap()),
        _ => panic!("{one} and {other} cannot be compared"),
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn every_list_has_the_order_that_is_stated(pool: PgPool) {
    let world = World::new(&pool).await;
    let mut tried = 0;
    for entry in routes::calls().described().1 {
        let (id, operation) = (entry.call.id, world.operation(&entry));
        let stated = operation["x-sorted-by"].as_array();
        if !world.is_list(&entry) {
            assert!(stated.is_none(), "{id} is no list and has an order");
            continue;
        }
        let by: Vec<&str> = stated
            .unwrap_or_else(|| panic!("{id} is a list: say in which order, by `Call::order`"))
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let words = entry.call.order.unwrap().words;
        let falls = by.iter().any(|field| field.starts_with('-'));
        assert_eq!(falls, words.contains("ewest first"), "{id}: {words} {by:?}");
        assert!(operation["description"].as_str().unwrap().starts_with(words), "{id}");
        let sorts: &[&str] =
            if parameter(operation, "sort").is_some() { &["", "date_asc", "date_desc"] } else { &[""] };
        for sort in sorts {
            let query = if sort.is_empty() { String::new() } else { format!("sort={sort}") };
            let rows = world.rows(&entry, &query).await;
            assert!(rows.len() > 1, "{id}: {} rows have no order", rows.len());
            for pair in rows.windows(2) {
                let order = by.iter().fold(Ordering::Equal, |order, field| {
                    let name = field.trim_start_matches('-');
                    let key = |row| world.key(operation, row, name);
                    let next = compared(&key(&pair[0]), &key(&pair[1]));
                    order.then(if field.starts_with('-') { next.reverse() } else { next })
                });
                let expected = if *sort == "date_desc" { Ordering::Greater } else { Ordering::Less };
                assert_eq!(order, expected, "{id} {sort}, by {by:?}: {:.900} {:.900}", pair[0], pair[1]);
            }
            tried += 1;
        }
    }
    assert!(tried >= 23, "{tried} lists were tried");
}

#[sqlx::test(migrations = "./migrations")]
async fn every_limit_has_the_bounds_and_the_default_that_are_stated(pool: PgPool) {
    let world = World::new(&pool).await;
    let mut tried = 0;
    for entry in routes::calls().described().1 {
        let (id, Some(limit)) = (entry.call.id, parameter(world.operation(&entry), "limit")) else {
            continue;
        };
        let stated = |name: &str| limit["schema"][name].as_i64().unwrap_or_else(|| panic!("{id}: {name}"));
        let (least, most, default) = (stated("minimum"), stated("maximum"), stated("default"));
        for beyond in [least - 1, most + 1] {
            let (status, answer) = world.ask(&entry, &format!("limit={beyond}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{id} limit={beyond}: {answer:.300}");
            assert!(answer["message"].as_str().unwrap().starts_with("limit: "), "{id}: {answer}");
        }
        let mut counts = Vec::new();
        for query in
            [format!("limit={least}"), format!("limit={most}"), format!("limit={default}"), String::new()]
        {
            let (status, answer) = world.ask(&entry, &query).await;
            assert_eq!(status, StatusCode::OK, "{id} {query}: {answer:.300}");
            counts.push(i64::try_from(listed(&answer).len()).unwrap());
        }
        assert_eq!(counts[0], least, "{id}");
        assert!(counts[1] > least && counts[1] <= most, "{id}: {counts:?}");
        // An answer of breakdowns ends after 35 days, before 100 rows.
        let expected = if id == "customers.invoices.listBreakdowns" { counts[2] } else { default };
        assert_eq!((counts[2], counts[3]), (expected, expected), "{id}: rows unless asked");
        tried += 1;
    }
    assert!(tried >= 13, "{tried} lists were tried");
    let (_, answer) = get(
        &world.app,
        &world.token,
        &fill("/v1/customers/{customer_id}/dashboards/invoices?status=FINALIZED", &world.values),
    )
    .await;
    assert_eq!(listed(&answer).len(), 25, "\"25 invoices a page\"");
}

/// Where the document says "oldest first" or "newest first" without the order of a call. Each is tried below.
const WITHIN: [&str; 3] = [
    "/paths/~1v1~1customers~1{customer_id}~1dashboards~1usage/get/description",
    "/components/schemas/InvoicesReport/description",
    "/components/schemas/UsageReport/properties/marks/description",
];

#[sqlx::test(migrations = "./migrations")]
async fn an_order_that_is_stated_of_something_within_an_answer_holds_too(pool: PgPool) {
    let world = World::new(&pool).await;
    let mut words: Vec<&str> = Vec::new();
    let entries = routes::calls().described().1;
    words.extend(entries.iter().filter_map(|entry| Some(entry.call.order?.words)));
    let mut found = Vec::new();
    let mut places = vec![(String::new(), &world.document)];
    while let Some((path, place)) = places.pop() {
        match place {
            Value::Object(fields) => {
                places.extend(fields.iter().filter(|(name, _)| *name != "info").map(|(name, value)| {
                    (format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), value)
                }))
            }
            Value::Array(values) => places.extend(values.iter().map(|value| (format!("{path}/-"), value))),
            Value::String(text) if path.ends_with("/description") => {
                let rest = words.iter().fold(text.clone(), |text, words| text.replace(words, ""));
                if rest.contains("ldest first") || rest.contains("ewest first") {
                    found.push(path);
                }
            }
            _ => {}
        }
    }
    found.sort();
    let mut within = WITHIN.map(str::to_owned);
    within.sort();
    assert_eq!(found, within, "state the order of a list by `Call::order`, and try any other here");

    let path = fill("/v1/customers/{customer_id}/dashboards/usage", &world.values);
    let (status, usage) = get(&world.app, &world.token, &path).await;
    assert_eq!(status, StatusCode::OK, "{usage:.300}");
    let today =
        clock::now().date_naive().num_days_from_ce() - DateTime::UNIX_EPOCH.date_naive().num_days_from_ce();
    assert_eq!(usage["data"]["last_day"], json!(today));
    let column = &usage["data"]["metrics"][0]["quantity"]["days"];
    assert!(column["values"].as_str().unwrap().ends_with(" 0 27 18 9"), "oldest first: {column}");
    let marks: Vec<i64> =
        usage["data"]["marks"].as_array().unwrap().iter().map(|mark| mark["day"].as_i64().unwrap()).collect();
    assert!(marks.len() > 5 && marks.is_sorted(), "oldest first: {marks:?}");
    // The rows of an `InvoicesReport` are those of its call, whose order is tried above.
}
