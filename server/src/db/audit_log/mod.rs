//! The audit log. Rows are only ever added: the database refuses every change (migration 32).

mod read;

pub use read::{AuditQuery, list};

use super::{begin, write};
use crate::{
    Result,
    auth::CustomerAccess,
    client::CLIENT,
    error::{REQUEST_ID, cut},
};
use app::billing::AuditRequest;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Characters of a text that a client sends about itself.
const SENT: usize = 300;

/// What is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An embeddable URL was made.
    CreateUrl,
    /// A page was opened by an embeddable URL.
    OpenDashboard,
    /// The session of an open page was renewed.
    RenewSession,
    /// A page, or the renewal of its session, was refused, by a token that this server signed.
    RefuseDashboard,
    /// Sessions and URLs were revoked.
    RevokeSessions,
    /// Pages of an origin were allowed to frame the dashboards.
    AddOrigin,
    /// They were allowed it no more.
    RemoveOrigin,
    /// An invoice was taken as PDF.
    RetrievePdf,
    /// An invoice was taken as CSV.
    RetrieveCsv,
    /// The usage of a dashboard was taken as CSV.
    RetrieveUsageCsv,
    /// An API token was made.
    CreateToken,
    /// An API token was revoked.
    RevokeToken,
}

impl Action {
    /// As it is stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateUrl => "create_embeddable_url",
            Self::OpenDashboard => "open_dashboard",
            Self::RenewSession => "renew_session",
            Self::RefuseDashboard => "refuse_dashboard",
            Self::RevokeSessions => "revoke_sessions",
            Self::AddOrigin => "add_allowed_origin",
            Self::RemoveOrigin => "remove_allowed_origin",
            Self::RetrievePdf => "retrieve_invoice_pdf",
            Self::RetrieveCsv => "retrieve_invoice_csv",
            Self::RetrieveUsageCsv => "retrieve_usage_csv",
            Self::CreateToken => "create_api_token",
            Self::RevokeToken => "revoke_api_token",
        }
    }

    fn resource_type(self) -> &'static str {
        match self {
            Self::CreateUrl
            | Self::OpenDashboard
            | Self::RenewSession
            | Self::RefuseDashboard
            | Self::RetrieveUsageCsv => "customer",
            Self::RevokeSessions => "revocation",
            Self::AddOrigin | Self::RemoveOrigin => "allowed_origin",
            Self::RetrievePdf | Self::RetrieveCsv => "invoice",
            Self::CreateToken | Self::RevokeToken => "api_token",
        }
    }

    fn status(self) -> &'static str {
        match self {
            Self::RefuseDashboard => "failure",
            Self::CreateUrl
            | Self::OpenDashboard
            | Self::RenewSession
            | Self::RevokeSessions
            | Self::AddOrigin
            | Self::RemoveOrigin
            | Self::RetrievePdf
            | Self::RetrieveCsv
            | Self::RetrieveUsageCsv
            | Self::CreateToken
            | Self::RevokeToken => "success",
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An API token, by its public part.
    Token(String),
    /// The viewer that an embeddable URL names.
    Viewer {
        /// As the host knows them.
        id: String,
        /// For people.
        name: Option<String>,
    },
    /// The reader of an embeddable URL that names no viewer.
    Reader,
    /// A command of the server.
    Command,
}

/// A row to be added.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    action: Action,
    customer_id: Option<Uuid>,
    resource_id: String,
    description: String,
    actor: Actor,
    request: AuditRequest,
}

impl AuditEntry {
    /// What is done now, by the request being answered. `customer_id` is whose data it is about.
    pub fn new(
        action: Action,
        actor: Actor,
        customer_id: Option<Uuid>,
        resource_id: String,
        description: String,
    ) -> Self {
        let client = CLIENT.try_with(Clone::clone).unwrap_or_default();
        let request = AuditRequest {
            id: REQUEST_ID.try_with(Clone::clone).unwrap_or_else(|_| "command".to_owned()),
            ip: client.ip.map(|ip| ip.to_string()),
            user_agent: client.user_agent.map(|text| cut(&text, SENT).into_owned()),
        };
        Self { action, customer_id, resource_id, description, actor, request }
    }

    /// The same of a customer.
    pub fn of_customer(action: Action, actor: Actor, access: CustomerAccess, description: String) -> Self {
        let customer_id = access.customer_id();
        Self::new(action, actor, Some(customer_id), customer_id.to_string(), description)
    }

    /// The same of an invoice of a customer.
    pub fn of_invoice(
        action: Action,
        actor: Actor,
        access: CustomerAccess,
        invoice_id: Uuid,
        description: String,
    ) -> Self {
        Self::new(action, actor, Some(access.customer_id()), invoice_id.to_string(), description)
    }
}

/// Adds a row in the transaction of what it is about.
///
/// # Errors
/// When the database refuses.
pub async fn record(connection: &mut PgConnection, entry: &AuditEntry) -> Result<()> {
    let (actor_id, actor_name) = match &entry.actor {
        // Its name is looked up.
        Actor::Token(id) => (Some(id.as_str()), None),
        Actor::Viewer { id, name } => (Some(id.as_str()), Some(name.as_deref().unwrap_or(id))),
        Actor::Reader => (None, None),
        Actor::Command => (Some("command"), Some("a command of the server")),
    };
    sqlx::query!(
        "insert into audit_log
             (id, created_at, customer_id, action, description, status, resource_type, resource_id, actor_id, actor_name,
              request_id, ip, user_agent)
         values (gen_random_uuid(), clock_timestamp(), $1, $2, $3, $4, $5, $6, $7,
             coalesce($8, (select name from api_token where id = $7), $7), $9, $10, $11)",
        entry.customer_id,
        entry.action.as_str(),
        entry.description,
        entry.action.status(),
        entry.action.resource_type(),
        entry.resource_id,
        actor_id,
        actor_name,
        entry.request.id,
        entry.request.ip,
        entry.request.user_agent,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds a row by itself.
///
/// # Errors
/// When the database refuses.
pub async fn add(pool: &PgPool, entry: AuditEntry) -> Result<()> {
    let pool = pool.clone();
    write(async move {
        let mut tx = begin(&pool).await?;
        record(&mut tx, &entry).await?;
        Ok(tx.commit().await?)
    })
    .await
}
