//! Bloom filters of the transaction ids of days that are over: what a filter lacks is new, what it has is looked up.

use crate::{
    Result,
    db::usage::{Arrival, EventKey, MaybeSeen, count_ids, ids_after},
    telemetry,
};
use chrono::NaiveDate;
use fastbloom::BloomFilter;
use sqlx::PgPool;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;

/// Bits for each id: one new id in two thousand is then looked up in vain, for each day.
const BITS: usize = 16;
/// Bits for a day at most, 4 MiB: two million ids at full precision. Days with more cost more lookups, not memory.
const MOST_BITS: usize = 1 << 25;
/// Ids that one query reads.
const PAGE: i64 = 50_000;

/// Filters of the ids of days that never change again, read in the background once events come. Until a day is read,
/// its ids are looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct DedupeFilter {
    /// `None` for a day without ids.
    filters: Arc<RwLock<BTreeMap<NaiveDate, Option<BloomFilter>>>>,
    is_reading: Arc<AtomicBool>,
}

impl DedupeFilter {
    /// Which of the keys the closed days could have.
    pub(super) fn maybe_seen(&self, keys: &[EventKey], arrival: &Arrival) -> MaybeSeen {
        let filters = self.filters.read().unwrap_or_else(PoisonError::into_inner);
        let hashes: Vec<u64> = keys.iter().map(hash).collect();
        let mut maybe_seen = MaybeSeen { keys: vec![false; keys.len()], days: Vec::new() };
        for day in &arrival.closed {
            let mut is_unsure = false;
            match filters.get(day) {
                None => {
                    maybe_seen.keys.fill(true);
                    is_unsure = true;
                }
                Some(None) => {}
                Some(Some(filter)) => {
                    for (hash, key) in hashes.iter().zip(&mut maybe_seen.keys) {
                        if filter.contains_hash(*hash) {
                            *key = true;
                            is_unsure = true;
                        }
                    }
                }
            }
            if is_unsure {
                maybe_seen.days.push(*day);
            }
        }
        maybe_seen
    }

    /// Begins to read the days that are missing, unless that is under way.
    pub(super) fn keep_up(&self, pool: &PgPool, arrival: &Arrival) {
        if self.missing(arrival).is_empty() || self.is_reading.swap(true, Ordering::AcqRel) {
            return;
        }
        let (this, pool, arrival) = (self.clone(), pool.clone(), arrival.clone());
        tokio::spawn(async move {
            if let Err(error) = this.learn(&pool, &arrival).await {
                telemetry::log_failure("remember ids", &error);
            }
            this.is_reading.store(false, Ordering::Release);
        });
    }

    /// Reads the days that are missing, the newest first (most of what is sent again was sent lately), and forgets
    /// those that are too old.
    pub(super) async fn learn(&self, pool: &PgPool, arrival: &Arrival) -> Result<()> {
        for day in self.missing(arrival).into_iter().rev() {
            let filter = read(pool, day).await?;
            let mut filters = self.filters.write().unwrap_or_else(PoisonError::into_inner);
            filters.insert(day, filter);
            filters.retain(|day, _| arrival.closed.first().is_some_and(|oldest| oldest <= day));
        }
        Ok(())
    }

    fn missing(&self, arrival: &Arrival) -> Vec<NaiveDate> {
        let filters = self.filters.read().unwrap_or_else(PoisonError::into_inner);
        arrival.settled().iter().filter(|day| !filters.contains_key(day)).copied().collect()
    }
}

/// The filter of a settled day.
async fn read(pool: &PgPool, day: NaiveDate) -> Result<Option<BloomFilter>> {
    let count = count_ids(pool, day).await?;
    if count == 0 {
        return Ok(None);
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let bits = count.saturating_mul(BITS).min(MOST_BITS);
    let mut filter = BloomFilter::with_num_bits(bits).expected_items(count);
    let mut last = (Uuid::nil(), Uuid::nil());
    loop {
        let keys = ids_after(pool, day, last, PAGE).await?;
        let Some(end) = keys.last() else { return Ok(Some(filter)) };
        last = *end;
        keys.iter().for_each(|key| {
            filter.insert_hash(hash(key));
        });
    }
}

/// Both are digests or random, so no more needs to be done to them.
fn hash((customer_id, event_key): &EventKey) -> u64 {
    customer_id.as_u64_pair().1 ^ event_key.as_u64_pair().1
}
