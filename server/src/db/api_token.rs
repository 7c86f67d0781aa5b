//! API tokens as they are stored: everything but the secret.

use super::{
    audit_log::{self, Action, Actor, AuditEntry},
    begin,
};
use crate::{Error, Result, api_token, auth::Operator};
use chrono::{DateTime, Duration, Utc};
use sqlx::PgPool;
use tokio::time::timeout;

/// How long one attempt to read a token may take, and how many there are.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
const ATTEMPTS: usize = 3;

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every GET, and the POSTs that only read.
    Read,
    /// Everything.
    Write,
}

impl Scope {
    /// As it is stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// A stored token.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// The public part of the token, by which it is listed and revoked.
    pub id: String,
    /// What the operator called it.
    pub name: String,
    /// `read` or `write`.
    pub scope: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

struct TokenRow {
    secret_hash: Vec<u8>,
    scope: String,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

/// Makes a token and stores its hash. The answer is the only copy of the token.
pub async fn create(
    pool: &PgPool,
    name: &str,
    scope: Scope,
    expires_at: Option<DateTime<Utc>>,
) -> Result<String> {
    let token = api_token::generate();
    let parsed =
        api_token::Token::parse(&token).ok_or_else(|| Error::Internal("a new token is not valid".into()))?;
    let mut tx = begin(pool).await?;
    sqlx::query!(
        "insert into api_token (id, name, secret_hash, scope, expires_at)
         values ($1, $2, $3, $4, $5)",
        parsed.id,
        name,
        &parsed.hash()[..],
        scope.as_str(),
        expires_at,
    )
    .execute(&mut *tx)
    .await?;
    let ends = expires_at.map(|end| format!(", which ends {}", end.to_rfc3339())).unwrap_or_default();
    let description = format!("The API token \"{name}\" of scope {}{ends}.", scope.as_str());
    let entry = AuditEntry::new(Action::CreateToken, Actor::Command, None, parsed.id.to_owned(), description);
    audit_log::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(token)
}

/// All tokens, oldest first.
pub async fn list(pool: &PgPool) -> Result<Vec<ApiToken>> {
    let tokens = sqlx::query_as!(
        ApiToken,
        "select id, name, scope, created_at, expires_at, last_used_at, revoked_at
         from api_token
         order by created_at, id",
    )
    .fetch_all(pool)
    .await?;
    Ok(tokens)
}

/// Revokes a token, for good; false when there is none of this id. A second time changes nothing.
pub async fn revoke(pool: &PgPool, id: &str) -> Result<bool> {
    let mut tx = begin(pool).await?;
    let updated = sqlx::query!(
        "update api_token
         set revoked_at = coalesce(revoked_at, statement_timestamp())
         where id = $1",
        id,
    )
    .execute(&mut *tx)
    .await?;
    let is_known = updated.rows_affected() == 1;
    if is_known {
        let description = "The API token was revoked.".to_owned();
        let entry = AuditEntry::new(Action::RevokeToken, Actor::Command, None, id.to_owned(), description);
        audit_log::record(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(is_known)
}

/// The operator behind a token; `None` when it is unknown, malformed, expired or revoked.
pub async fn authenticate(pool: &PgPool, token: &str, now: DateTime<Utc>) -> Result<Option<Operator>> {
    let Some(token) = api_token::Token::parse(token) else { return Ok(None) };
    let Some(stored) = stored(pool, token.id).await? else { return Ok(None) };
    let is_valid = token.matches(&stored.secret_hash)
        && stored.revoked_at.is_none()
        && stored.expires_at.is_none_or(|expires_at| now < expires_at);
    if !is_valid {
        return Ok(None);
    }
    if stored.last_used_at.is_none_or(|last| now - last >= Duration::minutes(1)) {
        // Not on the way of the answer, and not worth failing it.
        let (pool, id) = (pool.clone(), token.id.to_owned());
        tokio::spawn(async move {
            if let Err(error) = touch(&pool, &id, now).await {
                tracing::warn!(error = %crate::error::chain(&error), "the last use of a token was not noted");
            }
        });
    }
    Ok(Some(Operator { token_id: token.id.to_owned(), can_write: stored.scope == Scope::Write.as_str() }))
}

/// The row of a token. Every request waits for this one row: on a connection that died silently it is asked for again.
async fn stored(pool: &PgPool, id: &str) -> Result<Option<TokenRow>> {
    for _ in 0..ATTEMPTS {
        let row = sqlx::query_as!(
            TokenRow,
            "select secret_hash, scope, expires_at, last_used_at, revoked_at
             from api_token
             where id = $1",
            id,
        )
        .fetch_optional(pool);
        if let Ok(row) = timeout(PATIENCE, row).await {
            return Ok(row?);
        }
    }
    Err(Error::Unavailable(sqlx::Error::PoolTimedOut))
}

/// Notes a use, at most once a minute whatever number of requests come at once.
async fn touch(pool: &PgPool, id: &str, now: DateTime<Utc>) -> Result<()> {
    let mut tx = begin(pool).await?;
    sqlx::query!(
        "update api_token
         set last_used_at = $2
         where id = $1
           and (last_used_at is null or last_used_at <= $2::timestamptz - interval '1 minute')",
        id,
        now,
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}
