//! Customers and the ids that their events may name them by.

mod aliases;
mod archive;
mod change;
mod hold;

pub use aliases::set_ingest_aliases;
pub use archive::archive;
pub use change::{NewCustomer, create, set_name, set_salesforce_account_id};
pub use hold::{DueCustomer, HeldCustomer, claim_due, hold, hold_of_invoice};

use super::cursor;
use crate::{
    Error, Result,
    auth::{CustomerAccess, Pass, no_such_customer},
};
use app::billing::{Customer, CustomerConfig, CustomerDetail, Page};
use chrono::{DateTime, Utc};
use sqlx::{PgPool, types::Json};
use std::collections::BTreeMap;
use uuid::Uuid;

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
    is_revoked: bool,
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
                      order by a.position) as "ingest_aliases!",
                false as "is_revoked!"
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
/// 404 when there is none; 401 for a reader who is revoked, unless the customer is archived.
pub async fn find(pool: &PgPool, access: CustomerAccess) -> Result<CustomerDetail> {
    let id = access.customer_id();
    by_id(pool, &[id], access.pass()).await?.remove(&id).ok_or_else(no_such_customer)
}

/// Customers by their ids, archived or not.
///
/// # Errors
/// 401 when the pass is revoked, unless the customer is archived.
pub(super) async fn by_id(pool: &PgPool, ids: &[Uuid], pass: Pass) -> Result<BTreeMap<Uuid, CustomerDetail>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id, c.name, c.custom_fields as "custom_fields: Json<BTreeMap<String, String>>", c.created_at,
                c.updated_at, c.archived_at, c.salesforce_account_id,
                array(select a.alias
                      from ingest_alias a
                      where a.customer_id = c.id
                      order by a.position) as "ingest_aliases!",
                is_revoked as "is_revoked!"
         from customer c
         cross join lateral revocation_of(c.id, $2, $3, $4, $5)
         where c.id = any($1)"#,
        ids,
        pass.session_id,
        pass.viewer,
        pass.seen,
        pass.valid_from,
    )
    .fetch_all(pool)
    .await?;
    if rows.iter().any(|row| row.is_revoked && row.archived_at.is_none()) {
        return Err(Error::Unauthorized);
    }
    Ok(rows.into_iter().map(|row| (row.id, row.into_detail())).collect())
}
