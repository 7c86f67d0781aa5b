//! The terms in force: what is charged whom, and when. Today a plan states them; contracts will be a second way.

use super::{BillingSchedule, Period, Unit};
use app::billing::{AdjustmentType, AggregationType, Charge, Decimal, Minimum, PriceAdjustment};
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The terms of one customer on one plan: charges, prices, minimums, and when they are billed.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What states them: the stretch of time of the customer on the plan.
    pub id: Uuid,
    /// How often periods that had been finalized were opened again; part of the ids of invoices.
    pub revision: i32,
    /// The customer that is billed.
    pub customer_id: Uuid,
    /// What is copied onto invoices.
    pub imprint: Imprint,
    /// When the plan bills.
    pub schedule: BillingSchedule,
    /// The start of the first period without a finalized invoice.
    pub billed_until: DateTime<Utc>,
    /// No invoice is finalized before this instant: past periods of a plan that was added, or whose end was moved, wait.
    pub finalize_after: DateTime<Utc>,
    /// Days after issue when an invoice is due.
    pub net_payment_terms_days: Option<i64>,
    /// What amounts are counted in.
    pub unit: Unit,
    /// The charges in the order of the plan, at the plan's own prices.
    pub charges: Vec<PlanCharge>,
    /// The adjustments of the plan's prices for this customer.
    pub price_adjustments: Vec<PriceAdjustment>,
    /// The minimums of invoices.
    pub minimums: Vec<Minimum>,
    /// The amount up to which the usage of the trial is free; `None`: all of it is.
    pub trial_spending_cap: Option<Decimal>,
    /// The charges added to single invoices, in the order in which they were added.
    pub added_charges: Vec<AddedCharge>,
}

/// What is copied onto invoices as it is: no amount depends on it.
#[derive(Clone, Debug)]
pub struct Imprint {
    /// The plan that is billed.
    pub plan_id: Uuid,
    /// Its name.
    pub plan_name: String,
    /// Its custom fields.
    pub plan_custom_fields: BTreeMap<String, String>,
    /// The customer's custom fields.
    pub customer_custom_fields: BTreeMap<String, String>,
}

/// One charge with what it measures.
#[derive(Clone, Debug)]
pub struct PlanCharge {
    /// The charge, at the prices of the plan or, once adjusted, of the customer.
    pub charge: Charge,
    /// For a usage charge: which sums it reads.
    pub measure: Option<Measure>,
    /// The product's custom fields, copied onto lines.
    pub product_custom_fields: BTreeMap<String, String>,
}

/// A charge made once, on one invoice.
#[derive(Clone, Debug)]
pub struct AddedCharge {
    /// The start of the billing period whose invoice it is on.
    pub invoice_start_timestamp: DateTime<Utc>,
    /// The fixed charge that it is one of.
    pub charge: Charge,
    /// The custom fields of the charge's product.
    pub product_custom_fields: BTreeMap<String, String>,
    /// What it is for, on the invoice.
    pub description: String,
    /// The price of a unit, in the credit type of the invoice.
    pub price: Decimal,
    /// How many units.
    pub quantity: Decimal,
}

/// Which sums a usage charge reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Measure {
    /// The metric that is measured.
    pub billable_metric_id: Uuid,
    /// How its events become one number.
    pub aggregation_type: AggregationType,
    /// 0 for usage over all groups, n for the nth of the metric's group keys.
    pub group_index: i16,
}

impl Terms {
    /// When the invoice of a period is due to be finalized, and so issued: after the grace period, and never before
    /// [`Self::finalize_after`].
    pub fn issued_at(&self, period: Period, grace: Duration) -> DateTime<Utc> {
        (period.end + grace).max(self.finalize_after)
    }

    /// The number of a billing period, by which charges, minimums and adjustments begin: a trial has the prices of the
    /// first one, 0.
    pub(super) fn number(&self, period: Period) -> u32 {
        self.schedule.number_at(period.start).unwrap_or(0)
    }

    /// What is missing from terms without which an amount would be a guess; `None` when they can be billed. Plans are
    /// checked when they are made, so this tells of damaged rows.
    pub fn missing(&self) -> Option<String> {
        let charge =
            self.charges.iter().find(|term| term.measure.is_none() && term.charge.quantity.is_none());
        let adjustment = self.price_adjustments.iter().find(|one| match one.adjustment_type {
            AdjustmentType::Quantity => one.quantity.is_none(),
            AdjustmentType::Percentage | AdjustmentType::Fixed | AdjustmentType::Override => {
                one.value.is_none()
            }
        });
        match (charge, adjustment) {
            (Some(term), _) => Some(format!("the fixed charge {} has no quantity", term.charge.id)),
            (None, Some(one)) => {
                Some(format!("a price adjustment of the charge {} has no value", one.charge_id))
            }
            (None, None) => None,
        }
    }

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

    /// Which stretches of time the invoice of `period` needs usage for: the period itself, then those before it, the
    /// last first, as far back as tiers reach that are not reset.
    pub fn metered(&self, period: Period) -> Vec<Period> {
        let reach = self
            .charges
            .iter()
            .filter(|term| term.charge.prices.len() > 1 && term.measure.is_some())
            .filter_map(|term| self.tiers_since(term.charge.tier_reset_frequency, period))
            .min();
        let mut stretches = vec![period];
        if let Some(reach) = reach {
            let before = self.schedule.periods_before(period.start);
            stretches.extend(before.take_while(|(number, _)| *number >= reach).map(|(_, period)| period));
        }
        stretches
    }

    /// The number of the billing period in which tiers with this reset were at 0 last, as seen from `period`.
    pub(super) fn tiers_since(&self, tier_reset_frequency: u32, period: Period) -> Option<u32> {
        let number = self.schedule.number_at(period.start)?;
        Some(number - number % tier_reset_frequency.max(1))
    }
}

/// What was used of one measure, by one group, in the segments of a billing period.
#[derive(Clone, Debug, PartialEq)]
pub struct MeteredUsage {
    /// The metric that is measured.
    pub billable_metric_id: Uuid,
    /// As in [`Measure`].
    pub group_index: i16,
    /// The group's values, empty for usage over all groups; `None` for events without the property.
    pub group_values: Vec<Option<String>>,
    /// What was used in each segment, in the metric's unit: of a sum what was added in it, of a peak, a last value or a
    /// number of different values by how much it changed. None of a group that [is past](Self::is_past).
    pub segments: Vec<Decimal>,
    /// The quantities in the stretches before, in the order of [`Terms::metered`].
    pub before: Vec<Decimal>,
    /// True where the group has usage in the stretches before alone: it has no line, and counts toward tiers that all
    /// groups move through together.
    pub is_past: bool,
}

impl MeteredUsage {
    /// What was used in the whole period; by the metric's aggregation a sum, a peak, a last value or a number of values.
    pub fn quantity(&self) -> Decimal {
        self.segments.iter().sum()
    }

    /// Joins the usage of all stretches of [`Terms::metered`], in their order, into that of the first.
    pub fn join(stretches: Vec<Vec<Self>>) -> Vec<Self> {
        let mut stretches = stretches.into_iter();
        let Some(mut usage) = stretches.next() else { return Vec::new() };
        for (place, earlier) in stretches.enumerate() {
            let of_group = |row: Self| {
                let quantity = row.quantity();
                ((row.billable_metric_id, row.group_index, row.group_values), quantity)
            };
            let mut quantities: BTreeMap<_, _> = earlier.into_iter().map(of_group).collect();
            for row in &mut usage {
                let key = (row.billable_metric_id, row.group_index, row.group_values.clone());
                // A group that is absent used nothing.
                row.before.push(quantities.remove(&key).unwrap_or_else(Decimal::zero));
            }
            let past =
                quantities.into_iter().map(|((billable_metric_id, group_index, group_values), quantity)| {
                    let mut before = vec![Decimal::zero(); place];
                    before.push(quantity);
                    let segments = Vec::new();
                    Self { billable_metric_id, group_index, group_values, segments, before, is_past: true }
                });
            usage.extend(past);
        }
        usage
    }
}
