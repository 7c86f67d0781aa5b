//! Plans: what is sold, and how often it bills.

use super::{CreditType, Decimal};
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
