//! Exact for any window and grouping: what was sent over HTTP, and what a naive recount of random events gives.

use crate::common::{app, post, seed, send, token};
use app::billing::{AggregationType, Decimal, GroupSeries, UsageWindow, WindowMeasure};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use server::{
    auth::Operator,
    clock,
    db::usage::{fold, groups},
    ingest::record,
    metering::{Event, group_id},
};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use AggregationType::{Count, Latest, Max, Sum, Unique};

async fn ingest(app: &Router, token: &str, body: String) -> (StatusCode, Value) {
    let request =
        Request::post("/v1/ingest").header("authorization", format!("Bearer {token}")).body(Body::from(body));
    send(app, request.unwrap()).await
}

/// The value of one metric over yesterday, today and tomorrow, as it is written in the JSON.
async fn total(app: &Router, token: &str, customer_id: Uuid, metric: Uuid) -> String {
    let today = clock::now().duration_trunc(TimeDelta::days(1)).unwrap();
    let body = json!({"starting_on": today - TimeDelta::days(1), "ending_before": today + TimeDelta::days(2),
        "window_size": "NONE", "customer_ids": [customer_id], "billable_metrics": [{"id": metric}]});
    let (status, answer) = post(app, token, "/v1/usage", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"][0]["value"].to_string()
}

#[sqlx::test(migrations = "./migrations")]
async fn numbers_keep_every_digit_from_ingest_to_usage(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let sum = seed::metric(&pool, Sum, "value", "[]").await;
    let max = seed::metric(&pool, Max, "value", "[]").await;
    let tenths = vec!["0.1"; 1_000];
    let cases: [(&[&str], &str, &str); 8] = [
        (&tenths, "100", "0.1"),
        (&["1.123456789012345678"], "1.123456789012345678", "1.123456789012345678"),
        (&["100000000000000000000"], "100000000000000000000", "100000000000000000000"),
        (&["1e20", "\"1e20\"", "-1E20"], "100000000000000000000", "100000000000000000000"),
        (
            &["\"12345678901234567890.123456789012345678\"", "0.000000000000000001"],
            "12345678901234567890.123456789012345679",
            "12345678901234567890.123456789012345678",
        ),
        (&["-1.5", "\"-0.5\"", "\" 3 \""], "1", "3"),
        (&["-7", "-8.25"], "-15.25", "-7"),
        (&["\"many\"", "null", "true", "\"\"", "2"], "2", "2"),
    ];
    for (values, expected_sum, expected_max) in cases {
        let customer = seed::customer(&pool, "Acme").await;
        let at = clock::now().to_rfc3339();
        let events: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(n, value)| {
                format!(
                    r#"{{"transaction_id":"{n}","customer_id":"{customer}","event_type":"e","timestamp":"{at}","properties":{{"value":{value}}}}}"#
                )
            })
            .collect();
        let answer = ingest(&app, &token, format!("[{}]", events.join(","))).await;
        assert_eq!(answer, (StatusCode::OK, Value::Null));
        for _ in 0..2 {
            assert_eq!(total(&app, &token, customer, sum).await, expected_sum, "{values:?}");
            assert_eq!(total(&app, &token, customer, max).await, expected_max, "{values:?}");
            fold(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_cannot_be_stored_is_refused_by_index_and_field(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let at = clock::now().to_rfc3339();
    let event = |id: &str, value: &str| {
        format!(
            r#"{{"transaction_id":"{id}","customer_id":"acme","event_type":"e","timestamp":"{at}","properties":{{"value":{value}}}}}"#
        )
    };
    let digits = "[1].properties.value: has more than 60 digits before or after the point";
    for (bad, expected) in [
        (event("1", "1e400"), digits.to_owned()),
        (event("1", &"7".repeat(400)), digits.to_owned()),
        (
            event("1", "\"\\u0000\""),
            "[1].properties.value: holds the character U+0000: send it without".to_owned(),
        ),
        (event("\\u0000", "1"), "[1].transaction_id: holds the character U+0000: send it without".to_owned()),
        (
            event("1", "[1]"),
            "[1].properties.value: must be a string, number, boolean or null, not an array".to_owned(),
        ),
        (event(&"x".repeat(129), "1"), "[1].transaction_id: is longer than 128 characters".to_owned()),
    ] {
        let (status, answer) = ingest(&app, &token, format!("[{},{bad}]", event("0", "1"))).await;
        assert_eq!(
            (status, answer["message"].as_str().unwrap()),
            (StatusCode::BAD_REQUEST, expected.as_str())
        );
    }
    let (status, answer) = ingest(&app, &token, "[{\"transaction_id\"".to_owned()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer["message"].as_str().unwrap().starts_with("the body is not valid JSON: "), "{answer}");
    let (status, answer) = ingest(&app, &token, format!("[{}]", " ".repeat(5 * 1024 * 1024))).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer["message"].as_str().unwrap().starts_with("the body is larger than 5 MiB"), "{answer}");
    let stored: i64 = sqlx::query_scalar("select count(*) from usage_event").fetch_one(&pool).await.unwrap();
    assert_eq!(stored, 0);
}

/// Values as an integrator might send them.
const VALUES: [&str; 14] = [
    "0.1",
    "\"0.1\"",
    "-3",
    "\"-3.50\"",
    "100000000000000000000",
    "\"1e3\"",
    "7",
    "7.0",
    "\"seven\"",
    "true",
    "null",
    "\" 12 \"",
    "0",
    "0.000000000000000001",
];
const REGIONS: [&str; 8] = ["\"eu\"", "\"us\"", "1", "\"1\"", "1.0", "true", "null", "\"\""];
const ZONES: [&str; 3] = ["\"a\"", "\"b\"", "null"];

fn random_event(random: &mut StdRng, id: usize, customer_id: Uuid, start: DateTime<Utc>) -> Event {
    let mut properties = Vec::new();
    for (name, values) in [("value", VALUES.as_slice()), ("region", &REGIONS), ("zone", &ZONES)] {
        if random.random_ratio(9, 10) {
            properties.push(format!("\"{name}\": {}", values[random.random_range(0..values.len())]));
        }
    }
    // often at the edge of an hour or day, and often at the same instant
    let hour = start + TimeDelta::hours(random.random_range(-2..74));
    let at = hour
        + TimeDelta::microseconds(
            [0, 0, 1, 3_599_999_999, random.random_range(0..3_600_000_000)][random.random_range(0..5)],
        );
    seed::event(&id.to_string(), customer_id, at, &format!("{{{}}}", properties.join(",")))
}

fn text(event: &Event, name: &str) -> Option<String> {
    match event.properties.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string().parse::<Decimal>().unwrap().to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn number(event: &Event) -> Option<Decimal> {
    match event.properties.get("value")? {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

type Group = Vec<Option<String>>;

/// The rows of a query, recounted from the events.
fn recount(
    events: &[Event],
    kind: AggregationType,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
    size: &str,
    keys: &[&str],
) -> BTreeMap<(DateTime<Utc>, Group), Decimal> {
    let mut rows: BTreeMap<(DateTime<Utc>, Group), Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.timestamp >= start && event.timestamp < end) {
        let window = match size {
            "HOUR" => event.timestamp.duration_trunc(TimeDelta::hours(1)).unwrap(),
            "DAY" => event.timestamp.duration_trunc(TimeDelta::days(1)).unwrap(),
            _ => start,
        };
        let counts = match kind {
            Count => true,
            Unique => text(event, "value").is_some(),
            Sum | Max | Latest => number(event).is_some(),
        };
        if counts {
            let group = keys.iter().map(|key| text(event, key)).collect();
            rows.entry((window, group)).or_default().push(event);
        }
    }
    let quantity = |mut events: Vec<&Event>| {
        events.sort_by_key(|event| (event.timestamp, event.key()));
        let numbers: Vec<Decimal> = events.iter().filter_map(|event| number(event)).collect();
        match kind {
            Count => Decimal::from(events.len() as i64),
            Sum => numbers.iter().sum(),
            Max => numbers.into_iter().max().unwrap(),
            Latest => numbers.last().unwrap().clone(),
            Unique => {
                let different: BTreeSet<_> = events.iter().filter_map(|event| text(event, "value")).collect();
                Decimal::from(different.len() as i64)
            }
        }
    };
    rows.into_iter().map(|(key, events)| (key, quantity(events))).collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn random_events_measure_as_a_recount_does(pool: PgPool) {
    let seed: u64 = std::env::var("USAGE_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    eprintln!("USAGE_SEED={seed}");
    let random = &mut StdRng::seed_from_u64(seed);
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut metrics = Vec::new();
    for kind in [Count, Sum, Max, Latest, Unique] {
        metrics.push((kind, seed::metric(&pool, kind, "value", r#"[["region"], ["zone", "region"]]"#).await));
    }
    let start = clock::now().duration_trunc(TimeDelta::days(1)).unwrap() - TimeDelta::days(10);
    let range = (start, start + TimeDelta::days(3));
    for _ in 0..3 {
        let customer = seed::customer(&pool, "Acme").await;
        let events: Vec<_> = (0..300).map(|id| random_event(random, id, customer, start)).collect();
        let mut rest = events.as_slice();
        while !rest.is_empty() {
            let (batch, others) = rest.split_at(random.random_range(1..=rest.len().min(80)));
            record(&pool, batch.to_vec(), clock::now()).await.unwrap();
            rest = others;
            if random.random_ratio(1, 3) {
                fold(&pool).await.unwrap();
            }
        }
        for (kind, metric) in &metrics {
            for size in ["HOUR", "DAY", "NONE"] {
                for keys in [[].as_slice(), &["region"], &["zone", "region"]] {
                    let mut found = BTreeMap::new();
                    let mut next = String::new();
                    loop {
                        let mut body = json!({"customer_id": customer, "billable_metric_id": metric, "window_size": size,
                            "starting_on": range.0, "ending_before": range.1});
                        if !keys.is_empty() {
                            body["group_key"] = json!(keys);
                        }
                        let path = format!("/v1/usage/groups?limit=100&next_page={next}");
                        let (status, page) = post(&app, &token, &path, body).await;
                        assert_eq!(status, StatusCode::OK, "{page}");
                        for row in page["data"].as_array().unwrap() {
                            let window: DateTime<Utc> = row["starting_on"].as_str().unwrap().parse().unwrap();
                            let group: Group = keys
                                .iter()
                                .map(|key| row["group"][key].as_str().map(ToOwned::to_owned))
                                .collect();
                            if let Value::Number(value) = &row["value"] {
                                let twice = found
                                    .insert((window, group), value.to_string().parse::<Decimal>().unwrap());
                                assert_eq!(twice, None);
                            }
                        }
                        match page["next_page"].as_str() {
                            Some(cursor) => next = cursor.to_owned(),
                            None => break,
                        }
                    }
                    let expected = recount(&events, *kind, range, size, keys);
                    assert_eq!(found, expected, "USAGE_SEED={seed} {kind:?} {size} {keys:?}");
                }
            }
        }
    }
}

/// Each window by its days, with what it is.
const DAYS: usize = 30;

/// One row of the groups of a chart, recounted from the events that are in it.
fn regrouped(
    events: &[Event],
    kind: AggregationType,
    today: DateTime<Utc>,
    group_values: Option<Group>,
    count: i64,
) -> GroupSeries {
    let length = TimeDelta::days(DAYS as i64);
    let tomorrow = today + TimeDelta::days(1);
    let (start, before) = (tomorrow - length, tomorrow - length * 2);
    let (mut values, mut used) = (vec![Decimal::zero(); 2 * DAYS], vec![false; 2 * DAYS]);
    for ((day, _), value) in recount(events, kind, (before, tomorrow), "DAY", &[]) {
        let at = (day - before).num_days() as usize;
        (values[at], used[at]) = (value, true);
    }
    let over = |from, until| recount(events, kind, (from, until), "NONE", &[]).into_values().next();
    let older = recount(
        events,
        kind,
        (before + TimeDelta::days(1) - length, before + TimeDelta::days(1)),
        "NONE",
        &[],
    );
    GroupSeries {
        // The others together are as old as the metric.
        began_before: group_values.is_none() || !older.is_empty(),
        group_values,
        count,
        before: values[..DAYS].to_vec(),
        values: values.split_off(DAYS),
        used: used.split_off(DAYS),
        measure: WindowMeasure {
            total: over(start, tomorrow).unwrap_or_default(),
            complete: over(start, today).unwrap_or_default(),
            previous: over(before, today - length),
        },
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn charts_of_random_events_measure_as_a_recount_does(pool: PgPool) {
    let seed: u64 = std::env::var("USAGE_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    eprintln!("USAGE_SEED={seed}");
    let random = &mut StdRng::seed_from_u64(seed);
    let keys = ["zone", "region"];
    let mut metrics = Vec::new();
    for kind in [Count, Sum, Max, Latest, Unique] {
        metrics.push((kind, seed::metric(&pool, kind, "value", r#"[["region"], ["zone", "region"]]"#).await));
    }
    let today = clock::now().duration_trunc(TimeDelta::days(1)).unwrap();
    for few in [true, false] {
        let customer = seed::customer(&pool, "Acme").await;
        let access = Operator { token_id: String::new(), can_write: true }.access(customer);
        let count = if few { 12 } else { 400 };
        // In the window, in the one before, and before that.
        let ages = [4, 4, 30, 34, 58, 63, 88];
        let events: Vec<_> = (0..count)
            .map(|id| {
                let age = TimeDelta::days(ages[random.random_range(0..ages.len())]);
                random_event(random, id, customer, today - age)
            })
            .collect();
        let mut rest = events.as_slice();
        while !rest.is_empty() {
            let (batch, others) = rest.split_at(random.random_range(1..=rest.len().min(80)));
            record(&pool, batch.to_vec(), clock::now()).await.unwrap();
            rest = others;
            if random.random_ratio(1, 3) {
                fold(&pool).await.unwrap();
            }
        }
        let wanted: Vec<_> = metrics.iter().map(|(kind, id)| seed::split(*id, *kind, 2)).collect();
        // One group is asked for by its values: it is listed however small it is.
        let group_of = |event: &Event| keys.iter().map(|key| text(event, key)).collect::<Group>();
        let kept: Option<Group> =
            random.random_bool(0.7).then(|| group_of(&events[random.random_range(0..events.len())]));
        let kept_id = kept.as_deref().map(group_id);
        let charts = groups(&pool, access, &wanted, kept_id, UsageWindow::Days30, today).await.unwrap();
        for ((kind, _), chart) in metrics.iter().zip(charts) {
            let chart: Vec<GroupSeries> = chart.unwrap();
            let context = format!("USAGE_SEED={seed} {kind:?} {count}");
            // who stands alone, and is no smaller than who does not
            let alone: BTreeSet<Group> =
                chart.iter().filter_map(|group| group.group_values.clone()).collect();
            let range = (today - TimeDelta::days(29), today + TimeDelta::days(1));
            let all = recount(&events, *kind, range, "NONE", &keys);
            let mut totals: Vec<Decimal> = all.values().cloned().collect();
            totals.sort_by(|one, other| other.cmp(one));
            let expected = if totals.len() > 10 { 9 } else { totals.len() };
            assert_eq!(alone.len(), expected, "{context}");
            let mut largest = totals[..expected].to_vec();
            if let Some(own) = kept.as_ref().and_then(|kept| all.get(&(range.0, kept.clone())))
                && largest.last().is_some_and(|last| own < last)
            {
                largest.pop();
                largest.push(own.clone());
            }
            if let Some(kept) = kept.as_ref().filter(|kept| all.contains_key(&(range.0, (*kept).clone()))) {
                assert!(alone.contains(kept), "{context} {kept:?}");
            }
            let shown: Vec<Decimal> =
                chart.iter().take(expected).map(|group| group.measure.total.clone()).collect();
            assert_eq!(shown, largest, "{context}");
            for group in &chart {
                let is_in = |event: &&Event| match &group.group_values {
                    Some(values) => group_of(event) == *values,
                    None => !alone.contains(&group_of(event)),
                };
                let events: Vec<Event> = events.iter().filter(is_in).cloned().collect();
                let count = if group.group_values.is_some() { 1 } else { totals.len() - 9 };
                let expected = regrouped(&events, *kind, today, group.group_values.clone(), count as i64);
                assert_eq!(*group, expected, "{context}");
            }
        }
    }
}
