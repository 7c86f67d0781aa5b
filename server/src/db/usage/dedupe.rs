//! The ids of events by the day on which they arrived (usage_dedupe): what counts once.

use super::{catalog::CatalogVersion, partition::Arrival};
use crate::Result;
use chrono::NaiveDate;
use sqlx::{PgConnection, PgPool};
use std::collections::HashSet;
use uuid::Uuid;

/// A customer and an id of an event: what counts once.
pub(crate) type EventKey = (Uuid, Uuid);

/// The keys and closed days that must be looked up; all else is surely new.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MaybeSeen {
    /// For each key, whether a day could have it.
    pub(crate) keys: Vec<bool>,
    /// The days that could have one of them.
    pub(crate) days: Vec<NaiveDate>,
}

impl MaybeSeen {
    /// Every one of so many keys, on every closed day.
    pub(crate) fn all(keys: usize, arrival: &Arrival) -> Self {
        Self { keys: vec![true; keys], days: arrival.closed.clone() }
    }
}

/// The keys of a batch that were new.
pub(crate) enum Fresh {
    All,
    These(HashSet<EventKey>),
}

/// Remembers keys, in their order (so that no two batches wait for each other), and says which were new. The version of
/// the metrics comes along.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn remember(
    db: &mut PgConnection,
    keys: &[EventKey],
    arrival: &Arrival,
    maybe_seen: MaybeSeen,
) -> Result<(Fresh, CatalogVersion)> {
    let (customer_ids, event_keys): (Vec<Uuid>, Vec<Uuid>) = keys.iter().copied().unzip();
    let row = sqlx::query!(
        r#"with inserted as (
            insert into usage_dedupe (day, customer_id, event_key)
            select open.day, sent.customer_id, sent.event_key
            from unnest($3::date[]) as open(day)
            cross join unnest($1::uuid[], $2::uuid[], $4::boolean[]) as sent(customer_id, event_key, is_unsure)
            -- a scalar subquery is probed key by key and day by day; `not exists` could become a scan of all closed
            -- days
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
        select catalog.id as "id!", catalog.version as "version!", counted.count = cardinality($1) as "is_all!",
            case when counted.count < cardinality($1) then array(select customer_id from fresh) end as customer_ids,
            case when counted.count < cardinality($1) then array(select event_key from fresh) end as event_keys
        from metering_catalog catalog, counted"#,
        &customer_ids[..],
        &event_keys[..],
        &arrival.open[..],
        &maybe_seen.keys[..],
        &maybe_seen.days[..],
    )
    .fetch_one(db)
    .await?;
    let version = CatalogVersion { catalog_id: row.id, number: row.version };
    if row.is_all {
        return Ok((Fresh::All, version));
    }
    let (customer_ids, event_keys) =
        (row.customer_ids.unwrap_or_default(), row.event_keys.unwrap_or_default());
    let keys = customer_ids.into_iter().zip(event_keys).collect();
    Ok((Fresh::These(keys), version))
}

/// How many ids arrived on a day.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn count_ids(pool: &PgPool, day: NaiveDate) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "count!" from usage_dedupe where day = $1"#, day)
        .fetch_one(pool)
        .await?)
}

/// The ids of a day that come after one, so many at most, in their order.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn ids_after(
    pool: &PgPool,
    day: NaiveDate,
    last: EventKey,
    limit: i64,
) -> Result<Vec<EventKey>> {
    let row = sqlx::query!(
        r#"with page as materialized (
            select customer_id, event_key from usage_dedupe
            where day = $1 and (customer_id, event_key) > ($2, $3)
            order by customer_id, event_key
            limit $4
        )
        select array(select customer_id from page) as "customer_ids!",
            array(select event_key from page) as "event_keys!""#,
        day,
        last.0,
        last.1,
        limit,
    )
    .fetch_one(pool)
    .await?;
    Ok(row.customer_ids.into_iter().zip(row.event_keys).collect())
}
