//! What one transaction of ingest asks and stores, beside the ids of its events.

use super::{catalog::CatalogVersion, pending};
use crate::{
    Result,
    metering::{Event, Sums},
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a transaction of ingest finds as it begins.
#[derive(Clone, Debug)]
pub(crate) struct IngestStart {
    /// The process of the server that it runs in.
    pub(crate) process: i32,
    /// Bytes that wait to be folded, as the fold last saw them.
    pub(crate) waiting: i64,
    /// The days of usage_event that have no partition.
    pub(crate) missing_days: Vec<NaiveDate>,
    /// The weeks of usage_dedupe that have none, as Mondays.
    pub(crate) missing_weeks: Vec<NaiveDate>,
    /// How often aliases were taken from their customers.
    pub(crate) alias_version: i64,
    /// The customers that were asked for.
    pub(crate) customers: Vec<Option<Uuid>>,
}

/// Takes the catalog lock, resolves customers, looks for missing partitions and at what waits to be folded. The lock is
/// taken in a statement before the one that reads the catalog's version: a statement sees only what was committed
/// before it began.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn start_ingest(
    db: &mut PgConnection,
    days: &[NaiveDate],
    weeks: &[NaiveDate],
    refs: &[&str],
) -> Result<IngestStart> {
    // Of the customers, scalar subqueries are probed one by one: a join would read all customers for every batch.
    let row = sqlx::query!(
        r#"select
            pg_advisory_xact_lock_shared(hashtext('inlay metering catalog')) as "_lock!",
            pg_backend_pid() as "process!",
            (select size from usage_backlog) as "waiting!",
            (select version from ingest_alias_change) as "alias_version!",
            array(
                select day from unnest($1::date[]) as day
                where to_regclass('usage_event_' || to_char(day, 'YYYYMMDD')) is null
            ) as "missing_days!",
            array(
                select week from unnest($2::date[]) as week
                where to_regclass('usage_dedupe_' || to_char(week, 'YYYYMMDD')) is null
            ) as "missing_weeks!",
            array(
                select coalesce(
                    (select customer.id from customer where customer.id = sent.id),
                    (select customer_id from ingest_alias where alias = sent.ref)
                )
                from unnest($3::text[], $4::uuid[]) with ordinality as sent(ref, id, position)
                order by sent.position
            ) as "customers!: Vec<Option<Uuid>>""#,
        days,
        weeks,
        refs as _,
        &as_ids(refs)[..] as _,
    )
    .fetch_one(db)
    .await?;
    Ok(IngestStart {
        process: row.process,
        waiting: row.waiting,
        missing_days: row.missing_days,
        missing_weeks: row.missing_weeks,
        alias_version: row.alias_version,
        customers: row.customers,
    })
}

/// The customer of each id or alias, archived ones included; `None` while there is none.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn customers_of(db: &mut PgConnection, refs: &[&str]) -> Result<Vec<Option<Uuid>>> {
    // As in `start_ingest`. A SQL function of both would take a fifth longer: it is planned anew with each batch.
    Ok(sqlx::query_scalar!(
        r#"select array(
            select coalesce(
                (select customer.id from customer where customer.id = sent.id),
                (select customer_id from ingest_alias where alias = sent.ref)
            )
            from unnest($1::text[], $2::uuid[]) with ordinality as sent(ref, id, position)
            order by sent.position
        ) as "customers!: Vec<Option<Uuid>>""#,
        refs as _,
        &as_ids(refs)[..] as _,
    )
    .fetch_one(db)
    .await?)
}

/// Waits for customers that are about to commit with an alias: see `claim_unassigned_events`.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn await_claims(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared(hashtext('inlay usage adopt'))").execute(db).await?;
    Ok(())
}

/// Stores events, each with its customer if there is one, and the sums of customers.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn insert_events(
    db: &mut PgConnection,
    events: &[(Option<Uuid>, &Event)],
    sums: &BTreeMap<Uuid, Sums>,
    received_at: DateTime<Utc>,
    version: CatalogVersion,
) -> Result<()> {
    let sent = || events.iter().map(|(_, event)| *event);
    let sums = sums.iter().filter(|(_, sums)| !sums.0.is_empty());
    let (pending_ids, pending): (Vec<Uuid>, Vec<String>) =
        sums.map(|(customer_id, sums)| (*customer_id, pending::to_json(sums))).unzip();
    let properties: Vec<String> =
        sent().map(|event| serde_json::to_string(&event.properties).unwrap_or_default()).collect();
    sqlx::query!(
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
        &events.iter().map(|(customer_id, _)| *customer_id).collect::<Vec<_>>()[..] as _,
        &sent().map(|event| event.customer_id.as_str()).collect::<Vec<_>>()[..] as _,
        &sent().map(|event| event.transaction_id.as_str()).collect::<Vec<_>>()[..] as _,
        &sent().map(|event| event.event_type.as_str()).collect::<Vec<_>>()[..] as _,
        &sent().map(|event| event.timestamp).collect::<Vec<_>>()[..],
        &properties[..],
        &pending_ids[..],
        &pending[..],
        received_at,
        version.number,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those that are UUIDs.
fn as_ids(refs: &[&str]) -> Vec<Option<Uuid>> {
    refs.iter().map(|text| if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }).collect()
}
