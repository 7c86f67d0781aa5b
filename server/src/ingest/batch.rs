//! The events of one or several requests, stored in one transaction.

use super::{caches::IngestCaches, watch::Backend};
use crate::{
    Error, Result,
    db::{
        self,
        usage::{
            Arrival, EventKey, Fresh, IngestStart, MOST_WAITING, await_claims, customers_of, insert_events,
            remember, start_ingest,
        },
    },
    metering::{Event, Sums},
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// How many events of a batch were new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IngestCount {
    /// Events that were new.
    pub fresh: usize,
    /// Events that were known, or twice in the batch.
    pub duplicates: usize,
}

pub(super) struct Batch<'a> {
    events: Vec<&'a Event>,
    /// How many of them each request has, in order.
    sizes: Vec<usize>,
    /// The different ids and aliases of customers, and for each event which of them.
    refs: Vec<&'a str>,
    ref_of: Vec<usize>,
    days: Vec<NaiveDate>,
    arrival: Arrival,
    now: DateTime<Utc>,
}

pub(super) enum Outcome {
    /// What became of each request.
    Stored(Vec<IngestCount>),
    NoPartition {
        days: Vec<NaiveDate>,
        weeks: Vec<NaiveDate>,
    },
}

impl<'a> Batch<'a> {
    pub(super) fn new(requests: &[&'a [Event]], now: DateTime<Utc>) -> Self {
        let sizes = requests.iter().map(|events| events.len()).collect();
        let events: Vec<&Event> = requests.iter().copied().flatten().collect();
        let mut refs = Vec::new();
        let mut known = HashMap::new();
        let ref_of = events
            .iter()
            .map(|event| {
                *known.entry(event.customer_id.as_str()).or_insert_with(|| {
                    refs.push(event.customer_id.as_str());
                    refs.len() - 1
                })
            })
            .collect();
        let days = events.iter().map(|event| event.timestamp.date_naive()).collect::<BTreeSet<_>>();
        Self { events, sizes, refs, ref_of, days: days.into_iter().collect(), arrival: Arrival::at(now), now }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// What became of each request when these events, by index, were new.
    pub(super) fn recorded(&self, fresh: &[usize]) -> Vec<IngestCount> {
        let mut is_fresh = vec![false; self.events.len()];
        fresh.iter().for_each(|&index| is_fresh[index] = true);
        let mut rest = is_fresh.as_slice();
        let of_request = |&size: &usize| {
            let (own, others) = rest.split_at(size);
            rest = others;
            let fresh = own.iter().filter(|is_fresh| **is_fresh).count();
            IngestCount { fresh, duplicates: size - fresh }
        };
        self.sizes.iter().map(of_request).collect()
    }

    pub(super) async fn store(
        &self,
        pool: &PgPool,
        backend: &Backend,
        caches: &IngestCaches,
    ) -> Result<Outcome> {
        let IngestCaches { customers: known, ids, metrics } = caches;
        let (mut customers, known_version) = known.look_up(&self.refs);
        let mut asked = self.without(&customers);
        let mut tx = db::begin(pool).await?;
        let start = start_ingest(&mut tx, &self.days, &self.arrival.weeks(), &asked).await?;
        let IngestStart {
            process,
            waiting,
            missing_days,
            missing_weeks,
            alias_version,
            customers: mut found,
        } = start;
        backend.set(process);
        if waiting > MOST_WAITING {
            tx.rollback().await?;
            return Err(Error::Overloaded);
        }
        if !missing_days.is_empty() || !missing_weeks.is_empty() {
            tx.rollback().await?;
            return Ok(Outcome::NoPartition { days: missing_days, weeks: missing_weeks });
        }
        if alias_version != known_version && asked.len() < self.refs.len() {
            asked.clone_from(&self.refs);
            customers.fill(None);
            found = customers_of(&mut tx, &asked).await?;
        }
        known.learn(alias_version, &asked, &found);
        fill_in(&mut customers, found);
        if customers.contains(&None) {
            await_claims(&mut tx).await?;
            let found = customers_of(&mut tx, &self.without(&customers)).await?;
            fill_in(&mut customers, found);
        }
        let fallback: Vec<Uuid> = (self.refs.iter().zip(&customers))
            .map(|(customer_ref, id)| id.unwrap_or_else(|| Event::fallback_customer(customer_ref)))
            .collect();

        // The first of several events with one key counts.
        let mut first: BTreeMap<EventKey, usize> = BTreeMap::new();
        for (index, event) in self.events.iter().enumerate() {
            first.entry((fallback[self.ref_of[index]], event.key())).or_insert(index);
        }
        let keys: Vec<EventKey> = first.keys().copied().collect();
        let (fresh, version) =
            remember(&mut tx, &keys, &self.arrival, ids.maybe_seen(&keys, &self.arrival)).await?;
        let fresh: Vec<usize> = match fresh {
            Fresh::All => first.into_values().collect(),
            Fresh::These(keys) => {
                first.into_iter().filter(|(key, _)| keys.contains(key)).map(|(_, i)| i).collect()
            }
        };
        if !fresh.is_empty() {
            let metrics = metrics.at(&mut tx, version).await?;
            let mut sums: BTreeMap<Uuid, Sums> = BTreeMap::new();
            let mut oversized = BTreeMap::new();
            for &index in &fresh {
                let added = match customers[self.ref_of[index]] {
                    Some(id) => sums.entry(id).or_default().add(&metrics, self.events[index]),
                    // Whose it will be is not known; whether it can be billed is.
                    None => Sums::default().add(&metrics, self.events[index]),
                };
                if let Err(problem) = added {
                    oversized.insert(index, format!("[{index}].{problem}"));
                }
            }
            if !oversized.is_empty() {
                tx.rollback().await?;
                return Err(Error::BadRequest(oversized.into_values().collect::<Vec<_>>().join("; ")));
            }
            let events: Vec<_> =
                fresh.iter().map(|&index| (customers[self.ref_of[index]], self.events[index])).collect();
            insert_events(&mut tx, &events, &sums, self.now, version).await?;
        }
        tx.commit().await?;
        ids.keep_up(pool, &self.arrival);
        Ok(Outcome::Stored(self.recorded(&fresh)))
    }

    /// The ids and aliases whose customers are not known.
    fn without(&self, customers: &[Option<Uuid>]) -> Vec<&'a str> {
        let unknown = self.refs.iter().zip(customers).filter(|(_, customer)| customer.is_none());
        unknown.map(|(customer_ref, _)| *customer_ref).collect()
    }
}

/// Puts what was found where it was missing.
fn fill_in(customers: &mut [Option<Uuid>], found: Vec<Option<Uuid>>) {
    for (customer, found) in customers.iter_mut().filter(|customer| customer.is_none()).zip(found) {
        *customer = found;
    }
}
