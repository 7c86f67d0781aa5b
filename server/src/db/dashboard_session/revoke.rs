//! Revokes sessions, and the URLs that were made before.

use super::Lifetime;
use crate::{
    Error, Result,
    auth::no_such_customer,
    db::{
        audit_log::{self, Action, Actor, AuditEntry},
        begin,
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// What is revoked: all that has each of what is named; everything where nothing is.
#[derive(Clone, Debug, Default)]
pub struct Revocation {
    /// One session.
    pub session_id: Option<Uuid>,
    /// What is of one customer.
    pub customer_id: Option<Uuid>,
    /// What is of one viewer, by the integrator's id, and as it is compared.
    pub viewer: Option<(String, Uuid)>,
}

impl Revocation {
    /// For the audit log: `All of the viewer u_17 was revoked: 2 live sessions ended.`
    fn describe(&self, ended: i64) -> String {
        let what = match (self.session_id, &self.viewer, self.customer_id) {
            (Some(session_id), ..) => format!("The session {session_id}"),
            (None, Some((viewer_id, _)), Some(_)) => {
                format!("All of the viewer {viewer_id} with this customer")
            }
            (None, Some((viewer_id, _)), None) => format!("All of the viewer {viewer_id}"),
            (None, None, Some(_)) => "All of this customer".to_owned(),
            (None, None, None) => "Everything".to_owned(),
        };
        let sessions = if ended == 1 { "session" } else { "sessions" };
        format!("{what} was revoked: {ended} live {sessions} ended.")
    }
}

/// Revokes, and logs it: from its end on, no request of what was there before is answered. How many live sessions it ends.
///
/// # Errors
/// 404 for a session or customer that does not exist.
pub async fn revoke(
    pool: &PgPool,
    revocation: &Revocation,
    lifetime: Lifetime,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<i64> {
    let mut tx = begin(pool).await?;
    // Numbers are committed in their order: a URL that has seen one has seen those before it.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('inlay revocations'))").execute(&mut *tx).await?;
    let customer_id = match (revocation.session_id, revocation.customer_id) {
        (Some(session_id), _) => Some(
            sqlx::query_scalar!("select customer_id from dashboard_session where id = $1", session_id)
                .fetch_optional(&mut *tx)
                .await?
                .ok_or(Error::NotFound("the session"))?,
        ),
        (None, Some(customer_id)) => Some(
            sqlx::query_scalar!("select id from customer where id = $1", customer_id)
                .fetch_optional(&mut *tx)
                .await?
                .ok_or_else(no_such_customer)?,
        ),
        (None, None) => None,
    };
    let (viewer_id, viewer_key) = revocation.viewer.clone().unzip();
    let (opened_since, used_since) = lifetime.since(now);
    let ended = sqlx::query_scalar!(
        r#"select count(*) as "ended!"
        from dashboard_session s
        join customer c on c.id = s.customer_id
        cross join lateral revocation_of(s.customer_id, s.id, s.viewer_key, s.seen, s.valid_from)
        where s.opened_at > $1
            and s.last_used_at > $2
            and c.archived_at is null
            and not is_revoked
            and ($3::uuid is null or s.customer_id = $3)
            and ($4::uuid is null or s.viewer_key = $4)
            and ($5::uuid is null or s.id = $5)"#,
        opened_since,
        used_since,
        customer_id,
        viewer_key,
        revocation.session_id,
    )
    .fetch_one(&mut *tx)
    .await?;
    let number = sqlx::query_scalar!(
        "insert into dashboard_revocation (customer_id, viewer_id, viewer_key, session_id, revoked_at)
        values ($1, $2, $3, $4, $5)
        returning id",
        customer_id,
        viewer_id,
        viewer_key,
        revocation.session_id,
        now,
    )
    .fetch_one(&mut *tx)
    .await?;
    let description = revocation.describe(ended);
    let entry = AuditEntry::new(Action::RevokeSessions, actor, customer_id, number.to_string(), description);
    audit_log::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The number of the last revocation; 0 where there is none.
///
/// # Errors
/// When the database refuses.
pub async fn last_revocation(pool: &PgPool) -> Result<i64> {
    let last = sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "last!" from dashboard_revocation"#)
        .fetch_one(pool)
        .await?;
    Ok(last)
}
