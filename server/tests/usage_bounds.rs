//! What usage costs has bounds: by groups, by what waits to be folded, by years without usage.

use crate::common::{app, post, seed, token};
use app::billing::{AggregationType, UsageWindow, WindowSize};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::{DateTime, Days, DurationRound, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};
use server::{
    auth::{CustomerAccess, Operator},
    clock,
    db::usage::{
        BucketQuery, GROUP_DAYS, PairQuery, Span, SpanQuery, backfill, buckets, by_group, deltas, fold,
        fold_busy, groups, over_spans, pairs, series,
    },
    ingest::record,
    rating::Measure,
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::{Duration, Instant};
use tower::ServiceExt as _;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn access(customer_id: Uuid) -> CustomerAccess {
    Operator { token_id: String::new(), can_write: true }.access(customer_id)
}

/// How many times as long one work takes as another. The least of several tries, in turns: what else the machine does
/// only adds to a try.
async fn ratio(mut work: impl AsyncFnMut(), mut than: impl AsyncFnMut()) -> f64 {
    let (mut works, mut thans) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        let start = Instant::now();
        work().await;
        works = works.min(start.elapsed());
        let start = Instant::now();
        than().await;
        thans = thans.min(start.elapsed());
    }
    works.as_secs_f64() / thans.as_secs_f64()
}

/// A customer with usage of a metric in so many groups, on three days each.
async fn grouped(pool: &PgPool, metric: Uuid, groups: i32) -> Uuid {
    let customer = seed::customer(pool, "Grouped").await;
    sqlx::query(
        "insert into usage_day
            (customer_id, billable_metric_id, group_index, group_id, day, group_values, count, sum, max)
         select $1, $2, 1, md5(number::text)::uuid, $4::date - day, array['group ' || number], 1, number, number
         from generate_series(1, $3) as number
         cross join generate_series(0, 2) as day",
    )
    .bind(customer)
    .bind(metric)
    .bind(groups)
    .bind(now().date_naive())
    .execute(pool)
    .await
    .unwrap();
    customer
}

#[sqlx::test(migrations = "./migrations")]
async fn ten_times_the_groups_cost_about_ten_times_as_much(pool: PgPool) {
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["user"]]"#).await;
    let (few, many) = (grouped(&pool, metric, 1_000).await, grouped(&pool, metric, 10_000).await);
    sqlx::raw_sql("analyze usage_day").execute(&pool).await.unwrap();
    let ask = async |customer: Uuid| {
        let wanted = [seed::split(metric, AggregationType::Sum, 1)];
        let found = groups(&pool, access(customer), &wanted, None, UsageWindow::Days30, now()).await.unwrap();
        let found = found.into_iter().next().unwrap().unwrap();
        assert_eq!(found.len(), 10);
        found
    };
    let found = ask(many).await;
    assert_eq!((found[0].measure.total.to_string(), found[9].count), ("30000".to_owned(), 9_991));
    // When it went by the square, 150 times.
    let ratio = ratio(async || drop(ask(many).await), async || drop(ask(few).await)).await;
    assert!(ratio < 30.0, "{ratio}");
}

#[sqlx::test(migrations = "./migrations")]
async fn the_groups_that_are_priced_by_themselves_have_a_bound(pool: PgPool) {
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["user"]]"#).await;
    // Three days each.
    let (few, many) = (grouped(&pool, metric, 2_000).await, grouped(&pool, metric, 20_000).await);
    let too_many = grouped(&pool, metric, GROUP_DAYS as i32 / 3 + 1).await;
    sqlx::raw_sql("analyze usage_day").execute(&pool).await.unwrap();
    let ask = async |customer: Uuid| {
        let wanted = [(metric, AggregationType::Sum, 1)];
        let (id, usage) = by_group(&pool, access(customer), &wanted, now()).await.unwrap().remove(0);
        assert_eq!(id, metric);
        usage.map(|usage| usage.days)
    };
    let days = ask(many).await.unwrap();
    assert_eq!((days.len(), days[0].day), (60_000, now().date_naive() - Days::new(2)));
    assert!(days.is_sorted_by_key(|one| one.day));
    assert_eq!(ask(too_many).await, None);
    assert_eq!(ask(seed::customer(&pool, "Nobody").await).await, Some(Vec::new()));
    let ratio = ratio(async || drop(ask(many).await), async || drop(ask(few).await)).await;
    assert!(ratio < 30.0, "{ratio}");
}

/// Events of today, each of another user, as `per_request` are sent at a time.
async fn used_by_many(pool: &PgPool, customer: Uuid, users: usize, per_request: usize) {
    let numbers: Vec<usize> = (0..users).collect();
    for (request, numbers) in numbers.chunks(per_request).enumerate() {
        let event = |number: &usize| {
            let properties = json!({ "user": format!("user {number}") }).to_string();
            seed::event(&format!("{request} {number}"), customer, now(), &properties)
        };
        record(pool, numbers.iter().map(event).collect(), now()).await.unwrap();
    }
}

/// How often all of usage_pending was read, and how often by its index; once there is something new to say.
async fn reads_of_pending(pool: &PgPool, before: Option<(i64, i64)>) -> (i64, i64) {
    let told = async {
        loop {
            // A connection tells what it read at the end of a later transaction.
            let reads = sqlx::query_as(
                "select seq_scan, coalesce(idx_scan, 0) from pg_stat_user_tables where relname = 'usage_pending'",
            );
            let reads = reads.fetch_one(pool).await.unwrap();
            if Some(reads) != before {
                return reads;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), told).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn what_waits_of_one_customer_is_read_without_that_of_the_others(pool: PgPool) {
    let connect = async |connections: u32| {
        let options = PgPoolOptions::new().max_connections(connections);
        options.connect_with(PgConnectOptions::clone(&pool.connect_options())).await.unwrap()
    };
    let setup = connect(3).await;
    let metrics = [
        (AggregationType::Sum, seed::metric(&setup, AggregationType::Sum, "tokens", r#"[["user"]]"#).await),
        (
            AggregationType::Unique,
            seed::metric(&setup, AggregationType::Unique, "user", r#"[["user"]]"#).await,
        ),
    ];
    let (acme, others) = (seed::customer(&setup, "Acme").await, seed::customer(&setup, "Others").await);
    // What autovacuum learns while one customer writes is kept when others do.
    used_by_many(&setup, acme, 200, 1).await;
    sqlx::raw_sql("analyze").execute(&setup).await.unwrap();
    while fold(&setup).await.unwrap() > 0 {}
    used_by_many(&setup, others, 1, 1).await;
    sqlx::raw_sql(
        "insert into usage_pending (customer_id, sums)
         select customer_id, sums from usage_pending, generate_series(1, 20000)",
    )
    .execute(&setup)
    .await
    .unwrap();
    // Connections tell what they read when they end.
    setup.close().await;
    let one = connect(1).await;
    let is_alone = "select count(*) = 1 from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend'";
    while !sqlx::query_scalar::<_, bool>(is_alone).fetch_one(&one).await.unwrap() {
        tokio::task::yield_now().await;
    }

    let mut before = reads_of_pending(&one, None).await;
    let (start, end) = (now() - TimeDelta::days(40), now() + TimeDelta::days(2));
    let (start, end) =
        (start.duration_trunc(TimeDelta::days(1)).unwrap(), end.duration_trunc(TimeDelta::days(1)).unwrap());
    let wanted = metrics.map(|(aggregation_type, billable_metric_id)| Measure {
        billable_metric_id,
        aggregation_type,
        group_index: 1,
    });
    for query in ["series", "groups", "by_group", "days", "hours", "deltas", "buckets", "pairs"] {
        match query {
            "series" => {
                let charted = metrics.map(|(kind, id)| (id, kind));
                series(&one, access(acme), &charted, None, now()).await.map(drop)
            }
            "groups" => {
                let wanted = metrics.map(|(kind, id)| seed::split(id, kind, 1));
                groups(&one, access(acme), &wanted, None, UsageWindow::Days30, now()).await.map(drop)
            }
            "by_group" => {
                let wanted = [(metrics[0].1, metrics[0].0, 1)];
                by_group(&one, access(acme), &wanted, now()).await.map(drop)
            }
            "days" | "hours" => {
                let start = if query == "hours" { start + TimeDelta::hours(5) } else { start };
                let span = SpanQuery::whole(0, start, end);
                over_spans(&one, access(acme), &wanted, &[span]).await.map(drop)
            }
            "deltas" => {
                let span = Span { start, from: start, until: end };
                deltas(&one, access(acme), &wanted, &[span], TimeDelta::days(1)).await.map(drop)
            }
            "buckets" => {
                let measured = metrics.map(|(aggregation_type, billable_metric_id)| BucketQuery {
                    access: access(acme),
                    billable_metric_id,
                    aggregation_type,
                    group_index: 1,
                    group_filter: vec![None],
                    start,
                    end,
                });
                buckets(&one, &measured, WindowSize::Day).await.map(drop)
            }
            _ => {
                let ids = metrics.map(|(_, id)| id);
                let earlier = start - TimeDelta::days(40);
                let asked = PairQuery {
                    customer_ids: Some(&[acme]),
                    metric_ids: &ids,
                    with_unused: false,
                    start: earlier,
                    end: start,
                };
                pairs(&one, &asked, None, 10).await.map(drop)
            }
        }
        .unwrap();
        let reads = reads_of_pending(&one, Some(before)).await;
        assert_eq!(reads.0, before.0, "{query}");
        before = reads;
    }
    one.close().await;
}

async fn waiting(pool: &PgPool) -> Vec<Uuid> {
    let waiting = sqlx::query_scalar("select distinct customer_id from usage_pending order by customer_id");
    waiting.fetch_all(pool).await.unwrap()
}

async fn backlog(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select size from usage_backlog").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn who_has_most_waiting_is_folded_first(pool: PgPool) {
    seed::metric(&pool, AggregationType::Unique, "user", "[]").await;
    let (busy, quiet) = (seed::customer(&pool, "Busy").await, seed::customer(&pool, "Quiet").await);
    used_by_many(&pool, quiet, 100, 100).await;
    used_by_many(&pool, busy, 3_000, 1_000).await;
    assert_eq!(fold_busy(&pool).await.unwrap().rows, 3);
    assert_eq!(waiting(&pool).await, [quiet]);
    let left: i64 = sqlx::query_scalar("select sum(size) from usage_pending").fetch_one(&pool).await.unwrap();
    assert_eq!(backlog(&pool).await, left);
    assert_eq!(fold_busy(&pool).await.unwrap().rows, 0);
    assert_eq!(fold(&pool).await.unwrap(), 1);
    assert_eq!((waiting(&pool).await, backlog(&pool).await), (Vec::new(), 0));
}

#[sqlx::test(migrations = "./migrations")]
async fn events_are_refused_while_too_much_waits_to_be_folded(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let acme = seed::customer(&pool, "Acme").await;
    seed::metric(&pool, AggregationType::Count, "", "[]").await;
    let send = async |id: &str| {
        let body = json!([{"transaction_id": id, "customer_id": acme, "event_type": "request",
            "timestamp": clock::now().to_rfc3339()}]);
        let request = Request::post("/v1/ingest")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body.to_string()));
        let response = app.clone().oneshot(request.unwrap()).await.unwrap();
        let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
        (response.status(), retry_after.map(|value| value.to_str().unwrap().to_owned()))
    };
    let events = async || {
        sqlx::query_scalar::<_, i64>("select count(*) from usage_event").fetch_one(&pool).await.unwrap()
    };
    assert_eq!(send("1").await, (StatusCode::OK, None));
    // What a fold would have seen.
    sqlx::raw_sql("update usage_backlog set size = 600 * 1024 * 1024").execute(&pool).await.unwrap();
    assert_eq!(send("2").await, (StatusCode::SERVICE_UNAVAILABLE, Some("1".to_owned())));
    assert_eq!(events().await, 1, "nothing of it is stored");
    // A metric's earlier events wait for half of it.
    sqlx::raw_sql("update usage_backlog set size = 300 * 1024 * 1024").execute(&pool).await.unwrap();
    seed::metric(&pool, AggregationType::Count, "later", "[]").await;
    assert!(!backfill(&pool).await.unwrap());
    assert_eq!(send("3").await, (StatusCode::OK, None));
    fold(&pool).await.unwrap();
    assert!(backfill(&pool).await.unwrap());
    assert_eq!(send("2").await, (StatusCode::OK, None));
    assert_eq!(events().await, 3);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_fold_that_fails_still_says_how_much_waits(pool: PgPool) {
    let damage =
        sqlx::query("insert into usage_pending (customer_id, sums) values ($1, '[{\"m\": \"none\"}]')");
    damage.bind(Uuid::new_v4()).execute(&pool).await.unwrap();
    fold(&pool).await.unwrap_err();
    assert_eq!(backlog(&pool).await, 15);
}

/// Who asks for `/v1/usage`.
struct Client {
    app: axum::Router,
    token: String,
}

impl Client {
    async fn rows(&self, from: &str, until: &str, rest: Value) -> Vec<(Value, Value, Value)> {
        let mut body = json!({"starting_on": format!("{from}T00:00:00Z"),
            "ending_before": format!("{until}T00:00:00Z"), "window_size": "NONE"});
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let (status, answer) = post(&self.app, &self.token, "/v1/usage", body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let rows = answer["data"].as_array().unwrap().iter();
        rows.map(|row| (row["customer_id"].clone(), row["billable_metric_id"].clone(), row["value"].clone()))
            .collect()
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn usage_is_found_on_its_days_and_between_them_there_is_none(pool: PgPool) {
    let client = Client { app: app(pool.clone()).await, token: token(&pool).await };
    let acme = seed::customer(&pool, "Acme").await;
    let sum = seed::metric(&pool, AggregationType::Sum, "tokens", "[]").await;
    let unique = seed::metric(&pool, AggregationType::Unique, "tokens", "[]").await;
    let days = ["2018-03-01", "2021-12-31", "2026-11-20"];
    for order in [[1, 0, 2], [2, 1, 0]] {
        let customer = seed::customer(&pool, "Seldom").await;
        for (place, at) in order.into_iter().enumerate() {
            let time: DateTime<Utc> = format!("{}T06:00:00Z", days[at]).parse().unwrap();
            let event =
                seed::event(&place.to_string(), customer, time, &format!(r#"{{"tokens": {}}}"#, at + 1));
            record(&pool, vec![event], time).await.unwrap();
            if place != 1 {
                fold(&pool).await.unwrap();
            }
        }
        for folded in [false, true] {
            if folded {
                fold(&pool).await.unwrap();
            }
            for (from, until, expected) in [
                ("2017-01-01", "2026-12-01", Some([6, 3])),
                ("2018-03-01", "2018-03-02", Some([1, 1])),
                ("2018-03-02", "2021-12-31", None),
                ("2018-03-02", "2022-01-01", Some([2, 1])),
                ("2021-12-31", "2026-11-20", Some([2, 1])),
                ("2022-01-01", "2026-11-20", None),
                ("2022-01-01", "2026-11-21", Some([3, 1])),
                ("2026-11-21", "2027-01-01", None),
                ("2010-01-01", "2018-03-01", None),
            ] {
                let mut rows = Vec::new();
                for (metric, at) in [(sum, 0), (unique, 1)] {
                    rows.extend(expected.map(|values| (json!(customer), json!(metric), json!(values[at]))));
                }
                rows.sort_by_key(|(_, metric, _)| metric.to_string());
                let found = client.rows(from, until, json!({"customer_ids": [acme, customer]})).await;
                assert_eq!(found, rows, "{from} {until} {folded}");
                let both = [json!({"id": sum}), json!({"id": unique})];
                let named = json!({"customer_ids": [customer], "billable_metrics": both});
                let found = client.rows(from, until, named).await;
                assert_eq!(found.len(), 2, "whom the request names has every window");
                assert_eq!(found.iter().any(|(.., value)| !value.is_null()), expected.is_some());
            }
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn years_without_usage_cost_nothing(pool: PgPool) {
    let client = Client { app: app(pool.clone()).await, token: token(&pool).await };
    seed::metric(&pool, AggregationType::Sum, "tokens", "[]").await;
    seed::metric(&pool, AggregationType::Unique, "user", "[]").await;
    sqlx::raw_sql(
        "insert into customer (id, name) select md5(number::text)::uuid, 'Customer' from generate_series(1, 400) as number;
         insert into usage_day (customer_id, billable_metric_id, group_index, group_id, day, count, sum)
         select customer.id, metric.id, 0, '00000000-0000-0000-0000-000000000000', day::date, 1, 1
         from customer
         cross join billable_metric metric
         cross join generate_series('2026-11-01'::date, '2026-11-05', '1 day') as day
         where metric.aggregation_type = 'SUM'",
    )
    .execute(&pool)
    .await
    .unwrap();
    let ask = async |from: &str| {
        let found = client.rows(from, "2026-11-06", json!({})).await;
        assert_eq!(found.len(), 400);
        assert!(found.iter().all(|(.., value)| value == 5));
    };
    let ratio = ratio(async || ask("2016-11-10").await, async || ask("2026-11-01").await).await;
    assert!(ratio < 5.0, "{ratio}");
}

#[sqlx::test(migrations = "./migrations")]
async fn days_of_usage_are_known_whoever_writes_them(pool: PgPool) {
    let (customer, metric) = (Uuid::new_v4(), Uuid::new_v4());
    let day: NaiveDate = "2026-11-10".parse().unwrap();
    let write = async |table: &str, day: NaiveDate| {
        let columns =
            if table == "usage_day" { ("count", "1") } else { ("value_id, hours", "gen_random_uuid(), 1") };
        let sql = format!(
            "insert into {table} (customer_id, billable_metric_id, group_index, group_id, day, {})
             values ($1, $2, 0, gen_random_uuid(), $3, {})",
            columns.0, columns.1
        );
        let insert = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(customer).bind(metric).bind(day);
        insert.execute(&pool).await.unwrap();
    };
    let known = async || {
        sqlx::query_as::<_, (NaiveDate, NaiveDate)>("select first_day, last_day from usage_extent")
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    write("usage_day", day).await;
    write("usage_unique", day + Days::new(3)).await;
    write("usage_day", day + Days::new(1)).await;
    assert_eq!(known().await, [(day, day + Days::new(3))]);
    write("usage_unique", day - Days::new(40)).await;
    assert_eq!(known().await, [(day - Days::new(40), day + Days::new(3))]);
}
