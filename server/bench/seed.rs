//! Who is measured: customers, six metrics, a plan with six charts, and a plan of many charges and groups.

use crate::{
    events::{Random, event},
    http::Api,
    server,
};
use ::server::{
    clock,
    db::{self, usage},
    ingest::{self, IngestQueue},
};
use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgPool;
use std::ops::Range;
use tokio::task::JoinSet;
use uuid::Uuid;

/// A database with customers who use things, and a server for it.
pub struct Bench {
    pub api: Api,
    /// Ninety days of usage of six metrics, and a plan that charges each.
    pub charts: Uuid,
    /// On a plan of 50 charges, with usage in 100 groups.
    pub grouped: Uuid,
    /// Everybody.
    pub customers: Vec<Uuid>,
}

/// Six metrics like those of an AI API.
pub async fn metrics(pool: &PgPool) {
    let mut tx = db::begin(pool).await.unwrap();
    sqlx::raw_sql(
        r#"insert into billable_metric (id, name, aggregation_type, aggregation_key, event_type_filter, group_keys) values
            (gen_random_uuid(), 'Requests', 'COUNT', null, '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'Input tokens', 'SUM', 'input_tokens', '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'Output tokens', 'SUM', 'output_tokens', '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'Active users', 'UNIQUE', 'user_id', '{"in_values": ["llm.request"]}', '[]'),
            (gen_random_uuid(), 'GPU seconds', 'SUM', 'seconds', '{"in_values": ["gpu.run"]}', '[["region"]]'),
            (gen_random_uuid(), 'Stored', 'MAX', 'gigabytes', '{"in_values": ["storage"]}', '[]')"#,
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// Customers with an alias `c-<id>`.
pub async fn customers(pool: &PgPool, count: usize) -> Vec<Uuid> {
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    let mut tx = db::begin(pool).await.unwrap();
    sqlx::query("insert into customer (id, name) select id, 'Customer' from unnest($1::uuid[]) as id")
        .bind(&ids)
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::raw_sql(
        "insert into ingest_alias (alias, customer_id, position) select 'c-' || id, id, 0 from customer; analyze",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    ids
}

/// Records events of 90 days up to `until`, day by day, as if each had come on its day. They are of customers in a range;
/// `weight` of a thousand are the first customer's own.
pub async fn live(
    pool: &PgPool,
    customers: &[Uuid],
    range: Range<usize>,
    random: &mut Random,
    events: usize,
    weight: usize,
    until: DateTime<Utc>,
) {
    const DAYS: u64 = 90;
    const BATCH: usize = 5_000;
    const WRITERS: usize = 3;
    let queue = IngestQueue::default();
    let mut said = std::time::Instant::now();
    for back in (0..DAYS).rev() {
        let day = until.date_naive() - Days::new(back);
        // within the day: for ten minutes after it, ids are also written to it
        let midnight = (day + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
        let end: DateTime<Utc> = (midnight - TimeDelta::seconds(1)).min(until);
        let within = end - day.and_time(NaiveTime::MIN).and_utc();
        let mut left = events / DAYS as usize;
        let mut writing = JoinSet::new();
        while left > 0 {
            let batch = (0..left.min(BATCH)).map(|_| {
                let (customer, mut event) = event(random, range.len(), end, within);
                let customer = if random.below(1000) < weight { 0 } else { range.start + customer };
                event.customer_id = format!("c-{}", customers[customer]);
                event
            });
            let batch = batch.collect::<Vec<_>>();
            left -= batch.len();
            if writing.len() == WRITERS {
                writing.join_next().await.unwrap().unwrap();
            }
            let (queue, pool) = (queue.clone(), pool.clone());
            writing.spawn(async move { queue.record(&pool, batch, end).await.unwrap() });
        }
        writing.join_all().await;
        while usage::fold(pool).await.unwrap() > 0 {}
        if said.elapsed().as_secs() >= 30 {
            println!("    … to {day}");
            said = std::time::Instant::now();
        }
    }
    tidy(pool).await;
}

/// What autovacuum would do in time; of ten million events it takes longer than a server's statements may.
async fn tidy(pool: &PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    for statement in ["set statement_timeout = 0", "vacuum analyze", "reset statement_timeout"] {
        sqlx::raw_sql(statement).execute(&mut *connection).await.unwrap();
    }
}

/// Puts a customer on a new monthly plan since 90 days ago.
async fn put_on(api: &Api, customer: Uuid, name: &str, charges: Vec<serde_json::Value>) {
    let plan = json!({"name": name, "billing_frequency": "MONTHLY", "charges": charges});
    let plan = api.create("/v1/plans/create", plan).await;
    let start = (clock::now().date_naive() - Days::new(89)).and_time(NaiveTime::MIN).and_utc();
    let body = json!({"plan_id": plan, "starting_on": start.to_rfc3339()});
    api.create(&format!("/v1/customers/{customer}/plans/add"), body).await;
}

fn charge(product: &str, metric: Uuid, name: &str) -> serde_json::Value {
    const USD_CENTS: &str = "2714e483-4ff1-48e4-9e25-ac732e8f24f2";
    json!({"product_id": product, "name": name, "charge_type": "usage", "billable_metric_id": metric,
        "credit_type_id": USD_CENTS, "prices": [{"tier": 0, "value": 1.5}, {"tier": 1000, "value": 1.2}]})
}

/// Puts customers on a plan that charges every metric there is.
pub async fn all_metrics(pool: &PgPool, api: &Api, customers: &[Uuid]) {
    let ids: Vec<(Uuid,)> =
        sqlx::query_as("select id from billable_metric order by name").fetch_all(pool).await.unwrap();
    let product = api.create("/v1/products/create", json!({"name": "Everything"})).await;
    let charges: Vec<_> = ids.iter().map(|(metric,)| charge(&product, *metric, "Usage")).collect();
    for customer in customers {
        put_on(api, *customer, "Charts", charges.clone()).await;
    }
}

/// Twenty customers and what their plans need.
pub async fn company(pool: &PgPool) -> Bench {
    println!("▸ a company with plans and 90 days of usage");
    metrics(pool).await;
    let customers = customers(pool, 20).await;
    let api = server::in_process(pool).await;
    all_metrics(pool, &api, &customers[..1]).await;

    let regional = json!({"name": "Calls", "aggregation_type": "SUM", "aggregation_key": "calls",
        "event_type_filter": {"in_values": ["call"]}, "group_keys": [["region"]],
        "property_filters": [{"name": "calls", "exists": true}, {"name": "region", "exists": true}]});
    let metric = api.create("/v1/billable-metrics/create", regional).await.parse().unwrap();
    let mut charges = Vec::new();
    for number in 0..50 {
        let product = json!({"name": format!("Product {number}"), "group_key": "region"});
        let product = api.create("/v1/products/create", product).await;
        charges.push(charge(&product, metric, &format!("Charge {number}")));
    }
    put_on(&api, customers[1], "Many", charges).await;

    let mut random = Random(7);
    let now = clock::now();
    live(pool, &customers, 0..customers.len(), &mut random, 40_000, 250, now).await;
    let calls = (0..1_000).map(|number| {
        let (_, mut event) = event(&mut random, 1, now, TimeDelta::minutes(30));
        event.customer_id = customers[1].to_string();
        event.event_type = "call".to_owned();
        event.properties = serde_json::Map::from_iter([
            ("region".to_owned(), json!(format!("region-{}", number % 100))),
            ("calls".to_owned(), json!(number)),
        ]);
        event
    });
    ingest::record(pool, calls.collect(), now).await.unwrap();
    while usage::fold(pool).await.unwrap() > 0 {}
    tidy(pool).await;
    Bench { api, charts: customers[0], grouped: customers[1], customers }
}
