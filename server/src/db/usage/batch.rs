//! The events of one or several requests, stored in one transaction.

use super::{
    catalog::{self, Version},
    customers::{as_ids, customers_sql},
    ids::Ids,
    partition::Arrival,
    pending,
    record::{Memory, Recorded},
    watch::Backend,
};
use crate::{
    Error, Result, db,
    metering::{Event, Sums},
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, PgPool, Row};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Bytes of usage_pending that may wait to be folded, about: two million sums of events that have none in common, which
/// take half a minute. Beyond them no events are taken, or more and more would wait.
pub(super) const MOST_WAITING: i64 = 512 * 1024 * 1024;

/// A customer and an id of an event: what counts once.
pub(super) type Key = (Uuid, Uuid);

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
    Stored(Vec<Recorded>),
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
    pub(super) fn recorded(&self, fresh: &[usize]) -> Vec<Recorded> {
        let mut is_fresh = vec![false; self.events.len()];
        fresh.iter().for_each(|&index| is_fresh[index] = true);
        let mut rest = is_fresh.as_slice();
        let of_request = |&size: &usize| {
            let (own, others) = rest.split_at(size);
            rest = others;
            let fresh = own.iter().filter(|is_fresh| **is_fresh).count();
            Recorded { fresh, duplicates: size - fresh }
        };
        self.sizes.iter().map(of_request).collect()
    }

    pub(super) async fn store(&self, pool: &PgPool, backend: &Backend, memory: &Memory) -> Result<Outcome> {
        let Memory { customers: known, ids } = memory;
        let (mut customers, known_version) = known.look_up(&self.refs);
        let mut asked = self.without(&customers);
        let mut tx = db::begin(pool).await?;
        let Begun { waiting, missing_days, missing_weeks, alias_version, mut found } =
            self.begin(&mut tx, &asked, backend).await?;
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
            found = resolve(&mut tx, &asked).await?;
        }
        known.learn(alias_version, &asked, &found);
        fill_in(&mut customers, found);
        if customers.contains(&None) {
            // A customer with such an alias may be about to commit: see `adopt`.
            sqlx::query("select pg_advisory_xact_lock_shared(hashtext('inlay usage adopt'))")
                .execute(&mut *tx)
                .await?;
            let found = resolve(&mut tx, &self.without(&customers)).await?;
            fill_in(&mut customers, found);
        }
        let fallback: Vec<Uuid> = (self.refs.iter().zip(&customers))
            .map(|(customer_ref, id)| id.unwrap_or_else(|| Event::fallback_customer(customer_ref)))
            .collect();

        // The first of several events with one key counts.
        let mut first: BTreeMap<Key, usize> = BTreeMap::new();
        for (index, event) in self.events.iter().enumerate() {
            first.entry((fallback[self.ref_of[index]], event.key())).or_insert(index);
        }
        let keys: Vec<Key> = first.keys().copied().collect();
        let (fresh, version) = remember(&mut tx, &keys, &self.arrival, ids).await?;
        let fresh: Vec<usize> = match fresh {
            Fresh::All => first.into_values().collect(),
            Fresh::These(keys) => {
                first.into_iter().filter(|(key, _)| keys.contains(key)).map(|(_, i)| i).collect()
            }
        };
        if !fresh.is_empty() {
            let metrics = catalog::metrics(&mut tx, version).await?;
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
            self.insert(&mut tx, &fresh, &customers, &sums, version).await?;
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

    /// Takes the catalog lock, resolves customers, looks for missing partitions and at what waits to be folded. The lock is taken in a statement
    /// before the one that reads the catalog's version: a statement sees only what was committed before it began.
    async fn begin(&self, db: &mut PgConnection, refs: &[&str], backend: &Backend) -> Result<Begun> {
        let row = sqlx::query(concat!(
            "select
                pg_advisory_xact_lock_shared(hashtext('inlay metering catalog')),
                pg_backend_pid() as process,
                (select size from usage_backlog) as waiting,
                (select version from ingest_alias_change) as alias_version,
                array(
                    select day from unnest($1::date[]) as day
                    where to_regclass('usage_event_' || to_char(day, 'YYYYMMDD')) is null
                ) as missing_days,
                array(
                    select week from unnest($2::date[]) as week
                    where to_regclass('usage_dedupe_' || to_char(week, 'YYYYMMDD')) is null
                ) as missing_weeks,
                ",
            customers_sql!("$3", "$4"),
            " as customers",
        ))
        .bind(&self.days)
        .bind(self.arrival.weeks())
        .bind(refs)
        .bind(as_ids(refs))
        .fetch_one(db)
        .await?;
        backend.set(row.try_get("process")?);
        Ok(Begun {
            waiting: row.try_get("waiting")?,
            missing_days: row.try_get("missing_days")?,
            missing_weeks: row.try_get("missing_weeks")?,
            alias_version: row.try_get("alias_version")?,
            found: row.try_get("customers")?,
        })
    }

    async fn insert(
        &self,
        db: &mut PgConnection,
        fresh: &[usize],
        customers: &[Option<Uuid>],
        sums: &BTreeMap<Uuid, Sums>,
        version: Version,
    ) -> Result<()> {
        let events = || fresh.iter().map(|&index| self.events[index]);
        let sums = sums.iter().filter(|(_, sums)| !sums.0.is_empty());
        let (pending_ids, pending): (Vec<Uuid>, Vec<String>) =
            sums.map(|(customer_id, sums)| (*customer_id, pending::to_json(sums))).unzip();
        let properties: Vec<String> =
            events().map(|event| serde_json::to_string(&event.properties).unwrap_or_default()).collect();
        sqlx::query(
            "with stored as (
                insert into usage_event
                    (customer_id, customer_ref, transaction_id, event_type, timestamp, properties, received_at,
                    catalog_version)
                select customer_id, customer_ref, transaction_id, event_type, timestamp, properties::jsonb, $9, $10
                from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
                    as event(customer_id, customer_ref, transaction_id, event_type, timestamp, properties)
            )
            insert into usage_pending (customer_id, sums)
            select customer_id, sums::json
            from unnest($7::uuid[], $8::text[]) as pending(customer_id, sums)",
        )
        .bind(fresh.iter().map(|&index| customers[self.ref_of[index]]).collect::<Vec<_>>())
        .bind(events().map(|event| event.customer_id.as_str()).collect::<Vec<_>>())
        .bind(events().map(|event| event.transaction_id.as_str()).collect::<Vec<_>>())
        .bind(events().map(|event| event.event_type.as_str()).collect::<Vec<_>>())
        .bind(events().map(|event| event.timestamp).collect::<Vec<_>>())
        .bind(properties)
        .bind(pending_ids)
        .bind(pending)
        .bind(self.now)
        .bind(version.number)
        .execute(db)
        .await?;
        Ok(())
    }
}

struct Begun {
    /// Bytes that wait to be folded, as the fold last saw them.
    waiting: i64,
    missing_days: Vec<NaiveDate>,
    missing_weeks: Vec<NaiveDate>,
    alias_version: i64,
    /// The customers that were asked for.
    found: Vec<Option<Uuid>>,
}

/// Puts what was found where it was missing.
fn fill_in(customers: &mut [Option<Uuid>], found: Vec<Option<Uuid>>) {
    for (customer, found) in customers.iter_mut().filter(|customer| customer.is_none()).zip(found) {
        *customer = found;
    }
}

/// The customer of each id or alias; `None` while there is none.
async fn resolve(db: &mut PgConnection, refs: &[&str]) -> Result<Vec<Option<Uuid>>> {
    Ok(sqlx::query_scalar(concat!("select ", customers_sql!("$1", "$2")))
        .bind(refs)
        .bind(as_ids(refs))
        .fetch_one(db)
        .await?)
}

pub(super) enum Fresh {
    All,
    These(HashSet<Key>),
}

/// Remembers keys, in their order (so that no two batches wait for each other), and says which were new. The version of
/// the metrics comes along.
pub(super) async fn remember(
    db: &mut PgConnection,
    keys: &[Key],
    arrival: &Arrival,
    ids: &Ids,
) -> Result<(Fresh, Version)> {
    let (customer_ids, event_keys): (Vec<Uuid>, Vec<Uuid>) = keys.iter().copied().unzip();
    let unsure = ids.unsure(keys, arrival);
    let row = sqlx::query(
        "with inserted as (
            insert into usage_dedupe (day, customer_id, event_key)
            select open.day, sent.customer_id, sent.event_key
            from unnest($3::date[]) as open(day)
            cross join unnest($1::uuid[], $2::uuid[], $4::boolean[]) as sent(customer_id, event_key, is_unsure)
            -- a scalar subquery is probed key by key and day by day; `not exists` could become a scan of the closed days
            where not is_unsure or (
                select true
                from unnest($5::date[]) as closed(day)
                cross join lateral (
                    select from usage_dedupe
                    where usage_dedupe.day = closed.day
                        and usage_dedupe.customer_id = sent.customer_id
                        and usage_dedupe.event_key = sent.event_key
                    limit 1
                ) as known
                limit 1
            ) is null
            order by open.day, sent.customer_id, sent.event_key
            on conflict do nothing
            returning customer_id, event_key
        ),
        -- new is what is new on every open day
        fresh as (
            select customer_id, event_key from inserted
            group by customer_id, event_key
            having count(*) = cardinality($3)
        ),
        counted as (select count(*) as count from fresh)
        select catalog.id, catalog.version, counted.count = cardinality($1) as is_all,
            case when counted.count < cardinality($1) then array(select customer_id from fresh) end as customer_ids,
            case when counted.count < cardinality($1) then array(select event_key from fresh) end as event_keys
        from metering_catalog catalog, counted",
    )
    .bind(customer_ids)
    .bind(event_keys)
    .bind(&arrival.open)
    .bind(unsure.keys)
    .bind(unsure.days)
    .fetch_one(db)
    .await?;
    let version = Version { catalog_id: row.try_get("id")?, number: row.try_get("version")? };
    if row.try_get("is_all")? {
        return Ok((Fresh::All, version));
    }
    let customer_ids: Option<Vec<Uuid>> = row.try_get("customer_ids")?;
    let event_keys: Option<Vec<Uuid>> = row.try_get("event_keys")?;
    let keys = customer_ids.unwrap_or_default().into_iter().zip(event_keys.unwrap_or_default()).collect();
    Ok((Fresh::These(keys), version))
}
