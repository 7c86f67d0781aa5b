//! When a plan bills a customer, as it is stored, and the origin that its periods are counted from.

use crate::rating::BillingSchedule;
use app::billing::{BillingAnchor, BillingFrequency};
use chrono::{DateTime, Datelike, Days, NaiveTime, Utc};
use serde::Deserialize;

/// What decides the billing periods of one customer on one plan.
///
/// With [`BillingAnchor::PlanStart`] they are counted from where the regular terms begin: with the plan, or at the end
/// of its trial, as if the customer had been put on the plan that day. With [`BillingAnchor::FirstOfMonth`] they are
/// counted from the first day of the month (for weekly plans: the Monday) at or before that: so quarters and years count
/// from the month in which the regular terms begin.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct PlanSchedule {
    /// How often the plan bills.
    pub billing_frequency: BillingFrequency,
    /// Where periods begin.
    pub billing_anchor: BillingAnchor,
    /// Inclusive start of the plan, at midnight UTC.
    pub starting_on: DateTime<Utc>,
    /// Exclusive end of the plan, at midnight UTC; `None` while open-ended.
    pub ending_before: Option<DateTime<Utc>>,
    /// Exclusive end of the trial that the plan starts with, at midnight UTC; `None` without one.
    pub trial_ending_before: Option<DateTime<Utc>>,
}

impl PlanSchedule {
    /// When it bills.
    pub fn in_force(&self) -> BillingSchedule {
        BillingSchedule {
            billing_frequency: self.billing_frequency,
            origin: self.origin(),
            starting_at: self.starting_on,
            ending_before: self.ending_before,
            trial_ending_before: self.trial_ending_before,
        }
    }

    fn origin(&self) -> DateTime<Utc> {
        let date = self.trial_ending_before.unwrap_or(self.starting_on).date_naive();
        let days_before = match (self.billing_anchor, self.billing_frequency) {
            (BillingAnchor::PlanStart, _) => 0,
            (BillingAnchor::FirstOfMonth, BillingFrequency::Weekly) => date.weekday().num_days_from_monday(),
            (BillingAnchor::FirstOfMonth, _) => date.day0(),
        };
        (date - Days::new(u64::from(days_before))).and_time(NaiveTime::MIN).and_utc()
    }
}

#[cfg(test)]
mod tests;
