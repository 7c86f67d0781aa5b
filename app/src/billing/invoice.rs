//! The document a customer is billed by.

use super::{CreditType, Decimal, InvoiceStatus, LineItem};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What brought an invoice about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceType {
    /// A plan, billed after its period ended.
    PlanArrears,
    /// A contract, billed for what was used after its period ended. None yet.
    Usage,
    /// What a contract has on one date, such as a charge or the payment for a commit. None yet.
    Scheduled,
}

/// An invoice: of a plan or of a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invoice {
    /// Its id, the same as a draft and once finalized.
    pub id: Uuid,
    /// Its number for people, `INV-0042`; absent on a draft. Not in the vendor's JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// The customer that is billed.
    pub customer_id: Uuid,
    /// The unit of `subtotal`, `total` and, where they do not say another, of all amounts below: cents for USD.
    pub credit_type: CreditType,
    /// `DRAFT` while usage still changes it, then `FINALIZED` or `VOID`.
    pub status: InvoiceStatus,
    /// What the invoice bills: a plan, in arrears, or something of a contract.
    #[serde(rename = "type")]
    pub invoice_type: InvoiceType,
    /// Start of the billing period, inclusive, UTC; absent on a scheduled invoice, which has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_timestamp: Option<DateTime<Utc>>,
    /// End of the billing period, exclusive, UTC; absent on a scheduled invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<DateTime<Utc>>,
    /// When it is issued: when it is due to be finalized. That is after the grace period, which begins with the end of the
    /// period, and for a period that was over when its plan was added, then; or at the `finalize_after` of the plan. A
    /// scheduled invoice is issued on its date.
    pub issued_at: DateTime<Utc>,
    /// Of a plan's, one line a product, or one a group value.
    pub line_items: Vec<LineItem>,
    /// A plan's minimums, credits and discounts on the whole invoice; absent on a contract's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_adjustments: Option<Vec<InvoiceAdjustment>>,
    /// The sum of the lines, which are rounded; absent on a contract's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtotal: Option<Decimal>,
    /// What is owed: of a plan, the subtotal with the adjustments.
    pub total: Decimal,
    /// The plan that it bills; absent on a contract's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<Uuid>,
    /// The name of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_name: Option<String>,
    /// The plan's custom fields, as they were when the invoice was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_custom_fields: Option<BTreeMap<String, String>>,
    /// The contract that it bills; absent on a plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<Uuid>,
    /// The contract's custom fields, as they were when the invoice was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_custom_fields: Option<BTreeMap<String, String>>,
    /// The customer's custom fields, as they were when the invoice was made.
    #[serde(default)]
    pub customer_custom_fields: BTreeMap<String, String>,
    /// The invoice's own custom fields.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
    /// Always `null`: nothing is sent to a billing provider.
    #[serde(default)]
    pub external_invoice: Option<serde_json::Value>,
    /// Always "billable".
    #[serde(default = "billable")]
    pub billable_status: String,
    /// Days after issue when it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_payment_terms_days: Option<i64>,
    /// The voided invoice this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regenerated_from_invoice_id: Option<Uuid>,
    /// True where the stored document cannot be read: only what identifies the invoice is right, and its lines and
    /// amounts are missing, not zero. Void it and regenerate it. Absent else. Not in the vendor's JSON.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_damaged: bool,
}

impl Invoice {
    /// What it is listed by: the start of its billing period, or where it has none, its date.
    pub fn at(&self) -> DateTime<Utc> {
        self.start_timestamp.unwrap_or(self.issued_at)
    }

    /// The end of its billing period, exclusive; where it has none, its date, so that nothing lies in it.
    pub fn until(&self) -> DateTime<Utc> {
        self.end_timestamp.unwrap_or(self.issued_at)
    }

    /// Its adjustments, of which a contract's has none.
    pub fn adjustments(&self) -> &[InvoiceAdjustment] {
        self.invoice_adjustments.as_deref().unwrap_or_default()
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn billable() -> String {
    "billable".to_owned()
}

/// A minimum, credit or discount on the whole invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceAdjustment {
    /// What the adjustment is called on the invoice: the name of a minimum, or `Trial`.
    pub name: String,
    /// The unit of `total`: that of the invoice.
    pub credit_type: CreditType,
    /// Positive for a minimum, negative for a credit.
    pub total: Decimal,
    /// The credit grant that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_grant_id: Option<Uuid>,
    /// The custom fields of the credit grant, as they were when the invoice was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_grant_custom_fields: Option<BTreeMap<String, String>>,
}

impl InvoiceAdjustment {
    /// One that no credit grant pays: a minimum, or what a trial waives.
    pub fn new(name: impl Into<String>, credit_type: CreditType, total: Decimal) -> Self {
        Self {
            name: name.into(),
            credit_type,
            total,
            credit_grant_id: None,
            credit_grant_custom_fields: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// A finalized invoice as it was stored before there were contracts: a cut period, shared tiers and a minimum.
    const OF_A_PLAN: &str = include_str!("documents/plan_arrears.json");

    /// What a contract's invoices say of usage, commits and dates.
    const OF_A_CONTRACT: [&str; 2] =
        [include_str!("documents/usage.json"), include_str!("documents/scheduled.json")];

    #[test]
    fn a_stored_invoice_of_a_plan_is_written_as_it_was_read_to_the_byte() {
        let invoice: Invoice = serde_json::from_str(OF_A_PLAN).expect("an invoice");
        let written = serde_json::to_string_pretty(&invoice).expect("JSON");
        assert_eq!(written, OF_A_PLAN.trim_end());
        assert_eq!(
            (Some(invoice.at()), Some(invoice.until())),
            (invoice.start_timestamp, invoice.end_timestamp)
        );
        assert_eq!(invoice.adjustments().len(), 1);
    }

    #[test]
    fn an_invoice_of_a_contract_names_the_contract_and_no_plan() {
        for text in OF_A_CONTRACT {
            let invoice: Invoice = serde_json::from_str(text).expect("an invoice");
            let read: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(serde_json::to_value(&invoice).expect("JSON"), read);
            assert_eq!(invoice.adjustments(), []);
            assert!(invoice.contract_id.is_some() && invoice.plan_id.is_none());
        }
    }

    #[test]
    fn an_invoice_without_a_period_is_of_its_date() {
        let [usage, scheduled] =
            OF_A_CONTRACT.map(|text| serde_json::from_str::<Invoice>(text).expect("an invoice"));
        let of = |invoice: &Invoice| [invoice.at(), invoice.until()].map(|at| at.date_naive().to_string());
        assert_eq!(of(&usage), ["2026-10-01", "2026-11-01"]);
        assert_eq!(of(&scheduled), ["2026-11-01", "2026-11-01"]);
    }
}
