//! What a plan is made from: the bodies of `POST /v1/products/create` and `POST /v1/plans/create`.

use super::{BillingAnchor, BillingFrequency, ChargeType, Decimal, Price, TierMode, UnitConversion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A product to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// Its name: that of its invoice lines.
    pub name: String,
    /// One invoice line for each value of this property; `None` for one line in all.
    #[serde(default)]
    pub group_key: Option<String>,
}

/// A plan to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    #[serde(default)]
    pub description: Option<String>,
    /// How often it bills.
    pub billing_frequency: BillingFrequency,
    /// Where billing periods begin.
    #[serde(default)]
    pub billing_anchor: BillingAnchor,
    /// The integrator's own fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
    /// What it charges, in the order of its invoices.
    pub charges: Vec<NewCharge>,
}

/// A charge of a plan to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCharge {
    /// The product it belongs to.
    pub product_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub charge_type: ChargeType,
    /// For a usage charge: what it measures.
    #[serde(default)]
    pub billable_metric_id: Option<Uuid>,
    /// What its prices are counted in.
    pub credit_type_id: Uuid,
    /// For a fixed charge: how many units every period.
    #[serde(default)]
    pub quantity: Option<Decimal>,
    /// One price, or a tier each.
    pub prices: Vec<Price>,
    /// How tiers apply.
    #[serde(default)]
    pub tier_mode: TierMode,
    /// Division before pricing.
    #[serde(default)]
    pub unit_conversion: Option<UnitConversion>,
    /// The integrator's own fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
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
            tier_mode: TierMode::Graduated,
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
