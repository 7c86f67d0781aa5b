//! Plans of customers: who is on which plan, and when.

use super::{CreditType, CustomerDetail, Decimal};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

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
