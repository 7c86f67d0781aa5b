//! Units of account.

use super::cursor;
use crate::Result;
use app::billing::{ListedCreditType, Page};
use sqlx::PgPool;
use uuid::Uuid;

/// A page of all credit types, by name.
pub async fn list(
    pool: &PgPool,
    limit: Option<i64>,
    next_page: Option<&str>,
) -> Result<Page<ListedCreditType>> {
    let limit = cursor::limit(limit)?;
    let after: Option<String> = cursor::decode(next_page)?;
    let rows: Vec<(Uuid, String, bool)> = sqlx::query_as(
        "select id, name, is_currency
        from credit_type
        where $1::text is null or name > $1
        order by name
        limit $2",
    )
    .bind(after)
    .bind(limit + 1)
    .fetch_all(pool)
    .await?;
    let rows = rows.into_iter().map(|(id, name, is_currency)| ListedCreditType { id, name, is_currency });
    Ok(cursor::page(rows.collect(), limit, |row| row.name.clone()))
}
