//! Units of account.

use super::{begin, cursor};
use crate::{Error, Result, limits};
use app::billing::{ListedCreditType, Page};
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// A page of all credit types that are not archived, by name.
pub async fn list(
    pool: &PgPool,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<ListedCreditType>> {
    let limit = cursor::limit(limit)?;
    let after: Option<String> = cursor::decode(next_page)?;
    let rows = sqlx::query_as!(
        ListedCreditType,
        "select id, name, is_currency
        from credit_type
        where archived_at is null and ($1::text is null or name > $1)
        order by name
        limit $2",
        after,
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    Ok(cursor::page(rows, limit, |row| row.name.clone()))
}

/// Makes a custom unit.
///
/// # Errors
/// 400 for a name that is empty or too long; 409 when the name is taken, also by an archived unit or a currency.
pub async fn create(pool: &PgPool, name: &str, now: DateTime<Utc>) -> Result<Uuid> {
    limits::check_required_text(name, limits::NAME).map_err(|problem| Error::field("name", problem))?;
    let name = name.trim();
    let mut tx = begin(pool).await?;
    let id = sqlx::query_scalar!(
        "insert into credit_type (id, name, is_currency)
        values ($1, $2, false)
        on conflict (name) do nothing
        returning id",
        super::new_id(now),
        name,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = id else {
        return Err(Error::Conflict(format!("name: \"{name}\" is taken by another credit type")));
    };
    tx.commit().await?;
    Ok(id)
}

/// Archives a custom unit: plans that use it go on, new ones cannot. Archiving it again changes nothing.
///
/// # Errors
/// 400 for a currency, 404 when there is no such credit type.
pub async fn archive(pool: &PgPool, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let mut tx = begin(pool).await?;
    let is_currency = sqlx::query_scalar!(
        "update credit_type
        set archived_at = case when is_currency then null else coalesce(archived_at, $2) end
        where id = $1
        returning is_currency",
        id,
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    match is_currency {
        None => Err(Error::NotFound("the credit type")),
        Some(true) => Err(Error::field("id", "is a currency: only custom units can be archived")),
        Some(false) => Ok(tx.commit().await?),
    }
}
