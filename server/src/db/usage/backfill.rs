//! Usage from before a metric was made.
//!
//! Why nothing is lost or doubled while ingest goes on:
//!
//! 1. An ingest holds the catalog lock shared from before it reads the catalog's version to its commit, and stores that
//!    version with its events. A metric is made under the same lock, exclusively, and then gets the next version.
//!    So an event of a smaller version was committed before the metric, and is not in its sums; one of an equal or
//!    greater version is, by the transaction that stored it.
//! 2. The row of usage_backfill is committed with the metric: whoever reads it sees all events of smaller versions,
//!    and no more of them can come. `claim_unassigned_events` counts events that waited for their customer in all
//!    metrics of its own version and writes that version to them, in one transaction: they are skipped here before
//!    and after it.
//! 3. A step adds the sums of a stretch of time and moves `next_at` past it in one transaction, with the row locked.
//!    A step that is killed leaves nothing behind, and any process takes the row up again.

use super::{
    catalog,
    pending::{self, MOST_WAITING},
};
use crate::{
    Result, db,
    metering::{Event, Sums},
};
use app::billing::{BillableMetric, EventTypeFilter, PropertyFilter};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool, Row, postgres::PgRow, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A step ends with the hour in which it has read so many events, so that it stays short.
const MOST: usize = 50_000;
/// Events that are in memory at a time.
const CHUNK: usize = 2_000;

/// Counts one stretch of earlier events for one new metric, and says whether there was anything to do. It leaves room
/// for what ingest adds: while half of what may wait to be folded waits, there is nothing to do.
///
/// # Errors
/// When the database refuses or is away; then the stretch is left to the next call.
pub async fn backfill(pool: &PgPool) -> Result<bool> {
    let pool = pool.clone();
    db::write(async move {
        let mut tx = db::begin(&pool).await?;
        let Some(mut work) = claim(&mut tx).await? else { return Ok(false) };
        let mut sums = BTreeMap::new();
        let (mut read, mut looked_until) = (0, work.next_at);
        while work.next_at < work.ending_before && read < MOST {
            if work.next_at >= looked_until {
                looked_until = (work.next_at + TimeDelta::days(1))
                    .duration_trunc(TimeDelta::days(1))
                    .unwrap_or(work.ending_before);
                if !work.is_any_before(&mut tx, looked_until).await? {
                    work.next_at = looked_until;
                    continue;
                }
            }
            let hour = (work.next_at + TimeDelta::hours(1))
                .duration_trunc(TimeDelta::hours(1))
                .unwrap_or(work.ending_before);
            let end = hour.min(work.ending_before);
            read += work.count(&mut tx, end, &mut sums).await?;
            work.next_at = end;
        }
        work.store(&mut tx, &sums).await?;
        tx.commit().await?;
        Ok(true)
    })
    .await
}

/// A row of usage_backfill, locked.
struct Work {
    metric: BillableMetric,
    version: i64,
    next_at: DateTime<Utc>,
    ending_before: DateTime<Utc>,
}

async fn claim(tx: &mut PgConnection) -> Result<Option<Work>> {
    let row = sqlx::query!(
        r#"select metric.id, name, aggregation_type, aggregation_key,
            event_type_filter as "event_type_filter: Json<EventTypeFilter>",
            property_filters as "property_filters: Json<Vec<PropertyFilter>>",
            group_keys as "group_keys: Json<Vec<Vec<String>>>",
            work.catalog_version, work.next_at, work.ending_before
         from usage_backfill work
         join billable_metric metric on metric.id = work.billable_metric_id
         where (select size from usage_backlog) < $1
         order by work.catalog_version, metric.id
         limit 1
         for update of work skip locked"#,
        MOST_WAITING / 2,
    )
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(Work {
            version: row.catalog_version,
            next_at: row.next_at,
            ending_before: row.ending_before,
            metric: catalog::Row {
                id: row.id,
                name: row.name,
                aggregation_type: row.aggregation_type,
                aggregation_key: row.aggregation_key,
                event_type_filter: row.event_type_filter,
                property_filters: row.property_filters,
                group_keys: row.group_keys,
            }
            .into_metric()?,
        })
    })
    .transpose()
}

impl Work {
    /// Whether a day has anything to count: most have not, and need no look at each hour.
    async fn is_any_before(&self, tx: &mut PgConnection, end: DateTime<Utc>) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (
                select from usage_event
                where timestamp >= $1 and timestamp < $2 and catalog_version < $3 and customer_id is not null
             ) as "exists!""#,
            self.next_at,
            end,
            self.version,
        )
        .fetch_one(tx)
        .await?)
    }

    /// Adds the events up to `end` to the sums of their customers, and says how many were read.
    async fn count(
        &self,
        tx: &mut PgConnection,
        end: DateTime<Utc>,
        sums: &mut BTreeMap<Uuid, Sums>,
    ) -> Result<usize> {
        let only = self.metric.event_type_filter.as_ref().and_then(|filter| filter.in_values.clone());
        sqlx::query(
            "declare earlier no scroll cursor for
             select customer_id, customer_ref, transaction_id, event_type, timestamp, properties
             from usage_event
             where timestamp >= $1 and timestamp < $2 and catalog_version < $3 and customer_id is not null
                and ($4::text[] is null or event_type = any($4))",
        )
        .persistent(false)
        .bind(self.next_at)
        .bind(end)
        .bind(self.version)
        .bind(only)
        .execute(&mut *tx)
        .await?;
        let mut read = 0;
        loop {
            let fetch = sqlx::query(sqlx::AssertSqlSafe(format!("fetch {CHUNK} from earlier")));
            let rows = fetch.persistent(false).fetch_all(&mut *tx).await?;
            for row in &rows {
                let event = event(row)?;
                let of_customer: &mut Sums = sums.entry(row.try_get("customer_id")?).or_default();
                // What ingest would refuse now was stored before the metric: such a quantity is not counted.
                let _ = of_customer.add(std::slice::from_ref(&self.metric), &event);
            }
            read += rows.len();
            if rows.len() < CHUNK {
                break;
            }
        }
        sqlx::query("close earlier").persistent(false).execute(tx).await?;
        Ok(read)
    }

    /// Writes the sums, and how far the work has come.
    async fn store(&self, tx: &mut PgConnection, sums: &BTreeMap<Uuid, Sums>) -> Result<()> {
        let sums = sums.iter().filter(|(_, sums)| !sums.0.is_empty());
        let (customer_ids, pending): (Vec<Uuid>, Vec<String>) =
            sums.map(|(customer_id, sums)| (*customer_id, pending::to_json(sums))).unzip();
        sqlx::query!(
            "with summed as (
                insert into usage_pending (customer_id, sums)
                select customer_id, sums::json
                from unnest($3::uuid[], $4::text[]) as pending(customer_id, sums)
             ),
             done as (
                delete from usage_backfill
                where billable_metric_id = $1 and ending_before <= $2
             )
             update usage_backfill
             set next_at = $2
             where billable_metric_id = $1 and ending_before > $2",
            self.metric.id,
            self.next_at,
            &customer_ids[..],
            &pending[..],
        )
        .execute(tx)
        .await?;
        Ok(())
    }
}

fn event(row: &PgRow) -> Result<Event> {
    Ok(Event {
        customer_id: row.try_get("customer_ref")?,
        transaction_id: row.try_get("transaction_id")?,
        event_type: row.try_get("event_type")?,
        timestamp: row.try_get("timestamp")?,
        properties: row.try_get::<Json<_>, _>("properties")?.0,
    })
}
