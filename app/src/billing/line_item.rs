//! Lines of invoices.

use super::{CreditType, Decimal, SubLineItem};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

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
