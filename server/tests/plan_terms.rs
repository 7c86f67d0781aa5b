//! Trials, tiers that count on, minimums and plan changes, from the database to the invoice.

use crate::common::{
    billing::{Billed, GRACE, billing_at, day, decimal, finalize, used},
    seed, token,
};
use app::billing::{
    AggregationType, BillingAnchor, BillingFrequency, CreditType, Decimal, Invoice, InvoiceStatus, NewCharge,
    NewMinimum, NewPlan, NewProduct, Price,
};
use chrono::Duration;
use server::{
    auth::CustomerAccess,
    db::{
        self,
        customer_plan::{NewCustomerPlan, NewSpendingCap},
    },
    invoicing::{self, BreakdownFilter, BreakdownWindow, InvoiceFilter, InvoiceScope, Sort},
};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

const NOW: &str = "2026-06-20";

/// Tokens at 10 cents, from 100 on at 5, counted over a quarter; a fee of 31 dollars; at least 40 dollars.
async fn plan(pool: &PgPool, billable_metric_id: Uuid) -> Uuid {
    let cents = CreditType::USD_CENTS;
    let opening = day("2026-01-01");
    let product = async |name: &str, group_key: Option<&str>| {
        db::plan::create_product(pool, NewProduct::new(name, group_key), opening).await.unwrap()
    };
    let price = |tier: i64, value: i64| Price { tier: Decimal::from(tier), value: Decimal::from(value) };
    let counted = |name: &str, product: Uuid| NewCharge {
        prices: vec![price(0, 10), price(100, 5)],
        tier_reset_frequency: 3,
        ..NewCharge::usage(name, product, billable_metric_id, cents, Decimal::zero())
    };
    let plan = NewPlan {
        name: "Quarterly tiers".to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: BillingAnchor::FirstOfMonth,
        custom_fields: BTreeMap::new(),
        charges: vec![
            counted("Tokens", product("Tokens", None).await),
            counted("Traffic", product("Traffic", Some("region")).await),
            NewCharge::fixed("Fee", product("Fee", None).await, decimal("1"), cents, decimal("3100")),
        ],
        minimums: vec![NewMinimum {
            credit_type_id: cents,
            name: "Minimum".to_owned(),
            start_period: 0,
            value: decimal("4000"),
        }],
    };
    db::plan::create_plan(pool, plan, opening).await.unwrap()
}

/// On it from January 15, the first 10 days a trial of at most 100 dollars, to June 11; from then on the same plan anew, without a trial.
async fn on_plans(pool: &PgPool) -> Billed {
    let customer_id = seed::customer(pool, "Acme").await;
    let billable_metric_id =
        seed::metric(pool, AggregationType::Sum, "tokens", r#"[["model"],["region"]]"#).await;
    let plan_id = plan(pool, billable_metric_id).await;
    let mut ids = Vec::new();
    for (start, end, trial) in
        [("2026-01-15", Some("2026-06-11"), Some("2026-01-25")), ("2026-06-11", None, None)]
    {
        let new = NewCustomerPlan {
            access: seed::access(customer_id),
            plan_id,
            starting_on: day(start),
            ending_before: end.map(day),
            net_payment_terms_days: None,
            price_adjustments: Vec::new(),
            trial_ending_before: trial.map(day),
            trial_spending_cap: trial
                .map(|_| NewSpendingCap { amount: decimal("10000"), credit_type_id: CreditType::USD_CENTS }),
            finalize_after: None,
            custom_fields: BTreeMap::new(),
        };
        ids.push(db::customer_plan::add(pool, new, day(start), GRACE).await.unwrap());
    }
    let billed = Billed { customer_id, billable_metric_id, plan_id, customer_plan_id: ids[0] };
    for (at, tokens, region) in [
        ("2026-01-24", 1_000, "eu"), // in the trial
        ("2026-01-25", 60, "eu"),
        ("2026-02-03", 60, "eu"),
        ("2026-02-27", 10, ""),
        ("2026-03-31", 200, "us"),
        ("2026-04-01", 60, "eu"),
        ("2026-06-10", 90, "eu"),
        ("2026-06-11", 90, "eu"),
    ] {
        used(pool, &billed, day(at) + Duration::hours(23), tokens, region).await;
    }
    billed
}

async fn invoices(pool: &PgPool, access: CustomerAccess) -> Vec<Invoice> {
    invoicing::list(billing_at(pool, day(NOW)), &InvoiceScope::all(access), &InvoiceFilter::default())
        .await
        .unwrap()
        .data
}

async fn access(pool: &PgPool, customer_id: Uuid) -> CustomerAccess {
    let token = token(pool).await;
    db::api_token::authenticate(pool, &token, day(NOW)).await.unwrap().unwrap().access(customer_id)
}

#[sqlx::test(migrations = "./migrations")]
async fn invoices_of_all_terms_together_are_as_worked_out_by_hand(pool: PgPool) {
    let billed = on_plans(&pool).await;
    let access = access(&pool, billed.customer_id).await;
    let drafts = invoices(&pool, access).await;
    let found: Vec<_> = drafts
        .iter()
        .map(|invoice| {
            let lines = invoice.line_items.iter().map(|line| line.total.to_string()).collect::<Vec<_>>();
            let adjusted = invoice.adjustments().iter().map(|one| one.total.to_string()).collect::<Vec<_>>();
            (
                invoice.at().format("%m-%d").to_string(),
                lines.join(" "),
                adjusted.join(" "),
                invoice.total.to_string(),
            )
        })
        .collect();
    // Lines: tokens, traffic by region, the fee; then what the trial waives or the minimum adds; then the total.
    let expected = [
        // 1,000 tokens, 1,000 from eu, of each 100 at 10 and 900 at 5: 10 dollars over the cap.
        ("01-15", "5500 5500", "-10000", "1000"),
        // 7 of 31 days: a fee of 700, a minimum of 903.23; 60 tokens, 60 from eu.
        ("01-25", "600 600 700", "", "1900"),
        // Tokens 70: 40 at 10, 30 at 5. eu 60: 40 at 10, 20 at 5. Without a region: 10 at 10.
        ("02-01", "550 500 100 3100", "", "4250"),
        // Tokens 200 at 5. us 200: 100 at 10, 100 at 5.
        ("03-01", "1000 1500 3100", "", "5600"),
        // The tiers start again: 60 and 60 at 10.
        ("04-01", "600 600 3100", "", "4300"),
        ("05-01", "0 3100", "900", "4000"),
        // 10 of 30 days: a fee of 1033.33; 90 tokens after 60: 40 at 10, 50 at 5, and the same of eu.
        ("06-01", "650 650 1033", "", "2333"),
        // Another plan: its own count of periods. 20 of 30 days: a fee of 2066.67, a minimum of 2666.67.
        ("06-11", "900 900 2067", "", "3867"),
    ];
    let expected = expected.map(|(start, lines, adjusted, total)| {
        (start.to_owned(), lines.to_owned(), adjusted.to_owned(), total.to_owned())
    });
    assert_eq!(found, expected);

    // What is finalized is what the draft was.
    assert_eq!(finalize(&pool, NOW).await, 7);
    let stored = invoices(&pool, access).await;
    for (draft, stored) in drafts.iter().zip(&stored).take(7) {
        assert_eq!(stored.status, InvoiceStatus::Finalized);
        assert_eq!((&draft.line_items, &draft.total), (&stored.line_items, &stored.total));
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn breakdowns_of_all_terms_together_sum_to_the_invoices(pool: PgPool) {
    let billed = on_plans(&pool).await;
    let access = access(&pool, billed.customer_id).await;
    let drafts = invoices(&pool, access).await;
    let scope = InvoiceScope::all(access);
    for window_size in [BreakdownWindow::Day, BreakdownWindow::Hour] {
        for (from, until) in
            [("2026-01-01", "2026-03-01"), ("2026-03-01", "2026-05-01"), ("2026-05-01", "2026-07-01")]
        {
            let mut filter = BreakdownFilter {
                window_size,
                starting_on: day(from),
                ending_before: day(until),
                status: Vec::new(),
                credit_type_id: None,
                sort: Sort::DateAsc,
                limit: None,
                next_page: None,
                skip_zero_qty_line_items: false,
            };
            let mut sums: BTreeMap<Uuid, Decimal> = BTreeMap::new();
            loop {
                let page = invoicing::breakdowns(billing_at(&pool, day(NOW)), &scope, &filter).await.unwrap();
                for row in &page.data {
                    let invoice = &row.invoice;
                    let adjusted: Decimal = invoice.adjustments().iter().map(|one| &one.total).sum();
                    assert_eq!(
                        invoice.subtotal.as_ref().map(|subtotal| subtotal + &adjusted),
                        Some(invoice.total.clone()),
                        "{}",
                        row.breakdown_start_timestamp
                    );
                    *sums.entry(invoice.id).or_default() += &invoice.total;
                }
                filter.next_page = page.next_page;
                if filter.next_page.is_none() {
                    break;
                }
            }
            let within = drafts.iter().filter(|draft| draft.at() >= day(from) && draft.at() < day(until));
            let expected: BTreeMap<_, _> = within.map(|draft| (draft.id, draft.total.clone())).collect();
            assert_eq!(sums, expected, "{window_size:?} from {from}");
        }
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_left_of_a_spending_cap_is_what_the_trials_invoice_did_not_waive(pool: PgPool) {
    let customer_id = seed::customer(&pool, "Acme").await;
    let metric = seed::metric(&pool, AggregationType::Sum, "tokens", r#"[["model"],["region"]]"#).await;
    let plan_id = plan(&pool, metric).await;
    let new = NewCustomerPlan {
        access: seed::access(customer_id),
        plan_id,
        starting_on: day("2026-03-01"),
        ending_before: None,
        net_payment_terms_days: None,
        price_adjustments: Vec::new(),
        trial_ending_before: Some(day("2026-03-15")),
        trial_spending_cap: Some(NewSpendingCap {
            amount: decimal("10000"),
            credit_type_id: CreditType::USD_CENTS,
        }),
        finalize_after: None,
        custom_fields: BTreeMap::new(),
    };
    let customer_plan_id = db::customer_plan::add(&pool, new, day("2026-02-01"), GRACE).await.unwrap();
    let billed = Billed { customer_id, billable_metric_id: metric, plan_id, customer_plan_id };
    let access = access(&pool, customer_id).await;
    let left = async |at: &str| {
        let plans = invoicing::customer_plans(billing_at(&pool, day(at)), access, None, None).await.unwrap();
        let trial = plans.data[0].trial_info.clone().unwrap();
        trial.spending_caps[0].amount_remaining.to_string()
    };
    // Not begun; then 60 tokens at 10, in all and from eu.
    assert_eq!(left("2026-02-01").await, "10000");
    used(&pool, &billed, day("2026-03-04"), 60, "eu").await;
    assert_eq!(left("2026-03-05").await, "8800");
    assert_eq!(finalize(&pool, "2026-03-20").await, 1);
    assert_eq!(left("2026-03-20").await, "8800");
    // A late event does not change what was waived, until the invoice is made anew.
    used(&pool, &billed, day("2026-03-05"), 10, "eu").await;
    assert_eq!(left("2026-03-20").await, "8800");
    let trial = invoices(&pool, access).await.remove(0);
    invoicing::void(&pool, trial.id, day("2026-03-20")).await.unwrap();
    assert_eq!(left("2026-03-20").await, "10000");
    invoicing::regenerate(&pool, trial.id, day("2026-03-20"), GRACE).await.unwrap();
    assert_eq!(left("2026-03-20").await, "8600");
}

#[sqlx::test(migrations = "./migrations")]
async fn a_trial_with_a_spending_cap_that_was_billed_does_not_go_on(pool: PgPool) {
    let billed = on_plans(&pool).await;
    let end = async |at: Option<&str>, void| {
        let Billed { customer_id, customer_plan_id, .. } = billed;
        db::customer_plan::end(
            &pool,
            seed::access(customer_id),
            customer_plan_id,
            at.map(day),
            void,
            day("2026-01-19"),
            GRACE,
        )
        .await
    };
    end(Some("2026-01-20"), false).await.unwrap();
    // Open again as long as it is not billed.
    end(Some("2026-01-22"), false).await.unwrap();
    finalize(&pool, "2026-02-01").await;
    for later in [Some("2026-01-23"), Some("2026-06-11")] {
        let refused = end(later, false).await.unwrap_err().to_string();
        assert!(refused.contains("a trial with a spending cap does not go on"), "{refused}");
    }
    end(Some("2026-01-21"), true).await.unwrap();
    end(Some("2026-06-11"), false).await.unwrap();
}
