//! What came before a metric or a customer counts in it, exactly, while ingest goes on and processes die.

use crate::common::seed::{alias, customer, event};
use app::billing::{AggregationType, BillableMetric, Decimal, PropertyFilter};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use rand::Rng;
use server::{
    auth::{CustomerAccess, Operator},
    clock,
    db::{
        self,
        customer::NewCustomer,
        usage::{backfill, fold, over_period},
    },
    ingest::{IngestQueue, record},
    metering::Event,
    rating::Measure,
};
use sqlx::PgPool;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

fn access(customer_id: Uuid) -> CustomerAccess {
    Operator { token_id: String::new(), can_write: true }.access(customer_id)
}

async fn metric(pool: &PgPool, kind: AggregationType) -> BillableMetric {
    let now = clock::now();
    let exists =
        |name: &str| PropertyFilter { name: name.to_owned(), exists: Some(true), ..Default::default() };
    let new = BillableMetric {
        id: db::new_id(now),
        name: kind.as_str().to_owned(),
        aggregation_type: kind,
        aggregation_key: (kind != AggregationType::Count).then(|| "value".to_owned()),
        event_type_filter: None,
        property_filters: vec![exists("region")],
        group_keys: vec![vec!["region".to_owned()]],
        custom_fields: BTreeMap::new(),
        archived_at: None,
    };
    db::billable_metric::create(pool, new.clone(), now).await.unwrap();
    new
}

/// Quantities by group value over all time; without a group, by the empty text.
async fn measured(pool: &PgPool, customer_id: Uuid, metric: &BillableMetric) -> BTreeMap<String, Decimal> {
    let today = clock::now().duration_trunc(TimeDelta::days(1)).unwrap();
    let (start, end) = (today - TimeDelta::days(60), today + TimeDelta::days(3));
    let mut all = BTreeMap::new();
    for group_index in [0, 1] {
        let wanted = [Measure {
            billable_metric_id: metric.id,
            aggregation_type: metric.aggregation_type,
            group_index,
        }];
        for usage in over_period(pool, access(customer_id), &wanted, start, end).await.unwrap() {
            let group = usage.group_values.first().cloned().flatten().unwrap_or_default();
            all.insert(group, usage.quantity());
        }
    }
    all
}

/// The same, counted from the events.
fn counted(events: &[Event], metric: &BillableMetric) -> BTreeMap<String, Decimal> {
    let mut groups: BTreeMap<String, Vec<(DateTime<Utc>, Uuid, i64)>> = BTreeMap::new();
    for event in events {
        let Some(region) = event.properties.get("region") else { continue };
        let value = event.properties["value"].as_i64().unwrap();
        for group in ["", region.as_str().unwrap()] {
            groups.entry(group.to_owned()).or_default().push((event.timestamp, event.key(), value));
        }
    }
    let quantity = |mut values: Vec<(DateTime<Utc>, Uuid, i64)>| {
        values.sort();
        let numbers = || values.iter().map(|(_, _, value)| *value);
        Decimal::from(match metric.aggregation_type {
            AggregationType::Count => values.len() as i64,
            AggregationType::Sum => numbers().sum(),
            AggregationType::Max => numbers().max().unwrap(),
            AggregationType::Latest => numbers().next_back().unwrap(),
            AggregationType::Unique => numbers().collect::<BTreeSet<_>>().len() as i64,
        })
    };
    groups.into_iter().map(|(group, values)| (group, quantity(values))).collect()
}

fn random_event(id: &str, customer_id: Uuid) -> Event {
    let mut random = rand::rng();
    let age = TimeDelta::microseconds(random.random_range(-3_600_000_000..33 * 86_400_000_000));
    let value = random.random_range(-50..50);
    let properties = match random.random_range(0..4) {
        0 => format!(r#"{{"value": {value}}}"#),
        region => format!(r#"{{"value": {value}, "region": "r{region}"}}"#),
    };
    event(id, customer_id, clock::now() - age, &properties)
}

async fn drain(pool: &PgPool) {
    while backfill(pool).await.unwrap() {}
    while fold(pool).await.unwrap() > 0 {}
}

#[sqlx::test(migrations = "./migrations")]
async fn metrics_made_during_ingest_count_every_event_once(pool: PgPool) {
    use AggregationType::{Count, Latest, Max, Sum, Unique};
    let acme = customer(&pool, "Acme").await;
    let mut senders = JoinSet::new();
    let queue = IngestQueue::default();
    for sender in 0..4 {
        let (pool, queue) = (pool.clone(), queue.clone());
        senders.spawn(async move {
            let mut sent = Vec::new();
            for batch in 0..30 {
                let batch: Vec<_> =
                    (0..20).map(|n| random_event(&format!("{sender}-{batch}-{n}"), acme)).collect();
                queue.record(&pool, batch.clone(), clock::now()).await.unwrap();
                sent.extend(batch);
            }
            sent
        });
    }
    let mut workers = JoinSet::new();
    for _ in 0..2 {
        let pool = pool.clone();
        workers.spawn(async move {
            for _ in 0..40 {
                backfill(&pool).await.unwrap();
                fold(&pool).await.unwrap();
            }
        });
    }
    let mut metrics = Vec::new();
    for kind in [Count, Sum, Max, Latest, Unique, Sum] {
        metrics.push(metric(&pool, kind).await);
    }
    let mut sent = Vec::new();
    while let Some(events) = senders.join_next().await {
        sent.extend(events.unwrap());
    }
    while let Some(worked) = workers.join_next().await {
        worked.unwrap();
    }
    metrics.push(metric(&pool, Unique).await);
    for _ in 0..2 {
        while backfill(&pool).await.unwrap() {}
        for metric in &metrics {
            assert_eq!(measured(&pool, acme, metric).await, counted(&sent, metric), "{}", metric.name);
        }
        fold(&pool).await.unwrap();
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_metric_counts_34_days_back(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    let at =
        |age: TimeDelta| event(&age.to_string(), acme, clock::now() - age, r#"{"value": 1, "region": "r"}"#);
    let ages = [
        TimeDelta::days(34) + TimeDelta::minutes(1),
        TimeDelta::days(34) - TimeDelta::minutes(1),
        -TimeDelta::hours(23),
    ];
    record(&pool, ages.map(at).to_vec(), clock::now()).await.unwrap();
    let metric = metric(&pool, AggregationType::Count).await;
    drain(&pool).await;
    assert_eq!(measured(&pool, acme, &metric).await[""], Decimal::from(2));
}

/// Ends the server process of whoever waits for this table.
async fn kill_who_waits_for(pool: &PgPool, table: &str) {
    loop {
        let killed: Vec<bool> = sqlx::query_scalar(
            "select pg_terminate_backend(pid)
             from pg_locks
             where relation = $1::text::regclass and not granted",
        )
        .bind(table)
        .fetch_all(pool)
        .await
        .unwrap();
        if !killed.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Runs work that is killed as it is about to write to this table.
async fn killed_at<T: Send + 'static>(
    pool: &PgPool,
    table: &str,
    work: impl Future<Output = server::Result<T>> + Send + 'static,
) {
    let mut lock = pool.begin().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("lock table {table} in exclusive mode")))
        .execute(&mut *lock)
        .await
        .unwrap();
    let work = tokio::spawn(work);
    kill_who_waits_for(pool, table).await;
    assert!(work.await.unwrap().is_err());
    lock.rollback().await.unwrap();
}

#[sqlx::test(migrations = "./migrations")]
async fn a_backfill_that_is_killed_is_taken_up_again(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    let sent: Vec<_> = (0..200).map(|n| random_event(&n.to_string(), acme)).collect();
    record(&pool, sent.clone(), clock::now()).await.unwrap();
    let metric = metric(&pool, AggregationType::Sum).await;
    for _ in 0..2 {
        let own = pool.clone();
        killed_at(&pool, "usage_pending", async move { backfill(&own).await }).await;
        assert!(measured(&pool, acme, &metric).await.is_empty());
    }
    drain(&pool).await;
    assert_eq!(measured(&pool, acme, &metric).await, counted(&sent, &metric));
    assert!(!backfill(&pool).await.unwrap());
}

#[sqlx::test(migrations = "./migrations")]
async fn a_fold_that_is_killed_moves_nothing(pool: PgPool) {
    use AggregationType::{Latest, Sum, Unique};
    let acme = customer(&pool, "Acme").await;
    let mut metrics = Vec::new();
    for kind in [Sum, Latest, Unique] {
        metrics.push(metric(&pool, kind).await);
    }
    let mut sent = Vec::new();
    for table in ["usage_hour", "usage_day", "usage_unique"] {
        let batch: Vec<_> = (0..50).map(|n| random_event(&format!("{table}-{n}"), acme)).collect();
        record(&pool, batch.clone(), clock::now()).await.unwrap();
        sent.extend(batch);
        let own = pool.clone();
        killed_at(&pool, table, async move { fold(&own).await }).await;
        for _ in 0..2 {
            for metric in &metrics {
                assert_eq!(
                    measured(&pool, acme, metric).await,
                    counted(&sent, metric),
                    "{table} {}",
                    metric.name
                );
            }
            fold(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn events_sent_while_their_customer_is_made_count_once(pool: PgPool) {
    let metric = metric(&pool, AggregationType::Sum).await;
    for round in 0..5 {
        let name = format!("early-{round}");
        let start = Arc::new(Barrier::new(4));
        let mut senders = JoinSet::new();
        for sender in 0..3 {
            let (pool, name, start) = (pool.clone(), name.clone(), start.clone());
            senders.spawn(async move {
                let mut sent = Vec::new();
                for batch in 0..8 {
                    let mut events: Vec<_> = (0..10)
                        .map(|n| random_event(&format!("{sender}-{batch}-{n}"), Uuid::nil()))
                        .collect();
                    events.iter_mut().for_each(|event| event.customer_id.clone_from(&name));
                    if batch == 3 {
                        start.wait().await;
                    }
                    // and each batch again, as after a timeout
                    record(&pool, events.clone(), clock::now()).await.unwrap();
                    assert_eq!(record(&pool, events.clone(), clock::now()).await.unwrap().fresh, 0);
                    sent.extend(events);
                }
                sent
            });
        }
        start.wait().await;
        let now = clock::now();
        let new = NewCustomer {
            id: db::new_id(now),
            name: name.clone(),
            ingest_aliases: vec![name],
            custom_fields: BTreeMap::new(),
        };
        let made = db::customer::create(&pool, new, now).await.unwrap();
        let mut sent = Vec::new();
        while let Some(events) = senders.join_next().await {
            sent.extend(events.unwrap());
        }
        assert_eq!(measured(&pool, made.id, &metric).await, counted(&sent, &metric), "round {round}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn concurrent_requests_are_stored_together_and_answered_each(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    alias(&pool, "acme", acme).await;
    let metric = metric(&pool, AggregationType::Count).await;
    let queue = IngestQueue::default();
    let mut requests = JoinSet::new();
    for request in 0..60 {
        let (pool, queue) = (pool.clone(), queue.clone());
        requests.spawn(async move {
            // The database refuses what holds a NUL: its neighbors must not notice.
            let is_bad = request % 7 == 0;
            let own = if is_bad { format!("bad-{request}") } else { (request % 20).to_string() };
            let mut events: Vec<_> = (0..10)
                .map(|n| event(&format!("{own}-{n}"), acme, clock::now(), r#"{"value": 1, "region": "r"}"#))
                .collect();
            if is_bad {
                events[3].event_type.push('\0');
            }
            (request, queue.record(&pool, events, clock::now()).await)
        });
    }
    let mut fresh = 0;
    while let Some(answer) = requests.join_next().await {
        let (request, recorded) = answer.unwrap();
        assert_eq!(recorded.is_err(), request % 7 == 0, "request {request}: {recorded:?}");
        if let Ok(recorded) = recorded {
            assert_eq!(recorded.fresh + recorded.duplicates, 10);
            fresh += recorded.fresh;
        }
    }
    assert_eq!(fresh, 200);
    assert_eq!(measured(&pool, acme, &metric).await[""], Decimal::from(200));
    let mut requests = JoinSet::new();
    for request in 0..60 {
        let (pool, queue) = (pool.clone(), queue.clone());
        requests.spawn(async move {
            let one =
                event(&format!("later-{request}"), acme, clock::now(), r#"{"value": 1, "region": "r"}"#);
            queue.record(&pool, vec![one], clock::now()).await.unwrap()
        });
    }
    assert!(requests.join_all().await.iter().all(|recorded| recorded.fresh == 1));
    let transactions: i64 = sqlx::query_scalar(
        "select count(distinct xmin::text) from usage_event where transaction_id like 'later-%'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(transactions < 20, "{transactions} transactions for 60 requests");
}
