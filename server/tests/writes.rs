//! What writes: nothing but transactions that `db::begin` began, on connections as the server has them.

use crate::common::billing;
use app::billing::{AggregationType, BillableMetric};
use chrono::{Datelike, Months, TimeDelta};
use server::{clock, db, jobs};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

const INSERT: &str =
    "insert into credit_type (id, name, is_currency) values (gen_random_uuid(), 'Credits', false)";

/// Connections as the server has them.
async fn ours(pool: &PgPool) -> PgPool {
    db::connect(pool.connect_options().as_ref().clone(), 5).await.unwrap()
}

/// What the database says of a statement: 25006 is a write in a read-only transaction.
fn code(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned()
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_written_in_another_way_is_refused_by_the_database(pool: PgPool) {
    let ours = ours(&pool).await;
    assert_eq!(code(&sqlx::query(INSERT).execute(&ours).await.unwrap_err()), "25006");
    let mut other = ours.begin().await.unwrap();
    assert_eq!(code(&sqlx::query(INSERT).execute(&mut *other).await.unwrap_err()), "25006");
    other.rollback().await.unwrap();
    let mut tx = db::begin(&ours).await.unwrap();
    sqlx::query(INSERT).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    // The connection it was on is read-only again.
    for _ in 0..5 {
        assert_eq!(code(&sqlx::query(INSERT).execute(&ours).await.unwrap_err()), "25006");
    }
}

async fn until(pool: &PgPool, condition: &'static str) {
    while !sqlx::query_scalar::<_, bool>(condition).fetch_one(pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn every_job_does_its_work_on_the_servers_connections(pool: PgPool) {
    let now = clock::now();
    let start = now.date_naive().with_day(1).unwrap() - Months::new(3);
    let billed = billing::billed(&pool, &start.to_string(), None).await;
    billing::used(&pool, &billed, now - TimeDelta::hours(1), 5, "eu").await;
    let later = BillableMetric {
        id: Uuid::new_v4(),
        name: "Made after the event".to_owned(),
        aggregation_type: AggregationType::Count,
        aggregation_key: None,
        event_type_filter: None,
        property_filters: Vec::new(),
        group_keys: Vec::new(),
        custom_fields: BTreeMap::new(),
        archived_at: None,
    };
    db::billable_metric::create(&pool, later, now).await.unwrap();
    let old = "insert into idempotency_key (token_id, key, request_hash, claimed_at)
        values ('token', 'key', '', now() - interval '2 days')";
    sqlx::query(old).execute(&pool).await.unwrap();
    let waits = "select exists (select from usage_backfill) and exists (select from usage_pending)";
    assert!(sqlx::query_scalar::<_, bool>(waits).fetch_one(&pool).await.unwrap());

    let state = crate::common::state(ours(&pool).await);
    let stopping = state.stopping.clone();
    let running = tokio::spawn(jobs::run(state));
    for done in [
        "select exists (select from usage_day)",
        "select exists (select from invoice)",
        "select not exists (select from usage_backfill)",
        "select not exists (select from idempotency_key)",
        "select to_regclass('usage_event_' || to_char(now() at time zone 'UTC' + interval '7 days', 'YYYYMMDD')) is not null",
    ] {
        until(&pool, done).await;
    }
    stopping.announce();
    running.await.unwrap();
}
