//! Breakdowns: the windows of an invoice are its parts, to the smallest unit.

use crate::common::{
    app,
    billing::{Billed, GRACE, billed, billing_at, day, decimal, finalize, used},
    get, seed, token,
};
use app::billing::{
    AggregationType, BillingAnchor, BillingFrequency, CreditType, Decimal, Invoice, InvoiceBreakdown,
    InvoiceStatus, NewCharge, NewMinimum, NewPlan, NewProduct, Price, TierMode, TierScope,
};
use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use server::{
    auth::CustomerAccess,
    clock,
    db::{
        self,
        customer_plan::{NewCustomerPlan, NewSpendingCap},
    },
    ingest,
    invoicing::{
        self, BreakdownFilter, BreakdownWindow, InvoiceDetail, InvoiceFilter, InvoiceScope, PeriodCosts, Sort,
    },
};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

async fn access(pool: &PgPool, customer_id: Uuid) -> CustomerAccess {
    let token = crate::common::token(pool).await;
    let operator = db::api_token::authenticate(pool, &token, day("2026-01-01")).await.unwrap().unwrap();
    operator.access(customer_id)
}

fn filter(start: &str, end: &str) -> BreakdownFilter {
    BreakdownFilter {
        window_size: BreakdownWindow::Day,
        starting_on: day(start),
        ending_before: day(end),
        status: Vec::new(),
        credit_type_id: None,
        sort: Sort::DateAsc,
        limit: None,
        next_page: None,
        skip_zero_qty_line_items: false,
    }
}

/// Every page.
async fn all(
    pool: &PgPool,
    access: CustomerAccess,
    filter: &BreakdownFilter,
    now: DateTime<Utc>,
) -> Vec<InvoiceBreakdown> {
    let (mut filter, scope) = (filter.clone(), InvoiceScope::all(access));
    let mut rows = Vec::new();
    loop {
        let page = invoicing::breakdowns(billing_at(pool, now), &scope, &filter).await.unwrap();
        if let (Some(first), Some(last)) = (page.data.first(), page.data.last()) {
            let covered = (last.breakdown_end_timestamp - first.breakdown_start_timestamp).abs();
            let most = match filter.window_size {
                BreakdownWindow::Day => Duration::days(35),
                BreakdownWindow::Hour => Duration::hours(24),
            };
            assert!(covered <= most, "{covered}");
        }
        rows.extend(page.data);
        filter.next_page = page.next_page;
        if filter.next_page.is_none() {
            return rows;
        }
    }
}

async fn drafts(pool: &PgPool, access: CustomerAccess, now: DateTime<Utc>) -> Vec<Invoice> {
    let filter = InvoiceFilter { status: vec![InvoiceStatus::Draft], ..InvoiceFilter::default() };
    invoicing::list(billing_at(pool, now), &InvoiceScope::all(access), &filter).await.unwrap().data
}

type Line = (Option<Uuid>, Option<String>);
type Sums = (Decimal, BTreeMap<Line, Decimal>, BTreeMap<(Line, Uuid), (Decimal, Decimal)>);

/// The total of each line, the subtotal and quantity of each sub line, summed over invoices.
fn sums<'a>(invoices: impl IntoIterator<Item = &'a Invoice>) -> Sums {
    let mut total = Decimal::zero();
    let mut lines: BTreeMap<Line, Decimal> = BTreeMap::new();
    let mut sub_lines: BTreeMap<(Line, Uuid), (Decimal, Decimal)> = BTreeMap::new();
    for invoice in invoices {
        total += &invoice.total;
        for line in &invoice.line_items {
            let key = (line.product_id, line.group_value.clone());
            *lines.entry(key.clone()).or_default() += &line.total;
            for sub_line in &line.sub_line_items {
                let sum = sub_lines.entry((key.clone(), sub_line.charge_id.unwrap())).or_default();
                sum.0 += &sub_line.subtotal;
                sum.1 += &sub_line.quantity;
            }
        }
    }
    (total, lines, sub_lines)
}

fn tiered(charge: NewCharge, tiers: &[(&str, &str)], tier_mode: TierMode) -> NewCharge {
    let prices =
        tiers.iter().map(|(tier, value)| Price { tier: decimal(tier), value: decimal(value) }).collect();
    NewCharge { prices, tier_mode, ..charge }
}

/// A customer on a plan with every way to measure and to price, and usage at random.
async fn with_everything(pool: &PgPool, rng: &mut StdRng) -> Uuid {
    let customer_id = seed::customer(pool, "Acme").await;
    let now = day("2026-01-01");
    let cents = CreditType::USD_CENTS;
    let mut charges = Vec::new();
    let kinds = [
        (AggregationType::Count, ""),
        (AggregationType::Sum, "n"),
        (AggregationType::Max, "n"),
        (AggregationType::Latest, "n"),
        (AggregationType::Unique, "n"),
    ];
    for (place, (kind, key)) in kinds.into_iter().enumerate() {
        let metric = seed::metric(pool, kind, key, r#"[["region"]]"#).await;
        for (group_key, tier_scope) in [
            (None, TierScope::PerGroup),
            (Some("region"), TierScope::PerGroup),
            (Some("region"), TierScope::AcrossGroups),
        ] {
            let product =
                db::plan::create_product(pool, NewProduct::new(&format!("{kind:?}"), group_key), now)
                    .await
                    .unwrap();
            let flat = NewCharge::usage("Flat", product, metric, cents, decimal("0.37"));
            let mode = if place % 2 == 0 { TierMode::Graduated } else { TierMode::Volume };
            let tiers = tiered(flat.clone(), &[("0", "0.731"), ("5", "0.5"), ("20", "0.11")], mode);
            // Tiers that reach back into earlier months, where the product is grouped.
            let tier_reset_frequency = if group_key.is_some() { 3 } else { 1 };
            charges.push(NewCharge { tier_reset_frequency, tier_scope, ..tiers });
            charges.push(flat);
        }
    }
    let support = db::plan::create_product(pool, NewProduct::new("Support", None), now).await.unwrap();
    charges.push(NewCharge::fixed("Support", support, decimal("1"), cents, decimal("999.5")));
    let plan = NewPlan {
        name: "Everything".to_owned(),
        description: None,
        billing_frequency: BillingFrequency::Monthly,
        billing_anchor: BillingAnchor::FirstOfMonth,
        custom_fields: BTreeMap::new(),
        charges,
        minimums: vec![NewMinimum {
            credit_type_id: cents,
            name: "Minimum".to_owned(),
            start_period: 0,
            value: decimal("9000"),
        }],
    };
    let plan_id = db::plan::create_plan(pool, plan, now).await.unwrap();
    let new = NewCustomerPlan {
        access: crate::common::seed::access(customer_id),
        plan_id,
        starting_on: day("2026-01-10"),
        ending_before: Some(day("2026-03-20")),
        net_payment_terms_days: None,
        price_adjustments: Vec::new(),
        trial_ending_before: Some(day("2026-01-13")),
        trial_spending_cap: Some(NewSpendingCap { amount: decimal("500"), credit_type_id: cents }),
        finalize_after: None,
        custom_fields: BTreeMap::new(),
    };
    db::customer_plan::add(pool, new, now, GRACE).await.unwrap();
    let events = (0..400)
        .map(|index| {
            let at = day("2026-01-01") + Duration::minutes(rng.random_range(0..(74 * 24 + 7) * 60));
            let region = ["eu", "us", "ap"][rng.random_range(0..3)];
            let n = rng.random_range(-5..40);
            seed::event(
                &index.to_string(),
                customer_id,
                at,
                &format!(r#"{{"n": "{n}.25", "region": "{region}"}}"#),
            )
        })
        .collect();
    ingest::record(pool, events, now).await.unwrap();
    customer_id
}

#[sqlx::test(migrations = "./migrations")]
async fn the_windows_of_an_invoice_sum_to_it_by_day_and_by_hour(pool: PgPool) {
    let mut rng = StdRng::seed_from_u64(20_261_122);
    let customer_id = with_everything(&pool, &mut rng).await;
    let access = access(&pool, customer_id).await;
    let now = day("2026-03-15") + Duration::hours(7);
    for folded in [false, true] {
        if folded {
            while db::usage::fold(&pool).await.unwrap() > 0 {}
        }
        let drafts = drafts(&pool, access, now).await;
        // A trial of 3 days, the rest of the month, and two more.
        assert_eq!(drafts.len(), 4);
        assert_eq!(drafts[0].adjustments()[0].total, decimal("-500"));
        // By hour the first month alone, whose 22 days are 528 windows.
        for (window_size, invoices, end) in
            [(BreakdownWindow::Day, 4, "2026-04-01"), (BreakdownWindow::Hour, 2, "2026-02-01")]
        {
            let filter = BreakdownFilter { window_size, ..filter("2026-01-01", end) };
            let rows = all(&pool, access, &filter, now).await;
            for draft in &drafts[..invoices] {
                let parts = rows.iter().map(|row| &row.invoice).filter(|invoice| invoice.id == draft.id);
                assert!(sums(parts) == sums([draft]), "{window_size:?} of {}", draft.at());
            }
            // What begins within a period knows what was before.
            let late = BreakdownFilter { starting_on: day("2026-01-30"), ..filter.clone() };
            let late = all(&pool, access, &late, now).await;
            let from =
                rows.iter().position(|row| row.breakdown_start_timestamp == day("2026-01-30")).unwrap();
            assert!(late == rows[from..]);
            let newest_first = BreakdownFilter { sort: Sort::DateDesc, ..filter };
            let mut newest_first = all(&pool, access, &newest_first, now).await;
            newest_first.reverse();
            assert!(newest_first == rows);
        }
    }
}

/// What charges come to together.
fn sum(charges: &[(String, Decimal)]) -> Decimal {
    charges.iter().map(|(_, amount)| amount).sum()
}

#[sqlx::test(migrations = "./migrations")]
async fn what_was_metered_by_day_and_the_rest_sum_to_the_invoice(pool: PgPool) {
    let mut rng = StdRng::seed_from_u64(20_261_127);
    let customer_id = with_everything(&pool, &mut rng).await;
    let access = access(&pool, customer_id).await;
    let now = day("2026-03-15") + Duration::hours(7);
    let scope = InvoiceScope::all(access);
    for draft in drafts(&pool, access, now).await {
        let InvoiceDetail { invoice, days, .. } =
            invoicing::detail(billing_at(&pool, now), &scope, draft.id).await.unwrap();
        assert_eq!(invoice, draft);
        let PeriodCosts { metered, fixed, of_period, adjustments, total } = days.unwrap();
        assert_eq!(total, draft.total);
        let metered: Decimal = metered.iter().map(|(_, amount)| amount).sum();
        let [fixed, of_period] = [fixed, of_period].map(|charges| sum(&charges));
        let adjusted: Decimal = adjustments.iter().map(|one| &one.total).sum();
        assert_eq!([&metered, &fixed, &of_period, &adjusted].into_iter().sum::<Decimal>(), total);
        // Each product here is measured in one way.
        let of = |names: &[&str]| -> Decimal {
            let lines = draft.line_items.iter().filter(|line| names.contains(&line.name.as_str()));
            lines.map(|line| &line.total).sum()
        };
        assert_eq!(metered, of(&["Count", "Sum"]), "{}", draft.at());
        assert_eq!(of_period, of(&["Max", "Latest", "Unique"]), "{}", draft.at());
        assert_eq!(fixed, of(&["Support"]), "{}", draft.at());
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_day_costs_what_was_metered_on_it(pool: PgPool) {
    let billed = billed(&pool, "2026-01-30", None).await;
    let access = access(&pool, billed.customer_id).await;
    used(&pool, &billed, day("2026-02-01") + Duration::hours(5), 3, "eu").await;
    used(&pool, &billed, day("2026-02-02"), 10, "us").await;
    let now = day("2026-02-03") + Duration::hours(1);
    let draft = drafts(&pool, access, now).await.pop().unwrap();
    let detail =
        invoicing::detail(billing_at(&pool, now), &InvoiceScope::all(access), draft.id).await.unwrap();
    let days = detail.days.unwrap();
    let metered: Vec<_> = days.metered.iter().map(|(_, amount)| amount.to_string()).collect();
    // Tokens at 2 cents and, by region, 1 cent; the fee of 10 dollars is on no day.
    assert_eq!(metered, ["9", "30", "0"]);
    assert_eq!((sum(&days.fixed), days.of_period.len()), (decimal("1000"), 0));
}

#[sqlx::test(migrations = "./migrations")]
async fn each_day_has_its_part_and_the_first_what_is_owed_anyway(pool: PgPool) {
    let billed = billed(&pool, "2026-01-30", None).await;
    let access = access(&pool, billed.customer_id).await;
    used(&pool, &billed, day("2026-01-30") + Duration::hours(5), 3, "eu").await;
    used(&pool, &billed, day("2026-02-02"), 10, "us").await;
    let now = day("2026-02-03") + Duration::hours(1);
    let rows = all(&pool, access, &filter("2026-01-01", "2026-12-01"), now).await;
    let totals: Vec<_> = rows
        .iter()
        .map(|row| (row.breakdown_start_timestamp.format("%m-%d").to_string(), row.invoice.total.to_string()))
        .collect();
    // The fee of 10 dollars, in January for 2 of 31 days; tokens at 2 cents and, by region, 1 cent.
    let expected = [("01-30", "74"), ("01-31", "0"), ("02-01", "1000"), ("02-02", "30"), ("02-03", "0")];
    assert_eq!(totals, expected.map(|(day, total)| (day.to_owned(), total.to_owned())));
    let day = &rows[3].invoice;
    let lines: Vec<_> = day
        .line_items
        .iter()
        .map(|line| (line.name.as_str(), line.group_value.as_deref(), line.total.to_string()))
        .collect();
    assert_eq!(
        lines,
        [
            ("Tokens", None, "20".to_owned()),
            ("Traffic", Some("us"), "10".to_owned()),
            ("Support", None, "0".to_owned())
        ]
    );
    assert_eq!(day.line_items[0].quantity, Some(decimal("10")));
    let skipping = BreakdownFilter { skip_zero_qty_line_items: true, ..filter("2026-02-02", "2026-02-03") };
    assert_eq!(all(&pool, access, &skipping, now).await[0].invoice.line_items.len(), 2);
}

#[sqlx::test(migrations = "./migrations")]
async fn late_events_change_the_draft_and_the_breakdowns_at_once_and_never_a_finalized_invoice(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    let access = access(&pool, billed.customer_id).await;
    used(&pool, &billed, day("2026-01-05"), 4, "eu").await;
    let now = day("2026-02-01") + Duration::hours(23);
    let total = async |now| {
        let rows = all(&pool, access, &filter("2026-01-01", "2026-02-01"), now).await;
        (rows.iter().map(|row| &row.invoice.total).sum::<Decimal>().to_string(), rows[0].invoice.status)
    };
    assert_eq!(drafts(&pool, access, now).await[0].total, decimal("1012"));
    assert_eq!(total(now).await, ("1012".to_owned(), InvoiceStatus::Draft));
    used(&pool, &billed, day("2026-01-05"), 1, "eu").await;
    assert_eq!(drafts(&pool, access, now).await[0].total, decimal("1015"));
    assert_eq!(total(now).await, ("1015".to_owned(), InvoiceStatus::Draft));

    let draft = drafts(&pool, access, now).await.remove(0);
    assert_eq!(finalize(&pool, "2026-02-02").await, 1);
    let now = day("2026-02-02");
    let frozen =
        invoicing::find(billing_at(&pool, now), &InvoiceScope::all(access), draft.id, false).await.unwrap();
    used(&pool, &billed, day("2026-01-06"), 100, "us").await;
    assert_eq!(total(now).await, ("1315".to_owned(), InvoiceStatus::Finalized));
    let found =
        invoicing::find(billing_at(&pool, now), &InvoiceScope::all(access), draft.id, false).await.unwrap();
    assert_eq!(found, frozen);
    assert_eq!((found.total, found.line_items), (draft.total, draft.line_items));
    let rows = all(&pool, access, &filter("2026-01-06", "2026-01-07"), now).await;
    assert_eq!((rows[0].invoice.id, rows[0].invoice.total.clone()), (draft.id, decimal("300")));
    assert_eq!(rows[0].invoice.invoice_number, frozen.invoice_number);
}

#[sqlx::test(migrations = "./migrations")]
async fn voided_invoices_and_those_not_asked_for_have_no_breakdown(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    let access = access(&pool, billed.customer_id).await;
    finalize(&pool, "2026-03-02").await;
    let now = day("2026-03-10");
    let months = async |status: Vec<InvoiceStatus>| {
        let filter = BreakdownFilter { status, ..filter("2026-01-01", "2026-05-01") };
        let rows = all(&pool, access, &filter, now).await;
        rows.iter().map(|row| row.invoice.at().format("%m").to_string()).collect::<BTreeSet<_>>()
    };
    let set = |months: &[&str]| months.iter().map(|month| (*month).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(months(vec![]).await, set(&["01", "02", "03"]));
    assert_eq!(months(vec![InvoiceStatus::Draft]).await, set(&["03"]));
    assert_eq!(months(vec![InvoiceStatus::Finalized]).await, set(&["01", "02"]));
    let (january,): (Uuid,) = sqlx::query_as("select id from invoice order by start_timestamp limit 1")
        .fetch_one(&pool)
        .await
        .unwrap();
    invoicing::void(&pool, january, now).await.unwrap();
    assert_eq!(months(vec![]).await, set(&["02", "03"]));
    let other = BreakdownFilter { credit_type_id: Some(Uuid::nil()), ..filter("2026-01-01", "2026-05-01") };
    assert!(all(&pool, access, &other, now).await.is_empty());
}

#[sqlx::test(migrations = "./migrations")]
async fn a_window_that_has_not_begun_is_there_once_it_has_usage(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    let access = access(&pool, billed.customer_id).await;
    let now = day("2026-01-03") + Duration::hours(23);
    let filter = filter("2026-01-03", "2026-02-01");
    assert_eq!(all(&pool, access, &filter, now).await.len(), 1);
    used(&pool, &billed, now + Duration::hours(2), 1, "").await;
    let rows = all(&pool, access, &filter, now).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].invoice.total, decimal("3"));
}

/// A customer whose plan began 40 days ago.
async fn recent(pool: &PgPool) -> (Billed, String) {
    let start = (clock::now() - Duration::days(40)).date_naive().to_string();
    let billed = billed(pool, &start, None).await;
    used(pool, &billed, day(&start) + Duration::hours(30), 40, "eu").await;
    (billed, start)
}

#[sqlx::test(migrations = "./migrations")]
async fn the_call_takes_its_parameters_and_pages_by_cursor(pool: PgPool) {
    let (billed, start) = recent(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let end = (clock::now() + Duration::days(2)).date_naive();
    let path = format!(
        "/v1/customers/{}/invoices/breakdowns?starting_on={start}T00:00:00Z&ending_before={end}T00:00:00Z",
        billed.customer_id
    );
    for (query, pages, rows) in [
        ("", vec![35, 6], 41),
        // The latest 35 days there can be usage in: tomorrow, which has none, is left out.
        ("&sort=date_desc", vec![34, 7], 41),
        ("&limit=30&window_size=day", vec![30, 11], 41),
    ] {
        let (mut sizes, mut cursor, mut starts) = (Vec::new(), String::new(), BTreeSet::new());
        loop {
            let (status, page) = get(&app, &token, &format!("{path}{query}&next_page={cursor}")).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            let data = page["data"].as_array().unwrap();
            sizes.push(data.len());
            starts
                .extend(data.iter().map(|row| row["breakdown_start_timestamp"].as_str().unwrap().to_owned()));
            match page["next_page"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!((sizes, starts.len()), (pages, rows), "{query}");
    }
    let (_, hours) = get(&app, &token, &format!("{path}&window_size=HOUR&limit=100")).await;
    assert_eq!(hours["data"].as_array().unwrap().len(), 24);
    assert_eq!(hours["data"][1]["breakdown_end_timestamp"], format!("{start}T02:00:00Z"));
    assert!(
        ["id", "credit_type", "line_items", "status", "total", "type", "subtotal"]
            .iter()
            .all(|key| !hours["data"][0][key].is_null())
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn a_parameter_that_cannot_be_is_named(pool: PgPool) {
    let (billed, _) = recent(&pool).await;
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    for (query, named) in [
        ("", "starting_on: is required"),
        ("starting_on=2026-01-01T00:00:00Z", "ending_before: is required"),
        (
            "starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-01T00:00:00Z",
            "ending_before: must be after",
        ),
        (
            "starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-02T00:00:00Z&window_size=WEEK",
            "window_size",
        ),
        ("starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-02T00:00:00Z&status=VOID", "status"),
        ("starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-02T00:00:00Z&sort=up", "sort"),
        ("starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-02T00:00:00Z&next_page=!", "next_page"),
        ("starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-02T00:00:00Z&limit=0", "limit"),
        (
            "starting_on=2026-01-01T00:00:00Z&ending_before=2026-01-02T00:00:00Z&window=1",
            "window: is not known",
        ),
    ] {
        let path = format!("/v1/customers/{}/invoices/breakdowns?{query}", billed.customer_id);
        let (status, body) = get(&app, &token, &path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(body["message"].as_str().unwrap().starts_with(named), "{query}: {body}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_draft_is_held_against_the_same_days_of_the_period_before(pool: PgPool) {
    let billed = billed(&pool, "2026-01-01", None).await;
    for (at, tokens) in
        [("2026-01-03", 40), ("2026-01-11", 10), ("2026-02-03", 42), ("2026-02-10", 1), ("2026-02-11", 100)]
    {
        used(&pool, &billed, day(at), tokens, "eu").await;
    }
    let access = access(&pool, billed.customer_id).await;
    let scope = InvoiceScope::all(access);
    let now = day("2026-02-11") + Duration::hours(12);
    let so_far = async |now| {
        let list = invoicing::list(billing_at(&pool, now), &scope, &InvoiceFilter::default()).await.unwrap();
        let draft = list.data.iter().find(|one| one.at() == day("2026-02-01")).unwrap();
        invoicing::detail(billing_at(&pool, now), &scope, draft.id).await.unwrap().so_far
    };
    for is_finalized in [false, true] {
        if is_finalized {
            assert_eq!(finalize(&pool, "2026-02-05").await, 1);
        }
        let found = so_far(now).await.unwrap();
        assert_eq!(found.days, 10);
        // 2 cents a token, one more by region, and the fee; today's tokens are in neither.
        assert_eq!([&found.before.total, &found.now.total], [&decimal("1120"), &decimal("1129")]);
        assert_eq!(found.before.until(), day("2026-01-11"));
        assert_eq!(found.now.until(), day("2026-02-11"));
    }
    assert!(so_far(day("2026-02-01") + Duration::hours(23)).await.is_none(), "no whole day is over");
    used(&pool, &billed, day("2026-01-25"), 5, "eu").await;
    assert!(so_far(now).await.is_none(), "the invoice before does not hold what came after it");
}
