//! A customer's plan as it is stored, compiled into terms: what begins with the billing period of some number is dated.

use super::{Missing, PlanSchedule, plan_adjust::Adjustments};
use crate::rating::{
    self, BillingSchedule, ChargeTerms, Counts, Dated, Imprint, Measure, ProductTerms, Span, Terms, Unit,
    Waiver,
};
use app::billing::{BillingAnchor, BillingFrequency, Charge, CreditType, Decimal, Minimum, PriceAdjustment};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A stretch of time of a customer on a plan, as the SQL function `terms_of` answers it.
#[derive(Clone, Debug, Deserialize)]
pub struct PlanRow {
    pub(super) customer_id: Uuid,
    pub(super) customer_custom_fields: BTreeMap<String, String>,
    /// Its id.
    pub customer_plan_id: Uuid,
    pub(super) revision: i32,
    pub(super) plan_id: Uuid,
    pub(super) plan_name: String,
    pub(super) plan_custom_fields: BTreeMap<String, String>,
    pub(super) billing_frequency: BillingFrequency,
    pub(super) billing_anchor: BillingAnchor,
    pub(super) starting_on: DateTime<Utc>,
    pub(super) ending_before: Option<DateTime<Utc>>,
    pub(super) billed_until: DateTime<Utc>,
    pub(super) finalize_after: DateTime<Utc>,
    pub(super) net_payment_terms_days: Option<i64>,
    /// At the plan's own prices.
    #[serde(rename = "terms")]
    pub(super) charges: Vec<PlanCharge>,
    pub(super) minimums: Vec<Minimum>,
    pub(super) price_adjustments: Vec<PriceAdjustment>,
    pub(super) trial_ending_before: Option<DateTime<Utc>>,
    /// The amount up to which the usage of the trial is free; `None`: all of it is.
    pub(super) trial_spending_cap: Option<Decimal>,
    pub(super) added_charges: Vec<AddedCharge>,
}

/// A charge of a plan.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct PlanCharge {
    pub(super) charge: Charge,
    /// Whether its credit type is a currency.
    pub(super) is_currency: bool,
    /// For a usage charge: which sums it reads.
    pub(super) measure: Option<Measure>,
    pub(super) product_custom_fields: BTreeMap<String, String>,
}

/// A charge that was added to one invoice.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AddedCharge {
    pub(super) charge: Charge,
    pub(super) product_custom_fields: BTreeMap<String, String>,
    pub(super) invoice_start_timestamp: DateTime<Utc>,
    pub(super) description: String,
    pub(super) price: Decimal,
    pub(super) quantity: Decimal,
}

impl PlanRow {
    /// The terms that it states.
    ///
    /// # Errors
    /// When something is missing without which an amount would be a guess.
    pub fn in_force(self) -> Result<Terms, Missing> {
        let schedule = self.schedule();
        let charges =
            self.charges.iter().map(|one| self.charge(one, &schedule)).collect::<Result<Vec<_>, _>>()?;
        let minimums = self.minimums(&schedule);
        let first = self.charges.first();
        let unit = Unit {
            // A plan has at least one charge, and all of them one credit type.
            credit_type: first.map_or_else(CreditType::usd_cents, |one| one.charge.credit_type.clone()),
            is_currency: first.is_some_and(|one| one.is_currency),
        };
        let cap = self.trial_spending_cap;
        Ok(Terms {
            id: self.customer_plan_id,
            revision: self.revision,
            customer_id: self.customer_id,
            imprint: Imprint {
                plan_id: self.plan_id,
                plan_name: self.plan_name,
                plan_custom_fields: self.plan_custom_fields,
                customer_custom_fields: self.customer_custom_fields,
            },
            schedule,
            billed_until: self.billed_until,
            finalize_after: self.finalize_after,
            net_payment_terms_days: self.net_payment_terms_days,
            unit,
            charges,
            minimums,
            waiver: self.trial_ending_before.map(|ending_before| Waiver { ending_before, cap }),
            added: self.added_charges.into_iter().map(added).collect(),
        })
    }

    /// When it bills.
    pub(super) fn schedule(&self) -> BillingSchedule {
        let plan = PlanSchedule {
            billing_frequency: self.billing_frequency,
            billing_anchor: self.billing_anchor,
            starting_on: self.starting_on,
            ending_before: self.ending_before,
            trial_ending_before: self.trial_ending_before,
        };
        plan.in_force()
    }

    /// A charge, from the billing period in which it begins to the one in which another takes its place.
    fn charge(&self, one: &PlanCharge, schedule: &BillingSchedule) -> Result<ChargeTerms, Missing> {
        let charge = &one.charge;
        let adjustments = Adjustments::of(charge, &self.price_adjustments);
        let until = self.replaced_in(charge);
        let is_within =
            |number: &u32| *number > charge.start_period && until.is_none_or(|until| *number < until);
        let begins = || std::iter::once(charge.start_period);
        let quantities = || {
            let changes: BTreeSet<u32> =
                begins().chain(adjustments.quantity_changes().filter(is_within)).collect();
            dated(schedule, &changes, until, |number| adjustments.quantity(number))
        };
        let changes: BTreeSet<u32> = begins().chain(adjustments.price_changes().filter(is_within)).collect();
        Ok(ChargeTerms {
            id: charge.id,
            name: charge.name.clone(),
            custom_fields: charge.custom_fields.clone(),
            product: product(charge, &one.product_custom_fields),
            counts: match one.measure {
                Some(measure) => Counts::Usage(measure),
                None => Counts::Fixed(quantities()?),
            },
            conversion: charge.unit_conversion.clone(),
            tier_mode: charge.tier_mode,
            tier_scope: charge.tier_scope,
            tier_reset: charge.tier_reset_frequency,
            rates: dated(schedule, &changes, until, |number| adjustments.rate(number))?,
        })
    }

    /// Charges of one product and one name are a ramp: the number of the billing period in which the next one begins.
    fn replaced_in(&self, charge: &Charge) -> Option<u32> {
        let ramp = self.charges.iter().map(|one| &one.charge);
        ramp.filter(|other| other.product_id == charge.product_id && other.name == charge.name)
            .map(|other| other.start_period)
            .filter(|number| *number > charge.start_period)
            .min()
    }

    /// Each minimum until the next one begins.
    fn minimums(&self, schedule: &BillingSchedule) -> Vec<Dated<rating::Minimum>> {
        let changes: BTreeSet<u32> = self.minimums.iter().map(|minimum| minimum.start_period).collect();
        let minimum = |(number, span): (u32, Span)| {
            let minimum = self.minimums.iter().rfind(|minimum| minimum.start_period == number)?;
            let value = rating::Minimum { name: minimum.name.clone(), value: minimum.value.clone() };
            Some(Dated { span, value })
        };
        spans(schedule, &changes, None).into_iter().filter_map(minimum).collect()
    }
}

fn product(charge: &Charge, custom_fields: &BTreeMap<String, String>) -> ProductTerms {
    ProductTerms {
        id: charge.product_id,
        name: charge.product_name.clone(),
        custom_fields: custom_fields.clone(),
        group_key: charge.product_group_key.clone(),
    }
}

fn added(added: AddedCharge) -> rating::AddedCharge {
    rating::AddedCharge {
        invoice_start_timestamp: added.invoice_start_timestamp,
        product: product(&added.charge, &added.product_custom_fields),
        charge_id: added.charge.id,
        custom_fields: added.charge.custom_fields,
        description: added.description,
        price: added.price,
        quantity: added.quantity,
    }
}

/// What holds from the billing period of each number on, until that of the next, the last until that of `until`.
fn dated<T>(
    schedule: &BillingSchedule,
    numbers: &BTreeSet<u32>,
    until: Option<u32>,
    value: impl Fn(u32) -> Result<T, Missing>,
) -> Result<Vec<Dated<T>>, Missing> {
    let spans = spans(schedule, numbers, until).into_iter();
    spans.map(|(number, span)| Ok(Dated { span, value: value(number)? })).collect()
}

/// Each number with the time from its billing period to that of the next, of the last to that of `until`. A period past
/// the end of the calendar never comes.
fn spans(schedule: &BillingSchedule, numbers: &BTreeSet<u32>, until: Option<u32>) -> Vec<(u32, Span)> {
    let ends = numbers.iter().skip(1).copied().map(Some).chain([until]);
    let span = |(number, end): (&u32, Option<u32>)| {
        let ending_before = end.and_then(|end| schedule.start_of(end));
        Some((*number, Span { starting_at: schedule.start_of(*number)?, ending_before }))
    };
    numbers.iter().zip(ends).filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rating::fixtures::decimal,
        terms::fixtures::{charge, plan},
    };
    use app::billing::AdjustmentType;

    /// From and until when, and the first price or the quantity.
    fn written<T>(dated: &[Dated<T>], value: impl Fn(&T) -> String) -> Vec<[String; 3]> {
        let day = |at: DateTime<Utc>| at.date_naive().to_string();
        let one = |one: &Dated<T>| {
            let end = one.span.ending_before.map_or_else(|| "open".to_owned(), day);
            [day(one.span.starting_at), end, value(&one.value)]
        };
        dated.iter().map(one).collect()
    }

    fn adjustment(adjustment_type: AdjustmentType, start_period: u32, by: &str) -> PriceAdjustment {
        let is_quantity = adjustment_type == AdjustmentType::Quantity;
        PriceAdjustment {
            charge_id: Uuid::nil(),
            adjustment_type,
            start_period,
            value: (!is_quantity).then(|| decimal(by)),
            quantity: is_quantity.then(|| decimal(by)),
            tier: None,
        }
    }

    #[test]
    fn ramps_and_adjustments_hold_from_the_day_on_which_their_period_begins() {
        let mut later = charge(1, Some("9"), &[("0", "700")], None);
        later.charge.start_period = 3;
        later.charge.id = Uuid::from_u128(1);
        let mut plan = plan(vec![charge(1, Some("2"), &[("0", "500")], None), later], "2026-01-20");
        plan.price_adjustments = vec![
            adjustment(AdjustmentType::Percentage, 1, "-0.1"),
            adjustment(AdjustmentType::Quantity, 2, "4"),
            // Of periods in which the charge is not in force any more.
            adjustment(AdjustmentType::Override, 3, "1"),
        ];
        let terms = plan.in_force().expect("terms");
        let rates =
            terms.charges.iter().map(|one| written(&one.rates, |rate| rate.prices[0].value.to_string()));
        let expected: [Vec<[&str; 3]>; 2] = [
            vec![["2026-01-20", "2026-02-01", "500"], ["2026-02-01", "2026-04-01", "450"]],
            vec![["2026-04-01", "open", "700"]],
        ];
        assert_eq!(rates.collect::<Vec<_>>(), expected);
        let Counts::Fixed(quantities) = &terms.charges[0].counts else { panic!("a usage charge") };
        let quantities = written(quantities, Decimal::to_string);
        assert_eq!(quantities, [["2026-01-20", "2026-03-01", "2"], ["2026-03-01", "2026-04-01", "4"]]);
        // The plan's own prices stand beside those that are others.
        let list =
            |at: usize| terms.charges[0].rates[at].value.list_prices.as_ref().map(|list| &list[0].value);
        assert_eq!((list(0), list(1)), (None, Some(&decimal("500"))));
    }

    #[test]
    fn a_trial_has_what_holds_from_the_first_period_on() {
        let mut plan = plan(vec![charge(1, None, &[("0", "10")], None)], "2026-01-20");
        plan.trial_ending_before = Some("2026-02-10T00:00:00Z".parse().expect("a day"));
        plan.price_adjustments = vec![adjustment(AdjustmentType::Fixed, 1, "5")];
        let minimum = |start_period| Minimum {
            credit_type: CreditType::usd_cents(),
            name: "Minimum".to_owned(),
            start_period,
            value: Decimal::from(i64::from(start_period)),
        };
        plan.minimums = vec![minimum(2), minimum(0)];
        let terms = plan.in_force().expect("terms");
        assert_eq!(
            written(&terms.charges[0].rates, |rate| rate.prices[0].value.to_string()),
            [["2026-01-20", "2026-03-01", "10"], ["2026-03-01", "open", "15"]]
        );
        assert_eq!(
            written(&terms.minimums, |minimum| minimum.value.to_string()),
            [["2026-01-20", "2026-04-01", "0"], ["2026-04-01", "open", "2"]]
        );
    }

    #[test]
    fn a_plan_that_lacks_an_amount_says_which() {
        let fixed = || charge(2, Some("1"), &[("0", "5")], None);
        let mut without = fixed();
        without.charge.quantity = None;
        let missing = plan(vec![without], "2026-01-01").in_force().expect_err("no quantity");
        assert_eq!(missing, Missing::Quantity(Uuid::nil()));
        for adjustment_type in [AdjustmentType::Override, AdjustmentType::Quantity] {
            let mut adjusted = plan(vec![fixed()], "2026-01-01");
            let empty =
                PriceAdjustment { value: None, quantity: None, ..adjustment(adjustment_type, 1, "1") };
            adjusted.price_adjustments = vec![empty];
            let missing = adjusted.in_force().expect_err("no value");
            assert_eq!(
                missing.to_string(),
                format!("a price adjustment of the charge {} has no value", Uuid::nil())
            );
        }
    }
}
