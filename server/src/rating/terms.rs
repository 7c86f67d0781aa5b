//! The terms in force: what is charged whom, and when. What a plan states is compiled into them.

use super::{BillingSchedule, ChargeTerms, Dated, Period, ProductTerms, Unit, invoice_id};
use app::billing::{AggregationType, Decimal};
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The terms of one customer: charges, prices, minimums, and when they are billed.
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
    /// When they bill.
    pub schedule: BillingSchedule,
    /// The start of the first period without a finalized invoice.
    pub billed_until: DateTime<Utc>,
    /// No invoice is finalized before this instant: past periods of a plan that was added, or whose end was moved, wait.
    pub finalize_after: DateTime<Utc>,
    /// Days after issue when an invoice is due.
    pub net_payment_terms_days: Option<i64>,
    /// What amounts are counted in.
    pub unit: Unit,
    /// The charges, in the order in which they are billed.
    pub charges: Vec<ChargeTerms>,
    /// The minimums of invoices, in order and without overlap.
    pub minimums: Vec<Dated<Minimum>>,
    /// The trial that they begin with.
    pub waiver: Option<Waiver>,
    /// The charges added to single invoices, in the order in which they were added.
    pub added: Vec<AddedCharge>,
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

/// The least that an invoice comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// What the adjustment is called on invoices.
    pub name: String,
    /// The amount for a whole billing period.
    pub value: Decimal,
}

/// A trial: its usage is free.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// Its end, exclusive, at midnight UTC.
    pub ending_before: DateTime<Utc>,
    /// The amount up to which usage is free; `None`: all of it is.
    pub cap: Option<Decimal>,
}

/// A charge made once, on one invoice.
#[derive(Clone, Debug)]
pub struct AddedCharge {
    /// The start of the billing period whose invoice it is on.
    pub invoice_start_timestamp: DateTime<Utc>,
    /// The fixed charge that it is one of.
    pub charge_id: Uuid,
    /// That charge's custom fields.
    pub custom_fields: BTreeMap<String, String>,
    /// The product whose line it is on.
    pub product: ProductTerms,
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
    /// The id of a period's invoice.
    pub fn invoice_id(&self, period: Period) -> Uuid {
        invoice_id(self.id, self.unit.credit_type.id, self.revision, period.start)
    }

    /// When the invoice of a period is due to be finalized, and so issued: after the grace period, and never before
    /// [`Self::finalize_after`].
    pub fn issued_at(&self, period: Period, grace: Duration) -> DateTime<Utc> {
        (period.end + grace).max(self.finalize_after)
    }

    /// The measures of all charges, each once.
    pub fn measures(&self) -> Vec<Measure> {
        let mut measures: Vec<Measure> = Vec::new();
        for measure in self.charges.iter().filter_map(ChargeTerms::measure) {
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
            .filter(|charge| charge.has_tiers() && charge.measure().is_some())
            .filter_map(|charge| self.tiers_since(charge.tier_reset, period))
            .min();
        let mut stretches = vec![period];
        if let Some(reach) = reach {
            let before = self.schedule.periods_before(period.start);
            stretches.extend(before.take_while(|(number, _)| *number >= reach).map(|(_, period)| period));
        }
        stretches
    }

    /// The number of the billing period in which tiers with this reset were at 0 last, as seen from `period`.
    pub(super) fn tiers_since(&self, tier_reset: u32, period: Period) -> Option<u32> {
        let number = self.schedule.number_at(period.start)?;
        Some(number - number % tier_reset.max(1))
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
