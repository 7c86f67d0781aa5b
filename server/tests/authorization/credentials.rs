//! Every kind of credential on every route.

use crate::{
    authorization::{
        call, keys, routes,
        table::{
            OpenTo::{All, Operators, PageOf, ReadersOfInvoices, ReadersOfUsage, Sessions, Writers},
            table,
        },
    },
    common::{app, seed},
};
use app::embed::{Dashboard, DashboardConfig};
use axum::http::StatusCode;
use server::{
    clock,
    db::api_token::{self, Scope},
    embed_url::{Grant, Session},
};
use sqlx::PgPool;
use uuid::Uuid;

#[sqlx::test(migrations = "./migrations")]
async fn every_credential_reaches_what_it_may_and_nothing_else(pool: PgPool) {
    let now = clock::now();
    let own = seed::customer(&pool, "Own").await;
    let other = seed::customer(&pool, "Other").await;
    let write = api_token::create(&pool, "write", Scope::Write, None).await.unwrap();
    let read = api_token::create(&pool, "read", Scope::Read, None).await.unwrap();
    let keys = keys();
    let grant = Grant { customer_id: own, config: DashboardConfig::new(Dashboard::Invoices) };
    let embed = keys.sign_embed(&grant, None, chrono::Duration::minutes(5), now).unwrap().token;
    let session = keys.sign_session(&Session::new(grant, now), now).unwrap().token;
    let app = app(pool).await;
    let present = routes();

    for (method, path, open) in table() {
        if !present.contains(&((*method).to_owned(), (*path).to_owned())) {
            continue;
        }
        let at = |customer_id: Uuid| {
            let mut path = path.replace("{customer_id}", &customer_id.to_string());
            if path.ends_with("/breakdowns") || path.ends_with("/costs") {
                path += "?starting_on=2026-01-01T00:00:00Z&ending_before=2026-02-01T00:00:00Z";
            }
            path.replace("{invoice_id}", &Uuid::nil().to_string())
                .replace("{plan_id}", &Uuid::nil().to_string())
                .replace("{customer_plan_id}", &Uuid::nil().to_string())
                .replace("{billable_metric_id}", &Uuid::nil().to_string())
        };
        let let_in = |status: StatusCode| ![401, 403, 405].contains(&status.as_u16());
        let credentials = [
            ("nothing", None, *open == All),
            ("garbage", Some("inlay_garbage"), *open == All),
            ("an embed token", Some(embed.as_str()), *open == All),
            (
                "a reading API token",
                Some(read.as_str()),
                matches!(open, All | Operators | ReadersOfInvoices | ReadersOfUsage),
            ),
            (
                "a writing API token",
                Some(write.as_str()),
                matches!(open, All | Operators | ReadersOfInvoices | ReadersOfUsage | Writers),
            ),
            (
                "a session token",
                Some(session.as_str()),
                matches!(
                    open,
                    All | ReadersOfInvoices | ReadersOfUsage | Sessions | PageOf(Dashboard::Invoices)
                ),
            ),
        ];
        for (name, credential, expected) in credentials {
            let (status, body) = call(&app, method, &at(own), credential).await;
            assert_eq!(let_in(status), expected, "{method} {path} with {name}: {status} {body}");
        }
        let (status, body) = call(&app, method, &at(own), Some(&read)).await;
        if *open == Writers {
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}: {body}");
        }
        if matches!(open, ReadersOfInvoices | ReadersOfUsage) {
            let (status, body) = call(&app, method, &at(other), Some(&session)).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path} of another customer");
            let unknown = call(&app, method, &at(Uuid::nil()), Some(&write)).await;
            assert_eq!((status, body), unknown, "{method} {path}: another customer looks like none");
        }
    }
}
