//! `POST /v1/usage` and `POST /v1/usage/groups`.

use crate::common::{app, post, seed, token};
use app::billing::AggregationType;
use axum::{Router, http::StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::{db::usage::fold, ingest::record};
use sqlx::PgPool;
use uuid::Uuid;

struct Setup {
    app: Router,
    token: String,
    customer: Uuid,
    metrics: Vec<(AggregationType, Uuid)>,
}

impl Setup {
    /// Three days of events around midnight; some folded, some still pending.
    async fn new(pool: &PgPool) -> Self {
        use AggregationType::{Count, Latest, Max, Sum, Unique};
        let customer = seed::customer(pool, "Acme").await;
        let mut metrics = Vec::new();
        for kind in [Count, Sum, Max, Latest, Unique] {
            metrics
                .push((kind, seed::metric(pool, kind, "value", r#"[["region"], ["region", "zone"]]"#).await));
        }
        let sent = [
            ("2026-11-02T23:59:59.999999Z", r#"{"value": 2, "region": "eu", "zone": "a"}"#),
            ("2026-11-01T00:00:00Z", r#"{"value": "0.5", "region": "eu", "zone": "a"}"#),
            ("2026-11-01T00:59:59Z", r#"{"value": 3, "region": "us"}"#),
            ("2026-11-01T01:00:00Z", r#"{"value": 3, "region": "us", "zone": "b"}"#),
            ("2026-11-03T00:00:00Z", r#"{"value": 9, "zone": "a"}"#),
            ("2026-10-31T23:59:59Z", r#"{"value": 100, "region": "eu"}"#),
        ];
        for (index, (at, properties)) in sent.into_iter().enumerate() {
            let at: DateTime<Utc> = at.parse().unwrap();
            record(pool, vec![seed::event(&index.to_string(), customer, at, properties)], at).await.unwrap();
            if index == 2 {
                fold(pool).await.unwrap();
            }
        }
        Self { app: app(pool.clone()).await, token: token(pool).await, customer, metrics }
    }

    async fn ok(&self, path: &str, body: Value) -> Value {
        let (status, body) = post(&self.app, &self.token, path, body).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    async fn refused(&self, path: &str, body: Value) -> String {
        let (status, body) = post(&self.app, &self.token, path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        body["message"].as_str().unwrap().to_owned()
    }

    fn range(&self, size: &str, ending_before: &str) -> Value {
        json!({"starting_on": "2026-11-01T00:00:00Z", "ending_before": ending_before, "window_size": size})
    }
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[sqlx::test(migrations = "./migrations")]
async fn usage_comes_by_hour_by_day_and_as_one(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let expected: [(Value, [Value; 3], [Value; 3]); 5] = [
        (json!(5), [json!(3), json!(1), json!(1)], [json!(2), json!(1), Value::Null]),
        (json!(17.5), [json!(6.5), json!(2), json!(9)], [json!(3.5), json!(3), Value::Null]),
        (json!(9), [json!(3), json!(2), json!(9)], [json!(3), json!(3), Value::Null]),
        (json!(9), [json!(3), json!(2), json!(9)], [json!(3), json!(3), Value::Null]),
        (json!(4), [json!(2), json!(1), json!(1)], [json!(2), json!(1), Value::Null]),
    ];
    for ((kind, id), (all, days, hours)) in setup.metrics.iter().zip(expected) {
        let values = async |size: &str| {
            let body =
                with(setup.range(size, "2026-11-04T00:00:00.000"), "billable_metrics", json!([{"id": id}]));
            let answer = setup.ok("/v1/usage", body).await;
            assert_eq!(answer["next_page"], Value::Null);
            answer["data"].as_array().unwrap().iter().map(|row| row["value"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(values("NONE").await, [all], "{kind:?}");
        assert_eq!(values("day").await, days, "{kind:?}");
        let by_hour = values("Hour").await;
        assert_eq!(by_hour.len(), 72);
        assert_eq!(by_hour[..3], hours, "{kind:?}");
        assert_eq!(by_hour.iter().filter(|value| !value.is_null()).count(), 4, "{kind:?}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn rows_name_metric_customer_and_window(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let id = setup.metrics[1].1;
    let metrics = json!([{"id": id, "group_by": {"key": "region", "values": ["eu", "mars"]}}]);
    let body = with(setup.range("DAY", "2026-11-02T00:00:00Z"), "billable_metrics", metrics);
    let body = with(body, "customer_ids", json!([setup.customer]));
    let answer = setup.ok("/v1/usage", body).await;
    assert_eq!(
        answer,
        json!({"data": [{
            "billable_metric_id": id, "billable_metric_name": "SUM of value", "customer_id": setup.customer,
            "start_timestamp": "2026-11-01T00:00:00Z", "end_timestamp": "2026-11-02T00:00:00Z",
            "value": 6.5, "groups": {"eu": 0.5, "mars": null}
        }], "next_page": null})
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn usage_pages_hold_every_row_once(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let mut customers = vec![setup.customer];
    for name in ["B", "C"] {
        customers.push(seed::customer(&pool, name).await);
    }
    let metrics: Vec<_> = setup.metrics.iter().map(|(_, id)| json!({"id": id})).collect();
    let body = json!({"starting_on": "2026-10-01T00:00:00Z", "ending_before": "2026-11-05T00:00:00Z",
        "window_size": "HOUR", "customer_ids": customers, "billable_metrics": metrics});
    let (mut rows, mut next, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let answer = setup.ok(&format!("/v1/usage?next_page={next}"), body.clone()).await;
        rows.extend(answer["data"].as_array().unwrap().iter().map(|row| {
            let text = |field: &str| row[field].as_str().unwrap().to_owned();
            (text("customer_id"), text("billable_metric_id"), text("start_timestamp"))
        }));
        pages += 1;
        match answer["next_page"].as_str() {
            Some(cursor) => next = cursor.to_owned(),
            None => break,
        }
    }
    assert_eq!(rows.len(), 3 * 5 * 35 * 24);
    assert_eq!(pages, 13);
    assert!(rows.is_sorted());
    rows.dedup();
    assert_eq!(rows.len(), 3 * 5 * 35 * 24);
}

#[sqlx::test(migrations = "./migrations")]
async fn what_a_request_does_not_name_is_listed_only_with_usage(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let idle = seed::customer(&pool, "Idle").await;
    let unused = seed::metric(&pool, AggregationType::Sum, "nothing", "[]").await;
    let pairs = async |extra: Value| {
        let mut body = setup.range("NONE", "2026-11-04T00:00:00Z");
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = setup.ok("/v1/usage", body).await;
        let rows = answer["data"].as_array().unwrap().iter();
        let pair = |row: &Value| (row["customer_id"].clone(), row["billable_metric_id"].clone());
        rows.map(pair).collect::<std::collections::HashSet<_>>()
    };
    let used: std::collections::HashSet<_> =
        setup.metrics.iter().map(|(_, id)| (json!(setup.customer), json!(id))).collect();
    let both = json!([setup.customer, idle]);
    assert_eq!(pairs(json!({})).await, used);
    assert_eq!(pairs(json!({"customer_ids": both})).await, used);
    assert!(pairs(json!({"billable_metrics": [{"id": unused}]})).await.is_empty());
    let named = pairs(json!({"customer_ids": both, "billable_metrics": [{"id": unused}]})).await;
    assert_eq!(named.len(), 2);
    assert!(
        pairs(json!({"starting_on": "2026-10-01T00:00:00Z", "ending_before": "2026-10-02T00:00:00Z"}))
            .await
            .is_empty()
    );
    while fold(&pool).await.unwrap() > 0 {}
    assert_eq!(pairs(json!({})).await, used);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_window_lists_200_groups_at_most(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let at: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
    let events = (0..250).map(|n| {
        let properties = format!(r#"{{"value": {n}, "region": "r{n:03}"}}"#);
        seed::event(&format!("g{n}"), setup.customer, at, &properties)
    });
    record(&pool, events.collect(), at).await.unwrap();
    let count = setup.metrics[0].1;
    let answer = async |group_by: Value| {
        let metrics = json!([{"id": count, "group_by": group_by}]);
        let body = with(setup.range("DAY", "2026-11-02T00:00:00Z"), "billable_metrics", metrics);
        setup.ok("/v1/usage", body).await["data"][0]["groups"].as_object().unwrap().clone()
    };
    let all = answer(json!({"key": "region"})).await;
    assert_eq!((all.len(), &all["eu"], all.get("r199")), (200, &json!(1), None));
    assert_eq!(
        answer(json!({"key": "region", "values": ["r249", "r250"]})).await,
        *json!({"r249": 1, "r250": null}).as_object().unwrap()
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn groups_are_simple_compound_filtered_and_paged(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let base = with(setup.range("NONE", "2026-11-04T00:00:00Z"), "customer_id", json!(setup.customer));
    let base = with(base, "billable_metric_id", json!(setup.metrics[1].1));
    let rows = async |path: &str, body: Value| {
        let answer = setup.ok(path, body).await;
        let rows = answer["data"].as_array().unwrap().iter();
        let rows: Vec<_> = rows.map(|row| (row["group_value"].clone(), row["value"].clone())).collect();
        (rows, answer)
    };
    let simple = [(json!("eu"), json!(2.5)), (json!("us"), json!(6)), (Value::Null, json!(9))];
    let (found, answer) = rows("/v1/usage/groups", with(base.clone(), "group_key", json!(["region"]))).await;
    assert_eq!(found, simple);
    assert_eq!(
        answer["data"][0],
        json!({"starting_on": "2026-11-01T00:00:00Z", "ending_before": "2026-11-04T00:00:00Z",
            "group_key": "region", "group_value": "eu", "value": 2.5, "group": {"region": "eu"}})
    );
    let (found, _) =
        rows("/v1/usage/groups", with(base.clone(), "group_by", json!({"key": "region", "values": ["us"]})))
            .await;
    assert_eq!(found, simple[1..2]);

    let compound = with(base.clone(), "group_key", json!(["zone", "region"]));
    let (_, answer) = rows("/v1/usage/groups", compound.clone()).await;
    let groups: Vec<_> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["group"].clone(), row["value"].clone()))
        .collect();
    assert_eq!(
        groups,
        [
            (json!({"region": "eu", "zone": "a"}), json!(2.5)),
            (json!({"region": "us", "zone": "b"}), json!(3)),
            (json!({"region": "us", "zone": null}), json!(3)),
            (json!({"region": null, "zone": "a"}), json!(9)),
        ]
    );
    assert_eq!(answer["data"][0]["group_key"], Value::Null);
    let filtered = with(compound, "group_filters", json!({"zone": ["a"], "region": []}));
    assert_eq!(rows("/v1/usage/groups", filtered).await.0.len(), 2);

    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/usage/groups?limit=1&next_page={next}");
        let (page, answer) = rows(&path, with(base.clone(), "group_key", json!(["region"]))).await;
        found.extend(page);
        match answer["next_page"].as_str() {
            Some(cursor) => next = cursor.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, simple);

    let daily = with(base, "window_size", json!("DAY"));
    let (found, answer) = rows("/v1/usage/groups?limit=2", daily.clone()).await;
    assert_eq!(found, [(Value::Null, json!(6.5)), (Value::Null, json!(2))]);
    let next = answer["next_page"].as_str().unwrap();
    let (found, answer) = rows(&format!("/v1/usage/groups?limit=2&next_page={next}"), daily).await;
    assert_eq!((found, &answer["next_page"]), (vec![(Value::Null, json!(9))], &Value::Null));
}

#[sqlx::test(migrations = "./migrations")]
async fn the_current_period_needs_a_plan(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let id = setup.metrics[0].1;
    let body = json!({"billable_metric_id": id, "customer_id": setup.customer, "window_size": "NONE", "current_period": true});
    assert_eq!(
        setup.refused("/v1/usage/groups", body.clone()).await,
        "current_period: is true, but the customer is on no plan now: send dates"
    );
    seed::on_plan(&pool, setup.customer, &[id]).await;
    let now = server::clock::now();
    record(&pool, vec![seed::event("now", setup.customer, now, "{}")], now).await.unwrap();
    let answer = setup.ok("/v1/usage/groups", body).await;
    assert!(answer["data"][0]["value"].as_i64().unwrap() >= 1);
    let start: DateTime<Utc> = answer["data"][0]["starting_on"].as_str().unwrap().parse().unwrap();
    assert!(start <= now && now - start < TimeDelta::days(31));
}

#[sqlx::test(migrations = "./migrations")]
async fn wrong_requests_are_refused_by_field(pool: PgPool) {
    let setup = Setup::new(&pool).await;
    let id = setup.metrics[0].1;
    let day =
        |start: &str, end: &str| json!({"starting_on": start, "ending_before": end, "window_size": "DAY"});
    for (body, begins) in [
        (day("2026-11-01T01:00:00Z", "2026-11-02T00:00:00Z"), "starting_on: must be at midnight UTC"),
        (day("2026-11-01T00:00:00Z", "2026-11-02T00:00:01Z"), "ending_before: must be at midnight UTC"),
        (
            day("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
            "ending_before: must be at least one day after",
        ),
        (
            day("2000-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
            "ending_before: must be at most 3660 days after",
        ),
        (
            with(setup.range("WEEK", "2026-11-02T00:00:00Z"), "x", json!(1)),
            "window_size: \"WEEK\" is not one of",
        ),
        (
            with(
                setup.range("DAY", "2026-11-02T00:00:00Z"),
                "billable_metrics",
                json!([{"id": Uuid::nil()}]),
            ),
            "billable_metrics[0].id: is not a billable metric",
        ),
        (
            with(
                setup.range("DAY", "2026-11-02T00:00:00Z"),
                "billable_metrics",
                json!([{"id": id, "group_by": {"key": "x"}}]),
            ),
            "billable_metrics[0].group_by.key: is not one of the group keys",
        ),
        (
            with(
                setup.range("DAY", "2026-11-02T00:00:00Z"),
                "billable_metrics",
                json!([{"id": id, "group_by": {"key": "region", "values": vec!["x"; 201]}}]),
            ),
            "billable_metrics[0].group_by.values: may name 200 values at most, this names 201",
        ),
        (
            with(
                setup.range("DAY", "2026-11-02T00:00:00Z"),
                "billable_metrics",
                json!([{"id": id}, {"id": id}]),
            ),
            "billable_metrics[1].id: is given twice",
        ),
        (
            with(setup.range("DAY", "2026-11-02T00:00:00Z"), "customer_ids", json!([Uuid::nil()])),
            "customer_ids[0]: is not a customer: see GET /v1/customers",
        ),
        (
            day("1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
            "starting_on: must be in the years 1970 to 9999",
        ),
        (
            day("2026-11-01", "2026-11-02T00:00:00Z"),
            "starting_on: \"2026-11-01\" is a date without a time: send \"2026-11-01T00:00:00Z\"",
        ),
        (
            with(setup.range("DAY", "2026-11-02T00:00:00Z"), "metrics", json!([])),
            "metrics: is not known here",
        ),
    ] {
        let message = setup.refused("/v1/usage", body).await;
        assert!(message.starts_with(begins), "{message}");
    }
    let range = setup.range("DAY", "2026-11-02T00:00:00Z");
    assert!(setup.refused("/v1/usage?next_page=x", range.clone()).await.starts_with("next_page: "));
    assert!(setup.refused("/v1/usage?limit=1", range.clone()).await.starts_with("limit: "));

    let groups = |extra: Value| {
        let mut body = with(range.clone(), "customer_id", json!(setup.customer));
        body["billable_metric_id"] = json!(id);
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let many = vec!["x"; 201];
    for (body, begins) in [
        (groups(json!({"current_period": true})), "current_period: cannot be combined with"),
        (groups(json!({"group_key": []})), "group_key: is empty"),
        (
            groups(json!({"group_key": ["zone"]})),
            "group_key: is not one of the group keys of this billable metric: [[\"region\"],",
        ),
        (groups(json!({"group_by": {"key": "zone"}})), "group_by.key: is not one of the group keys"),
        (
            groups(json!({"group_key": ["region"], "group_by": {"key": "region"}})),
            "group_by: cannot be combined with group_key",
        ),
        (
            groups(json!({"group_key": ["region"], "group_filters": {"zone": ["a"]}})),
            "group_filters.zone: is not a name of the group_key",
        ),
        (
            groups(json!({"group_key": ["region"], "group_filters": {"region": many}})),
            "group_filters: may name 200 values at most",
        ),
        (
            groups(json!({"group_by": {"key": "region", "values": many}})),
            "group_by.values: may name 200 values at most",
        ),
        (groups(json!({"group_filters": {"region": ["a"]}})), "group_filters: needs a group_key"),
        (groups(json!({"starting_on": null})), "starting_on: is required, unless current_period is true"),
        (
            groups(json!({"ending_before": "2026-11-01T00:00:00Z"})),
            "ending_before: must be at least one day after",
        ),
        (groups(json!({"starting_on": "2026-11-01T12:00:00Z"})), "starting_on: must be at midnight UTC"),
        (groups(json!({"window_size": "MONTH"})), "window_size: "),
    ] {
        let message = setup.refused("/v1/usage/groups", body).await;
        assert!(message.starts_with(begins), "{message}");
    }
    for query in
        ["next_page=x", "limit=0", "limit=many", "next_page=WyIyMDI2LTExLTAxVDAwOjAwOjAwWiIsWyJcdTAwMDAiXV0"]
    {
        let message = setup.refused(&format!("/v1/usage/groups?{query}"), groups(json!({}))).await;
        assert!(message.starts_with(query.split('=').next().unwrap()), "{message}");
    }
    let unknown = groups(json!({"billable_metric_id": Uuid::nil()}));
    let (status, body) = post(&setup.app, &setup.token, "/v1/usage/groups", unknown).await;
    assert_eq!(
        (status, &body["message"]),
        (StatusCode::NOT_FOUND, &json!("billable_metric_id: the billable metric was not found"))
    );
    let base = with(setup.range("DAY", "2026-11-02T00:00:00Z"), "customer_id", json!(Uuid::nil()));
    let base = with(base, "billable_metric_id", json!(id));
    assert_eq!(post(&setup.app, &setup.token, "/v1/usage/groups", base).await.0, StatusCode::NOT_FOUND);
}
