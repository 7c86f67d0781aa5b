//! Recording events: once each, in any order, with sums that are current and exact.

use crate::common::seed::{alias, customer, event, metric, on_plan};
use app::billing::{AggregationType, Decimal};
use chrono::{DateTime, TimeDelta, Utc};
use server::{
    auth::CustomerAccess,
    auth::Operator,
    db::usage::{self, Daily, fold, over_period, series},
    ingest::{IngestQueue, record},
    rating::{Measure, MeteredUsage},
};
use sqlx::PgPool;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn access(customer_id: Uuid) -> CustomerAccess {
    Operator { token_id: String::new(), can_write: true }.access(customer_id)
}

/// The month's usage of a metric: group values, joined, and quantity.
async fn month(
    pool: &PgPool,
    customer_id: Uuid,
    id: Uuid,
    kind: AggregationType,
    group: i16,
) -> Vec<(String, String)> {
    let wanted = [Measure { billable_metric_id: id, aggregation_type: kind, group_index: group }];
    let start = "2026-11-01T00:00:00Z".parse().unwrap();
    let end = "2026-12-01T00:00:00Z".parse().unwrap();
    let usage = over_period(pool, access(customer_id), &wanted, start, end).await.unwrap();
    let text = |values: Vec<Option<String>>| {
        values.into_iter().map(|value| value.unwrap_or_else(|| "∅".to_owned())).collect::<Vec<_>>().join("/")
    };
    let pair = |one: MeteredUsage| {
        let quantity = one.quantity().to_string();
        (text(one.group_values), quantity)
    };
    usage.into_iter().map(pair).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(group, quantity)| ((*group).to_owned(), (*quantity).to_owned())).collect()
}

/// The days of all metrics of the customer's plan.
async fn charts(pool: &PgPool, customer_id: Uuid) -> Vec<Daily> {
    let account = usage::account(pool, access(customer_id), now(), now(), now()).await.unwrap();
    let charted: Vec<_> = account.metrics.iter().map(|metric| (metric.id, metric.aggregation_type)).collect();
    let daily = series(pool, access(customer_id), &charted, None, now()).await.unwrap();
    daily.into_iter().map(Result::unwrap).collect()
}

/// Groups with their values.
type Rows = &'static [(&'static str, &'static str)];

#[sqlx::test(migrations = "./migrations")]
async fn each_aggregation_is_exact_before_and_after_the_fold(pool: PgPool) {
    use AggregationType::{Count, Latest, Max, Sum, Unique};
    let acme = customer(&pool, "Acme").await;
    let mut ids = Vec::new();
    for kind in [Count, Sum, Max, Latest, Unique] {
        ids.push((kind, metric(&pool, kind, "value", r#"[["region"], ["region", "zone"]]"#).await));
    }
    on_plan(&pool, acme, &ids.iter().map(|(_, id)| *id).collect::<Vec<_>>()).await;
    let sent = [
        (0, r#"{"value": "0.1", "region": "eu", "zone": "a"}"#),
        (-1, r#"{"value": 12345678901234567890.123456789012345678, "region": "eu"}"#),
        (-2, r#"{"value": -3, "region": "us", "zone": "a"}"#),
        (-3, r#"{"value": 0.10, "region": "eu", "zone": "a"}"#),
        (-30, r#"{"value": "7"}"#),
        (-31, r#"{"value": "many", "region": "eu"}"#),
        (-32, r#"{"region": "us"}"#),
    ];
    // late events come last
    for (index, (hours, properties)) in sent.iter().enumerate() {
        let at = now() + TimeDelta::hours(*hours);
        let recorded =
            record(&pool, vec![event(&index.to_string(), acme, at, properties)], now()).await.unwrap();
        assert_eq!((recorded.fresh, recorded.duplicates), (1, 0));
    }
    for round in 0..3 {
        let expected: [(Rows, Rows, Rows); 5] = [
            (
                &[("", "7")],
                &[("eu", "4"), ("us", "2"), ("∅", "1")],
                &[("eu/a", "2"), ("eu/∅", "2"), ("us/a", "1"), ("us/∅", "1"), ("∅/∅", "1")],
            ),
            (
                &[("", "12345678901234567894.323456789012345678")],
                &[("eu", "12345678901234567890.323456789012345678"), ("us", "-3"), ("∅", "7")],
                &[
                    ("eu/a", "0.2"),
                    ("eu/∅", "12345678901234567890.123456789012345678"),
                    ("us/a", "-3"),
                    ("∅/∅", "7"),
                ],
            ),
            (
                &[("", "12345678901234567890.123456789012345678")],
                &[("eu", "12345678901234567890.123456789012345678"), ("us", "-3"), ("∅", "7")],
                &[
                    ("eu/a", "0.1"),
                    ("eu/∅", "12345678901234567890.123456789012345678"),
                    ("us/a", "-3"),
                    ("∅/∅", "7"),
                ],
            ),
            (
                &[("", "0.1")],
                &[("eu", "0.1"), ("us", "-3"), ("∅", "7")],
                &[
                    ("eu/a", "0.1"),
                    ("eu/∅", "12345678901234567890.123456789012345678"),
                    ("us/a", "-3"),
                    ("∅/∅", "7"),
                ],
            ),
            (
                &[("", "5")],
                &[("eu", "3"), ("us", "1"), ("∅", "1")],
                &[("eu/a", "1"), ("eu/∅", "2"), ("us/a", "1"), ("∅/∅", "1")],
            ),
        ];
        for ((kind, id), (total, by_region, by_zone)) in ids.iter().zip(expected) {
            assert_eq!(month(&pool, acme, *id, *kind, 0).await, pairs(total), "{kind:?} round {round}");
            assert_eq!(month(&pool, acme, *id, *kind, 1).await, pairs(by_region), "{kind:?} round {round}");
            assert_eq!(month(&pool, acme, *id, *kind, 2).await, pairs(by_zone), "{kind:?} round {round}");
        }
        let charts = charts(&pool, acme).await;
        let totals: Vec<_> = charts.iter().map(|one| one.measures[0].total.to_string()).collect();
        assert_eq!(
            totals,
            [
                "7",
                "12345678901234567894.323456789012345678",
                "12345678901234567890.123456789012345678",
                "0.1",
                "5"
            ]
        );
        let yesterday: Vec<_> =
            charts.iter().map(|one| one.values[one.values.len() - 2].to_string()).collect();
        assert_eq!(yesterday, ["3", "7", "7", "7", "2"]);
        assert!(charts.iter().all(|one| one.values.len() == 272 && one.values[0] == Decimal::zero()));
        // pending, then folded, then nothing left to fold
        assert_eq!(fold(&pool).await.unwrap(), [7, 0, 0][round]);
    }
    // on top of folded sums
    let more = r#"{"value": 5, "region": "eu"}"#;
    record(&pool, vec![event("more", acme, now(), more)], now()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(month(&pool, acme, ids[0].1, Count, 0).await, pairs(&[("", "8")]));
        assert_eq!(
            month(&pool, acme, ids[1].1, Sum, 1).await[0].1,
            "12345678901234567895.323456789012345678"
        );
        assert_eq!(month(&pool, acme, ids[4].1, Unique, 0).await, pairs(&[("", "6")]));
        fold(&pool).await.unwrap();
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_value_that_was_folded_and_comes_again_is_one_value(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    let users = metric(&pool, AggregationType::Unique, "user", "[]").await;
    on_plan(&pool, acme, &[users]).await;
    let send = async |id: &str, user: &str| {
        let properties = format!(r#"{{"user": "{user}"}}"#);
        record(&pool, vec![event(id, acme, now(), &properties)], now()).await.unwrap();
    };
    let today = async || {
        let daily = charts(&pool, acme).await.remove(0);
        (daily.values.last().unwrap().to_string(), daily.measures[0].total.to_string())
    };
    send("1", "ada").await;
    fold(&pool).await.unwrap();
    send("2", "ada").await;
    assert_eq!(today().await, ("1".to_owned(), "1".to_owned()));
    send("3", "bob").await;
    assert_eq!(today().await, ("2".to_owned(), "2".to_owned()));
    fold(&pool).await.unwrap();
    assert_eq!(today().await, ("2".to_owned(), "2".to_owned()));
}

#[sqlx::test(migrations = "./migrations")]
async fn latest_is_by_event_time_whatever_the_order_of_arrival(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    let id = metric(&pool, AggregationType::Latest, "value", "[]").await;
    for (transaction_id, minutes, value) in [("a", 0, 1), ("b", -5, 2), ("c", 3, 3), ("d", 3, 4), ("e", 1, 5)]
    {
        let at = now() + TimeDelta::minutes(minutes);
        let properties = format!(r#"{{"value": {value}}}"#);
        record(&pool, vec![event(transaction_id, acme, at, &properties)], now()).await.unwrap();
        fold(&pool).await.unwrap();
    }
    let forward = month(&pool, acme, id, AggregationType::Latest, 0).await;
    let other = customer(&pool, "Other").await;
    for (transaction_id, minutes, value) in [("d", 3, 4), ("e", 1, 5), ("c", 3, 3), ("b", -5, 2), ("a", 0, 1)]
    {
        let at = now() + TimeDelta::minutes(minutes);
        let properties = format!(r#"{{"value": {value}}}"#);
        record(&pool, vec![event(transaction_id, other, at, &properties)], now()).await.unwrap();
    }
    assert_eq!(month(&pool, other, id, AggregationType::Latest, 0).await, forward);
}

#[sqlx::test(migrations = "./migrations")]
async fn the_same_batch_eight_times_at_once_counts_once(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    alias(&pool, "acme", acme).await;
    let id = metric(&pool, AggregationType::Count, "", "[]").await;
    let batch = |by: &str| {
        let mut events: Vec<_> = (0..100).map(|n| event(&n.to_string(), acme, now(), "{}")).collect();
        events.iter_mut().for_each(|event| by.clone_into(&mut event.customer_id));
        events.reverse();
        events
    };
    let (by_alias, by_id) = (batch("acme"), batch(&acme.to_string()));
    let mut running = Vec::new();
    for n in 0..8 {
        let (pool, events) = (pool.clone(), if n % 2 == 0 { by_alias.clone() } else { by_id.clone() });
        running.push(tokio::spawn(async move { record(&pool, events, now()).await.unwrap() }));
    }
    let mut fresh = 0;
    for one in running {
        fresh += one.await.unwrap().fresh;
    }
    assert_eq!(fresh, 100);
    assert_eq!(month(&pool, acme, id, AggregationType::Count, 0).await, pairs(&[("", "100")]));
    let stored: i64 = sqlx::query_scalar("select count(*) from usage_event").fetch_one(&pool).await.unwrap();
    assert_eq!(stored, 100);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_repeat_counts_once_for_34_days_and_the_first_content_stays(pool: PgPool) {
    let (acme, other) = (customer(&pool, "Acme").await, customer(&pool, "Other").await);
    let id = metric(&pool, AggregationType::Sum, "value", "[]").await;
    let one = |customer_id, value: i64| {
        vec![event("same", customer_id, now(), &format!(r#"{{"value": {value}}}"#))]
    };
    let mut twice = one(acme, 1);
    twice.extend(one(acme, 2));
    let recorded = record(&pool, twice, now()).await.unwrap();
    assert_eq!((recorded.fresh, recorded.duplicates), (1, 1));
    // through each Monday, and across the ten minutes in which two days are open
    for later in [
        TimeDelta::hours(12),
        TimeDelta::hours(12) + TimeDelta::minutes(5),
        TimeDelta::days(2),
        TimeDelta::days(9),
        TimeDelta::days(16),
        TimeDelta::days(34),
    ] {
        assert_eq!(record(&pool, one(acme, 3), now() + later).await.unwrap().duplicates, 1, "{later}");
    }
    // and so for a server that has run all the while
    let queue = IngestQueue::default();
    for later in [2, 9, 34].map(TimeDelta::days) {
        queue.learn_ids(&pool, now() + later).await.unwrap();
        assert_eq!(queue.record(&pool, one(acme, 3), now() + later).await.unwrap().duplicates, 1, "{later}");
    }
    // for another customer it is another event
    assert_eq!(record(&pool, one(other, 9), now()).await.unwrap().fresh, 1);
    assert_eq!(month(&pool, acme, id, AggregationType::Sum, 0).await, pairs(&[("", "1")]));
    assert_eq!(month(&pool, other, id, AggregationType::Sum, 0).await, pairs(&[("", "9")]));
}

#[sqlx::test(migrations = "./migrations")]
async fn of_a_thousand_old_and_new_ids_each_is_told_apart(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    let id = metric(&pool, AggregationType::Count, "", "[]").await;
    let queue = IngestQueue::default();
    let batch = |ids: std::ops::Range<u32>, day: i64| {
        let events = ids.map(|n| event(&n.to_string(), acme, now() + TimeDelta::days(day), "{}"));
        (events.collect::<Vec<_>>(), now() + TimeDelta::days(day))
    };
    for (ids, day, fresh) in [(0..500, 0, 500), (400..900, 2, 400), (0..1000, 4, 100), (0..2000, 4, 1000)] {
        let (events, at) = batch(ids, day);
        queue.learn_ids(&pool, at).await.unwrap();
        assert_eq!(queue.record(&pool, events, at).await.unwrap().fresh, fresh, "day {day}");
    }
    assert_eq!(month(&pool, acme, id, AggregationType::Count, 0).await, pairs(&[("", "2000")]));
}

#[sqlx::test(migrations = false)]
async fn ids_of_before_they_were_kept_by_day_stay_known(pool: PgPool) {
    let migrations = sqlx::migrate!("./migrations");
    migrations.run_to(13, &pool).await.unwrap();
    let acme = customer(&pool, "Acme").await;
    let old = event("old", acme, now(), "{}");
    sqlx::query("select usage_ensure_partitions('{}', '{2026-10-19, 2026-11-16}')")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("insert into usage_dedupe (week, customer_id, event_key) values ('2026-11-16', $1, $2)")
        .bind(acme)
        .bind(old.key())
        .execute(&pool)
        .await
        .unwrap();
    migrations.run(&pool).await.unwrap();
    let queue = IngestQueue::default();
    // the last one 34 days after the week's last day
    for days in [0, 1, 7, 34] {
        let at = now() + TimeDelta::days(days);
        assert_eq!(record(&pool, vec![old.clone()], at).await.unwrap().duplicates, 1, "{days}");
        queue.learn_ids(&pool, at).await.unwrap();
        assert_eq!(queue.record(&pool, vec![old.clone()], at).await.unwrap().duplicates, 1, "{days}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn events_before_their_customer_count_once_it_has_the_alias(pool: PgPool) {
    let id = metric(&pool, AggregationType::Count, "", "[]").await;
    let waiting = |transaction_id: &str, by: &str| {
        let mut one = event(transaction_id, Uuid::nil(), now() - TimeDelta::days(1), "{}");
        by.clone_into(&mut one.customer_id);
        one
    };
    let batch = || {
        vec![waiting("1", "early"), waiting("2", "early"), waiting("2", "also-early"), waiting("3", "never")]
    };
    assert_eq!(record(&pool, batch(), now()).await.unwrap().fresh, 4);
    assert_eq!(record(&pool, batch(), now()).await.unwrap().fresh, 0);
    let acme = customer(&pool, "Acme").await;
    alias(&pool, "early", acme).await;
    alias(&pool, "also-early", acme).await;
    let mut tx = pool.begin().await.unwrap();
    usage::claim_unassigned_events(&mut tx, acme, &["early".to_owned(), "also-early".to_owned()], now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(month(&pool, acme, id, AggregationType::Count, 0).await, pairs(&[("", "2")]));
    // and a retry still counts once
    assert_eq!(record(&pool, batch(), now()).await.unwrap().fresh, 0);
    assert_eq!(month(&pool, acme, id, AggregationType::Count, 0).await, pairs(&[("", "2")]));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_new_metric_counts_the_next_event(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    let first = metric(&pool, AggregationType::Count, "", "[]").await;
    record(&pool, vec![event("1", acme, now(), "{}")], now()).await.unwrap();
    let second = metric(&pool, AggregationType::Count, "", "[]").await;
    record(&pool, vec![event("2", acme, now(), "{}")], now()).await.unwrap();
    assert_eq!(month(&pool, acme, first, AggregationType::Count, 0).await, pairs(&[("", "2")]));
    assert_eq!(month(&pool, acme, second, AggregationType::Count, 0).await, pairs(&[("", "1")]));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_customer_without_a_plan_has_no_series(pool: PgPool) {
    let acme = customer(&pool, "Acme").await;
    let account = usage::account(&pool, access(acme), now(), now(), now()).await.unwrap();
    assert!(account.terms.is_empty() && account.metrics.is_empty());
    on_plan(&pool, acme, &[]).await;
    let account = usage::account(&pool, access(acme), now(), now(), now()).await.unwrap();
    assert_eq!((account.terms.len(), account.metrics.len()), (1, 0));
    assert!(charts(&pool, acme).await.is_empty());
}

#[sqlx::test(migrations = "./migrations")]
async fn ids_are_stored_for_as_long_as_they_are_asked_for(pool: PgPool) {
    let weeks = || async {
        let names: Vec<String> = sqlx::query_scalar(
            "select right(relname, 8) from pg_inherits join pg_class on pg_class.oid = inhrelid
            where inhparent = 'usage_dedupe'::regclass order by relname",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        names
    };
    let customer_id = customer(&pool, "Acme").await;
    for weeks in (0..10).rev() {
        let at = now() - TimeDelta::weeks(weeks);
        record(&pool, vec![event(&weeks.to_string(), customer_id, at, "{}")], at).await.unwrap();
    }
    assert_eq!(weeks().await.len(), 10);
    // The 35th day back is October 18, a Sunday; the week before that one's stays for clocks that differ.
    let kept = ["20261005", "20261012", "20261019", "20261026", "20261102", "20261109", "20261116"];
    // Ingest is not kept waiting: what it holds stays for now.
    let mut ingest = pool.begin().await.unwrap();
    sqlx::query("lock table usage_dedupe in row exclusive mode").execute(&mut *ingest).await.unwrap();
    usage::drop_old_ids(&pool, now()).await.unwrap();
    assert_eq!(weeks().await.len(), 10);
    ingest.rollback().await.unwrap();
    usage::drop_old_ids(&pool, now()).await.unwrap();
    assert_eq!(weeks().await, kept);
    let again = record(&pool, vec![event("0", customer_id, now(), "{}")], now()).await.unwrap();
    assert_eq!(again.duplicates, 1);
}
