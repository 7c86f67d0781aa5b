//! The document a customer is billed by.

use super::{CreditType, Decimal, InvoiceStatus, LineItem};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What brought an invoice about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceType {
    /// A plan, billed after its period ended.
    PlanArrears,
}

/// An invoice of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invoice {
    /// Its id, the same as a draft and once finalized.
    pub id: Uuid,
    /// Its number for people, `INV-0042`; absent on a draft. Not in the vendor's JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// The customer that is billed.
    pub customer_id: Uuid,
    /// The unit of `subtotal`, `total` and all amounts below: cents for USD.
    pub credit_type: CreditType,
    /// `DRAFT` while usage still changes it, then `FINALIZED` or `VOID`.
    pub status: InvoiceStatus,
    /// What the invoice bills: a plan, in arrears.
    #[serde(rename = "type")]
    pub invoice_type: InvoiceType,
    /// Start of the billing period, inclusive, UTC.
    pub start_timestamp: DateTime<Utc>,
    /// End of the billing period, exclusive, UTC.
    pub end_timestamp: DateTime<Utc>,
    /// When it is issued: when it is due to be finalized. That is after the grace period, which begins with the end of the
    /// period, and for a period that was over when its plan was added, then; or at the `finalize_after` of the plan.
    pub issued_at: DateTime<Utc>,
    /// One line a product, or one a group value.
    pub line_items: Vec<LineItem>,
    /// Minimums, credits and discounts on the whole invoice.
    pub invoice_adjustments: Vec<InvoiceAdjustment>,
    /// The sum of the lines, which are rounded.
    pub subtotal: Decimal,
    /// The subtotal with the adjustments.
    pub total: Decimal,
    /// The plan that it bills.
    pub plan_id: Uuid,
    /// The name of the plan.
    pub plan_name: String,
    /// The plan's custom fields, as they were when the invoice was made.
    #[serde(default)]
    pub plan_custom_fields: BTreeMap<String, String>,
    /// The customer's custom fields, as they were when the invoice was made.
    #[serde(default)]
    pub customer_custom_fields: BTreeMap<String, String>,
    /// The invoice's own custom fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
    /// Always `null`: nothing is sent to a billing provider.
    #[serde(default)]
    pub external_invoice: Option<serde_json::Value>,
    /// Always "billable".
    #[serde(default = "billable")]
    pub billable_status: String,
    /// Days after issue when it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_payment_terms_days: Option<i64>,
    /// The voided invoice this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regenerated_from_invoice_id: Option<Uuid>,
    /// True where the stored document cannot be read: only what identifies the invoice is right, and its lines and
    /// amounts are missing, not zero. Void it and regenerate it. Absent else. Not in the vendor's JSON.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_damaged: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn billable() -> String {
    "billable".to_owned()
}

/// A minimum, credit or discount on the whole invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceAdjustment {
    /// What the adjustment is called on the invoice: the name of a minimum, or `Trial`.
    pub name: String,
    /// The unit of `total`: that of the invoice.
    pub credit_type: CreditType,
    /// Positive for a minimum, negative for a credit.
    pub total: Decimal,
}
