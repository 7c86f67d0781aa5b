//! Every bound: what reaches it is taken, what is one beyond is refused by the name of its field and stores nothing.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use app::billing::{CreditType, CustomFieldEntity, CustomFieldKey};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use common::{app, billing, example, seed, send, token};
use serde_json::{Map, Value, json};
use server::{clock, limits, openapi};
use sqlx::PgPool;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A call whose body has something of a size, and what that may be.
struct Bound {
    path: &'static str,
    /// What the refusal begins with.
    field: &'static str,
    most: usize,
    body: Box<dyn Fn(usize) -> Value>,
}

fn bound(
    path: &'static str,
    field: &'static str,
    most: usize,
    body: impl Fn(usize) -> Value + 'static,
) -> Bound {
    Bound { path, field, most, body: Box::new(body) }
}

/// A call by GET whose query has something of a size, and what that may be.
struct Asked {
    path: &'static str,
    /// What the refusal begins with.
    field: &'static str,
    most: usize,
    query: fn(usize) -> Vec<(&'static str, String)>,
}

/// A text of so many characters, which are more bytes.
fn text(size: usize) -> String {
    "é".repeat(size)
}

/// A text of so many characters, unlike all others.
fn unique(size: usize) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
    text(size - number.len()) + &number
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("name {index}")).collect()
}

fn fields(count: usize) -> Map<String, Value> {
    names(count).into_iter().map(|name| (name, json!("value"))).collect()
}

fn merged(mut base: Value, change: Value) -> Value {
    base.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    base
}

/// The bounds of custom fields, wherever they are part of `base`.
fn custom_fields(path: &'static str, base: impl Fn(Value) -> Value + Copy + 'static) -> [Bound; 3] {
    let single = |name: String, value: String| Value::Object(Map::from_iter([(name, json!(value))]));
    [
        bound(path, "custom_fields: has ", limits::CUSTOM_FIELDS, move |n| base(json!(fields(n)))),
        bound(path, "custom_fields: has a name that ", limits::CUSTOM_FIELD_NAME, move |n| {
            base(single(text(n), String::new()))
        }),
        bound(path, "custom_fields.note: ", limits::CUSTOM_FIELD_VALUE, move |n| {
            base(single("note".to_owned(), text(n)))
        }),
    ]
}

fn customers() -> Vec<Bound> {
    const CREATE: &str = "/v1/customers";
    let aliases = |n: usize| json!((0..n).map(|_| unique(20)).collect::<Vec<_>>());
    let set = "/v1/customers/{customer_id}/setIngestAliases";
    let mut bounds = vec![
        bound(
            CREATE,
            "ingest_aliases[1]: ",
            limits::WORD,
            |n| json!({ "name": "Acme", "ingest_aliases": [unique(9), unique(n)] }),
        ),
        bound(CREATE, "external_id: ", limits::WORD, |n| json!({ "name": "Acme", "external_id": unique(n) })),
        bound(
            CREATE,
            "ingest_aliases: has ",
            limits::INGEST_ALIASES,
            move |n| json!({ "name": "Acme", "ingest_aliases": aliases(n) }),
        ),
        bound(
            set,
            "ingest_aliases: has ",
            limits::INGEST_ALIASES,
            move |n| json!({ "ingest_aliases": aliases(n) }),
        ),
        bound(set, "ingest_aliases[0]: ", limits::WORD, |n| json!({ "ingest_aliases": [unique(n)] })),
        bound(
            "/v1/customers/{customer_id}/updateConfig",
            "salesforce_account_id: ",
            limits::WORD,
            |n| json!({ "salesforce_account_id": text(n) }),
        ),
    ];
    bounds.extend(custom_fields(CREATE, |fields| json!({ "name": "Acme", "custom_fields": fields })));
    bounds
}

fn metrics() -> Vec<Bound> {
    const CREATE: &str = "/v1/billable-metrics/create";
    let metric = |change: Value| merged(json!({ "name": "Requests", "aggregation_type": "COUNT" }), change);
    let filter = move |change: Value| {
        let filter = merged(json!({ "name": "region", "exists": true }), change);
        metric(json!({ "property_filters": [filter] }))
    };
    let filters = |n: usize| -> Vec<Value> {
        names(n).into_iter().map(|name| json!({ "name": name, "exists": true })).collect()
    };
    let mut bounds = vec![
        bound(CREATE, "name: ", limits::NAME, move |n| metric(json!({ "name": format!(" {} ", text(n)) }))),
        bound(CREATE, "property_filters: has ", limits::PROPERTY_FILTERS, move |n| {
            metric(json!({ "property_filters": filters(n) }))
        }),
        bound(CREATE, "property_filters[0].name: ", limits::WORD, move |n| {
            filter(json!({ "name": text(n) }))
        }),
        bound(CREATE, "group_keys: has ", limits::GROUP_KEYS, move |n| {
            let keys: Vec<Value> = names(n).into_iter().map(|name| json!([name])).collect();
            metric(json!({ "property_filters": filters(n), "group_keys": keys }))
        }),
        bound(CREATE, "group_keys[1]: has ", limits::GROUP_KEY_NAMES, move |n| {
            metric(json!({ "property_filters": filters(n), "group_keys": [["name 0"], names(n)] }))
        }),
    ];
    for (list, count, length) in [
        ("in_values", "event_type_filter.in_values: has ", "event_type_filter.in_values[1]: "),
        ("not_in_values", "event_type_filter.not_in_values: has ", "event_type_filter.not_in_values[1]: "),
    ] {
        bounds.push(bound(CREATE, count, limits::FILTER_VALUES, move |n| {
            metric(json!({ "event_type_filter": { list: names(n) } }))
        }));
        bounds.push(bound(CREATE, length, limits::WORD, move |n| {
            metric(json!({ "event_type_filter": { list: ["a", text(n)] } }))
        }));
    }
    for (list, count, length) in [
        ("in_values", "property_filters[0].in_values: has ", "property_filters[0].in_values[1]: "),
        (
            "not_in_values",
            "property_filters[0].not_in_values: has ",
            "property_filters[0].not_in_values[1]: ",
        ),
    ] {
        bounds.push(bound(CREATE, count, limits::FILTER_VALUES, move |n| filter(json!({ list: names(n) }))));
        bounds.push(bound(CREATE, length, limits::PROPERTY_VALUE, move |n| {
            filter(json!({ list: ["a", text(n)] }))
        }));
    }
    bounds.extend(custom_fields(
        CREATE,
        |fields| json!({ "name": "Requests", "aggregation_type": "COUNT", "custom_fields": fields }),
    ));
    bounds
}

fn plans() -> Vec<Bound> {
    const PRODUCT: &str = "/v1/products/create";
    const PLAN: &str = "/v1/plans/create";
    const CENTS: uuid::Uuid = CreditType::USD_CENTS;
    fn charge() -> Value {
        json!({ "product_id": "{product_id}", "name": "Seat", "charge_type": "fixed", "quantity": 1,
            "credit_type_id": CENTS, "prices": [{ "tier": 0, "value": 1 }] })
    }
    fn plan(change: Value) -> Value {
        merged(json!({ "name": "Pro", "billing_frequency": "MONTHLY", "charges": [charge()] }), change)
    }
    let with = |change: Value| plan(json!({ "charges": [charge(), merged(charge(), change)] }));
    let minimum =
        |n: usize| json!({ "name": "Least", "credit_type_id": CENTS, "value": 1, "start_period": n });
    let mut bounds = vec![
        bound(PRODUCT, "name: ", limits::NAME, |n| json!({ "name": text(n) })),
        bound(PRODUCT, "group_key: ", limits::WORD, |n| json!({ "name": "Tokens", "group_key": text(n) })),
        bound("/v1/credit-types/create", "name: ", limits::NAME, |n| json!({ "name": unique(n) })),
        bound(PLAN, "name: ", limits::NAME, |n| plan(json!({ "name": text(n) }))),
        bound(PLAN, "description: ", limits::DESCRIPTION, |n| plan(json!({ "description": text(n) }))),
        bound(PLAN, "charges: has ", limits::CHARGES, |n| plan(json!({ "charges": vec![charge(); n] }))),
        bound(PLAN, "charges[1].name: ", limits::NAME, move |n| with(json!({ "name": text(n) }))),
        bound(PLAN, "charges[1].prices: has ", limits::TIERS, move |n| {
            let prices: Vec<Value> = (0..n).map(|tier| json!({ "tier": tier, "value": 1 })).collect();
            with(json!({ "prices": prices }))
        }),
        bound(PLAN, "charges[1].custom_fields: has ", limits::CUSTOM_FIELDS, move |n| {
            with(json!({ "custom_fields": fields(n) }))
        }),
        bound(PLAN, "charges[1].custom_fields.note: ", limits::CUSTOM_FIELD_VALUE, move |n| {
            with(json!({ "custom_fields": { "note": text(n) } }))
        }),
        bound(PLAN, "minimums: has ", limits::MINIMUMS, move |n| {
            plan(json!({ "minimums": (0..n).map(minimum).collect::<Vec<_>>() }))
        }),
        bound(PLAN, "minimums[0].name: ", limits::NAME, move |n| {
            plan(json!({ "minimums": [merged(minimum(0), json!({ "name": text(n) }))] }))
        }),
        bound("/v1/customers/{on_plan_customer_id}/addCharge", "description: ", limits::DESCRIPTION, |n| {
            json!({ "customer_plan_id": "{customer_plan_id}", "charge_id": "{added_charge_id}",
                "invoice_start_timestamp": "{this_month}", "description": text(n), "price": 1, "quantity": 1 })
        }),
    ];
    bounds.extend(custom_fields(PRODUCT, |fields| json!({ "name": "Tokens", "custom_fields": fields })));
    bounds.extend(custom_fields(PLAN, |fields| plan(json!({ "custom_fields": fields }))));
    bounds
}

/// A customer is put on a plan once, so for the next time it is taken off again.
fn customer_plans() -> Vec<Bound> {
    const ADD: &str = "/v1/customers/{customer_id}/plans/add";
    fn add(change: Value) -> Value {
        merged(json!({ "plan_id": "{plan_id}", "starting_on": "{next_month}" }), change)
    }
    let mut bounds = vec![bound(ADD, "price_adjustments: has ", limits::PRICE_ADJUSTMENTS, |n| {
        let adjustment = |period: usize| json!({ "charge_id": "{charge_id}", "adjustment_type": "override", "start_period": period, "value": 1 });
        add(json!({ "price_adjustments": (0..n).map(adjustment).collect::<Vec<_>>() }))
    })];
    bounds.extend(custom_fields(ADD, |fields| add(json!({ "custom_fields": fields }))));
    bounds
}

fn usage() -> Vec<Bound> {
    const INGEST: &str = "/v1/ingest";
    fn event(change: Value) -> Value {
        let event = json!({ "transaction_id": unique(20), "customer_id": "acme", "event_type": "request",
            "timestamp": clock::now().to_rfc3339() });
        merged(event, change)
    }
    let second = |change: Value| json!([event(json!({})), event(change)]);
    vec![
        bound(INGEST, "a batch holds 1 to 1000 events", limits::EVENTS, |n| {
            json!((0..n).map(|_| event(json!({}))).collect::<Vec<_>>())
        }),
        bound(INGEST, "[1].transaction_id: ", limits::TRANSACTION_ID, move |n| {
            second(json!({ "transaction_id": unique(n) }))
        }),
        bound(INGEST, "[1].customer_id: ", limits::WORD, move |n| second(json!({ "customer_id": text(n) }))),
        bound(INGEST, "[1].event_type: ", limits::WORD, move |n| second(json!({ "event_type": text(n) }))),
        bound(INGEST, "[1].properties: has ", limits::PROPERTIES, move |n| {
            second(json!({ "properties": fields(n) }))
        }),
        bound(INGEST, "[1].properties.éé", limits::WORD, move |n| {
            second(json!({ "properties": { text(n): 1 } }))
        }),
        bound(INGEST, "[1].properties.note: ", limits::PROPERTY_VALUE, move |n| {
            second(json!({ "properties": { "note": text(n) } }))
        }),
        bound(INGEST, "[1].properties.region: ", limits::GROUP_VALUE, move |n| {
            second(json!({ "properties": { "tokens": 1, "region": text(n) } }))
        }),
        bound(INGEST, "[1].properties.tokens: ", limits::QUANTITY_DIGITS, move |n| {
            second(json!({ "properties": { "tokens": "7".repeat(n) } }))
        }),
        bound(INGEST, "[1].properties.id: ", limits::PROPERTY_DIGITS, move |n| {
            let number: Value = serde_json::from_str(&"7".repeat(n)).unwrap();
            second(json!({ "properties": { "id": number } }))
        }),
        bound(INGEST, "[1].properties.id: ", limits::PROPERTY_DIGITS, move |n| {
            let number: Value = serde_json::from_str(&format!("0.{}", "7".repeat(n))).unwrap();
            second(json!({ "properties": { "id": number } }))
        }),
        bound("/v1/usage", "customer_ids: has ", limits::CUSTOMER_IDS, |n| {
            json!({ "starting_on": "{week_ago}", "ending_before": "{tomorrow}", "window_size": "NONE",
                "customer_ids": vec!["{customer_id}"; n] })
        }),
        bound("/v1/dashboards/getEmbeddableUrl", "bm_group_key_overrides: ", 4_096, |n| {
            json!({ "customer_id": "{customer_id}", "dashboard": "usage",
                "bm_group_key_overrides": [{ "group_key_name": "r", "display_name": "x".repeat(n - 1) }] })
        }),
    ]
}

/// The bounds of customFields. Values are set on a customer that has none, under keys that are [`declared`].
fn custom_field_calls() -> Vec<Bound> {
    const SET: &str = "/v1/customFields/setValues";
    const DELETE: &str = "/v1/customFields/deleteValues";
    fn of_customer(change: Value) -> Value {
        merged(json!({ "entity": "customer", "entity_id": "{customer_id}" }), change)
    }
    let mut bounds = vec![
        bound(
            "/v1/customFields/addKey",
            "key: ",
            limits::CUSTOM_FIELD_NAME,
            |n| json!({ "entity": "customer", "key": unique(n), "enforce_uniqueness": false }),
        ),
        bound(DELETE, "keys: has ", limits::CUSTOM_FIELDS, |n| of_customer(json!({ "keys": names(n) }))),
        bound(DELETE, "keys[1]: ", limits::CUSTOM_FIELD_NAME, |n| {
            of_customer(json!({ "keys": ["note", text(n)] }))
        }),
    ];
    bounds.extend(custom_fields(SET, |fields| of_customer(json!({ "custom_fields": fields }))));
    bounds
}

/// Makes the keys known under which values are set here.
async fn declared(pool: &PgPool) {
    let keys = names(limits::CUSTOM_FIELDS).into_iter();
    for key in keys.chain(["note".to_owned(), text(limits::CUSTOM_FIELD_NAME)]) {
        let key = CustomFieldKey { entity: CustomFieldEntity::Customer, key, enforce_uniqueness: false };
        server::db::custom_field::add_key(pool, &key, clock::now()).await.unwrap();
    }
}

/// What the dashboards may be asked as JSON.
fn dashboards() -> [Asked; 7] {
    const USAGE: &str = "/v1/customers/{on_plan_customer_id}/dashboards/usage";
    const INVOICES: &str = "/v1/customers/{on_plan_customer_id}/dashboards/invoices";
    const INVOICE: &str = "/v1/customers/{on_plan_customer_id}/dashboards/invoices/{invoice_id}";
    [
        Asked {
            path: USAGE,
            field: "group_key: has ",
            most: limits::GROUP_KEY_NAMES,
            query: |n| vec![("group_key", names(n).join(","))],
        },
        Asked {
            path: USAGE,
            field: "group_key: is longer than ",
            most: limits::WORD,
            query: |n| vec![("group_key", format!("region,{}", text(n)))],
        },
        Asked {
            path: USAGE,
            field: "group_values: has ",
            most: limits::GROUP_KEY_NAMES,
            query: |n| {
                vec![
                    ("group_key", names(limits::GROUP_KEY_NAMES).join(",")),
                    ("group_values", names(n).join(",")),
                ]
            },
        },
        Asked {
            path: USAGE,
            field: "group_values: is longer than ",
            most: limits::GROUP_VALUE,
            query: |n| vec![("group_key", "region".to_owned()), ("group_values", text(n))],
        },
        Asked {
            path: USAGE,
            field: "find: is longer than ",
            most: limits::WORD,
            query: |n| vec![("group_key", "region".to_owned()), ("find", format!(" {} ", text(n)))],
        },
        Asked {
            path: INVOICES,
            field: "number: is longer than ",
            most: limits::WORD,
            // blanks around it do not count
            query: |n| vec![("number", format!(" {} ", text(n)))],
        },
        Asked {
            path: INVOICE,
            field: "find: is longer than ",
            most: limits::WORD,
            query: |n| vec![("find", format!(" {} ", text(n)))],
        },
    ]
}

async fn sent(app: &Router, token: &str, path: &str, body: String) -> (StatusCode, Value) {
    let request = Request::post(path).header("authorization", format!("Bearer {token}"));
    send(app, request.body(Body::from(body)).unwrap()).await
}

/// Rows of everything that a call could make.
async fn rows(pool: &PgPool) -> i64 {
    let sql = "select sum(count)::bigint from (
        select count(*) from customer union all select count(*) from ingest_alias
        union all select count(*) from customer where salesforce_account_id is not null
        union all select count(*) from billable_metric union all select count(*) from product
        union all select count(*) from credit_type union all select count(*) from plan union all select count(*) from charge
        union all select count(*) from customer_plan union all select count(*) from added_charge
        union all select count(*) from usage_event union all select count(*) from usage_dedupe
        union all select count(*) from custom_field_key
        union all select count(*) from customer, jsonb_object_keys(custom_fields)
    ) as counts";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn what_reaches_a_bound_is_taken_and_one_more_is_refused_by_name(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut values = example::seeded(&pool, "").await;
    let on_plan = values.insert("on_plan_customer_id", values["customer_id"].clone());
    assert_eq!(on_plan, None);
    let charge: uuid::Uuid =
        sqlx::query_scalar("select id from charge where plan_id = $1 order by position limit 1")
            .bind(values["plan_id"].parse::<uuid::Uuid>().unwrap())
            .fetch_one(&pool)
            .await
            .unwrap();
    values.insert("charge_id", charge.to_string());
    declared(&pool).await;
    let bounds = [customers(), metrics(), plans(), customer_plans(), usage(), custom_field_calls()];
    for Bound { path, field, most, body } in bounds.into_iter().flatten() {
        values.insert("customer_id", seed::customer(&pool, "Somebody").await.to_string());
        let filled = openapi::fill(path, &values);
        let at = openapi::fill(&body(most).to_string(), &values);
        let beyond = openapi::fill(&body(most + 1).to_string(), &values);
        let before = rows(&pool).await;
        let (status, answer) = sent(&app, &token, &filled, beyond).await;
        let message = answer["message"].as_str().unwrap_or_default();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {field} {}: {answer:.300}", most + 1);
        assert!(message.starts_with(field) && message.len() < 1_000, "{path} {field}: {message:.300}");
        assert_eq!(rows(&pool).await, before, "{path} {field}: a refused call stored something");
        let (status, answer) = sent(&app, &token, &filled, at).await;
        assert_eq!(status, StatusCode::OK, "{path} {field} {most}: {answer:.300}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_a_dashboard_is_asked_reaches_its_bounds_and_no_further(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut values = example::seeded(&pool, "").await;
    values.insert("on_plan_customer_id", values["customer_id"].clone());
    // The call knows the group keys of the customer's metrics alone.
    sqlx::query("update billable_metric set group_keys = group_keys || $2 where id = $1")
        .bind(values["billable_metric_id"].parse::<uuid::Uuid>().unwrap())
        .bind(json!([names(limits::GROUP_KEY_NAMES), ["region", text(limits::WORD)]]))
        .execute(&pool)
        .await
        .unwrap();
    let asked = async |path: &str, query: &[(&str, String)]| {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        common::get(&app, &token, &format!("{}?{query}", openapi::fill(path, &values))).await
    };
    for Asked { path, field, most, query } in dashboards() {
        let (status, answer) = asked(path, &query(most + 1)).await;
        let message = answer["message"].as_str().unwrap_or_default();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {field} {}: {answer:.300}", most + 1);
        assert!(message.starts_with(field) && message.len() < 1_000, "{path} {field}: {message:.300}");
        let (status, answer) = asked(path, &query(most)).await;
        assert_eq!(status, StatusCode::OK, "{path} {field} {most}: {answer:.300}");
    }
    // What is a word of few: those are taken, and others refused by their names.
    for (path, field, good, wrong) in [
        ("/v1/customers/{customer_id}/dashboards/usage", "window", vec!["30", "60", "90"], ["0", "31", "91"]),
        (
            "/v1/customers/{customer_id}/dashboards/invoices",
            "status",
            vec!["DRAFT", "finalized", "VOID"],
            ["OPEN", "DRAFTS", "FINALIZED,VOID"],
        ),
        (
            "/v1/customers/{customer_id}/dashboards/invoices/{invoice_id}",
            "show_all",
            vec!["true", "false"],
            ["yes", "1", "TRUE"],
        ),
        (
            "/v1/customers/{customer_id}/dashboards/invoices/{invoice_id}",
            "skip_zero_qty_line_items",
            vec!["true", "false"],
            ["yes", "1", "TRUE"],
        ),
    ] {
        for value in good {
            let (status, answer) = asked(path, &[(field, value.to_owned())]).await;
            assert_eq!(status, StatusCode::OK, "{path} {field}={value}: {answer:.300}");
        }
        for value in wrong {
            let (status, answer) = asked(path, &[(field, value.to_owned())]).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {field}={value}: {answer:.300}");
            let message = answer["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("{field}: ")), "{path}: {message}");
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_renamed_metric_has_a_name_like_a_new_one_and_a_customers_name_is_cut(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let billed = billing::billed(&pool, "2026-01-01", None).await;
    for (size, expected) in [(limits::NAME, StatusCode::OK), (limits::NAME + 1, StatusCode::BAD_REQUEST)] {
        let request = Request::put(format!("/v1/billable-metrics/{}", billed.billable_metric_id))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(json!({ "name": text(size) }).to_string()));
        let (status, answer) = send(&app, request.unwrap()).await;
        assert_eq!(status, expected, "{answer}");
    }
    let (status, answer) =
        sent(&app, &token, "/v1/customers", json!({ "name": text(500) }).to_string()).await;
    assert_eq!(
        (status, answer["data"]["name"].as_str()),
        (StatusCode::OK, Some(text(limits::NAME).as_str()))
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn dates_of_plans_lie_in_years_that_can_be_counted_with(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let values = example::seeded(&pool, "customers.plans.add").await;
    let path = openapi::fill("/v1/customers/{customer_id}/plans/add", &values);
    for (starting_on, ending_before, field) in [
        ("0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "starting_on: "),
        ("1969-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "starting_on: "),
        ("+262142-01-01T00:00:00", "2026-01-01T00:00:00Z", "starting_on: "),
        ("2026-01-01T00:00:00Z", "+10000-01-01T00:00:00", "ending_before: "),
        ("2026-01-01T00:00:00Z", "9001-01-01T00:00:00Z", "ending_before: "),
        ("9999-12-31T00:00:00Z", "9999-12-31T00:00:00Z", "starting_on: "),
    ] {
        let body = json!({ "plan_id": values["plan_id"], "starting_on": starting_on, "ending_before": ending_before,
            "trial_spec": { "length_in_days": 3_650 } });
        let (status, answer) = sent(&app, &token, &path, body.to_string()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{starting_on}: {answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(field), "{starting_on}: {answer}");
    }
    let body = json!({ "plan_id": values["plan_id"], "starting_on": "9000-12-31T00:00:00Z",
        "trial_spec": { "length_in_days": 3_650 } });
    let (status, answer) = sent(&app, &token, &path, body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, plans) = common::get(&app, &token, &path.replace("/add", "")).await;
    assert_eq!(status, StatusCode::OK, "{plans}");
}
