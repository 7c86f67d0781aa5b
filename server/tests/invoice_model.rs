//! Random lives of invoices, through the router on a real database, against a plain model in memory.
//!
//! As many sequences run as fit into 45 seconds, or as many as `INLAY_MODEL_SEQUENCES` says. `INLAY_MODEL_SEED` replays
//! the one sequence that a failure names.

use crate::common::{app, get, post, token};
use crate::model::{DAY, Day, Event, Line, Lines, Model, Plan, Status, Stretch, TRIAL, Trial};
use axum::{Router, http::StatusCode};
use chrono::{DateTime, SecondsFormat, Utc};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use server::{clock, db, invoicing};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    collections::{BTreeMap, HashMap},
    env,
    time::{Duration, Instant},
};

const STEPS: usize = 24;
/// Longer than any call takes.
const MINUTE: i64 = 60_000_000;
const BUDGET: Duration = Duration::from_secs(45);

#[sqlx::test(migrations = "./migrations")]
async fn random_lives_of_invoices_agree_with_a_plain_model(pool: PgPool) {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let plans = make_plans(&pool).await;
    let (first, sequences) = match (number("INLAY_MODEL_SEED"), number("INLAY_MODEL_SEQUENCES")) {
        (Some(seed), sequences) => (seed, Some(sequences.unwrap_or(1))),
        (None, sequences) => (clock::now().timestamp_micros() as u64, sequences),
    };
    let begun = Instant::now();
    let (mut seed, mut steps) = (first, 0);
    while sequences.map_or(begun.elapsed() < BUDGET, |sequences| seed - first < sequences) {
        println!("INLAY_MODEL_SEED={seed}");
        steps += Life::begin(&pool, &plans, seed).await.live().await;
        seed += 1;
    }
    println!("{} sequences, {steps} steps in {:.0} s", seed - first, begun.elapsed().as_secs_f32());
    assert!(steps > 0);
}

/// The ids of the two plans, whose prices [`Model::lines`] knows.
struct Plans {
    alpha: String,
    beta: String,
}

async fn make_plans(pool: &PgPool) -> Plans {
    let (app, token) = (app(pool.clone()).await, token(pool).await);
    let made = async |path: &str, body: Value| {
        let (status, answer) = post(&app, &token, path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer["data"]["id"].as_str().unwrap().to_owned()
    };
    let metric = async |kind: &str, key: Value| {
        let mut body = json!({
            "name": kind,
            "aggregation_type": kind,
            "event_type_filter": { "in_values": ["life"] },
            "property_filters": [{ "name": "region", "exists": true }],
            "group_keys": [["region"]],
        });
        if !key.is_null() {
            body["property_filters"] =
                json!([{ "name": "region", "exists": true }, { "name": key, "exists": true }]);
            body["aggregation_key"] = key;
        }
        made("/v1/billable-metrics/create", body).await
    };
    let product = async |name: &str, group_key: Value| {
        let mut body = json!({ "name": name });
        if !group_key.is_null() {
            body["group_key"] = group_key;
        }
        made("/v1/products/create", body).await
    };
    let usage = |product: &str, metric: &str, prices: Value| {
        json!({
            "product_id": product,
            "name": "Usage",
            "charge_type": "usage",
            "billable_metric_id": metric,
            "credit_type_id": app::billing::CreditType::USD_CENTS,
            "prices": prices,
        })
    };
    let fee = |product: &str, price: i64| {
        json!({
            "product_id": product,
            "name": "Fee",
            "charge_type": "fixed",
            "quantity": 1,
            "credit_type_id": app::billing::CreditType::USD_CENTS,
            "prices": [{ "tier": 0, "value": price }],
        })
    };
    let flat = |price: Value| json!([{ "tier": 0, "value": price }]);
    let plan = async |name: &str, charges: Value| {
        let body = json!({
            "name": name,
            "billing_frequency": "WEEKLY",
            "billing_anchor": "PLAN_START",
            "charges": charges,
        });
        made("/v1/plans/create", body).await
    };
    let (sum, count) = (metric("SUM", json!("n")).await, metric("COUNT", Value::Null).await);
    let (max, latest) = (metric("MAX", json!("n")).await, metric("LATEST", json!("n")).await);
    let unique = metric("UNIQUE", json!("user")).await;
    let (tokens, calls) = (product("Tokens", Value::Null).await, product("Calls", json!("region")).await);
    let (peak, stored) = (product("Peak", Value::Null).await, product("Stored", json!("region")).await);
    let (users, fees) = (product("Users", Value::Null).await, product("Fee", Value::Null).await);
    let graduated = json!([
        { "tier": 0, "value": 0.5 }, { "tier": 100, "value": 0.25 }, { "tier": 1000, "value": 0.07 }
    ]);
    let volume = json!([
        { "tier": 0, "value": 3 }, { "tier": 50, "value": 2.5 }, { "tier": 200, "value": 1.11 }
    ]);
    let mut by_volume = usage(&peak, &max, volume);
    by_volume["tier_mode"] = json!("volume");
    Plans {
        alpha: plan(
            "Alpha",
            json!([
                usage(&tokens, &sum, graduated),
                usage(&calls, &count, flat(json!(0.37))),
                usage(&calls, &sum, flat(json!(0.03))),
                fee(&fees, 1_000),
            ]),
        )
        .await,
        beta: plan(
            "Beta",
            json!([
                by_volume,
                usage(&stored, &latest, flat(json!(0.9))),
                usage(&users, &unique, flat(json!(7.3))),
                fee(&fees, 500),
            ]),
        )
        .await,
    }
}

/// One customer, and what the model thinks of it.
struct Life<'a> {
    pool: &'a PgPool,
    plans: &'a Plans,
    app: Router,
    token: String,
    rng: StdRng,
    seed: u64,
    customer_id: String,
    today: Day,
    model: Model,
    /// Ids of drafts when they were listed last.
    drafts: HashMap<(usize, Day), String>,
    /// When the job ran last.
    finalized_at: i64,
    /// What was done, for the message of a failure.
    log: Vec<String>,
    events: u64,
}

impl<'a> Life<'a> {
    async fn begin(pool: &'a PgPool, plans: &'a Plans, seed: u64) -> Self {
        let (app, token) = (app(pool.clone()).await, token(pool).await);
        let (_, made) = post(&app, &token, "/v1/customers", json!({ "name": format!("Life {seed}") })).await;
        let today = clock::now().timestamp().div_euclid(86_400);
        let mut life = Self {
            pool,
            plans,
            app,
            token,
            rng: StdRng::seed_from_u64(seed),
            seed,
            customer_id: made["data"]["id"].as_str().unwrap().to_owned(),
            today,
            model: Model::default(),
            drafts: HashMap::new(),
            finalized_at: (today - 40) * DAY,
            log: Vec::new(),
            events: 0,
        };
        let start = today - life.rng.random_range(5..34);
        life.add(start).await;
        life
    }

    /// Lives to the end; the number of steps.
    async fn live(mut self) -> usize {
        self.compare().await;
        for step in 0..STEPS {
            if clock::now().timestamp().div_euclid(86_400) != self.today {
                return step; // midnight came: days would be counted from another one
            }
            match self.rng.random_range(0..100) {
                0..36 => self.ingest().await,
                36..44 => self.change_plan().await,
                44..55 => self.end_plan().await,
                55..64 => self.void().await,
                64..78 => self.regenerate().await,
                78..90 => self.finalize().await,
                90..94 => self.restart().await,
                94..98 => while db::usage::fold(self.pool).await.unwrap() > 0 {},
                _ => self.compare_breakdowns().await,
            }
            self.compare().await;
            self.compare_caps().await;
        }
        self.compare_breakdowns().await;
        self.archive().await;
        STEPS
    }

    async fn call(&self, path: &str, body: Value) -> (StatusCode, Value) {
        post(&self.app, &self.token, path, body).await
    }

    fn did(&mut self, what: String) {
        self.log.push(what);
    }

    fn story(&self) -> String {
        format!("INLAY_MODEL_SEED={} (day {})\n{}", self.seed, self.today, self.log.join("\n"))
    }

    /// New events, known ones with other content, and some twice in the batch.
    async fn ingest(&mut self) {
        let mut batch = Vec::new();
        let now = clock::now().timestamp_micros();
        for _ in 0..self.rng.random_range(1..12) {
            let known: Vec<String> = self.model.events.keys().cloned().collect();
            let again = self.rng.random_bool(0.2);
            let id = match known.choose(&mut self.rng).filter(|_| again) {
                Some(id) => id.clone(),
                None => {
                    self.events += 1;
                    format!("event {}", self.events)
                }
            };
            // A number of its own in the last digits, so that no two events are at one instant.
            let number = (self.events * 16 + batch.len() as u64) as i64;
            let back = self.rng.random_range(-20 * 60..33 * 24 * 60);
            let at = (now / 60_000_000 - back) * 60_000_000 + number;
            let event = Event {
                at,
                n: self.rng.random_range(0..300),
                user: self.rng.random_range(0..9),
                region: *[Some("eu"), Some("us"), None].choose(&mut self.rng).unwrap(),
            };
            batch.push(self.json(&id, &event));
            self.model.events.entry(id).or_insert(event);
        }
        self.did(format!("ingest {}", json!(batch)));
        for _ in 0..self.rng.random_range(1..3) {
            let (status, answer) = self.call("/v1/ingest", json!(batch)).await;
            assert_eq!(status, StatusCode::OK, "{answer}\n{}", self.story());
        }
    }

    fn json(&self, id: &str, event: &Event) -> Value {
        let at = DateTime::from_timestamp_micros(event.at).unwrap();
        let mut properties = json!({ "n": event.n as i64, "user": event.user });
        if let Some(region) = event.region {
            properties["region"] = json!(region);
        }
        json!({
            "transaction_id": id,
            "customer_id": self.customer_id,
            "event_type": "life",
            "timestamp": at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "properties": properties,
        })
    }

    /// Puts the customer on the plan that it was not on last, sometimes with a trial.
    async fn add(&mut self, start: Day) {
        let (plan, id) = match self.model.stretches.last().map(|last| last.plan) {
            Some(Plan::Alpha) => (Plan::Beta, &self.plans.beta),
            _ => (Plan::Alpha, &self.plans.alpha),
        };
        let path = format!("/v1/customers/{}/plans/add", self.customer_id);
        let mut body = json!({ "plan_id": id, "starting_on": midnight(start) });
        let trial = self.rng.random_bool(0.4).then(|| {
            let cap = self.rng.random_bool(0.7).then(|| self.rng.random_range(1..800));
            Trial { end: start + self.rng.random_range(1..16), cap }
        });
        if let Some(Trial { end, cap }) = trial {
            body["trial_spec"] = json!({ "length_in_days": end - start });
            if let Some(cap) = cap {
                let unit = app::billing::CreditType::USD_CENTS;
                body["trial_spec"]["spending_cap"] = json!({ "amount": cap as i64, "credit_type_id": unit });
            }
        }
        let now = clock::now().timestamp_micros();
        let chosen = self.rng.random_bool(0.5).then(|| now + self.rng.random_range(-DAY..DAY));
        if let Some(chosen) = chosen {
            body["finalize_after"] = json!(instant(chosen));
        }
        let (status, answer) = self.call(&path, body).await;
        self.did(format!("add {plan:?} from {start}, {trial:?}, finalize after {chosen:?}"));
        assert_eq!(status, StatusCode::OK, "{answer}\n{}", self.story());
        let id = answer["data"]["id"].as_str().unwrap().to_owned();
        let waits = self.waits(&id).await;
        let chosen = chosen.unwrap_or(now + DAY).max(now);
        assert!((chosen..chosen + MINUTE).contains(&waits), "{waits}, not {chosen}\n{}", self.story());
        let finalize_after =
            if self.rng.random_bool(0.5) { self.make_earlier(&id, start).await } else { waits };
        let stretch = Stretch { id, plan, trial, start, end: None, billed_until: start, finalize_after };
        self.model.stretches.push(stretch);
    }

    /// The `finalize_after` of a customer plan.
    async fn waits(&self, id: &str) -> i64 {
        let path = format!("/v1/customers/{}/plans?limit=100", self.customer_id);
        let (status, page) = get(&self.app, &self.token, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let listed = page["data"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
        let at: DateTime<Utc> = listed["finalize_after"].as_str().unwrap().parse().unwrap();
        at.timestamp_micros()
    }

    /// Makes a customer plan one that was there before plans waited.
    async fn make_earlier(&mut self, id: &str, start: Day) -> i64 {
        self.did("the plan is of before".to_owned());
        sqlx::query("update customer_plan set finalize_after = starting_on where id = $1::text::uuid")
            .bind(id)
            .execute(self.pool)
            .await
            .unwrap();
        start * DAY
    }

    async fn end(&mut self, place: usize, end: Option<Day>, void: bool) -> bool {
        let path = format!("/v1/customers/{}/plans/{}/end", self.customer_id, self.model.stretches[place].id);
        let mut body = json!({ "void_invoices": void });
        if let Some(end) = end {
            body["ending_before"] = json!(midnight(end));
        }
        let now = clock::now().timestamp_micros();
        let (status, answer) = self.call(&path, body).await;
        let expected = self.model.end(place, end, void, now);
        self.did(format!("end {place} at {end:?}, void {void}: {expected}"));
        assert_eq!(status == StatusCode::OK, expected, "{answer}\n{}", self.story());
        let waits = self.waits(&self.model.stretches[place].id).await;
        let known = &mut self.model.stretches[place].finalize_after;
        assert!((*known..*known + MINUTE).contains(&waits), "{waits}, not {known}");
        *known = waits;
        if void && expected {
            self.drafts.retain(|(stretch, _), _| *stretch != place); // other revisions have other ids
        }
        expected
    }

    async fn change_plan(&mut self) {
        let place = self.model.stretches.len() - 1;
        let start = self.model.stretches[place].start;
        let end = self.rng.random_range(start - 1..(self.today + 4).max(start));
        if place < 4 && self.end(place, Some(end), true).await {
            let gap = self.rng.random_range(0..3);
            self.add(end + gap).await;
        }
    }

    async fn end_plan(&mut self) {
        let place = self.rng.random_range(0..self.model.stretches.len());
        let start = self.model.stretches[place].start;
        let at = self.rng.random_range(start..(self.today + 4).max(start + 1));
        let end = self.rng.random_bool(0.6).then_some(at);
        let void = self.rng.random_bool(0.6);
        self.end(place, end, void).await;
    }

    async fn void(&mut self) {
        let Some(place) = self.any_invoice() else { return };
        let id = self.model.invoices[place].id.clone().unwrap();
        let (status, answer) = self.call("/v1/invoices/void", json!({ "id": id })).await;
        self.did(format!("void {place}"));
        assert_eq!(status, StatusCode::OK, "{answer}\n{}", self.story());
        self.model.invoices[place].status = Status::Void;
    }

    async fn regenerate(&mut self) {
        let Some(place) = self.any_invoice() else { return };
        let id = self.model.invoices[place].id.clone().unwrap();
        let (status, answer) = self.call("/v1/invoices/regenerate", json!({ "id": id })).await;
        let expected = self.model.regenerate(place);
        self.did(format!("regenerate {place}: {expected}"));
        assert_eq!(status == StatusCode::OK, expected, "{answer}\n{}", self.story());
        if expected {
            let made = answer["data"]["id"].as_str().unwrap().to_owned();
            self.model.invoices.last_mut().unwrap().id = Some(made);
        }
    }

    fn any_invoice(&mut self) -> Option<usize> {
        let invoices = self.model.invoices.len();
        (invoices > 0).then(|| self.rng.random_range(0..invoices))
    }

    /// The job runs at a later instant than before, at the latest when nothing waits any more.
    async fn finalize(&mut self) {
        let now = clock::now().timestamp_micros();
        let at = (self.finalized_at + self.rng.random_range(0..12 * DAY)).min(now + DAY + MINUTE);
        self.finalized_at = at;
        let at = DateTime::from_timestamp_micros(at).unwrap();
        self.did(format!("finalize at {at}"));
        let before = self.model.invoices.len();
        self.model.finalize(at.timestamp_micros());
        let made = invoicing::finalize_due(self.pool, at, chrono::Duration::hours(24)).await.unwrap();
        assert_eq!(made, self.model.invoices.len() - before, "{}", self.story());
    }

    /// Another process: other connections, nothing remembered but what is in the database.
    async fn restart(&mut self) {
        self.did("restart".to_owned());
        let options = self.pool.connect_options().as_ref().clone();
        self.app = app(PgPoolOptions::new().max_connections(3).connect_lazy_with(options)).await;
    }

    /// Everything that is listed, to the cent.
    async fn compare(&mut self) {
        let path = format!("/v1/customers/{}/invoices?limit=100", self.customer_id);
        let (status, page) = get(&self.app, &self.token, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let now = clock::now().timestamp_micros();
        let mut expected: Vec<_> =
            self.model.invoices.iter().map(|one| (one.id.clone(), shown(one), one.issued)).collect();
        let drafts = self.model.drafts(now);
        for &(place, start, end) in &drafts {
            let lines = self.model.lines(&self.model.stretches[place], start, end);
            let issued = self.model.stretches[place].issued(end);
            expected.push((None, (start, end, Status::Draft, lines), Some(issued)));
        }
        let listed = page["data"].as_array().unwrap();
        assert_eq!(listed.len(), expected.len(), "{page}\n{}", self.story());
        self.drafts
            .retain(|key, _| drafts.iter().any(|(place, start, _)| (*place, *start) == *key) || key.1 >= 0);
        for invoice in listed {
            let id = invoice["id"].as_str().unwrap().to_owned();
            let found = read(invoice);
            let at: DateTime<Utc> = invoice["issued_at"].as_str().unwrap().parse().unwrap();
            let place = expected.iter().position(|(known, shown, issued)| {
                known.as_ref().is_none_or(|known| *known == id)
                    && *shown == found
                    && issued.is_none_or(|issued| issued == at.timestamp_micros())
            });
            let Some(place) = place else {
                let near: Vec<_> = expected.iter().filter(|(_, shown, _)| shown.0 == found.0).collect();
                panic!("{id} {found:?} of {at} is not expected, but {near:?}\n{}", self.story());
            };
            expected.remove(place);
            let (start, end, status, _) = found;
            match status {
                Status::Draft => {
                    let (stretch, ..) =
                        drafts.iter().find(|one| (one.1, one.2) == (start, end)).copied().unwrap();
                    self.drafts.insert((stretch, start), id);
                }
                Status::Finalized | Status::Void => self.learn(id, start, end),
            }
        }
    }

    /// What is left of each trial's spending cap.
    async fn compare_caps(&self) {
        let path = format!("/v1/customers/{}/plans?limit=100", self.customer_id);
        let (status, page) = get(&self.app, &self.token, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let now = clock::now().timestamp_micros();
        for (place, stretch) in self.model.stretches.iter().enumerate() {
            let listed = page["data"].as_array().unwrap().iter().find(|one| one["id"] == stretch.id.as_str());
            let left = &listed.unwrap()["trial_info"]["spending_caps"][0]["amount_remaining"];
            let left = (!left.is_null()).then(|| whole(left));
            assert_eq!(left, self.model.left(place, now), "the cap of {place}\n{}", self.story());
        }
    }

    /// The id of an invoice that is listed for the first time: that of its draft.
    fn learn(&mut self, id: String, start: Day, end: Day) {
        if self.model.invoices.iter().any(|one| one.id.as_deref() == Some(&id)) {
            return;
        }
        let story = self.story();
        let fresh = self
            .model
            .invoices
            .iter_mut()
            .find(|one| one.id.is_none() && (one.start, one.end) == (start, end));
        let fresh = fresh.unwrap_or_else(|| panic!("{id} is new\n{story}"));
        if let Some(draft) = self.drafts.get(&(fresh.stretch, start)) {
            assert_eq!(*draft, id, "a draft keeps its id\n{story}");
        }
        fresh.id = Some(id);
    }

    /// The days of every draft and finalized invoice sum to what it would be now.
    async fn compare_breakdowns(&mut self) {
        let mut found: BTreeMap<String, BTreeMap<(String, Option<String>), i128>> = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let path = format!(
                "/v1/customers/{}/invoices/breakdowns?starting_on={}&ending_before={}&next_page={cursor}",
                self.customer_id,
                midnight(self.today - 50),
                midnight(self.today + 20),
            );
            let (status, page) = get(&self.app, &self.token, &path).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            for row in page["data"].as_array().unwrap() {
                let lines = found.entry(row["id"].as_str().unwrap().to_owned()).or_default();
                for (key, (total, _)) in lines_of(row) {
                    *lines.entry(key).or_default() += total;
                }
                lines.retain(|(name, _), total| name != TRIAL || *total != 0);
            }
            match page["next_page"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        let finalized = self.model.invoices.iter().filter(|one| one.status == Status::Finalized);
        let finalized = finalized.map(|one| (one.id.clone(), one.stretch, one.start, one.end));
        let drafts = self.model.drafts(clock::now().timestamp_micros()).into_iter();
        let drafts =
            drafts.map(|(place, start, end)| (self.drafts.get(&(place, start)).cloned(), place, start, end));
        let mut expected = BTreeMap::new();
        for (id, stretch, start, end) in finalized.chain(drafts) {
            let lines = self.model.lines(&self.model.stretches[stretch], start, end);
            let id =
                id.unwrap_or_else(|| panic!("{stretch} from {start} to {end} has no id\n{}", self.story()));
            expected.insert(id, lines.into_iter().map(|(key, (total, _))| (key, total)).collect());
        }
        assert_eq!(found, expected, "breakdowns\n{}", self.story());
    }

    /// The end: plans ended, invoices void, no draft left for the next life's jobs to meet.
    async fn archive(&mut self) {
        let (status, answer) = self.call("/v1/customers/archive", json!({ "id": self.customer_id })).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let today = self.today;
        for invoice in &mut self.model.invoices {
            invoice.status = Status::Void;
        }
        for stretch in &mut self.model.stretches {
            let end = stretch.end.map_or(today + 1, |end| end.min(today + 1)).max(stretch.start + 1);
            (stretch.end, stretch.billed_until) = (Some(end), i64::MAX / DAY / 2);
        }
        self.did("archive".to_owned());
        self.compare().await;
    }
}

type Shown = (Day, Day, Status, Lines);

fn shown(invoice: &crate::model::Invoice) -> Shown {
    (invoice.start, invoice.end, invoice.status, invoice.lines.clone())
}

fn read(invoice: &Value) -> Shown {
    let day = |field: &str| {
        let at: DateTime<Utc> = invoice[field].as_str().unwrap().parse().unwrap();
        at.timestamp() / 86_400
    };
    let status = match invoice["status"].as_str().unwrap() {
        "DRAFT" => Status::Draft,
        "FINALIZED" => Status::Finalized,
        _ => Status::Void,
    };
    let lines = lines_of(invoice);
    let sum: i128 = lines.values().map(|(total, _)| total).sum();
    assert_eq!(sum, whole(&invoice["total"]), "{invoice}");
    (day("start_timestamp"), day("end_timestamp"), status, lines)
}

fn lines_of(invoice: &Value) -> Lines {
    let lines = invoice["line_items"].as_array().unwrap().iter();
    // What a trial waives counts as a line.
    let adjustments = invoice["invoice_adjustments"].as_array().unwrap().iter();
    let waived = adjustments
        .map(|one| ((one["name"].as_str().unwrap().to_owned(), None), (whole(&one["total"]), Vec::new())));
    lines
        .map(|line| {
            let name = line["name"].as_str().unwrap().to_owned();
            let quantities: Line = match name.as_str() {
                "Fee" => (whole(&line["total"]), Vec::new()),
                _ => {
                    let sub_lines = line["sub_line_items"].as_array().unwrap().iter();
                    (whole(&line["total"]), sub_lines.map(|one| whole(&one["quantity"])).collect())
                }
            };
            ((name, line["group_value"].as_str().map(str::to_owned)), quantities)
        })
        .chain(waived)
        .collect()
}

fn whole(number: &Value) -> i128 {
    number.to_string().parse().unwrap_or_else(|_| panic!("{number} is not whole"))
}

fn midnight(day: Day) -> String {
    instant(day * DAY)
}

fn instant(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).unwrap().to_rfc3339_opts(SecondsFormat::Micros, true)
}
