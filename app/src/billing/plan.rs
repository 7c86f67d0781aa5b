//! Plans: what is sold, how it is priced, and who is on which.

use super::{CreditType, Decimal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How often a plan bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum BillingFrequency {
    /// Every 7 days.
    Weekly,
    /// Every month.
    Monthly,
    /// Every 3 months.
    Quarterly,
    /// Every 12 months.
    Annual,
}

/// Where billing periods begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingAnchor {
    /// On the first day of a month (of a week: Monday); the first period is cut short.
    #[default]
    FirstOfMonth,
    /// On the day of the month (of the week) on which the customer's plan started.
    PlanStart,
}

/// What a charge counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChargeType {
    /// Metered usage.
    Usage,
    /// A fixed quantity every billing period.
    Fixed,
}

/// How several prices apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TierMode {
    /// Each unit at the price of the tier it falls in.
    #[default]
    Graduated,
    /// All units at the price of the highest tier reached.
    Volume,
}

/// How converted units are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rounding {
    /// Down.
    Floor,
    /// Up.
    Ceiling,
}

/// Price `value` a unit from `tier` units on. The first tier starts at 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The quantity after which this price applies.
    pub tier: Decimal,
    /// The price of one unit, in the charge's credit type.
    pub value: Decimal,
}

/// Usage divided by a factor before it is priced, for example tokens into thousands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitConversion {
    /// What the quantity is divided by.
    pub division_factor: Decimal,
    /// How the quotient is rounded; exact when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding_behavior: Option<Rounding>,
}

/// How one part of a plan is priced, as `GET /v1/planDetails/{plan_id}/charges` answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub charge_type: ChargeType,
    /// What its prices are counted in.
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
    /// For a usage charge: what it measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billable_metric_id: Option<Uuid>,
    /// For a fixed charge: how many units every period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// How tiers apply.
    pub tier_mode: TierMode,
    /// Division before pricing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_conversion: Option<UnitConversion>,
}

/// A plan in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is, for people; empty when it was not given.
    pub description: String,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}

/// A plan with its billing rhythm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanDetails {
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
    /// How often it bills.
    pub billing_frequency: BillingFrequency,
    /// Where billing periods begin.
    pub billing_anchor: BillingAnchor,
}

/// One stretch of time in which a customer is on a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerPlan {
    /// The id of this stretch, the `customer_plan_id`.
    pub id: Uuid,
    /// The plan.
    pub plan_id: Uuid,
    /// Its name.
    pub plan_name: String,
    /// Its description; empty when it was not given.
    pub plan_description: String,
    /// Inclusive, at midnight UTC.
    pub starting_on: DateTime<Utc>,
    /// Exclusive, at midnight UTC; absent while open-ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending_before: Option<DateTime<Utc>>,
    /// Days after issue when an invoice is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_payment_terms_days: Option<i64>,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}
