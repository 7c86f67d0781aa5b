//! What a plan is made from: the bodies of `POST /v1/products/create` and `POST /v1/plans/create`.

use super::{
    BillingAnchor, BillingFrequency, ChargeType, Decimal, Price, TierMode, TierScope, UnitConversion,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A product to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Its name: that of its invoice lines. At most 160 characters.
    pub name: String,
    /// One invoice line for each value of this property; `null` or left out for one line in all. At most 200 characters.
    /// Each value has tiers of its own, unless the charge's `tier_scope` is `ACROSS_GROUPS`.
    #[serde(default)]
    pub group_key: Option<String>,
    /// The integrator's own fields, copied onto invoice lines.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
}

impl NewProduct {
    /// A product without custom fields.
    pub fn new(name: &str, group_key: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            group_key: group_key.map(str::to_owned),
            custom_fields: BTreeMap::new(),
        }
    }
}

/// A plan to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// Its name, at most 160 characters.
    pub name: String,
    /// What it is, for people; at most 1,000 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// How often it bills.
    pub billing_frequency: BillingFrequency,
    /// Where billing periods begin: `FIRST_OF_MONTH` unless given.
    #[serde(default)]
    pub billing_anchor: BillingAnchor,
    /// The integrator's own fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
    /// What it charges, in the order of its invoices; at most 500.
    pub charges: Vec<NewCharge>,
    /// The least that its invoices come to; at most 100.
    #[serde(default)]
    pub minimums: Vec<NewMinimum>,
}

/// The least that an invoice comes to: where the lines sum to less, an invoice adjustment adds the rest.
///
/// For a billing period that the plan's start, its end or the end of a trial cuts, it is prorated by days as a fixed
/// charge is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMinimum {
    /// The credit type of the plan's charges.
    pub credit_type_id: Uuid,
    /// Its name on invoices, at most 160 characters.
    pub name: String,
    /// From which billing period on it holds, counted from 0, in the place of the minimum before it.
    #[serde(default)]
    pub start_period: u32,
    /// The amount for a whole billing period: at least 0, with at most 18 digits before and after the point.
    pub value: Decimal,
}

/// A charge of a plan to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCharge {
    /// The product it belongs to.
    pub product_id: Uuid,
    /// Its name, at most 160 characters.
    pub name: String,
    /// `usage` for metered usage, `fixed` for a fixed quantity every billing period.
    pub charge_type: ChargeType,
    /// What it measures: required for a `usage` charge, refused for a `fixed` one.
    #[serde(default)]
    pub billable_metric_id: Option<Uuid>,
    /// The unit of its prices; the same for all charges of a plan.
    pub credit_type_id: Uuid,
    /// How many units every period: required for a `fixed` charge, refused for a `usage` one. At least 0, with at most 18
    /// digits before and after the point.
    #[serde(default)]
    pub quantity: Option<Decimal>,
    /// Required for both types: one price, or a tier each; at most 200. The first starts at 0.
    pub prices: Vec<Price>,
    /// From which billing period on it applies, counted from 0, the one in which the customer's plan starts. Charges
    /// of one product and one name are a ramp: in each period the one that started last applies.
    #[serde(default)]
    pub start_period: u32,
    /// How tiers apply: `graduated` unless given.
    #[serde(default)]
    pub tier_mode: TierMode,
    /// Whose usage the tiers count, where the product has a `group_key`: `PER_GROUP` unless given. `ACROSS_GROUPS` is refused
    /// without a `group_key` and without tiers.
    #[serde(default)]
    pub tier_scope: TierScope,
    /// After how many billing periods the tiers start again at 0, counted from the first: 1 unless given.
    #[serde(default = "every_period")]
    pub tier_reset_frequency: u32,
    /// What usage is divided by before it is priced.
    #[serde(default)]
    pub unit_conversion: Option<UnitConversion>,
    /// The integrator's own fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
}

fn every_period() -> u32 {
    1
}

impl NewCharge {
    /// Metered usage at one price a unit, the plainest charge; change the fields for anything else.
    pub fn usage(
        name: &str,
        product_id: Uuid,
        billable_metric_id: Uuid,
        credit_type_id: Uuid,
        price: Decimal,
    ) -> Self {
        Self {
            product_id,
            name: name.to_owned(),
            charge_type: ChargeType::Usage,
            billable_metric_id: Some(billable_metric_id),
            credit_type_id,
            quantity: None,
            prices: vec![Price { tier: Decimal::zero(), value: price }],
            start_period: 0,
            tier_mode: TierMode::Graduated,
            tier_scope: TierScope::PerGroup,
            tier_reset_frequency: 1,
            unit_conversion: None,
            custom_fields: BTreeMap::new(),
        }
    }

    /// A fixed quantity every billing period at one price a unit.
    pub fn fixed(
        name: &str,
        product_id: Uuid,
        quantity: Decimal,
        credit_type_id: Uuid,
        price: Decimal,
    ) -> Self {
        Self {
            charge_type: ChargeType::Fixed,
            billable_metric_id: None,
            quantity: Some(quantity),
            ..Self::usage(name, product_id, Uuid::nil(), credit_type_id, price)
        }
    }
}
