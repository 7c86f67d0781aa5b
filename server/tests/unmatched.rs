//! Events that are billed to nobody: `GET /v1/events/unmatched`, and what `POST /v1/events/search` says of each.

use crate::common::{
    app,
    billing::{Billed, GRACE, billed, day, finalize},
    get, post, seed, token,
};
use axum::{Router, http::StatusCode};
use chrono::{DateTime, Duration, NaiveTime, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use server::{
    clock,
    db::{self, usage},
    ingest, invoicing,
    metering::{Event, Reason},
    rating::Period,
};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

const UNMATCHED: &str = "/v1/events/unmatched";

/// Midnight so many days ago.
fn ago(days: i64) -> DateTime<Utc> {
    (clock::now() - Duration::days(days)).date_naive().and_time(NaiveTime::MIN).and_utc()
}

fn date(at: DateTime<Utc>) -> String {
    at.date_naive().to_string()
}

struct Company {
    pool: PgPool,
    app: Router,
    token: String,
    /// On a plan for thirty days that prices tokens.
    acme: Billed,
}

impl Company {
    async fn new(pool: PgPool) -> Self {
        let acme = billed(&pool, &date(ago(30)), None).await;
        // Not every event that others send: of their own type.
        sqlx::query("update billable_metric set event_type_filter = '{\"in_values\": [\"request\"]}'")
            .execute(&pool)
            .await
            .unwrap();
        Self { app: app(pool.clone()).await, token: token(&pool).await, acme, pool }
    }

    async fn metric(&self, body: Value) -> Value {
        let (status, made) = post(&self.app, &self.token, "/v1/billable-metrics/create", body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        made["data"]["id"].clone()
    }

    async fn events(&self, events: Vec<Event>, received: DateTime<Utc>) {
        ingest::record(&self.pool, events, received).await.unwrap();
    }

    async fn unmatched(&self, query: &str) -> Vec<Value> {
        let (status, page) = get(&self.app, &self.token, &format!("{UNMATCHED}?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert_eq!(page["next_page"], Value::Null);
        page["data"].as_array().unwrap().clone()
    }

    /// Reason and count.
    async fn counts(&self) -> BTreeMap<String, i64> {
        let rows = self.unmatched("").await;
        rows.iter()
            .map(|row| (row["reason"].as_str().unwrap().to_owned(), row["count"].as_i64().unwrap()))
            .collect()
    }

    async fn search(&self, ids: &[String]) -> Vec<Value> {
        let mut found = Vec::new();
        for ids in ids.chunks(100) {
            let body = json!({ "transactionIds": ids });
            let (status, page) = post(&self.app, &self.token, "/v1/events/search", body).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            found.extend(page.as_array().unwrap().iter().cloned());
        }
        found
    }
}

/// Why a found event is billed to nobody; `None` for one that is billed.
fn decisive(found: &Value) -> Option<String> {
    let is_uncounted = found["matched_billable_metrics"].as_array().unwrap().is_empty();
    let reasons = found["not_counted"].as_array().unwrap();
    let first = reasons.iter().find(|one| is_uncounted || one["billable_metric_id"].is_null());
    first.map(|one| one["reason"].as_str().unwrap().to_owned())
}

#[sqlx::test(migrations = "./migrations")]
async fn every_reason_is_told_of_one_event_and_of_all(pool: PgPool) {
    let it = Company::new(pool).await;
    let customer_id = it.acme.customer_id;
    let storage = json!({ "name": "Storage", "aggregation_type": "MAX", "aggregation_key": "gb",
        "event_type_filter": { "in_values": ["storage"] }, "property_filters": [{ "name": "gb", "exists": true }] });
    let storage = it.metric(storage).await;
    // As it may have been made when nobody asked for the filter.
    sqlx::query("update billable_metric set property_filters = '[]' where name = 'Storage'")
        .execute(&it.pool)
        .await
        .unwrap();
    let archived = seed::customer(&it.pool, "Gone").await;
    let idle = seed::customer(&it.pool, "Idle").await;
    db::customer::archive(&it.pool, db_access(&it, archived).await, clock::now()).await.unwrap();
    // What the first invoice was finalized without, and what came before it.
    let start = ago(30);
    let first = seed::event("in time", customer_id, start, r#"{"tokens": 1}"#);
    it.events(vec![first], start).await;
    sqlx::query("update customer_plan set ending_before = $1").bind(ago(10)).execute(&it.pool).await.unwrap();
    finalize(&it.pool, &date(ago(5))).await;
    let typed = |id: &str, kind: &str, properties: &str| Event {
        event_type: kind.to_owned(),
        ..seed::event(id, customer_id, ago(8), properties)
    };
    let mut typo = seed::event("typo", customer_id, ago(7), r#"{"tokens": 1}"#);
    "nortwind".clone_into(&mut typo.customer_id);
    let events = vec![
        typo,
        seed::event("archived", archived, ago(7), r#"{"tokens": 1}"#),
        typed("lable", "lable", r#"{"tokens": 1}"#),
        typed("comma", "storage", r#"{"gb": "12,5"}"#),
        typed("bare", "storage", "{}"),
        seed::event("idle", idle, ago(7), r#"{"tokens": 1}"#),
        typed("free", "storage", r#"{"gb": "12.5"}"#),
        seed::event("late", customer_id, ago(29), r#"{"tokens": 1}"#),
    ];
    sqlx::query("update customer_plan set ending_before = null").execute(&it.pool).await.unwrap();
    it.events(events, clock::now()).await;

    let expected = [
        ("unknown_customer", "typo", "no customer has the id or ingest alias \"nortwind\"".to_owned()),
        ("archived_customer", "archived", "the customer is archived since ".to_owned()),
        ("no_billable_metric", "lable", "no billable metric takes an event of the type \"lable\"".to_owned()),
        (
            "value_not_a_number",
            "comma",
            "properties.gb: \"12,5\" is not a number, and the billable metric \"Storage\" measures it"
                .to_owned(),
        ),
        ("value_missing", "bare", "properties.gb: is missing, and".to_owned()),
        ("no_plan", "idle", format!("the customer is on no plan at {}T00:00:00Z", date(ago(7)))),
        ("not_priced", "free", "the customer's plan has no charge for".to_owned()),
        ("period_finalized", "late", "it came at ".to_owned()),
    ];
    let rows = it.unmatched("").await;
    let reasons: Vec<_> = rows.iter().map(|row| row["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, expected.iter().map(|(reason, ..)| *reason).collect::<Vec<_>>());
    for ((reason, id, message), row) in expected.into_iter().zip(&rows) {
        assert_eq!((&row["count"], &row["examples"][0]["transaction_id"]), (&json!(1), &json!(id)));
        assert_eq!(row["first_timestamp"], row["last_timestamp"]);
        assert!(row["what_to_do"].as_str().unwrap().ends_with('.'), "{row}");
        let found = it.search(&[id.to_owned()]).await.remove(0);
        let told = &found["not_counted"][0];
        assert_eq!(told["reason"], reason, "{found}");
        assert!(told["message"].as_str().unwrap().starts_with(&message), "{told}");
        assert_eq!(decisive(&found).as_deref(), Some(reason));
        assert_eq!(
            it.unmatched(&format!("reason={}", reason.to_uppercase())).await,
            std::slice::from_ref(row)
        );
    }
    let comma = it.search(&["comma".to_owned()]).await.remove(0);
    assert_eq!(comma["matched_billable_metrics"], json!([]));
    assert_eq!(comma["not_counted"][0]["billable_metric_id"], storage);
    assert_eq!(rows[0]["examples"][0]["customer_id"], "nortwind");
    assert_eq!(it.search(&["in time".to_owned()]).await[0]["not_counted"], json!([]));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_remedy_takes_events_off_the_list(pool: PgPool) {
    let it = Company::new(pool).await;
    let customer_id = it.acme.customer_id;
    sqlx::query("update customer_plan set ending_before = $1, period_end = $1")
        .bind(ago(20))
        .execute(&it.pool)
        .await
        .unwrap();
    finalize(&it.pool, &date(ago(18))).await;
    let late = seed::event("late", customer_id, ago(25), r#"{"tokens": 1}"#);
    let mut typo = seed::event("typo", customer_id, ago(2), r#"{"tokens": 1}"#);
    "nortwind".clone_into(&mut typo.customer_id);
    it.events(vec![late, typo], clock::now()).await;
    let counts = it.counts().await;
    assert_eq!(counts, [("period_finalized".to_owned(), 1), ("unknown_customer".to_owned(), 1)].into());

    let (_, invoices) = get(&it.app, &it.token, &format!("/v1/customers/{customer_id}/invoices")).await;
    let end = |invoice: &Value| invoice["end_timestamp"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let invoice = invoices["data"].as_array().unwrap().iter().find(|one| end(one) > ago(25)).unwrap();
    let id = invoice["id"].as_str().unwrap().parse().unwrap();
    invoicing::void(&it.pool, id, clock::now()).await.unwrap();
    assert_eq!(it.counts().await.get("invoice_voided"), Some(&1));
    invoicing::regenerate(&it.pool, id, clock::now() + Duration::seconds(1), GRACE).await.unwrap();
    assert_eq!(it.counts().await, [("unknown_customer".to_owned(), 1)].into());
    let path = format!("/v1/customers/{customer_id}/setIngestAliases");
    post(&it.app, &it.token, &path, json!({ "ingest_aliases": ["nortwind"] })).await;
    // Its customer is known now, and on no plan at that time.
    assert_eq!(it.counts().await, [("no_plan".to_owned(), 1)].into());
}

#[sqlx::test(migrations = "./migrations")]
async fn examples_are_one_for_each_customer_and_type_the_most_frequent_first(pool: PgPool) {
    let it = Company::new(pool).await;
    let events = (0..12).flat_map(|customer| {
        (0..=customer).map(move |number| {
            let mut event = seed::event(&format!("{customer} {number}"), Uuid::nil(), ago(3), "{}");
            event.customer_id = format!("typo {customer:02}");
            event
        })
    });
    it.events(events.collect(), clock::now()).await;
    let row = it.unmatched("").await.remove(0);
    assert_eq!((&row["reason"], &row["count"]), (&json!("unknown_customer"), &json!(78)));
    let customers: Vec<_> =
        row["examples"].as_array().unwrap().iter().map(|one| &one["customer_id"]).collect();
    let expected: Vec<_> = (2..12).rev().map(|customer| json!(format!("typo {customer:02}"))).collect();
    assert_eq!(customers, expected.iter().collect::<Vec<_>>());
}

#[sqlx::test(migrations = "./migrations")]
async fn the_window_is_of_whole_days_and_34_days_unless_given(pool: PgPool) {
    let it = Company::new(pool).await;
    let unknown =
        |id: &str, at| Event { customer_id: "who".to_owned(), ..seed::event(id, Uuid::nil(), at, "{}") };
    let events = [("old", ago(35)), ("edge", ago(34)), ("new", clock::now() + Duration::hours(20))];
    it.events(events.into_iter().map(|(id, at)| unknown(id, at)).collect(), clock::now()).await;
    assert_eq!(it.unmatched("").await[0]["count"], 2);
    let day = |at: DateTime<Utc>| format!("{}T00:00:00Z", date(at));
    let query = format!("starting_on={}&ending_before={}", day(ago(35)), day(ago(34)));
    assert_eq!(it.unmatched(&query).await[0]["examples"][0]["transaction_id"], "old");
    for (query, expected) in [
        ("starting_on=2026-01-01T12:00:00Z", "starting_on: must be at midnight UTC"),
        ("ending_before=soon", "ending_before: \"soon\" is not an RFC 3339 timestamp"),
        (
            "starting_on=2026-01-02T00:00:00Z&ending_before=2026-01-02T00:00:00Z",
            "ending_before: must be at least one day after starting_on",
        ),
        ("reason=typo", "reason: \"typo\" is not one of unknown_customer, archived_customer, "),
        ("next_page=x", "next_page: is not a cursor of this list"),
        ("limit=10", "limit: is not known here"),
    ] {
        let (status, answer) = get(&it.app, &it.token, &format!("{UNMATCHED}?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer["message"].as_str().unwrap().starts_with(expected), "{answer}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_look_is_bounded_and_looks_that_follow_each_other_find_everything_once(pool: PgPool) {
    let it = Company::new(pool).await;
    let events = (0..2_000).map(|number| {
        // Most of them in the middle of one day.
        let at = if number % 4 == 0 { ago(number % 30) } else { ago(6) + Duration::minutes(number % 1_440) };
        Event { customer_id: "who".to_owned(), ..seed::event(&number.to_string(), Uuid::nil(), at, "{}") }
    });
    it.events(events.collect(), clock::now()).await;
    let asked = Period { start: ago(34), end: ago(-2) };
    // As a server has it.
    let pool = db::connect(it.pool.connect_options().as_ref().clone(), 2).await.unwrap();
    for most in [8_192, 40_000, 100_000, usage::LOOK] {
        let (mut end, mut looks, mut found) = (asked.end, 0, 0);
        while end > asked.start {
            let window = Period { end, ..asked };
            let looked = usage::unmatched(&pool, window, None, most).await.unwrap();
            assert!(looked.starting_on < end && looked.starting_on >= asked.start, "{looked:?}");
            found += looked.uncounted.iter().map(|one| one.count).sum::<i64>();
            (end, looks) = (looked.starting_on, looks + 1);
        }
        assert_eq!(found, 2_000, "{most}");
        assert_eq!(looks == 1, most == usage::LOOK, "{looks} looks at {most} bytes");
    }
}

/// What the database says of all events is what the code says of each: random metrics, plans, values and times.
#[sqlx::test(migrations = "./migrations")]
async fn random_events_are_judged_alike_by_search_and_by_the_list(pool: PgPool) {
    let it = Company::new(pool).await;
    let seed = clock::now().timestamp_micros() as u64;
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let words = json!(["a", "1", "true", "b"]);
    let lists = [json!(["a", "1"]), json!(["b", "2.5"]), json!([]), words, Value::Null];
    let mut metrics = vec![it.acme.billable_metric_id];
    for number in 0..10 {
        let kind = *["COUNT", "SUM", "MAX", "LATEST", "UNIQUE"].choose(&mut rng).unwrap();
        let mut body = json!({ "name": format!("Metric {number}"), "aggregation_type": kind });
        if kind != "COUNT" {
            body["aggregation_key"] = json!("v");
        }
        let list = |rng: &mut StdRng| lists.choose(rng).unwrap().clone();
        if rng.random_bool(0.7) {
            let types = *["t1", "t2", "t3"].choose(&mut rng).unwrap();
            let name = if rng.random_bool(0.7) { "in_values" } else { "not_in_values" };
            body["event_type_filter"] = json!({ name: [types, "t4"] });
        }
        let exists = [json!(true), json!(false), Value::Null].choose(&mut rng).unwrap().clone();
        body["property_filters"] = match rng.random_range(0..3) {
            0 => json!([]),
            1 if kind != "COUNT" => json!([{ "name": "v", "exists": true }]),
            _ => json!([{ "name": "p", "exists": exists, "in_values": list(&mut rng) },
                { "name": "q", "not_in_values": list(&mut rng) }]),
        };
        // Also such as the API would not make any more.
        let id = Uuid::new_v4();
        (body["id"], body["group_keys"], body["custom_fields"]) = (json!(id), json!([]), json!({}));
        let metric = serde_json::from_value(body).unwrap();
        db::billable_metric::create(&it.pool, metric, clock::now()).await.unwrap();
        metrics.push(id);
    }
    // On plans with some of the metrics, for a part of the time; one without, one archived.
    let mut customers = vec![seed::customer(&it.pool, "Idle").await.to_string(), "typo".to_owned()];
    for number in 0..5 {
        let customer = seed::customer(&it.pool, "On a plan").await;
        let some: Vec<Uuid> = metrics.iter().copied().filter(|_| rng.random_bool(0.5)).collect();
        let stretch = seed::on_plan(&it.pool, customer, &some).await;
        let (start, billed) = (ago(rng.random_range(20..40)), ago(rng.random_range(0..20)));
        sqlx::query(
            "update customer_plan
            set starting_on = $2, billed_until = $3, period_end = null, ending_before = $4
            where id = $1",
        )
        .bind(stretch)
        .bind(start)
        .bind(billed)
        .bind(rng.random_bool(0.5).then(|| ago(rng.random_range(-1..18))))
        .execute(&it.pool)
        .await
        .unwrap();
        let status = if number == 0 { "VOID" } else { "FINALIZED" };
        sqlx::query(
            "insert into invoice (id, customer_id, customer_plan_id, credit_type_id, status, start_timestamp,
                end_timestamp, issued_at, document, finalized_at)
            select gen_random_uuid(), $1, $2, id, $3, $4, $5, $5, '{}', $6 from credit_type where name = 'EUR'",
        )
        .bind(customer)
        .bind(stretch)
        .bind(status)
        .bind(start)
        .bind(billed)
        .bind(clock::now() - Duration::hours(rng.random_range(0..48)))
        .execute(&it.pool)
        .await
        .unwrap();
        if number == 4 {
            sqlx::query("update customer set archived_at = now() where id = $1")
                .bind(customer)
                .execute(&it.pool)
                .await
                .unwrap();
        }
        customers.push(customer.to_string());
    }
    let values = r#"[1, 1.0, -2.50, 1e3, "1", "1.0", "12,5", " 7 ", "", "1e3", ".5", "5.", "+3", "-", "1 2", "1e", "a", "b", "2.5", true, false, null]"#;
    let values: Vec<Value> = serde_json::from_str(values).unwrap();
    let mut ids = Vec::new();
    for batch in 0..8 {
        let received = clock::now() - Duration::hours(batch * 6);
        let events: Vec<_> = (0..150)
            .map(|number| {
                let mut event = seed::event(&format!("{batch} {number}"), Uuid::nil(), ago(0), "{}");
                event.timestamp -= Duration::minutes(rng.random_range(-24 * 60..33 * 24 * 60));
                event.customer_id = customers.choose(&mut rng).unwrap().clone();
                event.event_type = format!("t{}", rng.random_range(1..6));
                for name in ["v", "p", "q", "tokens"] {
                    if rng.random_bool(0.75) {
                        event.properties.insert(name.to_owned(), values.choose(&mut rng).unwrap().clone());
                    }
                }
                event
            })
            .collect();
        ids.extend(events.iter().map(|event| event.transaction_id.clone()));
        it.events(events, received).await;
    }
    let found = it.search(&ids).await;
    assert_eq!(found.len(), ids.len());
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for reason in found.iter().filter_map(decisive) {
        *expected.entry(reason).or_default() += 1;
    }
    assert_eq!(it.counts().await, expected, "seed {seed}");
    assert!(expected.len() >= 4, "{expected:?} of {:?}", Reason::ALL);
}

async fn db_access(it: &Company, customer_id: Uuid) -> server::auth::CustomerAccess {
    let now = day("2026-01-01");
    db::api_token::authenticate(&it.pool, &it.token, now).await.unwrap().unwrap().access(customer_id)
}
