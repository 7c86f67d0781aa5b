//! The origins whose pages may frame the dashboards, and the frames that were refused.

use super::{
    audit_log::{self, Action, Actor, AuditEntry},
    begin, cursor,
};
use crate::{Error, Result, limits};
use app::{
    billing::Page,
    embed::{AllowedOrigin, RefusedBy, RefusedEmbed},
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};

/// How long a refused frame is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(90);
/// The most origins with refused frames: whoever has a URL could make some up.
const MOST_REFUSED: i64 = 10_000;

/// A frame that a browser refuses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The origin of the page around it.
    pub origin: String,
    /// The list that does not have it.
    pub refused_by: RefusedBy,
}

/// All of them, by their names.
///
/// # Errors
/// When the database refuses.
pub async fn all(pool: &PgPool) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!("select origin from allowed_origin order by origin").fetch_all(pool).await?)
}

/// A page of them, by their names.
///
/// # Errors
/// 400 for a bad cursor or limit.
pub async fn list(pool: &PgPool, limit: Option<i64>, next_page: Option<&str>) -> Result<Page<AllowedOrigin>> {
    let limit = cursor::limit(limit)?;
    let after: Option<String> = cursor::decode(next_page)?;
    let rows = sqlx::query_as!(
        AllowedOrigin,
        "select origin, created_at
        from allowed_origin
        where $1::text is null or origin > $1
        order by origin
        limit $2",
        after,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    Ok(cursor::page(rows, limit, |row: &AllowedOrigin| row.origin.clone()))
}

/// Adds one, which is well-formed; adding it again changes nothing.
///
/// # Errors
/// 400 when there are too many.
pub async fn add(pool: &PgPool, origin: &str, actor: Actor, now: DateTime<Utc>) -> Result<()> {
    let mut tx = begin(pool).await?;
    let added = sqlx::query!(
        "insert into allowed_origin (origin, created_at)
        values ($1, $2)
        on conflict (origin) do nothing",
        origin,
        now,
    )
    .execute(&mut *tx)
    .await?;
    let count =
        sqlx::query_scalar!(r#"select count(*) as "count!" from allowed_origin"#).fetch_one(&mut *tx).await?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    // Every page carries them all in a header.
    limits::check_count(count, limits::ALLOWED_ORIGINS).map_err(|problem| {
        Error::field("origin", format!("the list {problem}: remove some, or add one with a wildcard"))
    })?;
    if added.rows_affected() > 0 {
        let description = format!("Pages of {origin} may frame the dashboards.");
        let entry = AuditEntry::new(Action::AddOrigin, actor, None, origin.to_owned(), description);
        audit_log::record(&mut tx, &entry).await?;
    }
    Ok(tx.commit().await?)
}

/// Removes one.
///
/// # Errors
/// 404 when it is not in the list.
pub async fn remove(pool: &PgPool, origin: &str, actor: Actor) -> Result<()> {
    let mut tx = begin(pool).await?;
    let removed =
        sqlx::query!("delete from allowed_origin where origin = $1", origin).execute(&mut *tx).await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound("the origin"));
    }
    let description = format!("Pages of {origin} may frame the dashboards no more.");
    let entry = AuditEntry::new(Action::RemoveOrigin, actor, None, origin.to_owned(), description);
    audit_log::record(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// A page of the frames that were refused in the last 90 days, the latest first.
///
/// # Errors
/// 400 for a bad cursor or limit.
pub async fn refused(
    pool: &PgPool,
    limit: Option<i64>,
    next_page: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Page<RefusedEmbed>> {
    let limit = cursor::limit(limit)?;
    let before: Option<(DateTime<Utc>, String, String)> = cursor::decode(next_page)?;
    let (last, origin, refused_by) = match before {
        Some((last, origin, refused_by)) => (Some(last), Some(origin), Some(refused_by)),
        None => (None, None, None),
    };
    let rows = sqlx::query!(
        "select origin, refused_by, times, first_refused_at, last_refused_at
        from refused_embed
        where last_refused_at > $1
            and ($2::timestamptz is null or (last_refused_at, origin, refused_by) < ($2, $3, $4))
        order by last_refused_at desc, origin desc, refused_by desc
        limit $5",
        now - REMEMBERED,
        last,
        origin,
        refused_by,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let all = [RefusedBy::Server, RefusedBy::Url];
    let rows = rows.into_iter().map(|row| {
        let known = all.into_iter().find(|one| one.as_str() == row.refused_by);
        let refused_by =
            known.ok_or_else(|| Error::Internal(format!("no list is called {}", row.refused_by)))?;
        Ok(RefusedEmbed {
            entry: row.origin.clone(),
            origin: row.origin,
            refused_by,
            times: row.times,
            first_refused_at: row.first_refused_at,
            last_refused_at: row.last_refused_at,
        })
    });
    let rows: Vec<RefusedEmbed> = rows.collect::<Result<_>>()?;
    Ok(cursor::page(rows, limit, |row: &RefusedEmbed| {
        (row.last_refused_at, row.origin.clone(), row.refused_by.as_str())
    }))
}

/// Counts frames that were refused, with the time of the last one of each. New origins are left out where there are too
/// many.
///
/// # Errors
/// When the database refuses.
pub async fn note_refusals(tx: &mut PgConnection, refused: &[(Refusal, i64, DateTime<Utc>)]) -> Result<()> {
    let Some(now) = refused.iter().map(|(_, _, at)| *at).max() else { return Ok(()) };
    sqlx::query!("delete from refused_embed where last_refused_at < $1", now - REMEMBERED)
        .execute(&mut *tx)
        .await?;
    let origins: Vec<String> = refused.iter().map(|(refusal, ..)| refusal.origin.clone()).collect();
    let refused_by: Vec<String> =
        refused.iter().map(|(refusal, ..)| refusal.refused_by.as_str().to_owned()).collect();
    let times: Vec<i64> = refused.iter().map(|(_, times, _)| *times).collect();
    let last: Vec<DateTime<Utc>> = refused.iter().map(|(_, _, at)| *at).collect();
    sqlx::query!(
        "insert into refused_embed as known (origin, refused_by, times, first_refused_at, last_refused_at)
        select origin, refused_by, times, at, at
        from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[])
            as refused (origin, refused_by, times, at)
        where (select count(*) from refused_embed) < $5
        order by origin, refused_by
        on conflict (origin, refused_by) do update
            set times = known.times + excluded.times,
                last_refused_at = greatest(known.last_refused_at, excluded.last_refused_at)",
        &origins[..],
        &refused_by[..],
        &times[..],
        &last[..],
        MOST_REFUSED,
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
