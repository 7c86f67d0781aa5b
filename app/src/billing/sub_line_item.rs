//! What each charge of a plan comes to within a line.

use super::{Decimal, TierScope};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

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
