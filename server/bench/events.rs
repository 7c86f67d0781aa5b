//! Events of an AI API: the same ones every time.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use server::metering::Event;
use std::fmt::Write as _;
use uuid::Uuid;

/// An event at a moment before `now`, and the index of its customer.
pub fn event(random: &mut Random, customers: usize, now: DateTime<Utc>, within: TimeDelta) -> (usize, Event) {
    let customer = random.below(customers);
    let (event_type, properties) = match random.below(10) {
        0 => {
            let seconds = format!("{}.{:03}", random.below(500), random.below(1000));
            let region = if random.below(2) == 0 { "eu" } else { "us" };
            ("gpu.run", json!({"seconds": seconds, "region": region}))
        }
        1 => ("storage", json!({"gigabytes": random.below(5_000)})),
        _ => (
            "llm.request",
            json!({"input_tokens": random.below(8_000), "output_tokens": random.below(900),
                "user_id": format!("user-{}", random.below(50)), "model": "large", "region": "eu"}),
        ),
    };
    let Value::Object(properties) = properties else { unreachable!() };
    let back = random.below(usize::try_from(within.num_seconds()).unwrap().max(1));
    let event = Event {
        transaction_id: Uuid::from_u64_pair(random.next(), random.next()).to_string(),
        customer_id: String::new(),
        event_type: event_type.to_owned(),
        timestamp: now - TimeDelta::seconds(back as i64),
        properties,
    };
    (customer, event)
}

/// The body of an ingest, by alias.
pub fn to_json(customers: &[Uuid], events: &[(usize, Event)]) -> String {
    let events = events.iter().map(|(customer, event)| {
        json!({"transaction_id": event.transaction_id, "customer_id": format!("c-{}", customers[*customer]),
            "event_type": event.event_type, "timestamp": event.timestamp.to_rfc3339(), "properties": event.properties})
    });
    Value::Array(events.collect()).to_string()
}

/// The same as rows of usage_event and of usage_dedupe.
pub fn to_copy(customers: &[Uuid], events: &[(usize, Event)], now: DateTime<Utc>) -> (String, String) {
    let (mut rows, mut keys) = (String::new(), String::new());
    let day = now.date_naive();
    for (customer, event) in events {
        let id = customers[*customer];
        let properties = serde_json::to_string(&event.properties).unwrap();
        let (transaction_id, event_type) = (&event.transaction_id, &event.event_type);
        let at = event.timestamp.to_rfc3339();
        writeln!(rows, "{id}\tc-{id}\t{transaction_id}\t{event_type}\t{at}\t{properties}").unwrap();
        writeln!(keys, "{day}\t{id}\t{}", event.key()).unwrap();
    }
    (rows, keys)
}

/// xorshift: the same numbers every time.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }
}
