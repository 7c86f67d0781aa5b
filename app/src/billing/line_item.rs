//! Lines of invoices.

use super::{CreditType, Decimal, SubLineItem};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineType {
    /// What a product's charges come to, metered and fixed ones. Plans have no other lines.
    Usage,
    /// A charge that a contract has on a date, or what a commit fell short of.
    Scheduled,
    /// The payment for a commit.
    CommitPurchase,
    /// What a commit or a credit pays of the line above it: a negative amount.
    AppliedCommitOrCredit,
    /// Units of a custom credit type that nothing paid, in the currency of the contract.
    CpuConversion,
}

/// The type of a line's product, in the vendor's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ProductType {
    /// It is metered.
    #[serde(rename = "UsageProductListItem")]
    Usage,
    /// It has a fixed amount: also scheduled charges, and payments for commits and credits.
    #[serde(rename = "FixedProductListItem")]
    Fixed,
}

/// When a commit is paid for, in the vendor's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CommitType {
    /// Before it is used; of credits too.
    #[serde(rename = "PrepaidCommit")]
    Prepaid,
    /// After it was used.
    #[serde(rename = "PostpaidCommit")]
    Postpaid,
}

/// What pays a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AppliedType {
    /// A commit that was paid for before.
    Prepaid,
    /// A commit that is paid for after: the line counts toward it and is owed.
    Postpaid,
    /// A credit.
    Credit,
}

/// What a commit or a credit is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessType {
    /// Amounts.
    Spend,
    /// Units, at any price.
    Quantity,
}

/// The commit or credit that a line applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppliedCommitOrCredit {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    #[serde(rename = "type")]
    pub applied_type: AppliedType,
    /// What it is counted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_type: Option<AccessType>,
}

/// The postpaid commit of which a line bills what was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostpaidCommit {
    /// Its id.
    pub id: Uuid,
}

/// The tier whose price a line of a contract has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineTier {
    /// Its place among the tiers: 1 for the first.
    pub level: u32,
    /// The quantity from which it holds: a number, written as a text.
    pub starting_at: String,
    /// How many units lie in it, written as a text; absent for the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
}

/// One line: of a plan a product, or one group value of a grouped product; of a contract what has one price, or pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineItem {
    /// The name of the product, or of what is applied.
    pub name: String,
    /// What the line is for: always `usage` on a plan's invoice.
    #[serde(rename = "type")]
    pub line_type: LineType,
    /// The unit of the line's amounts: cents for USD.
    pub credit_type: CreditType,
    /// What it comes to: of a plan the sum of its sub lines, rounded once to the credit type's smallest unit.
    pub total: Decimal,
    /// The product that is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Uuid>,
    /// Contracts: the type of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_type: Option<ProductType>,
    /// Contracts: the tags of the product, as they were when the invoice was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_tags: Option<Vec<String>>,
    /// How much; of a plan, where the line has a single charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// The price of a unit; of a plan, where the line has a single flat charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Decimal>,
    /// Contracts: the tier whose price it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<LineTier>,
    /// Contracts: the values that its price is for, by their keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing_group_values: Option<BTreeMap<String, String>>,
    /// Contracts: the values that it is shown by, by their keys; `null` for events without the property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation_group_values: Option<BTreeMap<String, Option<String>>>,
    /// Grouped products: the property the lines are split by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_key: Option<String>,
    /// Grouped products: its value; `null` for events without the property.
    #[serde(default)]
    pub group_value: Option<String>,
    /// From when the line counts, inclusive. Of a plan, where its bounds, or the end of its trial, cut the billing
    /// period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starting_at: Option<DateTime<Utc>>,
    /// Until when the line counts, exclusive. Of a plan, where its bounds, or the end of its trial, cut the billing
    /// period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending_before: Option<DateTime<Utc>>,
    /// Contracts: the commit or credit that pays the line or is applied by it, or the commit that it pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_id: Option<Uuid>,
    /// Contracts: the part of the commit or credit that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_segment_id: Option<Uuid>,
    /// Contracts: when the commit is paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_type: Option<CommitType>,
    /// Contracts: the custom fields of the commit or credit, as they were when the invoice was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_custom_fields: Option<BTreeMap<String, String>>,
    /// Contracts: the commit or credit that the line applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_commit_or_credit: Option<AppliedCommitOrCredit>,
    /// Contracts: how many units the line takes of a commit or credit that is counted in units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_consumed: Option<Decimal>,
    /// Contracts: the postpaid commit of which the line bills what was not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postpaid_commit: Option<PostpaidCommit>,
    /// Contracts: the scheduled charge that is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_charge_id: Option<Uuid>,
    /// Contracts: the custom fields of the scheduled charge, as they were when the invoice was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_charge_custom_fields: Option<BTreeMap<String, String>>,
    /// Of a plan's, one a charge; absent on a contract's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_line_items: Vec<SubLineItem>,
    /// The product's custom fields, as they were when the invoice was made.
    #[serde(default)]
    pub product_custom_fields: BTreeMap<String, String>,
    /// The line's own custom fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
}

impl LineItem {
    /// A line of which nothing is known but its type, name and amount.
    pub fn new(
        line_type: LineType,
        name: impl Into<String>,
        credit_type: CreditType,
        total: Decimal,
    ) -> Self {
        Self {
            name: name.into(),
            line_type,
            credit_type,
            total,
            product_id: None,
            product_type: None,
            product_tags: None,
            quantity: None,
            unit_price: None,
            tier: None,
            pricing_group_values: None,
            presentation_group_values: None,
            group_key: None,
            group_value: None,
            starting_at: None,
            ending_before: None,
            commit_id: None,
            commit_segment_id: None,
            commit_type: None,
            commit_custom_fields: None,
            applied_commit_or_credit: None,
            quantity_consumed: None,
            postpaid_commit: None,
            scheduled_charge_id: None,
            scheduled_charge_custom_fields: None,
            sub_line_items: Vec::new(),
            product_custom_fields: BTreeMap::new(),
            custom_fields: BTreeMap::new(),
        }
    }
}
