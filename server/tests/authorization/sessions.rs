//! What each session sees: what its dashboard shows, and nothing else.

use crate::{
    authorization::{
        call, keys,
        table::{
            OpenTo::{
                All, Form, Operators, PageOf, ReadersOfInvoices, ReadersOfUsage, Renewal, Sessions, Writers,
            },
            table,
        },
    },
    common::{self, app, example},
};
use app::{
    billing::InvoiceStatus::{self, Draft, Finalized, Void},
    embed::{DashboardConfig, EmbedRequest},
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use server::{
    clock,
    db::{
        self,
        api_token::{self, Scope},
    },
    embed_url::{Grant, Keys, Session},
    openapi::samples,
};
use sqlx::PgPool;
use uuid::Uuid;

/// Sessions by the dashboard and the `dashboard_options` that their URL was made with, and the statuses of the invoices
/// that they see; `None` for a dashboard without invoices.
fn sessions() -> Vec<(&'static str, Value, Option<Vec<InvoiceStatus>>)> {
    vec![
        ("usage", json!([]), None),
        ("invoices", json!([]), Some(vec![Draft, Finalized, Void])),
        ("invoices", json!([["show_zero_usage_line_items", "true"]]), Some(vec![Draft, Finalized, Void])),
        ("invoices", json!([["hide_voided_invoices", "true"]]), Some(vec![Draft, Finalized])),
        ("invoices", json!([["invoice_status_filter", "VOID"]]), Some(vec![Void])),
        ("invoices", json!([["invoice_status_filter", "FINALIZED"]]), Some(vec![Finalized])),
        ("invoices", json!([["invoice_status_filter", "DRAFT"]]), Some(vec![Draft])),
        ("invoices", json!([["invoice_status_filter", "FINALIZED_AND_DRAFT"]]), Some(vec![Draft, Finalized])),
        (
            "invoices",
            json!([["invoice_status_filter", "VOID"], ["hide_voided_invoices", "true"]]),
            Some(Vec::new()),
        ),
        ("invoices", json!([["invoice_type", "SCHEDULED"]]), Some(Vec::new())),
        ("invoices", json!([["contract_id", Uuid::nil()]]), Some(Vec::new())),
        ("invoices", json!([["billable_status_filter", "UNBILLABLE"]]), Some(Vec::new())),
    ]
}

fn config(customer_id: Uuid, dashboard: &str, options: &Value) -> DashboardConfig {
    let options: Vec<_> =
        options.as_array().unwrap().iter().map(|pair| json!({ "key": pair[0], "value": pair[1] })).collect();
    let body = json!({ "customer_id": customer_id, "dashboard": dashboard, "dashboard_options": options });
    serde_json::from_value::<EmbedRequest>(body).unwrap().config
}

/// Where a call about a customer is; breakdowns are those of the last month and this one.
fn address(path: &str, customer_id: Uuid, invoice_id: &str, skip_zero_lines: bool) -> String {
    let values = samples(clock::now());
    let address = path.replace("{customer_id}", &customer_id.to_string()).replace("{invoice_id}", invoice_id);
    let dates = format!("&starting_on={}&ending_before={}", values["last_month"], values["next_month"]);
    let dates = if path.ends_with("/breakdowns") { dates.as_str() } else { "" };
    let skip = if skip_zero_lines { "&skip_zero_qty_line_items=true" } else { "" };
    format!("{address}?{dates}{skip}")
}

/// An invoice of the customer, as an operator sees it.
struct Invoice {
    id: String,
    number: Option<String>,
    status: InvoiceStatus,
}

#[sqlx::test(migrations = "./migrations")]
async fn every_session_sees_what_its_dashboard_shows_and_nothing_else(pool: PgPool) {
    let values = example::seeded(&pool, "").await;
    let customer_id: Uuid = values["customer_id"].parse().unwrap();
    // A successor says which invoice it takes the place of.
    server::invoicing::regenerate(
        &pool,
        values["void_invoice_id"].parse().unwrap(),
        clock::now(),
        common::billing::GRACE,
    )
    .await
    .unwrap();
    let operator = api_token::create(&pool, "read", Scope::Read, None).await.unwrap();
    let app = app(pool.clone()).await;
    let (keys, now) = (keys(), clock::now());
    let (_, all) = call(&app, "GET", &format!("/v1/customers/{customer_id}/invoices"), Some(&operator)).await;
    let all: Value = serde_json::from_str(&all).unwrap();
    let invoices: Vec<Invoice> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| Invoice {
            id: one["id"].as_str().unwrap().to_owned(),
            number: one["invoice_number"].as_str().map(str::to_owned),
            status: one["status"].as_str().unwrap().parse().unwrap(),
        })
        .collect();
    for status in [Draft, Finalized, Void] {
        assert!(invoices.iter().any(|invoice| invoice.status == status), "{status:?}");
    }
    for (dashboard, options, statuses) in sessions() {
        let config = config(customer_id, dashboard, &options);
        let with_zero_lines = config.options.show_zero_usage_line_items;
        let grant = Grant { customer_id, config };
        let embed = keys.sign_embed(&grant, None, chrono::Duration::minutes(5), now).unwrap().token;
        let opened = Session::new(grant, now);
        let session = keys.sign_session(&opened, now).unwrap().token;
        let link = keys.sign_link(&opened, now).unwrap().token;
        let admits =
            |status: InvoiceStatus| statuses.as_ref().is_some_and(|admitted| admitted.contains(&status));
        let hides = |place: &str, text: &str| {
            for invoice in invoices.iter().filter(|invoice| !admits(invoice.status)) {
                let texts = std::iter::once(&invoice.id).chain(&invoice.number);
                for name in texts {
                    assert!(
                        !text.contains(name),
                        "{dashboard} {options}: {place} names a {:?} invoice: {text}",
                        invoice.status
                    );
                }
            }
        };
        for (method, path, open) in table() {
            let is_open = match open {
                ReadersOfInvoices => statuses.is_some(),
                ReadersOfUsage => dashboard == "usage",
                All | Writers | Operators | Sessions | PageOf(_) | Form | Renewal => continue,
            };
            let place = format!("{dashboard} {options}: {method} {path}");
            let at = |customer_id: Uuid, invoice_id: &str, skip: bool| {
                address(path, customer_id, invoice_id, skip)
            };
            let single = path.contains("{invoice_id}");
            let subjects: Vec<Option<&Invoice>> =
                if single { invoices.iter().map(Some).collect() } else { vec![None] };
            for invoice in subjects {
                let id = invoice.map(|invoice| invoice.id.clone()).unwrap_or_default();
                let nil = Uuid::nil();
                let seen = call(&app, method, &at(customer_id, &id, false), Some(&session)).await;
                hides(&place, &seen.1);
                if !is_open {
                    let unknown = call(&app, method, &at(nil, &id, false), Some(&operator)).await;
                    assert_eq!(seen, unknown, "{place}: looks like an unknown customer");
                } else if invoice.is_some_and(|invoice| !admits(invoice.status)) {
                    let unknown =
                        call(&app, method, &at(customer_id, &nil.to_string(), false), Some(&operator)).await;
                    assert_eq!(seen, unknown, "{place}: looks like an unknown invoice");
                } else {
                    assert_eq!(seen.0, StatusCode::OK, "{place}: {}", seen.1);
                    let skip = !with_zero_lines && *open == ReadersOfInvoices;
                    let whole = call(&app, method, &at(customer_id, &id, skip), Some(&operator)).await;
                    for invoice in invoices.iter().filter(|invoice| admits(invoice.status)) {
                        assert_eq!(whole.1.contains(&invoice.id), seen.1.contains(&invoice.id), "{place}");
                    }
                    if admits(Void) && admits(Draft) {
                        assert_eq!(seen, whole, "{place}: sees all that an operator sees");
                    }
                }
            }
        }
        pages(&app, dashboard, (&embed, &link, &session), &invoices, admits, hides).await;
    }
    let access = server::auth::Operator { token_id: String::new(), can_write: true }.access(customer_id);
    db::customer::archive(&pool, access, now).await.unwrap();
    archived(&app, &keys, customer_id, &operator).await;
}

/// To its readers, a customer that is archived is gone; an operator reads on.
async fn archived(app: &Router, keys: &Keys, customer_id: Uuid, operator: &str) {
    let now = clock::now();
    for (dashboard, options, _) in sessions() {
        let grant = Grant { customer_id, config: config(customer_id, dashboard, &options) };
        let session = keys.sign_session(&Session::new(grant, now), now).unwrap().token;
        for (method, path, open) in table() {
            if !matches!(open, ReadersOfInvoices | ReadersOfUsage) {
                continue;
            }
            let at = |customer_id: Uuid| address(path, customer_id, &Uuid::nil().to_string(), false);
            let seen = call(app, method, &at(customer_id), Some(&session)).await;
            let unknown = call(app, method, &at(Uuid::nil()), Some(operator)).await;
            assert_eq!(seen, unknown, "{dashboard} {options}: {method} {path}");
        }
    }
}

/// What the pages show of a session, opened by its URL, by a link on a page, and by the page itself.
async fn pages(
    app: &Router,
    dashboard: &str,
    (embed, link, session): (&str, &str, &str),
    invoices: &[Invoice],
    admits: impl Fn(InvoiceStatus) -> bool,
    hides: impl Fn(&str, &str),
) {
    for (_, path, open) in table() {
        match open {
            Form => {
                for invoice in invoices {
                    for (token, is_good) in [(embed, false), (link, false), (session, true)] {
                        let form = format!("token={token}&csv={}", invoice.id);
                        let request = Request::post(*path).body(Body::from(form)).unwrap();
                        let (status, body) = common::send(app, request).await;
                        hides(path, body.as_str().unwrap());
                        let expected = is_good && admits(invoice.status);
                        assert_eq!(status == StatusCode::OK, expected, "{path} {body}");
                    }
                }
            }
            PageOf(of) => {
                let is_own = of.as_str() == dashboard;
                let in_query = |token: &str| format!("{path}?token={token}");
                let by = [
                    (in_query(embed), None, true),
                    (in_query(link), None, true),
                    (format!("{path}?"), Some(session), true),
                    (in_query(session), None, false),
                    (format!("{path}?"), Some(embed), false),
                    (format!("{path}?"), Some(link), false),
                ];
                for (address, credential, is_good) in by {
                    let (status, page) = call(app, "GET", &address, credential).await;
                    let is_open = is_own && is_good;
                    let expected = if is_open { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
                    assert_eq!(status, expected, "{address}: {page}");
                    hides(path, &page);
                    for invoice in invoices {
                        let shown = |page: &str| page.contains(&format!("data-invoice=\"{}\"", invoice.id));
                        let is_shown = is_open && admits(invoice.status);
                        assert_eq!(shown(&page), is_shown, "{path}: {:?}", invoice.status);
                        let alone = format!("{address}&invoice={}", invoice.id);
                        let (_, page) = call(app, "GET", &alone, credential).await;
                        hides(path, &page);
                        assert_eq!(shown(&page), is_shown, "{path}: {:?} alone", invoice.status);
                    }
                }
            }
            All | Writers | Operators | ReadersOfInvoices | ReadersOfUsage | Sessions | Renewal => {}
        }
    }
}
