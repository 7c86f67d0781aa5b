//! The terms in force: what is charged whom, and when. Today a plan states them; contracts will be a second way.

use super::Rhythm;
use app::billing::{AggregationType, Charge, CreditType, Decimal};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What one customer owes for one stretch of time, whatever states it.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Who is billed.
    pub customer_id: Uuid,
    /// The customer's custom fields, copied onto invoices.
    pub customer_custom_fields: BTreeMap<String, String>,
    /// The stretch of time of the customer on the plan.
    pub customer_plan_id: Uuid,
    /// How often periods that had been finalized were opened again; part of the ids of invoices.
    pub revision: i32,
    /// The plan.
    pub plan_id: Uuid,
    /// Its name.
    pub plan_name: String,
    /// Its custom fields, copied onto invoices.
    pub plan_custom_fields: BTreeMap<String, String>,
    /// When it bills.
    pub rhythm: Rhythm,
    /// The start of the first period without a finalized invoice.
    pub billed_until: DateTime<Utc>,
    /// Days after issue when an invoice is due.
    pub net_payment_terms_days: Option<i64>,
    /// What amounts are counted in.
    pub credit_type: CreditType,
    /// False for a custom unit, which is not rounded.
    pub is_currency: bool,
    /// What is charged, in order.
    pub charges: Vec<Term>,
}

/// One charge with what it measures.
#[derive(Clone, Debug)]
pub struct Term {
    /// The charge.
    pub charge: Charge,
    /// For a usage charge: which sums it reads.
    pub measure: Option<Measure>,
}

/// Which sums a usage charge reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Measure {
    /// The metric.
    pub billable_metric_id: Uuid,
    /// How its events become one number.
    pub aggregation_type: AggregationType,
    /// 0 for usage over all groups, n for the nth of the metric's group keys.
    pub group_index: i16,
}

impl Terms {
    /// The measures of all charges, each once.
    pub fn measures(&self) -> Vec<Measure> {
        let mut measures: Vec<Measure> = Vec::new();
        for measure in self.charges.iter().filter_map(|term| term.measure) {
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        }
        measures
    }

    /// Digits after the point of the smallest unit that lines are rounded to; `None` for a custom unit.
    pub fn digits(&self) -> Option<i64> {
        self.is_currency.then_some(match self.credit_type.name.as_str() {
            "USD (cents)" | "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF"
            | "UGX" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        })
    }
}

/// What was used of one measure, by one group, in a billing period.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodUsage {
    /// The metric.
    pub billable_metric_id: Uuid,
    /// As in [`Measure`].
    pub group_index: i16,
    /// The group's values, empty for usage over all groups; `None` for events without the property.
    pub group_values: Vec<Option<String>>,
    /// How much.
    pub quantity: Decimal,
}
