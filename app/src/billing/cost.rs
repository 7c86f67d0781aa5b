//! What a customer's usage cost, day by day.

use super::Decimal;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The cost of one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CostOfDay {
    /// Midnight UTC, inclusive.
    pub start_timestamp: DateTime<Utc>,
    /// The next midnight, exclusive.
    pub end_timestamp: DateTime<Utc>,
    /// By the id of the credit type that it is counted in.
    pub credit_types: BTreeMap<Uuid, Cost>,
}

/// A cost in one credit type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cost {
    /// The credit type's name.
    pub name: String,
    /// The sum of the lines, in the credit type's unit: cents for USD.
    pub cost: Decimal,
    /// By product, and by group value of a grouped product; those that cost nothing are left out.
    pub line_item_breakdown: Vec<CostLine>,
}

/// The part of a cost that one line of an invoice has.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CostLine {
    /// The product's name, or that of an adjustment.
    pub name: String,
    /// What the line adds, in the credit type's unit: cents for USD.
    pub cost: Decimal,
    /// Grouped products: the property the lines are split by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_key: Option<String>,
    /// Grouped products: its value; `null` for events without the property.
    pub group_value: Option<String>,
}
