//! Readers who were revoked: every route refuses them.

use crate::{
    authorization::{
        call, keys,
        table::{
            OpenTo::{PageOf, ReadersOfInvoices, ReadersOfUsage, Sessions},
            table,
        },
    },
    common::{app, example, post},
};
use app::embed::{Dashboard, DashboardConfig};
use axum::http::StatusCode;
use serde_json::json;
use server::{
    clock,
    db::api_token::{self, Scope},
    embed_url::{Grant, Session},
    openapi::{fill, samples},
};
use sqlx::PgPool;

#[sqlx::test(migrations = "./migrations")]
async fn who_is_revoked_is_answered_by_no_route(pool: PgPool) {
    let values = example::seeded(&pool, "").await;
    let (app, token) =
        (app(pool.clone()).await, api_token::create(&pool, "w", Scope::Write, None).await.unwrap());
    let (keys, now) = (keys(), clock::now());
    let session = |dashboard: Dashboard| {
        let grant = Grant {
            customer_id: values["customer_id"].parse().unwrap(),
            config: DashboardConfig::new(dashboard),
        };
        let session = Session { seen: Some(0), ..Session::new(grant, now) };
        let session_token = keys.sign_session(&session, now).unwrap().token;
        (session_token, keys.sign_link(&session, now).unwrap().token)
    };
    let sessions = [Dashboard::Invoices, Dashboard::Usage].map(|dashboard| (dashboard, session(dashboard)));
    let dates = fill("starting_on={last_month}&ending_before={next_month}", &samples(now));
    let mut asked = 0;
    for revoked in [false, true] {
        if revoked {
            let body = json!({ "customer_id": values["customer_id"] });
            let (status, answer) = post(&app, &token, "/v1/dashboards/revoke", body).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
        }
        for (method, path, open) in table() {
            for (dashboard, (session, link)) in &sessions {
                let is_open = match open {
                    ReadersOfInvoices => *dashboard == Dashboard::Invoices,
                    ReadersOfUsage => *dashboard == Dashboard::Usage,
                    PageOf(of) => of == dashboard,
                    Sessions => true,
                    _ => false,
                };
                if !is_open {
                    continue;
                }
                let mut address = fill(path, &values);
                if path.ends_with("/breakdowns") {
                    address = format!("{address}?{dates}");
                }
                let expected = if revoked { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
                let (status, body) = call(&app, method, &address, Some(session)).await;
                assert_eq!(status, expected, "{method} {address}: {body:.300}");
                if matches!(open, PageOf(_)) {
                    let (status, page) = call(&app, "GET", &format!("{path}?token={link}"), None).await;
                    assert_eq!(status, expected, "{path} by a link: {page:.300}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked >= 20, "{asked}");
}
