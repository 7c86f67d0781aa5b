//! Plans: what is sold, how it is priced, and who is on which.

use super::{CreditType, CustomerDetail, Decimal, NonZeroDecimal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, str::FromStr};
use uuid::Uuid;

/// How often a plan bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum BillingFrequency {
    /// Every 7 days.
    #[serde(alias = "weekly", alias = "Weekly")]
    Weekly,
    /// Every month.
    #[serde(alias = "monthly", alias = "Monthly")]
    Monthly,
    /// Every 3 months.
    #[serde(alias = "quarterly", alias = "Quarterly")]
    Quarterly,
    /// Every 12 months.
    #[serde(alias = "annual", alias = "Annual")]
    Annual,
}

impl BillingFrequency {
    /// The name, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Quarterly => "QUARTERLY",
            Self::Annual => "ANNUAL",
        }
    }
}

impl FromStr for BillingFrequency {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Weekly, Self::Monthly, Self::Quarterly, Self::Annual]
            .into_iter()
            .find(|one| one.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("\"{text}\" is not one of WEEKLY, MONTHLY, QUARTERLY, ANNUAL"))
    }
}

/// Where billing periods begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingAnchor {
    /// On the first day of a month (of a week: Monday); the first period is cut short. Quarters and years count
    /// from the month in which the customer's plan started.
    #[default]
    #[serde(alias = "first_of_month")]
    FirstOfMonth,
    /// On the day of the month (of the week) on which the customer's plan started.
    #[serde(alias = "plan_start")]
    PlanStart,
}

impl BillingAnchor {
    /// The name, as in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstOfMonth => "FIRST_OF_MONTH",
            Self::PlanStart => "PLAN_START",
        }
    }
}

impl FromStr for BillingAnchor {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::FirstOfMonth, Self::PlanStart]
            .into_iter()
            .find(|one| one.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("\"{text}\" is not one of FIRST_OF_MONTH, PLAN_START"))
    }
}

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

/// The least that an invoice of a plan comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Minimum {
    /// The unit of `value`: cents for USD.
    pub credit_type: CreditType,
    /// What the adjustment is called on invoices.
    pub name: String,
    /// From which billing period on it holds, counted from 0, the one in which the customer's plan starts, in the place
    /// of the minimum before it.
    pub start_period: u32,
    /// The amount for a whole billing period, in the credit type's unit.
    pub value: Decimal,
}

/// A plan in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// The id that customers are put on the plan by.
    pub id: Uuid,
    /// The name of the plan, as invoices print it.
    pub name: String,
    /// What it is, for people; empty when it was not given.
    pub description: String,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}

/// A plan with how often, and from which day, it bills.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanDetails {
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
    /// How often it bills.
    pub billing_frequency: BillingFrequency,
    /// Where billing periods begin.
    pub billing_anchor: BillingAnchor,
    /// The least that its invoices come to.
    #[serde(default)]
    pub minimums: Vec<Minimum>,
    /// Always empty: plans grant no credits here.
    #[serde(default)]
    pub credit_grants: Vec<serde_json::Value>,
    /// Always empty: custom units are billed in themselves.
    #[serde(default)]
    pub overage_rates: Vec<serde_json::Value>,
}

/// One stretch of time in which a customer is on a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerPlan {
    /// The id of this stretch, the `customer_plan_id`.
    pub id: Uuid,
    /// The plan that the customer is on.
    pub plan_id: Uuid,
    /// The name of the plan.
    pub plan_name: String,
    /// The description of the plan; empty when it was not given.
    pub plan_description: String,
    /// The first day on the plan: midnight UTC, inclusive.
    pub starting_on: DateTime<Utc>,
    /// The day after the last one on the plan: midnight UTC, exclusive; absent while open-ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending_before: Option<DateTime<Utc>>,
    /// Days after issue when an invoice is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_payment_terms_days: Option<i64>,
    /// No invoice of the plan is finalized before this instant: periods that were over when the plan was added, or when
    /// its end was moved, wait for what was used in them.
    pub finalize_after: DateTime<Utc>,
    /// While the plan has or had a trial: when that ends, and what is left of its spending cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_info: Option<TrialInfo>,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}

/// The trial at the start of a customer's plan: its usage is free, or as much of it as the spending cap says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrialInfo {
    /// The day after the last one of the trial: midnight UTC, exclusive.
    pub ending_before: DateTime<Utc>,
    /// At most one; none when all usage is free.
    pub spending_caps: Vec<SpendingCap>,
}

/// The most that a trial waives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpendingCap {
    /// How much usage the trial waives at most.
    pub amount: Decimal,
    /// How much of it is left.
    pub amount_remaining: Decimal,
    /// The unit of both amounts: cents for USD.
    pub credit_type: CreditType,
}

/// A customer on a plan, as `GET /v1/planDetails/{plan_id}/customers` answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanCustomer {
    /// The customer, with its aliases and dates.
    pub customer_details: CustomerDetail,
    /// When it is on the plan.
    pub plan_details: PlanDetailsOfCustomer,
}

/// When a customer is on a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanDetailsOfCustomer {
    /// The plan that the customer is on.
    pub id: Uuid,
    /// The name of the plan.
    pub name: String,
    /// The stretch of time of this customer on the plan.
    pub customer_plan_id: Uuid,
    /// The first day on the plan: midnight UTC, inclusive.
    pub starting_on: DateTime<Utc>,
    /// The day after the last one on the plan: midnight UTC, exclusive; `null` while open-ended.
    pub ending_before: Option<DateTime<Utc>>,
    /// The integrator's own fields.
    pub custom_fields: BTreeMap<String, String>,
}
