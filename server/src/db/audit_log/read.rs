//! Reading the audit log, page by page.

use crate::{Error, Result, db::cursor};
use app::billing::{AuditActor, AuditLog, AuditRequest, AuditStatus, Page};
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// Which rows are asked for.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// From this on.
    pub starting_on: Option<DateTime<Utc>>,
    /// Before this.
    pub ending_before: Option<DateTime<Utc>>,
    /// About this, by its type and id. About a customer is also what is about its invoices.
    pub resource: Option<(String, String)>,
    /// Newest first.
    pub descending: bool,
    /// Rows a page.
    pub limit: Option<i64>,
    /// The `next_page` that the last page gave.
    pub next_page: Option<String>,
}

struct Row {
    id: Uuid,
    created_at: DateTime<Utc>,
    customer_id: Option<Uuid>,
    action: String,
    description: String,
    status: String,
    resource_type: String,
    resource_id: String,
    actor_id: Option<String>,
    actor_name: Option<String>,
    request_id: String,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl Row {
    fn into_log(self) -> Result<AuditLog> {
        Ok(AuditLog {
            id: self.id,
            timestamp: self.created_at,
            action: self.action,
            description: self.description,
            status: match self.status.as_str() {
                "success" => AuditStatus::Success,
                "failure" => AuditStatus::Failure,
                other => return Err(Error::Internal(format!("\"{other}\" is no status of an audit log"))),
            },
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            customer_id: self.customer_id,
            actor: self.actor_id.zip(self.actor_name).map(|(id, name)| AuditActor { id, name }),
            request: AuditRequest { id: self.request_id, ip: self.ip, user_agent: self.user_agent },
        })
    }
}

/// A page of the log. Oldest first, every page that has rows names a next one, which has what is added later: who goes on
/// there misses nothing.
///
/// # Errors
/// 400 for a bad cursor or limit.
pub async fn list(pool: &PgPool, asked: &AuditQuery) -> Result<Page<AuditLog>> {
    let limit = cursor::limit(asked.limit)?;
    let after: Option<(DateTime<Utc>, Uuid)> = cursor::decode(asked.next_page.as_deref())?;
    let settled = settled(pool).await?;
    let until = asked.ending_before.map_or(settled, |before| before.min(settled));
    let rows = match asked.descending {
        true => newest(pool, asked, after, until, limit + 1).await?,
        false => oldest(pool, asked, after, until, limit + 1).await?,
    };
    let logs = rows.into_iter().map(Row::into_log).collect::<Result<Vec<_>>>()?;
    let key = |last: &AuditLog| (last.timestamp, last.id);
    let last = logs.get(..logs.len().min(usize::try_from(limit).unwrap_or(usize::MAX)));
    let goes_on = last.and_then(<[AuditLog]>::last).map(|last| cursor::encode(&key(last)));
    let page = cursor::page(logs, limit, key);
    let next_page = match asked.descending {
        true => page.next_page,
        false => goes_on,
    };
    Ok(Page { next_page, ..page })
}

/// The instant before which no row can come any more: whoever adds one holds the lock from before its time on, until it
/// is there.
async fn settled(pool: &PgPool) -> Result<DateTime<Utc>> {
    let until = sqlx::query_scalar!(
        r#"with waited as materialized (
            select pg_advisory_xact_lock(hashtext('inlay audit log'))
        )
        select clock_timestamp() as "until!" from waited"#
    )
    .fetch_one(pool)
    .await?;
    Ok(until)
}

async fn oldest(
    pool: &PgPool,
    asked: &AuditQuery,
    after: Option<(DateTime<Utc>, Uuid)>,
    until: DateTime<Utc>,
    rows: i64,
) -> Result<Vec<Row>> {
    let (at, id) = after.unzip();
    let (kind, resource_id, customer_id) = resource(asked);
    let found = sqlx::query_as!(
        Row,
        "select id, created_at, customer_id, action, description, status, resource_type, resource_id, actor_id, actor_name,
            request_id, ip, user_agent
        from audit_log
        where created_at >= coalesce($1::timestamptz, '-infinity')
            and created_at < $2
            and ($3::text is null or (resource_type = $3 and resource_id = $4) or customer_id = $5)
            and (created_at, id) > (
                coalesce($6::timestamptz, '-infinity'),
                coalesce($7::uuid, '00000000-0000-0000-0000-000000000000')
            )
        order by created_at, id
        limit $8",
        asked.starting_on,
        until,
        kind,
        resource_id,
        customer_id,
        at,
        id,
        rows,
    )
    .fetch_all(pool)
    .await?;
    Ok(found)
}

async fn newest(
    pool: &PgPool,
    asked: &AuditQuery,
    after: Option<(DateTime<Utc>, Uuid)>,
    until: DateTime<Utc>,
    rows: i64,
) -> Result<Vec<Row>> {
    let (at, id) = after.unzip();
    let (kind, resource_id, customer_id) = resource(asked);
    let found = sqlx::query_as!(
        Row,
        "select id, created_at, customer_id, action, description, status, resource_type, resource_id, actor_id, actor_name,
            request_id, ip, user_agent
        from audit_log
        where created_at >= coalesce($1::timestamptz, '-infinity')
            and created_at < $2
            and ($3::text is null or (resource_type = $3 and resource_id = $4) or customer_id = $5)
            and (created_at, id) < (
                coalesce($6::timestamptz, 'infinity'),
                coalesce($7::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
            )
        order by created_at desc, id desc
        limit $8",
        asked.starting_on,
        until,
        kind,
        resource_id,
        customer_id,
        at,
        id,
        rows,
    )
    .fetch_all(pool)
    .await?;
    Ok(found)
}

/// The type and the id of what is asked about, and the customer where it is one.
fn resource(asked: &AuditQuery) -> (Option<&str>, Option<&str>, Option<Uuid>) {
    match &asked.resource {
        None => (None, None, None),
        Some((kind, id)) => {
            let customer_id = if kind == "customer" { id.parse().ok() } else { None };
            (Some(kind.as_str()), Some(id.as_str()), customer_id)
        }
    }
}
