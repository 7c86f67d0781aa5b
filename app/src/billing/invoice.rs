//! The document a customer is billed by.

use super::{CreditType, Decimal, InvoiceStatus, TierScope};
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

/// One line: a product, or one group value of a grouped product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineItem {
    /// The name of the product.
    pub name: String,
    /// Always `usage` for plan invoices.
    #[serde(rename = "type")]
    pub line_type: String,
    /// The unit of the line's amounts: cents for USD.
    pub credit_type: CreditType,
    /// The sum of its sub lines, rounded once to the credit type's smallest unit.
    pub total: Decimal,
    /// The product whose charges the line sums.
    pub product_id: Uuid,
    /// How much, where the line has a single charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The price of a unit, where the line has a single flat charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Decimal>,
    /// Grouped products: the property the lines are split by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_key: Option<String>,
    /// Grouped products: its value; `null` for events without the property.
    #[serde(default)]
    pub group_value: Option<String>,
    /// Where the plan's bounds, or the end of its trial, cut the billing period: from when the line counts, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starting_at: Option<DateTime<Utc>>,
    /// Where the plan's bounds, or the end of its trial, cut the billing period: until when the line counts, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending_before: Option<DateTime<Utc>>,
    /// One a charge.
    #[serde(default)]
    pub sub_line_items: Vec<SubLineItem>,
    /// The product's custom fields, as they were when the invoice was made.
    #[serde(default)]
    pub product_custom_fields: BTreeMap<String, String>,
    /// The line's own custom fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
}

/// One charge within a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubLineItem {
    /// The name of the charge; of an added charge, its description.
    pub name: String,
    /// The charge of the plan that is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_id: Option<Uuid>,
    /// How many units are billed, after unit conversion.
    pub quantity: Decimal,
    /// Quantity at its prices, to 20 digits after the point.
    pub subtotal: Decimal,
    /// The price of a unit; only when the charge is not tiered and the quantity is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
    /// Tiered charges: what fell into each tier; under `ACROSS_GROUPS` the line's share of that, to 20 digits after the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<TierUsage>>,
    /// `ACROSS_GROUPS` where the tiers count all group values together; absent where they count the line alone. Not in the
    /// vendor's JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_scope: Option<TierScope>,
    /// Tiered charges: the period over which tiers count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_period: Option<TierPeriod>,
    /// Fixed charges of a period that the plan's bounds cut: for which part of it they are owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proration: Option<Proration>,
    /// The charge's custom fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
}

/// The part of a quantity that fell into one tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TierUsage {
    /// The quantity from which the tier holds, in converted units.
    pub starting_at: Decimal,
    /// How many units fell into the tier.
    pub quantity: Decimal,
    /// The price of one unit in the tier, in the invoice's credit type.
    pub price: Decimal,
    /// Quantity times price, in the invoice's credit type.
    pub subtotal: Decimal,
}

/// The period over which tiers count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TierPeriod {
    /// When the tiers were at 0 last, inclusive, UTC.
    pub starting_at: DateTime<Utc>,
    /// When they start again at 0, exclusive, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending_before: Option<DateTime<Utc>>,
}

/// The part of a billing period for which a fixed charge is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proration {
    /// Days of the period within the plan.
    pub days: i64,
    /// Days of the whole period.
    pub of: i64,
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
