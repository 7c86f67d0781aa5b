//! Events that came before their customer: counted once a customer has their `customer_id` as id or ingest alias.

use super::{
    catalog,
    dedupe::{EventKey, Fresh, MaybeSeen, remember},
    partition::{Arrival, REMEMBERED, ensure_partitions_in},
    pending,
};
use crate::{
    Result,
    metering::{Event, Properties, Sums},
};
use app::billing::BillableMetric;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::{PgConnection, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Gives events of the last 34 days that waited for a customer with one of these aliases to that customer. Call it in
/// the transaction that makes the aliases, after they are inserted.
///
/// # Errors
/// When the database refuses.
pub async fn claim_unassigned_events(
    tx: &mut PgConnection,
    customer_id: Uuid,
    refs: &[String],
    now: DateTime<Utc>,
) -> Result<()> {
    if refs.is_empty() {
        return Ok(());
    }
    // An ingest that found no customer holds this lock shared to its end, so its events are seen below; one that
    // comes later waits, and finds the aliases.
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtext('inlay usage adopt')),
            pg_advisory_xact_lock_shared(hashtext('inlay metering catalog'))",
    )
    .execute(&mut *tx)
    .await?;
    let since = now - REMEMBERED;
    let days = sqlx::query_scalar!(
        r#"select distinct (timestamp at time zone 'UTC')::date as "day!"
         from usage_event
         where customer_id is null and customer_ref = any($1) and timestamp >= $2
         order by "day!""#,
        refs,
        since,
    )
    .fetch_all(&mut *tx)
    .await?;
    if days.is_empty() {
        return Ok(());
    }
    let arrival = Arrival::at(now);
    ensure_partitions_in(tx, &[], &arrival.weeks()).await?;
    let metrics = catalog::all_definitions(tx).await?;
    for day in days {
        claim_day(tx, customer_id, refs, day, since, &arrival, &metrics).await?;
    }
    Ok(())
}

async fn claim_day(
    tx: &mut PgConnection,
    customer_id: Uuid,
    refs: &[String],
    day: NaiveDate,
    since: DateTime<Utc>,
    arrival: &Arrival,
    metrics: &[BillableMetric],
) -> Result<()> {
    let midnight = day.and_time(Default::default()).and_utc();
    let end = midnight + TimeDelta::days(1);
    let rows = sqlx::query!(
        r#"select ctid::text as "place!", customer_ref, transaction_id, event_type, timestamp,
            properties as "properties: Json<Properties>"
         from usage_event
         where customer_id is null and customer_ref = any($1) and timestamp >= $2 and timestamp < $3
         order by received_at, "place!""#,
        refs,
        midnight.max(since),
        end,
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut first: BTreeMap<EventKey, (String, Event)> = BTreeMap::new();
    let mut duplicates: Vec<String> = Vec::new();
    for row in rows {
        let place = row.place;
        let event = Event {
            customer_id: row.customer_ref,
            transaction_id: row.transaction_id,
            event_type: row.event_type,
            timestamp: row.timestamp,
            properties: row.properties.0,
        };
        let key = (customer_id, event.key());
        if let std::collections::btree_map::Entry::Vacant(entry) = first.entry(key) {
            entry.insert((place, event));
        } else {
            duplicates.push(place);
        }
    }
    let keys: Vec<EventKey> = first.keys().copied().collect();
    let (fresh, version) = remember(tx, &keys, arrival, MaybeSeen::all(keys.len(), arrival)).await?;
    let mut sums = Sums::default();
    let mut claimed = Vec::new();
    for (key, (place, event)) in first {
        let is_fresh = match &fresh {
            Fresh::All => true,
            Fresh::These(keys) => keys.contains(&key),
        };
        if is_fresh {
            // What ingest would refuse now was stored before the metric: such a quantity is not counted.
            let _ = sums.add(metrics, &event);
            claimed.push(place);
        } else {
            duplicates.push(place);
        }
    }
    // One day is one partition, in which a ctid is unique; nobody else touches waiting events under the lock.
    sqlx::query!(
        "with adopted as (
            update usage_event set customer_id = $1, catalog_version = $7
            where ctid = any($2::text[]::tid[]) and timestamp >= $4 and timestamp < $5
        ), summed as (
            insert into usage_pending (customer_id, sums)
            select $1, $6::text::json
            where json_array_length($6::text::json) > 0
        )
        delete from usage_event
        where ctid = any($3::text[]::tid[]) and timestamp >= $4 and timestamp < $5",
        customer_id,
        &claimed[..],
        &duplicates[..],
        midnight,
        end,
        pending::to_json(&sums),
        version.number,
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
