//! Billing periods: which stretch of time one invoice covers.

use app::billing::BillingFrequency;
use chrono::{DateTime, Datelike, Duration, Months, Utc};

/// A half-open stretch of time, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Inclusive.
    pub start: DateTime<Utc>,
    /// Exclusive.
    pub end: DateTime<Utc>,
}

/// What decides the billing periods of some terms.
///
/// A trial is a period of its own, however long it is, and comes before the regular ones.
///
/// These are counted from an origin, forward and back. Months are always added to the origin, never to the last
/// boundary, so one on the 31st stays there: Jan 31, Feb 28, Mar 31. The first and the last period are cut by the bounds
/// of the terms, which may lie at any instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingSchedule {
    /// How often the terms bill.
    pub billing_frequency: BillingFrequency,
    /// A boundary between periods, at midnight UTC; it may lie outside the terms.
    pub origin: DateTime<Utc>,
    /// Inclusive start of the terms.
    pub starting_at: DateTime<Utc>,
    /// Exclusive end of the terms; `None` while open-ended.
    pub ending_before: Option<DateTime<Utc>>,
    /// Exclusive end of the trial that the terms start with; `None` without one.
    pub trial_ending_before: Option<DateTime<Utc>>,
}

impl Period {
    /// Whole days in it.
    pub fn days(&self) -> i64 {
        (self.end - self.start).num_days()
    }

    /// True from its start to just before its end.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }
}

impl BillingSchedule {
    /// The billing period that contains `at`; `None` outside the terms.
    pub fn period_at(&self, at: DateTime<Utc>) -> Option<Period> {
        if at < self.starting_at || self.ending_before.is_some_and(|end| at >= end) {
            return None;
        }
        let full = self.full_period_at(at)?;
        let end = self.ending_before.map_or(full.end, |end| full.end.min(end));
        let start = if self.is_in_trial(at) { self.starting_at } else { full.start.max(self.regular_from()) };
        Some(Period { start, end })
    }

    /// True before the end of the trial.
    pub fn is_in_trial(&self, at: DateTime<Utc>) -> bool {
        self.trial_ending_before.is_some_and(|end| at < end)
    }

    /// Where the regular periods begin: at the end of the trial, or with the terms.
    fn regular_from(&self) -> DateTime<Utc> {
        self.trial_ending_before.unwrap_or(self.starting_at)
    }

    /// The periods from `from` on, the first cut to begin there: it may lie within a period when a plan that had
    /// ended, and was billed to its end, went on.
    pub fn periods_from(&self, from: DateTime<Utc>) -> impl Iterator<Item = Period> + use<> {
        let schedule = *self;
        let mut next = from.max(self.starting_at);
        std::iter::from_fn(move || {
            let period = Period { start: next, ..schedule.period_at(next)? };
            next = period.end;
            Some(period)
        })
    }

    /// The period that contains `at` as if the terms had no bounds: what a cut period is measured against.
    pub fn full_period_at(&self, at: DateTime<Utc>) -> Option<Period> {
        if let Some(end) = self.trial_ending_before.filter(|end| at < *end) {
            return Some(Period { start: self.starting_at, end });
        }
        let index = self.index_at(at)?;
        Some(Period { start: self.boundary(index)?, end: self.boundary(index + 1)? })
    }

    /// The number of the regular period that contains `at`: 0 for the first, also when the terms cut it. What ramps and tier
    /// resets count. `None` in a trial, which comes before them all.
    pub fn number_at(&self, at: DateTime<Utc>) -> Option<u32> {
        if self.is_in_trial(at) {
            return None;
        }
        u32::try_from(self.index_at(at)? - self.index_at(self.regular_from())?).ok()
    }

    /// Where the regular period of this number begins. Number 0 begins with the terms, as a trial has the prices of the
    /// first period. `None` past the end of the calendar.
    pub fn start_of(&self, number: u32) -> Option<DateTime<Utc>> {
        if number == 0 {
            return Some(self.starting_at);
        }
        self.boundary(self.index_at(self.regular_from())? + i64::from(number))
    }

    /// The regular periods before `until`, the last first, each with its number; the first of them ends there.
    pub fn periods_before(&self, until: DateTime<Utc>) -> impl Iterator<Item = (u32, Period)> + use<> {
        let schedule = *self;
        let mut end = until;
        std::iter::from_fn(move || {
            let last = end - Duration::microseconds(1);
            let period = Period { end, ..schedule.period_at(last)? };
            end = period.start;
            Some((schedule.number_at(last)?, period))
        })
    }

    fn index_at(&self, at: DateTime<Utc>) -> Option<i64> {
        let mut index = match self.billing_frequency {
            BillingFrequency::Weekly => (at - self.origin).num_days().div_euclid(7),
            _ => {
                let months = |time: DateTime<Utc>| i64::from(time.year()) * 12 + i64::from(time.month0());
                (months(at) - months(self.origin)).div_euclid(i64::from(self.months()))
            }
        };
        // Within the month of a boundary, the boundary's day decides.
        if at < self.boundary(index)? {
            index -= 1;
        }
        Some(index)
    }

    fn boundary(&self, index: i64) -> Option<DateTime<Utc>> {
        let origin = self.origin;
        if self.billing_frequency == BillingFrequency::Weekly {
            return origin.checked_add_signed(Duration::try_weeks(index)?);
        }
        let months = Months::new(u32::try_from(index.unsigned_abs()).ok()?.checked_mul(self.months())?);
        if index < 0 { origin.checked_sub_months(months) } else { origin.checked_add_months(months) }
    }

    fn months(&self) -> u32 {
        match self.billing_frequency {
            BillingFrequency::Weekly => 0,
            BillingFrequency::Monthly => 1,
            BillingFrequency::Quarterly => 3,
            BillingFrequency::Annual => 12,
        }
    }
}

#[cfg(test)]
mod tests;
