//! Customers and the ids that their events may name them by.

use super::{begin, cursor, usage, write};
use crate::{
    Error, Result,
    auth::{CustomerAccess, no_such_customer},
};
use app::billing::{Customer, CustomerConfig, CustomerDetail, Page};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A customer to be made.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// The id to be given to the customer.
    pub id: Uuid,
    /// Its name, 1 to 160 characters.
    pub name: String,
    /// Ids that may stand for it in events, each once.
    pub ingest_aliases: Vec<String>,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}

/// Which customers a list holds.
#[derive(Clone, Debug, Default)]
pub struct CustomerFilter {
    /// Only these.
    pub customer_ids: Option<Vec<Uuid>>,
    /// Only the one with this alias.
    pub ingest_alias: Option<String>,
    /// Only those with one of these account ids in Salesforce.
    pub salesforce_account_ids: Option<Vec<String>>,
    /// The archived ones instead of the active ones.
    pub only_archived: bool,
    /// Rows a page.
    pub limit: Option<i64>,
    /// Where the page starts.
    pub next_page: Option<String>,
}

struct Row {
    id: Uuid,
    name: String,
    custom_fields: Json<BTreeMap<String, String>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
    salesforce_account_id: Option<String>,
    ingest_aliases: Vec<String>,
}

impl Row {
    fn into_detail(self) -> CustomerDetail {
        CustomerDetail {
            customer: Customer {
                id: self.id,
                external_id: external_id(self.id, &self.ingest_aliases),
                ingest_aliases: self.ingest_aliases,
                name: self.name,
                custom_fields: self.custom_fields.0,
            },
            customer_config: CustomerConfig { salesforce_account_id: self.salesforce_account_id },
            created_at: self.created_at,
            updated_at: self.updated_at,
            archived_at: self.archived_at,
        }
    }
}

/// The first id by which events can name a customer.
fn external_id(id: Uuid, ingest_aliases: &[String]) -> String {
    ingest_aliases.first().cloned().unwrap_or_else(|| id.to_string())
}

/// Makes a customer, and gives it the events that came before it.
///
/// # Errors
/// 409 when an alias is taken.
pub async fn create(pool: &PgPool, new: NewCustomer, now: DateTime<Utc>) -> Result<Customer> {
    let pool = pool.clone();
    write(async move {
        let mut tx = begin(&pool).await?;
        sqlx::query!(
            "insert into customer (id, name, custom_fields, created_at, updated_at)
             values ($1, $2, $3, $4, $4)",
            new.id,
            new.name,
            Json(&new.custom_fields) as _,
            now,
        )
        .execute(&mut *tx)
        .await?;
        add_aliases(&mut tx, new.id, &new.ingest_aliases, now).await?;
        tx.commit().await?;
        let external_id = external_id(new.id, &new.ingest_aliases);
        let NewCustomer { id, name, ingest_aliases, custom_fields } = new;
        Ok(Customer { id, external_id, ingest_aliases, name, custom_fields })
    })
    .await
}

/// A page of customers, oldest first.
///
/// # Errors
/// 400 for a bad cursor or limit.
pub async fn list(pool: &PgPool, filter: &CustomerFilter) -> Result<Page<CustomerDetail>> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<(DateTime<Utc>, Uuid)> = cursor::decode(filter.next_page.as_deref())?;
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id, c.name, c.custom_fields as "custom_fields: Json<BTreeMap<String, String>>", c.created_at,
                c.updated_at, c.archived_at, c.salesforce_account_id,
                array(select a.alias
                      from ingest_alias a
                      where a.customer_id = c.id
                      order by a.position) as "ingest_aliases!"
         from customer c
         where (c.archived_at is not null) = $1
           and ($2::uuid[] is null or c.id = any($2))
           and ($3::text is null or c.id = (select customer_id from ingest_alias where alias = $3))
           and ($4::timestamptz is null or (c.created_at, c.id) > ($4, $5))
           and ($7::text[] is null or c.salesforce_account_id = any($7))
         order by c.created_at, c.id
         limit $6"#,
        filter.only_archived,
        filter.customer_ids.as_deref(),
        filter.ingest_alias.as_deref(),
        after.map(|(created_at, _)| created_at),
        after.map(|(_, id)| id),
        limit + 1,
        filter.salesforce_account_ids.as_deref(),
    )
    .fetch_all(pool)
    .await?;
    let data = rows.into_iter().map(Row::into_detail).collect();
    Ok(cursor::page(data, limit, |last: &CustomerDetail| (last.created_at, last.customer.id)))
}

/// One customer, archived or not.
///
/// # Errors
/// 404 when there is none.
pub async fn find(pool: &PgPool, access: CustomerAccess) -> Result<CustomerDetail> {
    let id = access.customer_id();
    by_id(pool, &[id]).await?.remove(&id).ok_or_else(no_such_customer)
}

/// Customers by their ids, archived or not.
///
/// # Errors
/// When the database refuses.
pub(super) async fn by_id(pool: &PgPool, ids: &[Uuid]) -> Result<BTreeMap<Uuid, CustomerDetail>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id, c.name, c.custom_fields as "custom_fields: Json<BTreeMap<String, String>>", c.created_at,
                c.updated_at, c.archived_at, c.salesforce_account_id,
                array(select a.alias
                      from ingest_alias a
                      where a.customer_id = c.id
                      order by a.position) as "ingest_aliases!"
         from customer c
         where c.id = any($1)"#,
        ids,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into_detail())).collect())
}

/// Renames a customer.
///
/// # Errors
/// 404 when there is none.
pub async fn set_name(
    pool: &PgPool,
    access: CustomerAccess,
    name: String,
    now: DateTime<Utc>,
) -> Result<Customer> {
    let changing = pool.clone();
    write(async move {
        let mut tx = begin(&changing).await?;
        let done = sqlx::query!(
            "update customer set name = $2, updated_at = $3 where id = $1",
            access.customer_id(),
            name,
            now,
        )
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(no_such_customer());
        }
        Ok(tx.commit().await?)
    })
    .await?;
    find(pool, access).await.map(|detail| detail.customer)
}

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

/// Archives a customer: its plans end with the day, its invoices are void, and nothing more is billed, all at once. Its
/// aliases stay taken. Archiving it again changes nothing.
///
/// # Errors
/// 404 when there is none.
pub async fn archive(pool: &PgPool, access: CustomerAccess, now: DateTime<Utc>) -> Result<()> {
    let pool = pool.clone();
    let customer_id = access.customer_id();
    write(async move {
        let mut tx = begin(&pool).await?;
        let archived_at = sqlx::query_scalar!(
            "select archived_at from customer where id = $1 for no key update",
            customer_id,
        )
        .fetch_optional(&mut *tx)
        .await?;
        if archived_at.ok_or_else(no_such_customer)?.is_some() {
            return Ok(());
        }
        sqlx::query!(
            "update customer set archived_at = $2, updated_at = $2 where id = $1",
            customer_id,
            now,
        )
        .execute(&mut *tx)
        .await?;
        // Waits for a finalization under way, whose invoices the next statement then sees. A plan that has not begun
        // is left one day, which is not billed either.
        sqlx::query!(
            "update customer_plan
            set ending_before = last.day, billed_until = greatest(billed_until, last.day), period_end = null
            from (
                select id, least(
                    ending_before,
                    greatest(
                        date_trunc('day', $2::timestamptz + interval '1 day', 'UTC'),
                        starting_on + interval '1 day'
                    )
                ) as day
                from customer_plan
                where customer_id = $1
            ) as last
            where customer_plan.id = last.id and customer_plan.customer_id = $1",
            customer_id,
            now,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "update invoice
            set status = 'VOID', voided_at = $2
            where customer_id = $1 and status = 'FINALIZED'",
            customer_id,
            now,
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Sets, or with `None` removes, the account id in Salesforce.
///
/// # Errors
/// 404 when there is no such customer.
pub async fn set_salesforce_account_id(
    pool: &PgPool,
    access: CustomerAccess,
    salesforce_account_id: Option<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    let pool = pool.clone();
    write(async move {
        let mut tx = begin(&pool).await?;
        let done = sqlx::query!(
            "update customer set salesforce_account_id = $2, updated_at = $3 where id = $1",
            access.customer_id(),
            salesforce_account_id,
            now,
        )
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Err(no_such_customer());
        }
        Ok(tx.commit().await?)
    })
    .await
}

/// Inserts aliases, which must be free, and gives the customer the events that wait for them.
async fn add_aliases(
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
