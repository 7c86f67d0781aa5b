//! The ids that events may name a customer by.

use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
    db::{begin, usage, write},
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Replaces the aliases of a customer, and gives it the events that came before them.
///
/// # Errors
/// 404 when there is no such customer; 409 when an alias is taken.
pub async fn set_ingest_aliases(
    pool: &PgPool,
    access: CustomerAccess,
    aliases: Vec<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    let pool = pool.clone();
    let customer_id = access.customer_id();
    write(async move {
        let mut tx = begin(&pool).await?;
        // The row lock lets two calls for one customer pass one after the other.
        let done = sqlx::query!("update customer set updated_at = $2 where id = $1", customer_id, now)
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(no_such_customer());
        }
        sqlx::query!("delete from ingest_alias where customer_id = $1", customer_id)
            .execute(&mut *tx)
            .await?;
        add_aliases(&mut tx, customer_id, &aliases, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Inserts aliases, which must be free, and gives the customer the events that wait for them.
pub(super) async fn add_aliases(
    tx: &mut PgConnection,
    customer_id: Uuid,
    aliases: &[String],
    now: DateTime<Utc>,
) -> Result<()> {
    if aliases.is_empty() {
        return Ok(());
    }
    // An id names its customer before any alias does.
    let ids: Vec<Uuid> = aliases.iter().filter_map(|alias| alias.parse().ok()).collect();
    let namesake = sqlx::query_scalar!(
        "select id from customer where id = any($1) and id <> $2 limit 1",
        &ids[..],
        customer_id,
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = namesake {
        return Err(Error::Conflict(format!("the ingest alias \"{id}\" is the id of another customer")));
    }
    // In one order, so that two calls with the same aliases wait for each other instead of deadlocking.
    let inserted = sqlx::query_scalar!(
        "insert into ingest_alias (alias, customer_id, position)
         select alias, $1, position
         from unnest($2::text[]) with ordinality as given (alias, position)
         order by alias
         on conflict (alias) do nothing
         returning alias",
        customer_id,
        aliases,
    )
    .fetch_all(&mut *tx)
    .await?;
    if let Some(taken) = aliases.iter().find(|alias| !inserted.contains(alias)) {
        return Err(taken_by(tx, taken).await?);
    }
    usage::claim_unassigned_events(tx, customer_id, aliases, now).await
}

/// The 409 for an alias of another customer, which it names.
async fn taken_by(tx: &mut PgConnection, alias: &str) -> Result<Error> {
    let customer = sqlx::query!(
        "select customer.id, customer.name, customer.archived_at
        from ingest_alias
        join customer on customer.id = ingest_alias.customer_id
        where alias = $1",
        alias,
    )
    .fetch_one(tx)
    .await?;
    let (id, name) = (customer.id, customer.name);
    let archived = customer
        .archived_at
        .map_or(String::new(), |at| format!(", archived since {}", at.format("%Y-%m-%d")));
    Ok(Error::Conflict(format!(
        "the ingest alias \"{alias}\" is taken by the customer \"{name}\" ({id}{archived}): take it from there first, by \
         POST /v1/customers/{id}/setIngestAliases"
    )))
}
