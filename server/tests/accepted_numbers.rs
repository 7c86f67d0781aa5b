//! Whatever events, plans, price adjustments and added charges the API accepts can be finalized, listed, shown, exported,
//! voided and made anew.
//!
//! As many companies are made as fit into 30 seconds, or as many as `INLAY_NUMBER_CASES` says. `INLAY_NUMBER_SEED`
//! replays the one that a failure names.

use crate::common::{app, billing::GRACE, get, post, token};
use app::{
    billing::{CreditType, Invoice},
    embed::{Dashboard, DashboardConfig},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use chrono::{DateTime, Days, NaiveTime, SecondsFormat, TimeDelta, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use server::{
    clock, db,
    embed_url::{Grant, Keys, Session},
    invoicing,
};
use sqlx::PgPool;
use std::{
    env,
    time::{Duration, Instant},
};
use tower::ServiceExt as _;
use uuid::Uuid;

/// Currencies with three digits after the point, and with none: their ids are those of the migration.
const KWD: &str = "6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0005";
const JPY: &str = "6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0004";

const BUDGET: Duration = Duration::from_secs(30);

/// What became of the companies.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    invoices: usize,
    /// The most digits before the point of an amount.
    longest: usize,
}

#[sqlx::test(migrations = "./migrations")]
async fn what_is_accepted_can_be_billed_shown_exported_and_voided(pool: PgPool) {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (first, cases) = match (number("INLAY_NUMBER_SEED"), number("INLAY_NUMBER_CASES")) {
        (Some(seed), cases) => (seed, Some(cases.unwrap_or(1))),
        (None, cases) => (clock::now().timestamp_micros() as u64, cases),
    };
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let metrics = make_metrics(&app, &token).await;
    let (begun, mut tally, mut seed) = (Instant::now(), Tally::default(), first);
    while cases.map_or(begun.elapsed() < BUDGET, |cases| seed - first < cases) {
        println!("INLAY_NUMBER_SEED={seed}");
        let mut company = Company {
            pool: &pool,
            app: &app,
            token: &token,
            metrics: &metrics,
            rng: StdRng::seed_from_u64(seed),
            log: Vec::new(),
        };
        company.live(&mut tally).await;
        seed += 1;
    }
    assert_eq!(db::invoice::damaged(&pool).await.unwrap(), []);
    println!("{} companies in {:.0} s: {tally:?}", seed - first, begun.elapsed().as_secs_f32());
    assert!(tally.accepted > 0 && tally.refused > 0 && tally.invoices > 0, "{tally:?}");
    assert!(tally.longest < 100, "the reference says that no amount has so many digits: {tally:?}");
}

/// One metric of each kind, for all companies: each event is measured by every metric that there is.
async fn make_metrics(app: &Router, token: &str) -> Vec<String> {
    let mut metrics = Vec::new();
    for kind in ["SUM", "MAX", "LATEST", "COUNT", "UNIQUE"] {
        let metric = json!({ "name": kind, "aggregation_type": kind, "aggregation_key": "n",
            "property_filters": [{ "name": "n", "exists": true }, { "name": "region", "exists": true }],
            "group_keys": [["region"]] });
        let (status, answer) = post(app, token, "/v1/billable-metrics/create", metric).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        metrics.push(answer["data"]["id"].as_str().unwrap().to_owned());
    }
    metrics
}

struct Company<'a> {
    pool: &'a PgPool,
    app: &'a Router,
    token: &'a str,
    metrics: &'a [String],
    rng: StdRng,
    log: Vec<String>,
}

/// A number as somebody could write it: mostly at a bound or just beyond it.
fn number(rng: &mut StdRng, bounds: &[usize]) -> String {
    let length = |rng: &mut StdRng| {
        let bound = *bounds.choose(rng).unwrap();
        *[1, bound / 2, bound - 1, bound, bound, bound, bound + 1].choose(rng).unwrap()
    };
    let digits = |rng: &mut StdRng, length: usize| -> String {
        let same = rng.random_bool(0.5).then(|| *['0', '1', '9', '5', '4'].choose(rng).unwrap());
        (0..length).map(|_| same.unwrap_or_else(|| char::from(b'0' + rng.random_range(0..10)))).collect()
    };
    let sign = if rng.random_bool(0.15) { "-" } else { "" };
    let (whole, fraction) = (length(rng), length(rng));
    match rng.random_range(0..8) {
        0 => format!("{sign}{}", rng.random_range(0..1_000)),
        1 => format!("{sign}{}e{}", rng.random_range(1..10), whole - 1),
        2 => format!("{sign}{}e-{fraction}", rng.random_range(1..10)),
        3 => format!("{sign}0.{}", digits(rng, fraction)),
        4 | 5 => format!("{sign}{}{}", rng.random_range(1..10), digits(rng, whole.saturating_sub(1))),
        _ => {
            let first = rng.random_range(1..10);
            format!("{sign}{first}{}.{}", digits(rng, whole.saturating_sub(1)), digits(rng, fraction))
        }
    }
}

fn json_number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

impl Company<'_> {
    fn price(&mut self) -> Value {
        json_number(&number(&mut self.rng, &[18]))
    }

    /// What a body is answered; a refusal is a 400 and nothing else.
    async fn offered(&mut self, tally: &mut Tally, path: &str, body: Value) -> Option<Value> {
        let (status, answer) = post(self.app, self.token, path, body.clone()).await;
        self.log.push(format!("{path} {body:.600}: {status} {answer:.300}"));
        match status {
            StatusCode::OK => {
                tally.accepted += 1;
                Some(answer)
            }
            StatusCode::BAD_REQUEST => {
                tally.refused += 1;
                None
            }
            other => panic!("{other}\n{}", self.log.join("\n")),
        }
    }

    async fn made(&mut self, tally: &mut Tally, path: &str, body: Value) -> Option<String> {
        let answer = self.offered(tally, path, body).await?;
        Some(answer["data"]["id"].as_str().unwrap().to_owned())
    }

    async fn live(&mut self, tally: &mut Tally) {
        let customer = self.made(tally, "/v1/customers", json!({ "name": "Acme" })).await.unwrap();
        let credit_type = self.credit_type(tally).await;
        let mut plan = None;
        while plan.is_none() {
            plan = self.plan(tally, &credit_type).await;
        }
        let (plan, added) = (plan.unwrap(), self.added_charge(tally, &credit_type).await);
        let start = (clock::now().date_naive() - Days::new(21)).and_time(NaiveTime::MIN).and_utc();
        let Some(customer_plan) = self.put_on(tally, &customer, &plan, &credit_type, start).await else {
            return;
        };
        for _ in 0..self.rng.random_range(1..5) {
            self.ingest(tally, &customer).await;
        }
        for _ in 0..self.rng.random_range(0..3) {
            let (price, quantity) = (self.price(), self.price());
            let body = json!({ "customer_plan_id": customer_plan, "charge_id": added, "description": "Set-up",
                "invoice_start_timestamp": start, "price": price, "quantity": quantity });
            self.offered(tally, &format!("/v1/customers/{customer}/addCharge"), body).await;
        }
        self.look(tally, &customer).await;
        if let Err(error) = invoicing::finalize_due(self.pool, clock::now() + GRACE, GRACE).await {
            panic!("{}\n{}", server::error::chain(&error), self.log.join("\n"));
        }
        let stored = self.look(tally, &customer).await;
        assert!(!stored.is_empty(), "{}", self.log.join("\n"));
        let id = stored.choose(&mut self.rng).unwrap().id;
        for call in ["void", "regenerate"] {
            let (status, answer) =
                post(self.app, self.token, &format!("/v1/invoices/{call}"), json!({ "id": id })).await;
            assert_eq!(status, StatusCode::OK, "{call}: {answer}\n{}", self.log.join("\n"));
        }
        self.look(tally, &customer).await;
    }

    /// Cents, a currency with smaller units, or a unit of its own, whose amounts are not rounded.
    async fn credit_type(&mut self, tally: &mut Tally) -> String {
        match self.rng.random_range(0..4) {
            0 => {
                let name = format!("Credits {} {}", Uuid::new_v4(), "é".repeat(100));
                self.made(tally, "/v1/credit-types/create", json!({ "name": name })).await.unwrap()
            }
            1 => KWD.to_owned(),
            2 => JPY.to_owned(),
            _ => CreditType::USD_CENTS.to_string(),
        }
    }

    async fn plan(&mut self, tally: &mut Tally, credit_type: &str) -> Option<String> {
        let mut charges = Vec::new();
        for _ in 0..self.rng.random_range(1..4) {
            charges.push(self.charge(tally, credit_type).await);
        }
        let mut body = json!({ "name": "Pro", "billing_frequency": "WEEKLY", "billing_anchor": "PLAN_START",
            "charges": charges });
        if self.rng.random_bool(0.3) {
            let value = self.price();
            body["minimums"] = json!([{ "name": "Minimum", "credit_type_id": credit_type, "value": value }]);
        }
        self.made(tally, "/v1/plans/create", body).await
    }

    async fn charge(&mut self, tally: &mut Tally, credit_type: &str) -> Value {
        let is_fixed = self.rng.random_bool(0.25);
        let group_key = (!is_fixed && self.rng.random_bool(0.4)).then_some("region");
        let mut product = json!({ "name": "Product" });
        if let Some(key) = group_key {
            product["group_key"] = json!(key);
        }
        let product = self.made(tally, "/v1/products/create", product).await.unwrap();
        let mut charge = json!({ "product_id": product, "name": "Charge", "credit_type_id": credit_type });
        if is_fixed {
            charge["charge_type"] = json!("fixed");
            charge["quantity"] = self.price();
        } else {
            charge["charge_type"] = json!("usage");
            charge["billable_metric_id"] = json!(self.metrics.choose(&mut self.rng).unwrap());
        }
        let mut prices = vec![json!({ "tier": 0, "value": self.price() })];
        if self.rng.random_bool(0.4) {
            let tiers = [["1", "2.5"], ["1e-18", "1e17"], ["0.000000000000000001", "999999999999999999.9"]];
            let tiers = *tiers.choose(&mut self.rng).unwrap();
            for tier in tiers {
                prices.push(json!({ "tier": json_number(tier), "value": self.price() }));
            }
            charge["tier_mode"] = json!(*["graduated", "volume"].choose(&mut self.rng).unwrap());
        }
        charge["prices"] = json!(prices);
        if self.rng.random_bool(0.3) {
            let factor = *["1e-18", "1e17", "3", "0.000000000000000007", "999999999999999999"]
                .choose(&mut self.rng)
                .unwrap();
            charge["unit_conversion"] = json!({ "division_factor": json_number(factor) });
            if self.rng.random_bool(0.5) {
                charge["unit_conversion"]["rounding_behavior"] =
                    json!(*["floor", "ceiling"].choose(&mut self.rng).unwrap());
            }
        }
        charge
    }

    /// A fixed charge of a product that no plan of a customer has.
    async fn added_charge(&mut self, tally: &mut Tally, credit_type: &str) -> String {
        let product = self.made(tally, "/v1/products/create", json!({ "name": "Set-up" })).await.unwrap();
        let charge = json!({ "product_id": product, "name": "Set-up", "charge_type": "fixed", "quantity": 1,
            "credit_type_id": credit_type, "prices": [{ "tier": 0, "value": 1 }] });
        let plan = json!({ "name": "One-off", "billing_frequency": "MONTHLY", "charges": [charge] });
        let plan = self.made(tally, "/v1/plans/create", plan).await.unwrap();
        let (_, charges) = get(self.app, self.token, &format!("/v1/planDetails/{plan}/charges")).await;
        charges["data"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn put_on(
        &mut self,
        tally: &mut Tally,
        customer: &str,
        plan: &str,
        credit_type: &str,
        start: DateTime<Utc>,
    ) -> Option<String> {
        let (_, charges) = get(self.app, self.token, &format!("/v1/planDetails/{plan}/charges")).await;
        let charge = &charges["data"].as_array().unwrap()[0];
        let mut body = json!({ "plan_id": plan, "starting_on": start });
        if self.rng.random_bool(0.4) {
            let kind = *["percentage", "fixed", "override"].choose(&mut self.rng).unwrap();
            let mut adjustment = json!({ "charge_id": charge["id"], "adjustment_type": kind, "start_period": 0, "value": self.price() });
            if kind == "override" {
                adjustment["tier"] = charge["prices"].as_array().unwrap().last().unwrap()["tier"].clone();
            }
            body["price_adjustments"] = json!([adjustment]);
        }
        if self.rng.random_bool(0.3) {
            let cap = json!({ "amount": self.price(), "credit_type_id": credit_type });
            body["trial_spec"] = json!({ "length_in_days": 7, "spending_cap": cap });
        }
        let path = format!("/v1/customers/{customer}/plans/add");
        let made = self.made(tally, &path, body).await;
        if made.is_some() {
            return made;
        }
        self.made(tally, &path, json!({ "plan_id": plan, "starting_on": start })).await
    }

    async fn ingest(&mut self, tally: &mut Tally, customer: &str) {
        let mut events = Vec::new();
        for _ in 0..self.rng.random_range(1..4) {
            let text = number(&mut self.rng, &[30, 60]);
            let value = if self.rng.random_bool(0.5) { json!(text) } else { json_number(&text) };
            let back = TimeDelta::minutes(self.rng.random_range(0..20 * 24 * 60));
            events.push(json!({
                "transaction_id": Uuid::new_v4(), "customer_id": customer, "event_type": "request",
                "timestamp": (clock::now() - back).to_rfc3339_opts(SecondsFormat::Micros, true),
                "properties": { "n": value, "region": number(&mut self.rng, &[20]) },
            }));
        }
        self.offered(tally, "/v1/ingest", json!(events)).await;
    }

    async fn fetch(&self, token: &str, path: &str) -> Vec<u8> {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let response = self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
        assert_eq!(status, StatusCode::OK, "{path:.80}: {shown}\n{}", self.log.join("\n"));
        // A section of a page that failed says so on the page.
        let text = String::from_utf8_lossy(&body);
        for failed in ["Usage", "This chart", "Invoices", "This invoice"] {
            let sentence = format!("{failed} could not be loaded.");
            assert!(!text.contains(&sentence), "{path:.80}: {sentence}\n{}", self.log.join("\n"));
        }
        body
    }

    /// Everything that shows invoices; the stored ones that are owed.
    async fn look(&self, tally: &mut Tally, customer: &str) -> Vec<Invoice> {
        let base = format!("/v1/customers/{customer}");
        let now = clock::now();
        let list = self.fetch(self.token, &format!("{base}/invoices?limit=100")).await;
        let list: Value = serde_json::from_slice(&list).unwrap();
        let invoices: Vec<Invoice> = serde_json::from_value(list["data"].clone()).unwrap();
        let session = |dashboard| {
            let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
            let grant =
                Grant { customer_id: customer.parse().unwrap(), config: DashboardConfig::new(dashboard) };
            keys.sign_link(&Session::new(grant, now), now).unwrap().token
        };
        let reader = session(Dashboard::Invoices);
        self.fetch("", &format!("/embed/invoices?token={reader}")).await;
        self.fetch(
            "",
            &format!("/embed/usage?token={}&view=cumulative&measure=cost", session(Dashboard::Usage)),
        )
        .await;
        self.fetch(self.token, &format!("{base}/plans")).await;
        let until = (now.date_naive() + Days::new(1)).format("%Y-%m-%dT00:00:00Z").to_string();
        let from = (now.date_naive() - Days::new(30)).format("%Y-%m-%dT00:00:00Z").to_string();
        for call in ["costs?", "invoices/breakdowns?window_size=DAY&"] {
            self.fetch(
                self.token,
                &format!("{base}/{call}starting_on={from}&ending_before={until}&limit=100"),
            )
            .await;
        }
        for invoice in &invoices {
            tally.invoices += 1;
            assert!(!invoice.is_damaged);
            let of_lines: Vec<_> = invoice.line_items.iter().map(|line| &line.total).collect();
            assert_eq!(Some(of_lines.into_iter().sum::<app::billing::Decimal>()), invoice.subtotal);
            for amount in std::iter::once(&invoice.total).chain(&invoice.subtotal) {
                let digits = amount.floor().to_string().trim_start_matches('-').len();
                tally.longest = tally.longest.max(digits);
            }
            let one = format!("{base}/invoices/{}", invoice.id);
            for path in [one.clone(), format!("{one}/csv"), format!("{one}/pdf")] {
                self.fetch(self.token, &path).await;
            }
            self.fetch("", &format!("/embed/invoices?token={reader}&invoice={}&show=all", invoice.id)).await;
        }
        invoices
            .into_iter()
            .filter(|invoice| invoice.status == app::billing::InvoiceStatus::Finalized)
            .collect()
    }
}
