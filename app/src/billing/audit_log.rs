//! The audit log: what was done about access to customers' data, by whom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was done once. A row cannot be changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditLog {
    /// Its id.
    pub id: Uuid,
    /// When it was done, by the clock of the database.
    pub timestamp: DateTime<Utc>,
    /// What was done: `create_embeddable_url`, `open_dashboard`, `renew_session`, `refuse_dashboard`, `revoke_sessions`,
    /// `add_allowed_origin`, `remove_allowed_origin`, `retrieve_invoice_pdf`, `retrieve_invoice_csv`,
    /// `retrieve_usage_csv`, `create_api_token` or `revoke_api_token`.
    pub action: String,
    /// The same as a sentence, with what belongs to it.
    pub description: String,
    /// `success`; `failure` of what was refused.
    pub status: AuditStatus,
    /// `customer`, `invoice`, `revocation`, `allowed_origin` or `api_token`.
    pub resource_type: String,
    /// The id of the customer, the invoice or the API token, the number of the revocation, or the origin.
    pub resource_id: String,
    /// Whose data it was about; `null` where it was about none.
    pub customer_id: Option<Uuid>,
    /// Who did it; `null` for the reader of a URL without `viewer`.
    pub actor: Option<AuditActor>,
    /// By which request.
    pub request: AuditRequest,
}

/// Whether something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AuditStatus {
    /// It was done.
    Success,
    /// It was refused.
    Failure,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditActor {
    /// The id of the API token, the `viewer.id` of the embeddable URL, or `command` for a command of the server.
    pub id: String,
    /// The name of the token or of the viewer; the id where it has none.
    pub name: String,
}

/// The request that something was done by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRequest {
    /// Its `x-request-id`, which is in the server's log too.
    pub id: String,
    /// The address that it came from: behind the proxies of `INLAY_PROXIES`, the one that the outermost of them heard.
    pub ip: Option<String>,
    /// Its `user-agent`.
    pub user_agent: Option<String>,
}
