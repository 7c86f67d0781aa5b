//! Whatever bills a customer happens one after the other, and keeps nobody else waiting.

use crate::common::{
    billing::{Billed, GRACE, billed, day, decimal, finalize, plan, put_on, used},
    seed,
};
use app::billing::{AggregationType, Invoice};
use chrono::{DateTime, Duration, Utc};
use server::{
    Error,
    db::{self, customer_plan::NewCustomerPlan},
    invoicing,
};
use sqlx::{PgPool, types::Json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration as Wait,
};
use uuid::Uuid;

/// Tries of eight tasks at once.
const ROUNDS: usize = 25;

/// What bills a customer who was billed for January to March, on the day on which April is due.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Voids the invoice of February.
    Void,
    /// Regenerates it.
    Regenerate,
    /// Ends the plan within February, and voids what comes after.
    End,
    /// Finalizes what is due.
    Finalize,
}

const STEPS: [Step; 4] = [Step::Void, Step::Regenerate, Step::End, Step::Finalize];

/// A customer with three invoices, and the id of the second.
async fn three_invoices(pool: &PgPool) -> (Billed, Uuid) {
    let billed = billed(pool, "2026-01-01", None).await;
    used(pool, &billed, day("2026-02-05"), 3, "eu").await;
    assert_eq!(finalize(pool, "2026-04-02").await, 3);
    let second = sqlx::query_scalar("select id from invoice where customer_id = $1 and start_timestamp = $2")
        .bind(billed.customer_id)
        .bind(day("2026-02-01"))
        .fetch_one(pool)
        .await
        .unwrap();
    (billed, second)
}

async fn take(step: Step, pool: &PgPool, billed: &Billed, second: Uuid) {
    let now = day("2026-05-02");
    match step {
        Step::Void => invoicing::void(pool, second, now).await.unwrap(),
        // Refused unless the invoice is void, has no successor yet, and its period has no draft.
        Step::Regenerate => match invoicing::regenerate(pool, second, now, GRACE).await {
            Ok(_) | Err(Error::BadRequest(_) | Error::Conflict(_)) => {}
            Err(error) => panic!("{error:?}"),
        },
        Step::End => {
            let (access, end) = (seed::access(billed.customer_id), Some(day("2026-02-15")));
            db::customer_plan::end(pool, access, billed.customer_plan_id, end, true, now, GRACE)
                .await
                .unwrap();
        }
        Step::Finalize => {
            invoicing::finalize_due(pool, now, GRACE).await.unwrap();
        }
    }
}

/// All that is stored of a customer's bills but for ids and numbers.
async fn state(pool: &PgPool, billed: &Billed) -> String {
    sqlx::query_scalar(
        "select concat_ws(
            E'\n',
            (
                select string_agg(
                    concat_ws(' ', start_timestamp, end_timestamp, status, regenerated_from_invoice_id is not null),
                    E'\n'
                    order by start_timestamp, end_timestamp, regenerated_from_invoice_id is not null
                )
                from invoice
                where customer_id = $1
            ),
            concat_ws(' ', 'billed until', billed_until, 'open to', coalesce(period_end::text, 'nothing'),
                'revision', revision, 'ends', ending_before, 'waits until', finalize_after)
        )
        from customer_plan
        where id = $2",
    )
    .bind(billed.customer_id)
    .bind(billed.customer_plan_id)
    .fetch_one(pool)
    .await
    .unwrap()
}

/// All orders of the steps.
fn orders() -> Vec<Vec<Step>> {
    let mut orders = vec![Vec::new()];
    for _ in STEPS {
        let longer = |order: Vec<Step>| {
            let left: Vec<Step> = STEPS.into_iter().filter(|step| !order.contains(step)).collect();
            left.into_iter().map(move |step| [&order[..], &[step]].concat())
        };
        orders = orders.into_iter().flat_map(longer).collect();
    }
    orders
}

#[sqlx::test(migrations = "./migrations")]
async fn eight_at_once_leave_what_an_order_of_them_would(pool: PgPool) {
    let mut serial = BTreeSet::new();
    for order in orders() {
        let (billed, second) = three_invoices(&pool).await;
        for step in &order {
            take(*step, &pool, &billed, second).await;
        }
        serial.insert(state(&pool, &billed).await);
    }
    // Ended before February is void, after that, after its regeneration, or before that; each with April or without.
    assert_eq!(serial.len(), 8, "{serial:#?}");

    let served = db::connect(pool.connect_options().as_ref().clone(), 8).await.unwrap();
    let mut seen = BTreeSet::new();
    for round in 0..ROUNDS {
        let (billed, second) = three_invoices(&pool).await;
        let billed = Arc::new(billed);
        // Each step twice, beginning with another one each time.
        let tasks: Vec<_> = (0..8)
            .map(|place| {
                let (pool, billed) = (served.clone(), billed.clone());
                let step = STEPS[(round + place) % STEPS.len()];
                tokio::spawn(async move { take(step, &pool, &billed, second).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        // A finalization that finds the customer held passes it by, as if it came last.
        let left = state(&pool, &billed).await;
        assert!(serial.contains(&left), "{left}\nis none of {serial:#?}");
        seen.insert(left);
    }
    println!("{} of {} outcomes in {ROUNDS} rounds", seen.len(), serial.len());
    served.close().await;
}

#[sqlx::test(migrations = "./migrations")]
async fn two_servers_finalize_the_plans_of_a_customer_once_and_in_one_order(pool: PgPool) {
    let customer_id = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["model"],["region"]]"#).await;
    let plan_id = plan(&pool, metric, day("2025-01-01")).await;
    // Fifteen periods that wait until after the first one of the next plan is due.
    let new = NewCustomerPlan {
        access: seed::access(customer_id),
        plan_id,
        starting_on: day("2025-01-01"),
        ending_before: Some(day("2026-03-15")),
        net_payment_terms_days: None,
        price_adjustments: Vec::new(),
        trial_ending_before: None,
        trial_spending_cap: None,
        finalize_after: Some(day("2026-04-20")),
        custom_fields: BTreeMap::new(),
    };
    db::customer_plan::add(&pool, new, day("2026-03-01"), GRACE).await.unwrap();
    put_on(&pool, customer_id, plan_id, "2026-03-15", None).await.unwrap();

    let server = || invoicing::finalize_due(&pool, day("2026-05-02"), GRACE);
    let (one, other) = tokio::join!(server(), server());
    assert_eq!(one.unwrap() + other.unwrap(), 17);
    let stored: Vec<Json<Invoice>> =
        sqlx::query_scalar("select document from invoice order by number").fetch_all(&pool).await.unwrap();
    let found: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        stored.iter().map(|invoice| (invoice.issued_at, invoice.until())).collect();
    let mut expected = vec![(day("2026-04-02"), day("2026-04-01"))];
    for month in 2..=12 {
        expected.push((day("2026-04-20"), day(&format!("2025-{month:02}-01"))));
    }
    for end in ["2026-01-01", "2026-02-01", "2026-03-01", "2026-03-15"] {
        expected.push((day("2026-04-20"), day(end)));
    }
    expected.push((day("2026-05-02"), day("2026-05-01")));
    assert_eq!(found, expected);
}

#[sqlx::test(migrations = "./migrations")]
async fn who_holds_a_customer_holds_up_neither_its_events_nor_the_bills_of_others(pool: PgPool) {
    let held = billed(&pool, "2026-01-01", None).await;
    let other = billed(&pool, "2026-01-01", None).await;
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("select from customer where id = $1 for no key update")
        .bind(held.customer_id)
        .execute(&mut *tx)
        .await
        .unwrap();
    let meanwhile = async {
        used(&pool, &held, day("2026-01-31") + Duration::hours(9), 5, "eu").await;
        seed::alias(&pool, "acme", held.customer_id).await;
        finalize(&pool, "2026-02-02").await
    };
    assert_eq!(tokio::time::timeout(Wait::from_secs(20), meanwhile).await.expect("nobody waits"), 1);
    let finalized = "select distinct customer_id from invoice order by customer_id";
    let found: Vec<Uuid> = sqlx::query_scalar(finalized).fetch_all(&pool).await.unwrap();
    assert_eq!(found, [other.customer_id]);
    tx.rollback().await.unwrap();
    // With what was used meanwhile: 5 tokens at 2 cents, 5 in eu at 1 cent, the fee.
    assert_eq!(finalize(&pool, "2026-02-02").await, 1);
    let (invoice,): (Json<Invoice>,) = sqlx::query_as("select document from invoice where customer_id = $1")
        .bind(held.customer_id)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(invoice.total, decimal("1015"));
}

#[sqlx::test(migrations = "./migrations")]
async fn archiving_leaves_nothing_owed_whatever_is_under_way(pool: PgPool) {
    let (billed, second) = three_invoices(&pool).await;
    let served = db::connect(pool.connect_options().as_ref().clone(), 8).await.unwrap();
    let access = seed::access(billed.customer_id);
    let now = day("2026-05-02");
    let archive = db::customer::archive(&served, access, now);
    let regenerate = async {
        invoicing::void(&served, second, now).await.unwrap();
        invoicing::regenerate(&served, second, now, GRACE).await
    };
    let due = invoicing::finalize_due(&served, now, GRACE);
    let (archived, regenerated, finalized) = tokio::join!(archive, regenerate, due);
    archived.unwrap();
    finalized.unwrap();
    assert!(matches!(&regenerated, Ok(_) | Err(Error::BadRequest(_))), "{regenerated:?}");
    let owed: Vec<Uuid> =
        sqlx::query_scalar("select id from invoice where status <> 'VOID'").fetch_all(&pool).await.unwrap();
    assert_eq!(owed, Vec::<Uuid>::new());
    assert_eq!(finalize(&pool, "2026-06-02").await, 0);
    served.close().await;
}
