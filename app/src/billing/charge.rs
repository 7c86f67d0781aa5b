//! Charges: how one part of a plan is priced.

use super::{CreditType, Decimal, NonZeroDecimal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a charge counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ChargeType {
    /// Metered usage.
    #[serde(alias = "USAGE", alias = "Usage")]
    Usage,
    /// A fixed quantity every billing period.
    #[serde(alias = "FIXED", alias = "Fixed")]
    Fixed,
}

impl ChargeType {
    /// The name, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Fixed => "fixed",
        }
    }
}

/// How several prices apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TierMode {
    /// Each unit at the price of the tier it falls in.
    #[default]
    #[serde(alias = "GRADUATED", alias = "Graduated")]
    Graduated,
    /// All units at the price of the highest tier reached.
    #[serde(alias = "VOLUME", alias = "Volume")]
    Volume,
}

impl TierMode {
    /// The name, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Graduated => "graduated",
            Self::Volume => "volume",
        }
    }
}

/// Whose usage the tiers of a charge count, where its product has a `group_key`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TierScope {
    /// Each group value has tiers of its own: with tiers at 0 and 100, each has its own first 100 units.
    #[default]
    #[serde(alias = "per_group")]
    PerGroup,
    /// All group values move through the tiers together, and each has its share by quantity of what they come to.
    #[serde(alias = "across_groups")]
    AcrossGroups,
}

impl TierScope {
    /// The name, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PerGroup => "PER_GROUP",
            Self::AcrossGroups => "ACROSS_GROUPS",
        }
    }
}

/// How converted units are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Rounding {
    /// Down.
    #[serde(alias = "FLOOR", alias = "Floor")]
    Floor,
    /// Up.
    #[serde(alias = "CEILING", alias = "Ceiling")]
    Ceiling,
}

/// Price `value` a unit from `tier` units on. The first tier starts at 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The quantity after which this price applies; at most 18 digits before and after the point.
    pub tier: Decimal,
    /// The price of one unit, in the charge's credit type; at most 18 digits before and after the point. It may be 0, and
    /// below 0: then the units lower the invoice, as a credit does.
    pub value: Decimal,
}

/// Usage divided by a factor before it is priced, for example tokens into thousands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnitConversion {
    /// What the quantity is divided by: above 0, with at most 18 digits before and after the point.
    pub division_factor: NonZeroDecimal,
    /// How the quotient is rounded; exact when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding_behavior: Option<Rounding>,
}

/// How one part of a plan is priced, as `GET /v1/planDetails/{plan_id}/charges` answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Charge {
    /// The id that price adjustments and added charges name it by.
    pub id: Uuid,
    /// What its sub lines are called on invoices.
    pub name: String,
    /// `usage` for metered usage, `fixed` for a fixed quantity every billing period.
    pub charge_type: ChargeType,
    /// The unit of its prices: cents for USD.
    pub credit_type: CreditType,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
    /// One price, or a tier each.
    pub prices: Vec<Price>,
    /// The product it belongs to: a line of the invoice.
    pub product_id: Uuid,
    /// That product's name.
    pub product_name: String,
    /// The property by whose values the product is split into lines; `None` for a plain product. Not in the vendor's JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_group_key: Option<String>,
    /// For a usage charge: the metric that it bills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billable_metric_id: Option<Uuid>,
    /// For a fixed charge: how many units every billing period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// From which billing period on the charge applies, counted from 0, the one in which the customer's plan starts.
    /// Charges of one product and one name are a ramp: in each period the one that started last applies.
    #[serde(default)]
    pub start_period: u32,
    /// Whether each unit has the price of its own tier, or all units that of the highest one.
    pub tier_mode: TierMode,
    /// Whose usage the tiers count, where the product has a `group_key`. Not in the vendor's JSON.
    #[serde(default)]
    pub tier_scope: TierScope,
    /// After how many billing periods the tiers start again at 0, counted from the first.
    #[serde(default = "every_period")]
    pub tier_reset_frequency: u32,
    /// What usage is divided by before it is priced; absent where it is priced as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_conversion: Option<UnitConversion>,
}

fn every_period() -> u32 {
    1
}
