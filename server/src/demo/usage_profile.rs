//! The profiles of the demo customers' usage: pure, and the same for the same day every time.

use chrono::{DateTime, Datelike, Duration, NaiveDate, TimeZone, Utc, Weekday};
use serde_json::{Map, Value, json};

/// The profile of a customer's usage. Counts are integers and factors are thousandths: no floats.
#[derive(Clone, Copy, Debug)]
pub struct UsageProfile {
    /// Requests on an ordinary working day in the middle of the demo's time.
    pub requests: u64,
    /// Thousandths of `requests` on the first day and a hundred days later.
    pub growth: (u64, u64),
    /// Thousandths of a working day's requests on a Saturday and on a Sunday.
    pub weekend: (u64, u64),
    /// Typical input tokens of a request.
    pub input_tokens: u64,
    /// Typical output tokens of a request.
    pub output_tokens: u64,
    /// How many different people send requests.
    pub users: u64,
    /// GPU jobs on an ordinary day.
    pub gpu_jobs: u64,
    /// Gigabytes stored on the first day and what a day adds, in thousandths.
    pub storage: (u64, u64),
    /// Regions with their share of a thousand.
    pub regions: &'static [(&'static str, u64)],
    /// Days after the first with almost nothing (an outage) and with a rush (a launch).
    pub outage: Option<u64>,
    /// See `outage`.
    pub launch: Option<u64>,
}

/// One event before it has a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoEvent {
    /// Unique within one customer.
    pub transaction_id: String,
    /// Which metrics count it: `inference_request`, `gpu_job`, `storage_snapshot`.
    pub event_type: &'static str,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What the metrics measure and group by.
    pub properties: Map<String, Value>,
}

/// A small deterministic source of numbers: the demo must not change with a library's version.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// From a text and a day, so that each customer's day can be made alone.
    pub fn new(name: &str, day: NaiveDate) -> Self {
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed ^ (day.num_days_from_ce() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to, not including, `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low).max(1)
    }

    /// A typical size with a long tail, as token counts have.
    fn sized(&mut self, typical: u64) -> u64 {
        let spread = self.between(250, 1_500) * self.between(400, 1_600) / 1_000;
        (typical * spread / 1_000).max(1)
    }

    /// One of several, by its share of the total.
    fn pick<'a, T>(&mut self, shares: &'a [(T, u64)]) -> Option<&'a T> {
        let total: u64 = shares.iter().map(|(_, share)| share).sum();
        let mut rest = self.between(0, total);
        shares.iter().find_map(|(one, share)| match rest.checked_sub(*share) {
            None => Some(one),
            Some(less) => {
                rest = less;
                None
            }
        })
    }
}

const MODELS: [(&str, u64); 3] = [("aurora-large", 300), ("aurora-mini", 550), ("aurora-embed", 150)];

/// Thousandths of a day's traffic by hour, UTC: a working day seen from Europe and America.
const HOURS: [(u32, u64); 24] = [
    (0, 18),
    (1, 14),
    (2, 12),
    (3, 12),
    (4, 14),
    (5, 18),
    (6, 28),
    (7, 42),
    (8, 56),
    (9, 64),
    (10, 66),
    (11, 62),
    (12, 56),
    (13, 66),
    (14, 74),
    (15, 76),
    (16, 72),
    (17, 64),
    (18, 52),
    (19, 42),
    (20, 36),
    (21, 30),
    (22, 24),
    (23, 20),
];

impl UsageProfile {
    /// Everything that happens to customer `slug` on `day`, in order of time. `origin` is the demo's first day.
    pub fn day(&self, slug: &str, origin: NaiveDate, day: NaiveDate) -> Vec<DemoEvent> {
        let mut rng = SplitMix64::new(slug, day);
        let index = (day - origin).num_days().max(0) as u64;
        let mut found = Vec::new();
        let mut add = |rng: &mut SplitMix64, event_type, properties: Value| {
            let hour = rng.pick(&HOURS).copied().unwrap_or_default();
            let second = i64::from(hour) * 3_600 + rng.between(0, 3_600) as i64;
            let midnight = Utc.from_utc_datetime(&day.and_time(chrono::NaiveTime::MIN));
            let Value::Object(properties) = properties else { return };
            found.push((midnight + Duration::seconds(second), event_type, properties));
        };

        for _ in 0..self.busy(self.requests, index, day.weekday(), &mut rng) {
            let properties = json!({
                "model": rng.pick(&MODELS),
                "region": rng.pick(self.regions),
                "user_id": format!("user-{:03}", rng.between(0, self.users) * rng.between(300, 1_000) / 1_000),
                "input_tokens": rng.sized(self.input_tokens),
                "output_tokens": rng.sized(self.output_tokens),
            });
            add(&mut rng, "inference_request", properties);
        }
        for _ in 0..self.busy(self.gpu_jobs, index, day.weekday(), &mut rng) {
            let milliseconds = rng.between(4_000, 240_000);
            let properties = json!({
                "region": rng.pick(self.regions),
                "gpu_seconds": format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000),
            });
            add(&mut rng, "gpu_job", properties);
        }
        if self.storage.0 > 0 {
            for _ in 0..4 {
                let thousandths = self.storage.0 * 1_000 + self.storage.1 * index + rng.between(0, 900);
                let properties = json!({
                    "region": rng.pick(self.regions),
                    "gigabytes": format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000),
                });
                add(&mut rng, "storage_snapshot", properties);
            }
        }

        found.sort_by_key(|(at, _, _)| *at);
        let name = |(number, (at, event_type, properties))| DemoEvent {
            transaction_id: format!("demo-{slug}-{day}-{number}"),
            event_type,
            at,
            properties,
        };
        found.into_iter().enumerate().map(name).collect()
    }

    fn busy(&self, ordinary: u64, index: u64, weekday: Weekday, rng: &mut SplitMix64) -> u64 {
        let (first, last) = self.growth;
        let grown = (first * 100 + last * index.min(160)).saturating_sub(first * index.min(160)) / 100;
        let share = match weekday {
            Weekday::Sat => self.weekend.0,
            Weekday::Sun => self.weekend.1,
            _ => 1_000,
        };
        let special = match Some(index) {
            day if day == self.outage => 40,
            day if day == self.launch => 1_550,
            _ => 1_000,
        };
        ordinary * grown / 1_000 * share / 1_000 * special / 1_000 * rng.between(910, 1_090) / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: UsageProfile = UsageProfile {
        requests: 300,
        growth: (700, 1_300),
        weekend: (400, 300),
        input_tokens: 12_000,
        output_tokens: 1_800,
        users: 80,
        gpu_jobs: 20,
        storage: (400, 1_500),
        regions: &[("us-east-1", 700), ("eu-west-1", 300)],
        outage: Some(63),
        launch: None,
    };

    fn day(offset: u64) -> Vec<DemoEvent> {
        let origin = NaiveDate::from_ymd_opt(2026, 8, 14).expect("a date");
        SHAPE.day("lumen", origin, origin + chrono::Days::new(offset))
    }

    #[test]
    fn a_day_is_the_same_every_time() {
        assert_eq!(day(10), day(10));
        assert_ne!(day(10), day(11));
    }

    #[test]
    fn usage_grows_rests_at_weekends_and_stops_in_the_outage() {
        // 2026-08-14 is a Friday.
        assert!(day(98).len() > day(0).len() * 3 / 2);
        assert!(day(1).len() < day(0).len() / 2);
        assert!(day(63).len() < 30);
    }

    #[test]
    fn events_stay_within_their_day_in_order_of_time() {
        let events = day(5);
        assert!(events.is_sorted_by_key(|event| event.at));
        assert!(events.iter().all(|event| event.at.date_naive() == events[0].at.date_naive()));
    }
}
