//! Clients that send events, and the ledger of what became of them.

use crate::ingest_ledger::{CUSTOMERS, stage::Stage};
use rand::Rng;
use serde_json::{Value, json};
use server::clock;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::Semaphore,
    time::{Instant, sleep},
};

/// After so long a client hangs up.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// What became of each event.
pub struct Ledger {
    /// Batches that may be begun.
    pub quota: Semaphore,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    /// The value of each acknowledged event, by customer and id.
    acknowledged: HashMap<(String, String), i64>,
    /// When the newest of the acknowledged requests was sent.
    newest: Option<Instant>,
    refused: usize,
    unknown: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { quota: Semaphore::new(0), entries: Mutex::default() }
    }
}

impl Ledger {
    /// Acknowledged events.
    pub fn count(&self) -> usize {
        self.entries.lock().unwrap().acknowledged.len()
    }

    pub fn has_acknowledged_since(&self, then: Instant) -> bool {
        self.entries.lock().unwrap().newest.is_some_and(|newest| newest >= then)
    }

    pub fn refused_and_unknown(&self) -> (usize, usize) {
        let entries = self.entries.lock().unwrap();
        (entries.refused, entries.unknown)
    }

    /// Acknowledged events and their sum, of one customer.
    pub fn usage(&self, customer: &str) -> (i64, i64) {
        let entries = self.entries.lock().unwrap();
        let own = entries.acknowledged.iter().filter(|((owner, _), _)| owner == customer);
        own.fold((0, 0), |(count, sum), (_, value)| (count + 1, sum + value))
    }

    pub fn has(&self, customer: &str, id: &str) -> bool {
        self.entries.lock().unwrap().acknowledged.contains_key(&(customer.to_owned(), id.to_owned()))
    }

    fn acknowledge(&self, customer: &str, batch: &[(String, i64)], sent: Instant) {
        let mut entries = self.entries.lock().unwrap();
        entries.newest = entries.newest.max(Some(sent));
        for (id, value) in batch {
            let earlier = entries.acknowledged.insert((customer.to_owned(), id.clone()), *value);
            assert_eq!(earlier, None, "{id} was sent again");
        }
    }
}

/// One client, for one customer.
pub struct Client {
    number: usize,
    batch: usize,
    customer: String,
    address: String,
    token: String,
    ledger: Arc<Ledger>,
    http: reqwest::Client,
}

impl Client {
    pub fn new(number: usize, batch: usize, stage: &Stage, ledger: Arc<Ledger>) -> Self {
        Self {
            number,
            batch,
            customer: format!("customer-{}", number % CUSTOMERS),
            address: stage.address.clone(),
            token: stage.token.clone(),
            ledger,
            http: reqwest::Client::builder().timeout(TIMEOUT).build().unwrap(),
        }
    }

    /// Sends so many batches, each until it is acknowledged.
    pub async fn send(self, batches: usize) {
        for number in 0..batches {
            self.ledger.quota.acquire().await.unwrap().forget();
            let batch: Vec<(String, i64)> = (0..self.batch)
                .map(|n| (format!("{}-{number}-{n}", self.number), rand::rng().random_range(-5..1_000)))
                .collect();
            let events: Vec<Value> = batch.iter().map(|(id, value)| self.event(id, *value)).collect();
            if rand::rng().random_ratio(1, 20) {
                self.send_refused(events.clone()).await;
            }
            let body = Value::Array(events).to_string();
            while !self.is_acknowledged(&batch, &body).await {
                self.ledger.entries.lock().unwrap().unknown += batch.len();
                sleep(PAUSE).await;
            }
        }
    }

    fn event(&self, id: &str, value: i64) -> Value {
        json!({"transaction_id": id, "customer_id": self.customer, "event_type": "request",
            "timestamp": clock::now(), "properties": {"value": value}})
    }

    /// The same ids beside an event that is not valid: none may be stored, or taken for known later.
    async fn send_refused(&self, mut events: Vec<Value>) {
        events.push(json!({"transaction_id": "refused"}));
        let count = events.len();
        match self.post(Value::Array(events).to_string()).await {
            Some(400) => self.ledger.entries.lock().unwrap().refused += count,
            Some(200) => panic!("a batch with a wrong event was taken"),
            _ => {}
        }
    }

    async fn is_acknowledged(&self, batch: &[(String, i64)], body: &str) -> bool {
        if rand::rng().random_ratio(1, 10) {
            // It may have been written, or not: nobody was told.
            let _ = self.hang_up(body).await;
            return false;
        }
        let sent = Instant::now();
        match self.post(body.to_owned()).await {
            Some(200) => self.ledger.acknowledge(&self.customer, batch, sent),
            Some(status) if (400..500).contains(&status) => panic!("{status} for a valid batch"),
            _ => return false,
        }
        true
    }

    /// The status; `None` when there was no answer.
    async fn post(&self, body: String) -> Option<u16> {
        let url = format!("http://{}/v1/ingest", self.address);
        let answer = self.http.post(url).bearer_auth(&self.token).body(body).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Sends a request, whole or in part, and leaves.
    async fn hang_up(&self, body: &str) -> std::io::Result<()> {
        let request = format!(
            "POST /v1/ingest HTTP/1.1\r\nhost: inlay\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        let end = if rand::rng().random_ratio(1, 4) { request.len() / 2 } else { request.len() };
        let mut stream = TcpStream::connect(&self.address).await?;
        stream.write_all(&request.as_bytes()[..end]).await?;
        let patience = rand::rng().random_range(0..30);
        sleep(Duration::from_millis(patience)).await;
        Ok(())
    }
}
