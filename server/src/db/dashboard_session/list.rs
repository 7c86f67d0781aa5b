//! Lists the sessions that are live.

use crate::{Error, Result, db::cursor};
use app::{
    billing::Page,
    embed::{Dashboard, DashboardSession},
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// Which sessions a list holds.
#[derive(Clone, Debug, Default)]
pub struct SessionFilter {
    /// Only those of this customer.
    pub customer_id: Option<Uuid>,
    /// Only those of this viewer, by what is compared.
    pub viewer_key: Option<Uuid>,
    /// Rows a page.
    pub limit: Option<i64>,
    /// Where the page starts.
    pub next_page: Option<String>,
}

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// From their opening, at most.
    pub at_most: TimeDelta,
    /// From the last time that they were used.
    pub unused: TimeDelta,
}

impl Lifetime {
    /// Since when what is live at `now` was opened, and since when it was used: that is noted to the minute.
    pub(super) fn since(self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        (now - self.at_most, now - self.unused - TimeDelta::minutes(1))
    }
}

/// A page of the live sessions, newest first: opened, used since, not revoked, and of a customer that is not archived.
///
/// # Errors
/// 400 for a bad cursor or limit.
pub async fn list(
    pool: &PgPool,
    filter: &SessionFilter,
    lifetime: Lifetime,
    now: DateTime<Utc>,
) -> Result<Page<DashboardSession>> {
    let limit = cursor::limit(filter.limit)?;
    let before: Option<(DateTime<Utc>, Uuid)> = cursor::decode(filter.next_page.as_deref())?;
    let (opened_since, used_since) = lifetime.since(now);
    let rows = sqlx::query!(
        "select s.id, s.customer_id, s.dashboard, s.viewer_id, s.url_id, s.opened_at, s.last_used_at
        from dashboard_session s
        join customer c on c.id = s.customer_id
        cross join lateral revocation_of(s.customer_id, s.id, s.viewer_key, s.seen, s.valid_from)
        where s.opened_at > $1
            and s.last_used_at > $2
            and c.archived_at is null
            and not is_revoked
            and ($3::uuid is null or s.customer_id = $3)
            and ($4::uuid is null or s.viewer_key = $4)
            and ($5::timestamptz is null or (s.opened_at, s.id) < ($5, $6))
        order by s.opened_at desc, s.id desc
        limit $7",
        opened_since,
        used_since,
        filter.customer_id,
        filter.viewer_key,
        before.map(|(opened_at, _)| opened_at),
        before.map(|(_, id)| id),
        limit + 1,
    )
    .fetch_all(pool)
    .await?;
    let sessions = rows.into_iter().map(|row| {
        Ok(DashboardSession {
            id: row.id,
            customer_id: row.customer_id,
            dashboard: Dashboard::parse(&row.dashboard)
                .map_err(|error| Error::Internal(error.to_string()))?,
            viewer_id: row.viewer_id,
            url_id: row.url_id,
            opened_at: row.opened_at,
            last_used_at: row.last_used_at,
            expires_at: row.opened_at + lifetime.at_most,
        })
    });
    let sessions: Vec<DashboardSession> = sessions.collect::<Result<_>>()?;
    Ok(cursor::page(sessions, limit, |last: &DashboardSession| (last.opened_at, last.id)))
}
