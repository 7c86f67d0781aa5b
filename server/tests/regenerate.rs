//! A voided invoice has one successor, from usage and prices as they are now.

use crate::common::{
    app,
    billing::{Billed, GRACE, billed, day, finalize, used},
    get, post, token,
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use chrono::{Datelike as _, Duration, Months};
use serde_json::{Value, json};
use server::{clock, db};
use sqlx::PgPool;
use tower::ServiceExt as _;

/// The first of the month `back` months ago.
fn month(back: u32) -> String {
    (clock::now().date_naive().with_day(1).unwrap() - Months::new(back)).to_string()
}

struct Company {
    app: axum::Router,
    token: String,
    billed: Billed,
}

impl Company {
    /// A customer with three months of history, everything due finalized.
    async fn new(pool: &PgPool) -> Self {
        let billed = billed(pool, &month(3), None).await;
        used(pool, &billed, day(&month(3)) + Duration::days(3), 40, "eu").await;
        finalize(pool, &clock::now().date_naive().to_string()).await;
        Self { app: app(pool.clone()).await, token: token(pool).await, billed }
    }

    async fn list(&self) -> Vec<Value> {
        let path = format!("/v1/customers/{}/invoices", self.billed.customer_id);
        let (status, page) = get(&self.app, &self.token, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page["data"].as_array().unwrap().clone()
    }

    async fn post(&self, path: &str, id: &Value) -> (StatusCode, Value) {
        post(&self.app, &self.token, path, json!({ "id": id })).await
    }

    /// The id of the successor.
    async fn regenerate(&self, id: &Value) -> Value {
        let (status, body) = self.post("/v1/invoices/regenerate", id).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["data"]["id"].clone()
    }

    async fn refused(&self, id: &Value, expected: StatusCode, message: &str) {
        let (status, body) = self.post("/v1/invoices/regenerate", id).await;
        assert_eq!(status, expected, "{body}");
        assert!(body["message"].as_str().unwrap().starts_with(message), "{body}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_voided_invoice_is_regenerated_once_with_the_usage_of_now(pool: PgPool) {
    let company = Company::new(&pool).await;
    let first = company.list().await[0].clone();
    assert_eq!(first["total"], 1_120);
    company.refused(&first["id"], StatusCode::BAD_REQUEST, "id: is finalized").await;
    used(&pool, &company.billed, day(&month(3)) + Duration::days(5), 10, "us").await;
    assert_eq!(company.list().await[0], first);

    company.post("/v1/invoices/void", &first["id"]).await;
    let made = company.regenerate(&first["id"]).await;
    let listed = company.list().await;
    let old = listed.iter().find(|invoice| invoice["id"] == first["id"]).unwrap();
    let new = listed.iter().find(|invoice| invoice["id"] == made).unwrap();
    assert_eq!((&old["status"], &old["total"]), (&json!("VOID"), &json!(1_120)));
    assert_eq!((&new["status"], &new["total"]), (&json!("FINALIZED"), &json!(1_150)));
    assert_eq!(new["regenerated_from_invoice_id"], first["id"]);
    for same in ["start_timestamp", "end_timestamp", "plan_id", "credit_type", "type"] {
        assert_eq!(new[same], old[same], "{same}");
    }
    assert_ne!(new["invoice_number"], old["invoice_number"]);

    company.refused(&first["id"], StatusCode::CONFLICT, "the invoice was regenerated already, as").await;
    company.post("/v1/invoices/void", &made).await;
    company.refused(&first["id"], StatusCode::CONFLICT, "the invoice was regenerated already, as").await;
    let third = company.regenerate(&made).await;
    assert!(company.list().await.iter().any(|invoice| invoice["id"] == third));
    // Nothing is left for the job to bill again.
    assert_eq!(finalize(&pool, &clock::now().date_naive().to_string()).await, 0);
}

#[sqlx::test(migrations = "./migrations")]
async fn regenerating_at_once_makes_one_invoice(pool: PgPool) {
    let company = Company::new(&pool).await;
    let id = company.list().await[0]["id"].clone();
    company.post("/v1/invoices/void", &id).await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (app, token, id) = (company.app.clone(), company.token.clone(), id.clone());
            tokio::spawn(
                async move { post(&app, &token, "/v1/invoices/regenerate", json!({ "id": id })).await.0 },
            )
        })
        .collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap().as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_billed_anew_anyway_is_not_regenerated(pool: PgPool) {
    let company = Company::new(&pool).await;
    let access = crate::common::seed::access(company.billed.customer_id);
    let id = company.billed.customer_plan_id;
    let invoices = company.list().await;
    let (first, second) = (invoices[0]["id"].clone(), invoices[1]["id"].clone());
    // The plan ends within the first of the months: that one is open again, the next is not covered.
    let end = Some(day(&month(3)) + Duration::days(10));
    db::customer_plan::end(&pool, access, id, end, true, clock::now(), GRACE).await.unwrap();
    company.refused(&first, StatusCode::BAD_REQUEST, "id: bills a period that is open again").await;
    company
        .refused(&second, StatusCode::BAD_REQUEST, "id: bills a period that the customer's plan does")
        .await;
    let waited = (clock::now() + GRACE + Duration::days(1)).date_naive();
    assert_eq!(finalize(&pool, &waited.to_string()).await, 1);
    company.refused(&first, StatusCode::CONFLICT, "the invoice's billing period is billed already").await;
}

#[sqlx::test(migrations = "./migrations")]
async fn a_draft_and_what_is_not_there_are_told_apart(pool: PgPool) {
    let company = Company::new(&pool).await;
    let draft = company.list().await.pop().unwrap();
    assert_eq!(draft["status"], "DRAFT");
    company.refused(&draft["id"], StatusCode::BAD_REQUEST, "id: is a draft").await;
    company.refused(&json!(uuid::Uuid::nil()), StatusCode::NOT_FOUND, "the invoice was not found").await;
    company.refused(&json!("x"), StatusCode::BAD_REQUEST, "id").await;
}

impl Company {
    /// A page of the invoices dashboard with these options.
    async fn page(&self, query: &str, options: Value) -> String {
        let body = json!({
            "customer_id": self.billed.customer_id, "dashboard": "invoices", "dashboard_options": options,
        });
        let (_, made) = post(&self.app, &self.token, "/v1/dashboards/getEmbeddableUrl", body).await;
        let url = made["data"]["url"].as_str().unwrap();
        let path = url.split_once("/embed").map(|(_, rest)| format!("/embed{rest}{query}")).unwrap();
        let answer = self.app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let page = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let page = String::from_utf8(page.to_vec()).unwrap();
        // What is read, and not what the app draws from.
        page.split_once("<script type=\"application/json\"").unwrap().0.to_owned()
    }

    async fn pdf(&self, id: &Value) -> String {
        let path = format!("/v1/customers/{}/invoices/{}/pdf", self.billed.customer_id, id.as_str().unwrap());
        let request = Request::get(path).header("authorization", format!("Bearer {}", self.token));
        let answer = self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let text = lopdf::Document::load_mem(&bytes).unwrap().extract_text(&[1]).unwrap();
        text.chars().filter(|letter| !letter.is_whitespace()).collect()
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_voided_invoice_and_its_successor_name_each_other(pool: PgPool) {
    let company = Company::new(&pool).await;
    let old = company.list().await[0].clone();
    let owed = company.page(&format!("&invoice={}", old["id"].as_str().unwrap()), json!([])).await;
    assert!(owed.contains("<dt>Due</dt>") && owed.contains("Cost by day"), "{owed}");
    company.post("/v1/invoices/void", &old["id"]).await;
    let made = company.regenerate(&old["id"]).await;
    let path = format!("/v1/customers/{}/invoices/{}", company.billed.customer_id, made.as_str().unwrap());
    let new = get(&company.app, &company.token, &path).await.1["data"].clone();
    let name = |invoice: &Value| json!({ "id": invoice["id"], "invoice_number": invoice["invoice_number"] });
    let (old_number, new_number) =
        (old["invoice_number"].as_str().unwrap(), new["invoice_number"].as_str().unwrap());

    assert_eq!((&new["replaces"], &new["replaced_by"]), (&name(&old), &Value::Null));
    let listed = company.list().await;
    let voided = listed.iter().find(|invoice| invoice["id"] == old["id"]).unwrap();
    assert_eq!((&voided["replaces"], &voided["replaced_by"]), (&Value::Null, &name(&new)));
    let neither = listed.iter().filter(|one| one["replaces"].is_null() && one["replaced_by"].is_null());
    assert_eq!(neither.count(), listed.len() - 2);

    let list = company.page("", json!([])).await;
    assert!(list.contains(&format!("{old_number} <small>replaced by {new_number}</small>")), "{list}");
    assert!(list.contains(&format!("{new_number} <small>replaces {old_number}</small>")), "{list}");
    let of = |invoice: &Value| format!("&invoice={}", invoice["id"].as_str().unwrap());
    for (own, fact, other) in [(&old, "Replaced by", new_number), (&new, "Replaces", old_number)] {
        let page = company.page(&of(own), json!([])).await;
        assert!(page.contains(&format!("<dt>{fact}</dt> <dd>{other}</dd>")), "{page}");
        assert!(page.contains(&format!("Open {other}")), "{page}");
        let pdf = company.pdf(&own["id"]).await;
        assert!(pdf.contains(&format!("{}{other}", fact.replace(' ', ""))), "{pdf}");
    }
    // What is not owed is not due, and no day of it cost anything.
    let page = company.page(&of(&old), json!([])).await;
    assert!(!page.contains("<dt>Due</dt>") && !page.contains("Cost by day"), "{page}");
    assert!(!company.pdf(&old["id"]).await.contains("Due"));

    // A dashboard without voided invoices does not name them.
    let hidden = json!([{ "key": "hide_voided_invoices", "value": "true" }]);
    for query in [String::new(), of(&new)] {
        let page = company.page(&query, hidden.clone()).await;
        assert!(page.contains(new_number) && !page.contains(old_number), "{page}");
    }
}
