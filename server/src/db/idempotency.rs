//! Answers by `Idempotency-Key`: who may carry a call out, and what it answered.

use super::{Claim, begin};
use crate::Result;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// After this a call without an answer is one whose server is gone: nothing runs longer than a minute.
const LEASE: TimeDelta = TimeDelta::seconds(90);

/// An answer to be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: i16,
    /// The content type; `None` for an answer without a body.
    pub content_type: Option<String>,
    /// The body as it was sent.
    pub body: Vec<u8>,
}

/// The state of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Nothing: the call is to be carried out.
    Claimed(Claim),
    /// The call was carried out; this was its answer.
    Answered(Answer),
    /// The key was used with another request.
    OtherRequest,
    /// The call is being carried out.
    Running,
    /// The call was carried out, but its server ended before the answer was kept.
    AnswerLost,
}

/// Claims a key for a request, or says what became of it.
///
/// # Errors
/// When the database refuses.
pub async fn claim(
    pool: &PgPool,
    token_id: &str,
    key: &str,
    request_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<KeyState> {
    let mut tx = begin(pool).await?;
    // Waits for a transaction that is marking the key, so what it finds is settled.
    let claimed = sqlx::query_scalar!(
        "insert into idempotency_key as old (token_id, key, request_hash, claimed_at)
         values ($1, $2, $3, $4)
         on conflict (token_id, key) do update
         set request_hash = excluded.request_hash,
             claimed_at = excluded.claimed_at,
             attempt = old.attempt + 1,
             effect_at = null,
             status = null,
             content_type = null,
             body = null
         where old.claimed_at <= $5
            or (old.status is null
                and old.effect_at is null
                and old.claimed_at <= $6
                and old.request_hash = excluded.request_hash)
         returning attempt",
        token_id,
        key,
        request_hash,
        now,
        now - KEPT,
        now - LEASE,
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    if let Some(attempt) = claimed {
        return Ok(KeyState::Claimed(Claim { token_id: token_id.to_owned(), key: key.to_owned(), attempt }));
    }
    let found = sqlx::query!(
        r#"select request_hash, claimed_at, effect_at is not null as "is_carried_out!", status, content_type, body
         from idempotency_key
         where token_id = $1
           and key = $2"#,
        token_id,
        key,
    )
    .fetch_optional(pool)
    .await?;
    // Released in between: the other try was refused.
    let Some(found) = found else { return Ok(KeyState::Running) };
    if found.request_hash != request_hash {
        return Ok(KeyState::OtherRequest);
    }
    Ok(match (found.status, found.body) {
        (Some(status), Some(body)) => {
            KeyState::Answered(Answer { status, content_type: found.content_type, body })
        }
        _ if found.is_carried_out && found.claimed_at <= now - LEASE => KeyState::AnswerLost,
        _ => KeyState::Running,
    })
}

/// Keeps the answer of a call that was carried out.
///
/// # Errors
/// When the database refuses.
pub async fn keep(pool: &PgPool, claim: &Claim, answer: &Answer) -> Result<()> {
    let mut tx = begin(pool).await?;
    sqlx::query!(
        "update idempotency_key
         set status = $4, content_type = $5, body = $6
         where token_id = $1
           and key = $2
           and attempt = $3",
        claim.token_id,
        claim.key,
        claim.attempt,
        answer.status,
        answer.content_type.as_deref(),
        answer.body,
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Gives a key back whose call changed nothing.
///
/// # Errors
/// When the database refuses.
pub async fn release(pool: &PgPool, claim: &Claim) -> Result<()> {
    let mut tx = begin(pool).await?;
    sqlx::query!(
        "delete from idempotency_key
         where token_id = $1
           and key = $2
           and attempt = $3
           and effect_at is null",
        claim.token_id,
        claim.key,
        claim.attempt,
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Removes answers that are a day old; how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn purge(pool: &PgPool, now: DateTime<Utc>) -> Result<u64> {
    let mut tx = begin(pool).await?;
    let done = sqlx::query!("delete from idempotency_key where claimed_at <= $1", now - KEPT)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}
