//! Who is billed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A customer, as create and setName answer it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Customer {
    /// The id that all calls name the customer by.
    pub id: Uuid,
    /// The first id that can be used in usage events: an ingest alias, else the customer id.
    pub external_id: String,
    /// Ids that may stand for this customer in usage events.
    pub ingest_aliases: Vec<String>,
    /// At most 160 characters.
    pub name: String,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}

/// A customer with its dates, as list and retrieve answer it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerDetail {
    /// The customer itself.
    #[serde(flatten)]
    pub customer: Customer,
    /// Settings of integrations; only their keys are part of Inlay.
    pub customer_config: CustomerConfig,
    /// When the customer was created.
    pub created_at: DateTime<Utc>,
    /// When the customer was last changed.
    pub updated_at: DateTime<Utc>,
    /// When the customer was archived; `null` while it is active.
    pub archived_at: Option<DateTime<Utc>>,
}

/// Settings of integrations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerConfig {
    /// The account id in Salesforce; the key is always there, the value may be `null`.
    pub salesforce_account_id: Option<String>,
}
