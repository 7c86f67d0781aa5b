//! Billing periods are finalized once, whoever tries and however late.

use crate::common::billing::{Billed, GRACE, billed, billing_at, day, decimal, finalize, used};
use app::billing::{Invoice, InvoiceStatus};
use chrono::{DateTime, Duration, Utc};
use server::{
    Error,
    auth::Operator,
    db::{self, customer_plan::NewCustomerPlan},
    invoicing,
};
use sqlx::PgPool;
use std::collections::BTreeMap;

async fn stored(pool: &PgPool) -> Vec<(Invoice, String)> {
    let rows: Vec<(sqlx::types::Json<Invoice>, String)> =
        sqlx::query_as("select document, status from invoice order by start_timestamp, number")
            .fetch_all(pool)
            .await
            .unwrap();
    rows.into_iter().map(|(document, status)| (document.0, status)).collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn a_period_is_finalized_when_its_grace_period_is_over(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    used(&pool, &billed, day("2026-01-31") + Duration::hours(23), 5, "eu").await;
    used(&pool, &billed, day("2026-02-01"), 1_000, "eu").await;

    assert_eq!(finalize(&pool, "2026-02-01").await, 0);
    let before = day("2026-02-02") - Duration::microseconds(1);
    assert_eq!(invoicing::finalize_due(&pool, before, GRACE).await.unwrap(), 0);
    assert_eq!(finalize(&pool, "2026-02-02").await, 1);
    assert_eq!(finalize(&pool, "2026-02-02").await, 0);

    let (invoice, status) = stored(&pool).await.remove(0);
    assert_eq!(status, "FINALIZED");
    assert_eq!(invoice.status, InvoiceStatus::Finalized);
    assert_eq!(invoice.until(), day("2026-02-01"));
    assert_eq!(invoice.issued_at, day("2026-02-02"));
    // 5 tokens at 2 cents, 5 in eu at 1 cent, the fee
    assert_eq!(invoice.total, decimal("1015"));
}

#[sqlx::test(migrations = "./migrations")]
async fn the_draft_becomes_the_finalized_invoice_under_the_same_id(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    used(&pool, &billed, day("2026-01-10"), 7, "us").await;
    let access = access(&pool, &billed).await;
    let filter = invoicing::InvoiceFilter::default();
    let drafts =
        invoicing::list(billing_at(&pool, day("2026-01-20")), &invoicing::InvoiceScope::all(access), &filter)
            .await
            .unwrap()
            .data;
    assert_eq!(drafts.len(), 1);
    finalize(&pool, "2026-02-02").await;
    let stored = stored(&pool).await.remove(0).0;
    assert_eq!(Invoice { status: InvoiceStatus::Finalized, ..drafts[0].clone() }, stored);
    let document: serde_json::Value =
        sqlx::query_scalar("select document from invoice").fetch_one(&pool).await.unwrap();
    assert_eq!(serde_json::to_value(&stored).unwrap(), document);
}

#[sqlx::test(migrations = "./migrations")]
async fn many_servers_at_once_finalize_each_period_once(pool: PgPool) {
    for _ in 0..4 {
        billed(&pool, "2026-01-01", None).await;
    }
    let servers: Vec<_> = (0..6)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(
                async move { invoicing::finalize_due(&pool, day("2026-07-15"), GRACE).await.unwrap() },
            )
        })
        .collect();
    let mut finalized = 0;
    for server in servers {
        finalized += server.await.unwrap();
    }
    assert_eq!(finalized, 4 * 6);
    assert_eq!(stored(&pool).await.len(), 4 * 6);
    assert_eq!(finalize(&pool, "2026-07-15").await, 0);
}

#[sqlx::test(migrations = "./migrations")]
async fn after_months_of_downtime_every_period_is_finalized_and_the_end_ends_it(pool: PgPool) {
    billed(&pool, "2025-01-15", Some("2026-03-10")).await;
    assert_eq!(finalize(&pool, "2026-11-22").await, 15);
    let invoices = stored(&pool).await;
    for pair in invoices.windows(2) {
        assert_eq!(pair[0].0.until(), pair[1].0.at());
    }
    assert_eq!(invoices[0].0.at(), day("2025-01-15"));
    assert_eq!(invoices[14].0.until(), day("2026-03-10"));
    // 17 of January's 31 days of a fee of 1000
    assert_eq!(invoices[0].0.total, decimal("548"));
    assert_eq!(finalize(&pool, "2027-11-22").await, 0);
}

#[sqlx::test(migrations = "./migrations")]
async fn one_broken_plan_does_not_hold_up_the_others(pool: PgPool) {
    let broken = billed(&pool, "2026-01-01", None).await;
    let good = billed(&pool, "2026-01-01", None).await;
    sqlx::query("update charge set prices = '\"broken\"' where plan_id = $1")
        .bind(broken.plan_id)
        .execute(&pool)
        .await
        .unwrap();
    assert!(invoicing::finalize_due(&pool, day("2026-03-05"), GRACE).await.is_err());
    let invoices = stored(&pool).await;
    assert_eq!(invoices.len(), 2);
    assert!(invoices.iter().all(|(invoice, _)| invoice.customer_id == good.customer_id));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_finalized_invoice_never_changes(pool: PgPool) {
    billed(&pool, "2026-01-01", None).await;
    finalize(&pool, "2026-02-02").await;
    for change in [
        "update invoice set document = '{}'",
        "update invoice set status = 'VOID'",
        "update invoice set status = 'VOID', voided_at = now(), issued_at = now()",
        "delete from invoice",
        "truncate invoice",
        "truncate customer cascade",
    ] {
        let refused = sqlx::query(change).execute(&pool).await.unwrap_err();
        assert!(refused.to_string().contains("never changes"), "{change}: {refused}");
    }
    let id = stored(&pool).await[0].0.id;
    invoicing::void(&pool, id, day("2026-02-03")).await.unwrap();
    for change in [
        "update invoice set status = 'FINALIZED', voided_at = null",
        "update invoice set regenerated_from_invoice_id = id",
        "delete from invoice",
        "truncate invoice cascade",
    ] {
        assert!(sqlx::query(change).execute(&pool).await.is_err(), "{change}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn an_invoice_of_a_status_that_there_is_none_is_an_error_and_not_owed(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    finalize(&pool, "2026-02-02").await;
    for damage in [
        "alter table invoice disable trigger user",
        "alter table invoice drop constraint invoice_status",
        "update invoice set status = 'PAID'",
    ] {
        sqlx::query(damage).execute(&pool).await.unwrap();
    }
    let id = stored(&pool).await[0].0.id;
    let operator = Operator { token_id: String::new(), can_write: false };
    let found = db::invoice::find(&pool, operator.access(billed.customer_id), id).await;
    assert!(matches!(&found, Err(Error::Internal(problem)) if problem.contains("PAID")), "{found:?}");
}

#[sqlx::test(migrations = "./migrations")]
async fn ending_a_plan_early_bills_what_is_left_and_voids_only_when_told(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    used(&pool, &billed, day("2026-02-05"), 3, "").await;
    used(&pool, &billed, day("2026-02-25"), 100, "").await;
    finalize(&pool, "2026-04-02").await;
    let end = |end: Option<&'static str>, void| {
        let pool = pool.clone();
        let (access, id) = (crate::common::seed::access(billed.customer_id), billed.customer_plan_id);
        async move {
            db::customer_plan::end(&pool, access, id, end.map(day), void, day("2026-04-03"), GRACE).await
        }
    };

    let refused = end(Some("2026-02-15"), false).await.unwrap_err();
    assert!(refused.to_string().starts_with("ending_before: lies before 2026-04-01"), "{refused}");
    let mut beyond: Vec<_> = stored(&pool).await.into_iter().map(|(invoice, _)| invoice.id).collect();
    assert!(!refused.to_string().contains(&beyond.remove(0).to_string()), "January stays: {refused}");
    for id in &beyond {
        assert!(refused.to_string().contains(&format!(" ({id})")), "{refused}");
    }
    let ended = end(Some("2026-02-15"), true).await.unwrap();
    assert_eq!(ended.voided.iter().map(|(name, _)| name.id).collect::<Vec<_>>(), beyond);
    assert!(
        ended.voided.iter().all(|(name, _)| refused.to_string().contains(&name.invoice_number)),
        "{refused}"
    );
    assert_eq!(ended.without_plan_since, Some(day("2026-02-15")));
    assert_eq!(finalize(&pool, "2026-06-01").await, 1);
    let found: Vec<_> = stored(&pool)
        .await
        .into_iter()
        .map(|(invoice, status)| (invoice.at(), invoice.until(), status, invoice.total.to_string()))
        .collect();
    // 3 tokens at 2 cents and 1 cent, and 14 of February's 28 days
    assert_eq!(
        found,
        [
            (day("2026-01-01"), day("2026-02-01"), "FINALIZED".to_owned(), "1000".to_owned()),
            (day("2026-02-01"), day("2026-03-01"), "VOID".to_owned(), "1309".to_owned()),
            (day("2026-02-01"), day("2026-02-15"), "FINALIZED".to_owned(), "509".to_owned()),
            (day("2026-03-01"), day("2026-04-01"), "VOID".to_owned(), "1000".to_owned()),
        ]
    );

    // The end is cleared: billing goes on where it ended.
    end(None, false).await.unwrap();
    assert_eq!(finalize(&pool, "2026-04-04").await, 2);
    let last = stored(&pool).await.pop().unwrap().0;
    assert_eq!((last.at(), last.until()), (day("2026-03-01"), day("2026-04-01")));
}

#[sqlx::test(migrations = "./migrations")]
async fn ending_a_plan_leaves_void_what_was_void_before(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    finalize(&pool, "2026-03-02").await;
    let february = stored(&pool).await[1].0.id;
    invoicing::void(&pool, february, day("2026-03-03")).await.unwrap();
    let (access, id) = (crate::common::seed::access(billed.customer_id), billed.customer_plan_id);
    let end = Some(day("2026-02-15"));
    db::customer_plan::end(&pool, access, id, end, true, day("2026-03-04"), GRACE).await.unwrap();
    assert_eq!(finalize(&pool, "2026-06-01").await, 0);
    // It can be regenerated, as far as the plan still goes.
    let made = invoicing::regenerate(&pool, february, day("2026-06-01"), GRACE).await.unwrap();
    let stored = stored(&pool).await;
    let (invoice, status) = stored.iter().find(|(invoice, _)| invoice.id == made).unwrap();
    assert_eq!((invoice.until(), status.as_str()), (day("2026-02-15"), "FINALIZED"));
}

/// A customer put on the plan at `now`, since January.
async fn put_on_late(pool: &PgPool, now: DateTime<Utc>, finalize_after: Option<DateTime<Utc>>) -> Billed {
    let earlier = billed(pool, "2025-06-01", Some("2025-06-02")).await;
    let new = NewCustomerPlan {
        access: crate::common::seed::access(earlier.customer_id),
        plan_id: earlier.plan_id,
        starting_on: day("2026-01-01"),
        ending_before: None,
        net_payment_terms_days: Some(30),
        price_adjustments: Vec::new(),
        trial_ending_before: None,
        trial_spending_cap: None,
        finalize_after,
        custom_fields: BTreeMap::new(),
    };
    finalize(pool, "2025-07-01").await;
    Billed { customer_plan_id: db::customer_plan::add(pool, new, now, GRACE).await.unwrap(), ..earlier }
}

/// Period start, when it was issued and total of every stored invoice since January.
async fn issued(pool: &PgPool) -> Vec<(DateTime<Utc>, DateTime<Utc>, String)> {
    let all = stored(pool).await.into_iter().map(|(invoice, _)| invoice);
    all.filter(|invoice| invoice.at() >= day("2026-01-01"))
        .map(|invoice| (invoice.at(), invoice.issued_at, invoice.total.to_string()))
        .collect()
}

#[sqlx::test(migrations = "./migrations")]
async fn past_periods_of_a_new_plan_wait_for_the_grace_period_since_it_was_added(pool: PgPool) {
    let added = day("2026-03-10") + Duration::hours(9);
    let billed = put_on_late(&pool, added, None).await;
    let due = added + GRACE;
    assert_eq!(invoicing::finalize_due(&pool, added + Duration::minutes(1), GRACE).await.unwrap(), 0);
    // The events of the past come after the plan.
    used(&pool, &billed, day("2026-02-20"), 5, "eu").await;
    let before = due - Duration::microseconds(1);
    assert_eq!(invoicing::finalize_due(&pool, before, GRACE).await.unwrap(), 0);
    // Also when the job runs late, they were issued when they were due; the period that ran waits for its own end.
    assert_eq!(finalize(&pool, "2026-04-05").await, 3);
    assert_eq!(
        issued(&pool).await,
        [
            (day("2026-01-01"), due, "1000".to_owned()),
            (day("2026-02-01"), due, "1015".to_owned()),
            (day("2026-03-01"), day("2026-04-02"), "1000".to_owned()),
        ]
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn past_periods_wait_for_the_instant_that_the_caller_chose(pool: PgPool) {
    let (added, chosen) = (day("2026-03-10"), day("2026-04-20") + Duration::hours(7));
    put_on_late(&pool, added, Some(chosen)).await;
    let before = chosen - Duration::microseconds(1);
    assert_eq!(invoicing::finalize_due(&pool, before, GRACE).await.unwrap(), 0);
    assert_eq!(invoicing::finalize_due(&pool, chosen, GRACE).await.unwrap(), 3);
    finalize(&pool, "2026-05-02").await;
    let found: Vec<_> = issued(&pool).await.into_iter().map(|(_, issued, _)| issued).collect();
    assert_eq!(found, [chosen, chosen, chosen, day("2026-05-02")]);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_instant_that_has_passed_is_the_one_at_which_the_plan_was_added(pool: PgPool) {
    let added = day("2026-03-10") + Duration::hours(9);
    put_on_late(&pool, added, Some(day("2026-02-02"))).await;
    assert_eq!(invoicing::finalize_due(&pool, added, GRACE).await.unwrap(), 2);
    assert!(issued(&pool).await.iter().all(|(_, issued, _)| *issued == added));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_past_period_that_a_moved_end_changes_waits_for_the_grace_period_since(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    finalize(&pool, "2026-04-02").await;
    let moved = day("2026-04-10") + Duration::hours(9);
    let (access, customer_plan_id) =
        (crate::common::seed::access(billed.customer_id), billed.customer_plan_id);
    let end = Some(day("2026-02-15"));
    db::customer_plan::end(&pool, access, customer_plan_id, end, true, moved, GRACE).await.unwrap();
    assert_eq!(finalize(&pool, "2026-04-11").await, 0);
    assert_eq!(invoicing::finalize_due(&pool, moved + GRACE, GRACE).await.unwrap(), 1);
    let (invoice, _) = stored(&pool).await.into_iter().rfind(|(_, status)| status == "FINALIZED").unwrap();
    assert_eq!((invoice.until(), invoice.issued_at), (day("2026-02-15"), moved + GRACE));
}

#[sqlx::test(migrations = "./migrations")]
async fn an_end_that_is_moved_in_the_future_delays_nothing(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    let (access, customer_plan_id) =
        (crate::common::seed::access(billed.customer_id), billed.customer_plan_id);
    for end in [Some(day("2026-05-15")), None] {
        let now = day("2026-02-01") + Duration::hours(9);
        db::customer_plan::end(&pool, access, customer_plan_id, end, false, now, GRACE).await.unwrap();
    }
    assert_eq!(finalize(&pool, "2026-02-02").await, 1);
}

#[sqlx::test(migrations = false)]
async fn plans_of_before_wait_for_nothing_but_their_grace_periods(pool: PgPool) {
    let migrations = sqlx::migrate!("./migrations");
    migrations.run_to(18, &pool).await.unwrap();
    let customer = crate::common::seed::customer(&pool, "Acme").await;
    crate::common::seed::on_plan(&pool, customer, &[]).await;
    migrations.run(&pool).await.unwrap();
    let waits: Vec<(DateTime<Utc>,)> =
        sqlx::query_as("select finalize_after from customer_plan").fetch_all(&pool).await.unwrap();
    assert_eq!(waits, [(day("2026-01-01"),)]);
}

async fn access(pool: &PgPool, billed: &Billed) -> server::auth::CustomerAccess {
    let token = crate::common::token(pool).await;
    let operator = db::api_token::authenticate(pool, &token, day("2026-01-01")).await.unwrap().unwrap();
    operator.access(billed.customer_id)
}
