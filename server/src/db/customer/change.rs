//! Makes customers, and changes what they are called.

use super::{aliases::add_aliases, external_id, find};
use crate::{
    Result,
    auth::{CustomerAccess, no_such_customer},
    db::{begin, update_one, write},
};
use app::billing::Customer;
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
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
    let update = sqlx::query!(
        "update customer set name = $2, updated_at = $3 where id = $1",
        access.customer_id(),
        name,
        now,
    );
    update_one(pool, update, no_such_customer).await?;
    find(pool, access).await.map(|detail| detail.customer)
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
    let update = sqlx::query!(
        "update customer set salesforce_account_id = $2, updated_at = $3 where id = $1",
        access.customer_id(),
        salesforce_account_id,
        now,
    );
    update_one(pool, update, no_such_customer).await
}
