//! Amounts at their bounds and beyond: nothing is billed that cannot be read back, and what was is repaired.

use crate::common::{
    app,
    billing::{Billed, GRACE, billed, day, finalize, used},
    get, post, token,
};
use app::{
    billing::Invoice,
    embed::{Dashboard, DashboardConfig},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use chrono::{Datelike as _, Duration, Months};
use serde_json::{Value, json};
use server::{
    clock, db,
    embed_url::{Grant, Keys, Session},
    invoicing,
};
use sqlx::PgPool;
use tower::ServiceExt as _;
use uuid::Uuid;

/// 70 digits: what one event of "9e59" made of a price of 20, and then some.
const SEVENTY: &str = "1234567890123456789012345678901234567890123456789012345678901234567890";

/// The first of the month `back` months ago.
fn month(back: u32) -> String {
    (clock::now().date_naive().with_day(1).unwrap() - Months::new(back)).to_string()
}

fn today() -> String {
    clock::now().date_naive().to_string()
}

async fn fetch(app: &Router, token: &str, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
}

async fn text(app: &Router, token: &str, path: &str) -> (StatusCode, String) {
    let (status, body) = fetch(app, token, path).await;
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// What a reader sees: the list, or one invoice.
async fn page(app: &Router, customer_id: Uuid, invoice: Option<&str>) -> (StatusCode, String) {
    let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let (config, now) = (DashboardConfig::new(Dashboard::Invoices), clock::now());
    let session = Session::new(Grant { customer_id, config }, now);
    let link = keys.sign_link(&session, now).unwrap().token;
    let invoice = invoice.map(|id| format!("&invoice={id}&show=all")).unwrap_or_default();
    text(app, "", &format!("/embed/invoices?token={link}{invoice}")).await
}

/// Changes a frozen document, as no statement of Inlay can.
async fn rewrite(pool: &PgPool, id: &str, document: &str) {
    for statement in
        ["alter table invoice disable trigger user", "", "alter table invoice enable trigger user"]
    {
        match statement {
            "" => sqlx::query("update invoice set document = $2::text::jsonb where id = $1")
                .bind(id.parse::<Uuid>().unwrap())
                .bind(document)
                .execute(pool)
                .await
                .unwrap(),
            _ => sqlx::query(statement).execute(pool).await.unwrap(),
        };
    }
}

struct Company {
    app: Router,
    token: String,
    billed: Billed,
    /// Its stored invoices, oldest first.
    invoices: Vec<Value>,
}

impl Company {
    async fn new(pool: &PgPool) -> Self {
        let billed = billed(pool, &month(2), None).await;
        used(pool, &billed, day(&month(2)) + Duration::days(3), 40, "eu").await;
        finalize(pool, &today()).await;
        let (app, token) = (app(pool.clone()).await, token(pool).await);
        let mut company = Self { app, token, billed, invoices: Vec::new() };
        company.invoices = company.list().await;
        company.invoices.retain(|invoice| invoice["status"] == "FINALIZED");
        assert!(!company.invoices.is_empty());
        company
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/customers/{}/invoices{rest}", self.billed.customer_id)
    }

    async fn list(&self) -> Vec<Value> {
        let (status, page) = get(&self.app, &self.token, &self.path("")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page["data"].as_array().unwrap().clone()
    }

    async fn voided_and_made_anew(&self, id: &str) -> Value {
        let (status, answer) = post(&self.app, &self.token, "/v1/invoices/void", json!({ "id": id })).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let (status, answer) =
            post(&self.app, &self.token, "/v1/invoices/regenerate", json!({ "id": id })).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let made = answer["data"]["id"].as_str().unwrap();
        let (status, answer) = get(&self.app, &self.token, &self.path(&format!("/{made}"))).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["data"].clone()
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_frozen_invoice_of_seventy_digits_is_listed_shown_exported_voided_and_made_anew(pool: PgPool) {
    let company = Company::new(&pool).await;
    let id = company.invoices[0]["id"].as_str().unwrap().to_owned();
    let mut document: Value = company.invoices[0].clone();
    let total: Value = serde_json::from_str(SEVENTY).unwrap();
    let fields = document.as_object_mut().unwrap();
    fields.remove("invoice_number");
    for field in ["total", "subtotal"] {
        fields[field] = total.clone();
    }
    let line = &mut document["line_items"][0];
    line["total"] = total.clone();
    line["quantity"] = total.clone();
    line["sub_line_items"][0]["subtotal"] = total.clone();
    line["sub_line_items"][0]["quantity"] = total.clone();
    rewrite(&pool, &id, &document.to_string()).await;

    let (status, list) = text(&company.app, &company.token, &company.path("")).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    assert!(list.contains(&format!("\"total\":{SEVENTY}")), "{list}");
    let (status, one) = text(&company.app, &company.token, &company.path(&format!("/{id}"))).await;
    assert_eq!(status, StatusCode::OK, "{one}");
    // In dollars, its thousands set apart.
    let whole = app::view::format::number(&SEVENTY[..68]);
    let shown = format!("${whole}.{}", &SEVENTY[68..]);
    for invoice in [None, Some(id.as_str())] {
        let (status, html) = page(&company.app, company.billed.customer_id, invoice).await;
        assert_eq!(status, StatusCode::OK, "{html}");
        assert!(html.contains(&shown), "{invoice:?}: {html}");
    }
    let (status, csv) = text(&company.app, &company.token, &company.path(&format!("/{id}/csv"))).await;
    assert_eq!(status, StatusCode::OK, "{csv}");
    assert!(csv.contains(&format!(",{}.{},USD,", &SEVENTY[..68], &SEVENTY[68..])), "{csv}");
    let (status, pdf) = fetch(&company.app, &company.token, &company.path(&format!("/{id}/pdf"))).await;
    assert_eq!(status, StatusCode::OK);
    let file = lopdf::Document::load_mem(&pdf).unwrap();
    let drawn: String = file.extract_text(&[1]).unwrap().split_whitespace().collect();
    assert!(drawn.contains(&shown), "{drawn}");

    let made = company.voided_and_made_anew(&id).await;
    assert_eq!(made["total"], company.invoices[0]["total"]);
    assert_eq!(made["regenerated_from_invoice_id"], json!(id));
    assert_eq!(db::invoice::damaged(&pool).await.unwrap(), []);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_damaged_document_is_marked_and_takes_nothing_with_it(pool: PgPool) {
    let company = Company::new(&pool).await;
    let (broken, whole) = (company.invoices[0]["id"].as_str().unwrap(), &company.invoices[1]);
    for document in ["{}", "[]", r#"{"total": "x", "invoice_adjustments": [{"total": "x"}]}"#] {
        rewrite(&pool, broken, document).await;
        let list = company.list().await;
        let found = list.iter().find(|invoice| invoice["id"] == broken).unwrap();
        assert_eq!(found["is_damaged"], true);
        for field in
            ["id", "invoice_number", "customer_id", "status", "start_timestamp", "end_timestamp", "plan_name"]
        {
            assert_eq!(found[field], company.invoices[0][field], "{field}");
        }
        assert_eq!(found["line_items"], json!([]));
        assert_eq!(list.iter().find(|invoice| invoice["id"] == whole["id"]).unwrap(), whole);
        assert_eq!(whole["is_damaged"], Value::Null);

        let number = company.invoices[0]["invoice_number"].as_str().unwrap();
        let (status, html) = page(&company.app, company.billed.customer_id, None).await;
        assert_eq!(status, StatusCode::OK, "{html}");
        assert!(html.contains(number) && html.contains("<span class=\"amount\">—</span>"), "{html}");
        let (status, html) = page(&company.app, company.billed.customer_id, Some(broken)).await;
        assert_eq!(status, StatusCode::OK, "{html}");
        assert!(html.contains("cannot be shown at the moment") && !html.contains("$0.00"), "{html}");
        assert!(!html.contains("No usage in this period"), "{html}");
        // The one after it, which is compared with it.
        let (status, html) = page(&company.app, company.billed.customer_id, whole["id"].as_str()).await;
        assert_eq!(status, StatusCode::OK, "{html}");
        assert!(!html.contains("Why did my bill change?"), "{html}");
        for format in ["csv", "pdf"] {
            let (status, answer) =
                get(&company.app, &company.token, &company.path(&format!("/{broken}/{format}"))).await;
            assert_eq!(status, StatusCode::CONFLICT, "{answer}");
        }
        let plans = format!("/v1/customers/{}/plans", company.billed.customer_id);
        assert_eq!(get(&company.app, &company.token, &plans).await.0, StatusCode::OK);
        let damaged = db::invoice::damaged(&pool).await.unwrap();
        assert_eq!(damaged.len(), 1);
        assert_eq!(
            (damaged[0].id.to_string().as_str(), damaged[0].invoice_number.as_str()),
            (broken, number)
        );
    }
    let made = company.voided_and_made_anew(broken).await;
    assert_eq!(made["total"], company.invoices[0]["total"]);
    let listed = company.list().await;
    assert_eq!(listed.iter().find(|invoice| invoice["id"] == broken).unwrap()["status"], "VOID");
}

#[sqlx::test(migrations = "./migrations")]
async fn what_could_not_be_read_back_stays_a_draft_and_holds_up_nobody(pool: PgPool) {
    let endless = billed(&pool, &month(2), None).await;
    let other = billed(&pool, &month(2), None).await;
    for billed in [&endless, &other] {
        used(&pool, billed, day(&month(2)) + Duration::days(3), 40, "eu").await;
    }
    while db::usage::fold(&pool).await.unwrap() > 0 {}
    let set = async |sum: &str| {
        sqlx::query("update usage_day set sum = $2::text::numeric where customer_id = $1")
            .bind(endless.customer_id)
            .bind(sum)
            .execute(&pool)
            .await
            .unwrap();
    };
    set(&"7".repeat(2_000)).await;
    let now = day(&today());
    let failed = invoicing::finalize_due(&pool, now, GRACE).await.unwrap_err();
    assert!(server::error::chain(&failed).contains("would not be read back as it is"), "{failed:?}");
    let billed_customers: Vec<Uuid> =
        sqlx::query_scalar("select distinct customer_id from invoice").fetch_all(&pool).await.unwrap();
    assert_eq!(billed_customers, [other.customer_id]);
    // The draft is there, and is billed once its usage is put right.
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let path = format!("/v1/customers/{}/invoices", endless.customer_id);
    let (status, drafts) = get(&app, &token, &path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(drafts["data"].as_array().unwrap().iter().all(|invoice| invoice["status"] == "DRAFT"));
    set("40").await;
    assert!(invoicing::finalize_due(&pool, now, GRACE).await.unwrap() >= 1);
    let totals: Vec<Value> = {
        let (_, page) = get(&app, &token, &path).await;
        page["data"].as_array().unwrap().iter().map(|invoice| invoice["total"].clone()).collect()
    };
    assert_eq!(totals[0], 1_120, "{totals:?}");
}

#[sqlx::test(migrations = "./migrations")]
async fn an_event_that_is_too_large_to_be_billed_is_refused_by_name_and_others_are_not(pool: PgPool) {
    let Billed { customer_id, .. } = billed(&pool, &month(0), None).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let event = |id: &str, properties: &Value| {
        json!({ "transaction_id": id, "customer_id": customer_id, "event_type": "request",
            "timestamp": clock::now().to_rfc3339(), "properties": properties })
    };
    let preview = format!("/v1/customers/{customer_id}/previewEvents");
    let longest = "9".repeat(30);
    let beyond: Vec<Value> = ["9e59", "1e30", "-1e30", &"9".repeat(31), "1e-61", "1e999999999"]
        .iter()
        .map(|text| json!(text))
        .chain([serde_json::from_str("9e59").unwrap(), serde_json::from_str("1e30").unwrap()])
        .collect();
    for value in &beyond {
        let good = event("good", &json!({ "tokens": longest }));
        let batch = json!([good, event("bad", &json!({ "tokens": value }))]);
        let problem = "properties.tokens: has more than 30 digits before the point or 60 after it";
        let (status, answer) = post(&app, &token, "/v1/ingest", batch).await;
        assert_eq!(
            (status, answer["message"].as_str()),
            (StatusCode::BAD_REQUEST, Some(format!("[1].{problem}").as_str()))
        );
        let tried = json!({ "events": [
            { "event_type": "request", "properties": { "tokens": 1 } },
            { "event_type": "request", "properties": { "tokens": value } },
        ] });
        let (status, answer) = post(&app, &token, &preview, tried).await;
        let expected = format!("events[1].{problem}");
        assert_eq!(
            (status, answer["message"].as_str()),
            (StatusCode::BAD_REQUEST, Some(expected.as_str())),
            "{value}"
        );
    }
    let stored = async || -> i64 {
        sqlx::query_scalar("select count(*) from usage_event").fetch_one(&pool).await.unwrap()
    };
    assert_eq!(stored().await, 0);
    // A group's value is shown, and stands in addresses.
    let long = json!({ "tokens": 1, "region": "é".repeat(1_001) });
    let (status, answer) = post(&app, &token, "/v1/ingest", json!([event("long", &long)])).await;
    let problem = "[0].properties.region: is longer than 1,000 characters, and usage is grouped by it";
    assert_eq!((status, answer["message"].as_str()), (StatusCode::BAD_REQUEST, Some(problem)));
    // What nobody measures is a text like any other: an id of digits with an e among them is no number of astronomy.
    let text = json!({ "tokens": longest, "trace": "123e4567", "note": "é".repeat(16_384), "region": "é".repeat(1_000) });
    for id in ["good", "bad"] {
        let (status, answer) = post(&app, &token, "/v1/ingest", json!([event(id, &text)])).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    assert_eq!(stored().await, 2);
    // A repeat of a known event is ignored, whatever it says.
    let (status, _) =
        post(&app, &token, "/v1/ingest", json!([event("bad", &json!({ "tokens": "9e59" }))])).await;
    assert_eq!(status, StatusCode::OK);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_request_with_an_event_that_is_too_large_does_not_take_others_with_it(pool: PgPool) {
    let Billed { customer_id, .. } = billed(&pool, &month(0), None).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let mut requests = tokio::task::JoinSet::new();
    for number in 0..24 {
        let (app, token) = (app.clone(), token.clone());
        requests.spawn(async move {
            let is_good = number % 4 > 0;
            let value = if is_good { json!(1) } else { json!("9e59") };
            let batch = json!([{ "transaction_id": number.to_string(), "customer_id": customer_id,
                "event_type": "request", "timestamp": clock::now().to_rfc3339(), "properties": { "tokens": value } }]);
            let (status, answer) = post(&app, &token, "/v1/ingest", batch).await;
            let expected = if is_good { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            assert_eq!(status, expected, "{answer}");
            assert!(is_good || answer["message"].as_str().unwrap().starts_with("[0].properties.tokens: "), "{answer}");
        });
    }
    requests.join_all().await;
    let stored: i64 = sqlx::query_scalar("select count(*) from usage_event").fetch_one(&pool).await.unwrap();
    assert_eq!(stored, 18);
}

#[sqlx::test(migrations = "./migrations")]
async fn large_events_that_were_stored_before_there_was_a_bound_can_be_read(pool: PgPool) {
    let Billed { customer_id, .. } = billed(&pool, &month(0), None).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let event = json!([{ "transaction_id": "old", "customer_id": customer_id, "event_type": "request",
        "timestamp": clock::now().to_rfc3339(), "properties": { "tokens": 1 } }]);
    assert_eq!(post(&app, &token, "/v1/ingest", event).await.0, StatusCode::OK);
    while db::usage::fold(&pool).await.unwrap() > 0 {}
    let old = format!(r#"{{"tokens": {}, "text": "{}"}}"#, "9".repeat(60), "x".repeat(100_000));
    sqlx::query("update usage_event set properties = $1::text::jsonb")
        .bind(old)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("update usage_day set sum = ('9' || repeat('0', 59))::numeric").execute(&pool).await.unwrap();

    let (status, found) = post(&app, &token, "/v1/events/search", json!({ "transactionIds": ["old"] })).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    assert_eq!(found[0]["properties"]["tokens"].to_string().len(), 60);
    let (status, list) = text(&app, &token, &format!("/v1/customers/{customer_id}/invoices")).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    // 9e59 at 2 cents, and by region at 1 cent.
    assert!(list.contains(&format!("18{}", "0".repeat(59))), "{list}");
    let invoice: Invoice =
        serde_json::from_value(serde_json::from_str::<Value>(&list).unwrap()["data"][0].clone()).unwrap();
    assert!(!invoice.is_damaged);
    assert_eq!(page(&app, customer_id, None).await.0, StatusCode::OK);
}
