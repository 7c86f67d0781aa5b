//! What one customer's prices differ by from those of its plan.

use super::{ChargeType, Decimal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a price adjustment changes a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AdjustmentType {
    /// Adds a share of the price: −0.05 is a discount of 5 %.
    #[serde(alias = "PERCENTAGE", alias = "Percentage")]
    Percentage,
    /// Adds an amount to the price of a unit.
    #[serde(alias = "FIXED", alias = "Fixed")]
    Fixed,
    /// Takes the place of the price of a unit.
    #[serde(alias = "OVERRIDE", alias = "Override")]
    Override,
    /// Takes the place of the quantity of a fixed charge.
    #[serde(alias = "QUANTITY", alias = "Quantity")]
    Quantity,
}

/// A price adjustment, as `POST /v1/customers/{customer_id}/plans/add` takes it.
///
/// For each price the adjustment with the latest `start_period` that has come holds, and of two that start together
/// the one that names the price's tier. Adjustments do not add up: each starts from the plan's own price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceAdjustment {
    /// The charge of the plan whose price or quantity is adjusted.
    pub charge_id: Uuid,
    /// How the price or the quantity changes.
    pub adjustment_type: AdjustmentType,
    /// From which billing period on, counted from 0, the one in which the customer's plan starts.
    pub start_period: u32,
    /// For all but `quantity`: the share, the amount or the price. It and the price that it makes have at most 18 digits
    /// before the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
    /// For `quantity`: the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// Which price of a tiered charge, by where its tier starts; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Decimal>,
}

/// All adjustments of one charge that start in one period, as
/// `GET /v1/customers/{customer_id}/plans/{customer_plan_id}/priceAdjustments` answers them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListedPriceAdjustment {
    /// The charge that is adjusted.
    pub charge_id: Uuid,
    /// Whether the charge is for usage or for a fixed quantity.
    pub charge_type: ChargeType,
    /// One for each adjustment.
    pub prices: Vec<AdjustedPrice>,
    /// From which billing period on, counted from 0, the one in which the customer's plan starts.
    pub start_period: u32,
    /// For a fixed charge whose quantity is adjusted: the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
}

/// One adjustment of a charge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdjustedPrice {
    /// How the price changes.
    pub adjustment_type: AdjustmentType,
    /// For `quantity`: the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// Which price of a tiered charge; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Decimal>,
    /// For all but `quantity`: the share, the amount or the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
}
