//! Writes sessions that were opened and used, and removes those of before.

use crate::{
    Result,
    db::{
        allowed_origin::{Refusal, note_refusals},
        begin,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::{PgPool, types::Json};
use std::collections::HashSet;
use uuid::Uuid;

/// How long a session is kept after it was opened: longer than its URL can be opened and it can be renewed.
const KEPT: TimeDelta = TimeDelta::days(3);
/// How long a revocation is kept: longer than what it ends.
const REVOCATIONS_KEPT: TimeDelta = TimeDelta::days(90);

/// A session that is opened.
#[derive(Clone, Debug, Serialize)]
pub struct NewSession {
    /// Its id.
    pub id: Uuid,
    /// Whose data it shows.
    pub customer_id: Uuid,
    /// Which dashboard, as in the path of its page.
    pub dashboard: String,
    /// Who reads, by the integrator's id.
    pub viewer_id: Option<String>,
    /// The same, as it is compared.
    pub viewer_key: Option<Uuid>,
    /// The URL that opens it.
    pub url_id: Uuid,
    /// Whether that URL opens once.
    pub is_single_use: bool,
    /// The number of the last revocation before the URL was made.
    pub seen: Option<i64>,
    /// When the URL was made.
    pub valid_from: DateTime<Utc>,
    /// When it is opened.
    pub opened_at: DateTime<Utc>,
}

/// Writes sessions that were opened, when others were used last, and frames that were refused. Answers which sessions are
/// there now: not those of a URL that opens once and was opened before, nor those of a customer that does not exist.
pub async fn note(
    pool: &PgPool,
    opened: &[NewSession],
    used: &[(Uuid, DateTime<Utc>)],
    refused: &[(Refusal, i64, DateTime<Utc>)],
) -> Result<HashSet<Uuid>> {
    let mut tx = begin(pool).await?;
    let mut made = HashSet::new();
    if !opened.is_empty() {
        let rows = sqlx::query_scalar!(
            "insert into dashboard_session (id, customer_id, dashboard, viewer_id, viewer_key, url_id, is_single_use,
                seen, valid_from, opened_at, last_used_at)
            select s.id, c.id, s.dashboard, s.viewer_id, s.viewer_key, s.url_id, s.is_single_use,
                s.seen, s.valid_from, s.opened_at, s.opened_at
            from jsonb_to_recordset($1) as s (id uuid, customer_id uuid, dashboard text, viewer_id text,
                viewer_key uuid, url_id uuid, is_single_use boolean, seen bigint, valid_from timestamptz,
                opened_at timestamptz)
            join customer c on c.id = s.customer_id
            on conflict do nothing
            returning id",
            Json(opened) as _,
        )
        .fetch_all(&mut *tx)
        .await?;
        made.extend(rows);
    }
    if !used.is_empty() {
        let (ids, times): (Vec<Uuid>, Vec<DateTime<Utc>>) = used.iter().copied().unzip();
        sqlx::query!(
            "update dashboard_session s
            set last_used_at = used.at
            from unnest($1::uuid[], $2::timestamptz[]) as used (id, at)
            where s.id = used.id and s.last_used_at < used.at",
            &ids[..],
            &times[..],
        )
        .execute(&mut *tx)
        .await?;
    }
    note_refusals(&mut tx, refused).await?;
    tx.commit().await?;
    Ok(made)
}

/// Removes sessions and revocations that can end nothing any more; how many.
pub async fn purge(pool: &PgPool, now: DateTime<Utc>) -> Result<u64> {
    let mut tx = begin(pool).await?;
    let sessions = sqlx::query!("delete from dashboard_session where opened_at < $1", now - KEPT)
        .execute(&mut *tx)
        .await?;
    let revocations =
        sqlx::query!("delete from dashboard_revocation where revoked_at < $1", now - REVOCATIONS_KEPT)
            .execute(&mut *tx)
            .await?;
    tx.commit().await?;
    Ok(sessions.rows_affected() + revocations.rows_affected())
}
