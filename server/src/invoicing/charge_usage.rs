//! What a usage charge of an invoice counted on each day of its period.

use super::InvoiceDetail;
use crate::{
    Result,
    auth::CustomerAccess,
    db::usage::{BucketQuery, UsageDelta, buckets},
    rating::{ChargeTerms, Measure, Terms},
};
use app::billing::{AggregationType, Decimal, Invoice, NonZeroDecimal, Rounding, WindowSize};
use chrono::{Duration, NaiveDate};
use sqlx::PgPool;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A usage charge of an invoice.
#[derive(Clone, Debug, PartialEq)]
pub struct ChargeUsage {
    /// The id of the charge.
    pub charge_id: Uuid,
    /// What the charge is called on invoices.
    pub name: String,
    /// Which sums of usage it reads.
    pub measure: Measure,
    /// What usage is divided by for the invoice.
    pub per: NonZeroDecimal,
    /// How the quotient of the whole period is rounded.
    pub rounding: Option<Rounding>,
    /// The quantity on the invoice, of all group values together.
    pub quantity: Decimal,
    /// What each day with usage had, in the invoice's units: of what counts or sums up, what the day added; else what the
    /// metric was on that day, empty until [`charge_by_day`] has read it.
    pub days: Vec<(NaiveDate, Decimal)>,
}

impl ChargeUsage {
    /// Whether its days add up to its quantity, before any rounding.
    pub fn adds_up(&self) -> bool {
        matches!(self.measure.aggregation_type, AggregationType::Count | AggregationType::Sum)
    }
}

/// The usage charges of an invoice as it is `printed`, from how usage grew in its period, and the invoice that is `rated`
/// from it. Those are left out of which another quantity is printed: what came after the invoice was issued is not on it.
pub(super) fn charge_usage(
    terms: &Terms,
    growth: &[Vec<UsageDelta>],
    rated: &Invoice,
    printed: &Invoice,
) -> Vec<ChargeUsage> {
    let own = growth.first().map(Vec::as_slice).unwrap_or_default();
    let first = rated.at().date_naive();
    let usage = |charge: &ChargeTerms| {
        let measure = charge.measure()?;
        let quantity = quantity(printed, charge.id)?;
        let conversion = charge.conversion.as_ref();
        let mut usage = ChargeUsage {
            charge_id: charge.id,
            name: charge.name.clone(),
            measure,
            per: conversion.map_or_else(NonZeroDecimal::one, |one| one.division_factor.clone()),
            rounding: conversion.and_then(|one| one.rounding_behavior),
            quantity: quantity.clone(),
            days: Vec::new(),
        };
        if usage.adds_up() {
            usage.days = days(own, measure, first, &usage.per);
        }
        (self::quantity(rated, charge.id)? == quantity).then_some(usage)
    };
    terms.charges.iter().filter_map(usage).collect()
}

/// The quantity of a charge on an invoice, over all its lines; `None` where there is no such line.
fn quantity(invoice: &Invoice, charge_id: Uuid) -> Option<Decimal> {
    let sub_lines = invoice.line_items.iter().flat_map(|line| &line.sub_line_items);
    let own = sub_lines.filter(|sub_line| sub_line.charge_id == Some(charge_id));
    let quantity: Decimal = own.map(|sub_line| &sub_line.quantity).sum();
    (!quantity.is_zero()).then_some(quantity)
}

/// What each day added to a measure, over all its groups.
fn days(
    growth: &[UsageDelta],
    measure: Measure,
    first: NaiveDate,
    per: &NonZeroDecimal,
) -> Vec<(NaiveDate, Decimal)> {
    let key = (measure.billable_metric_id, measure.group_index);
    let mut sums: BTreeMap<i64, Decimal> = BTreeMap::new();
    for growth in growth.iter().filter(|one| (one.billable_metric_id, one.group_index) == key) {
        for (window, value) in growth.windows.iter().zip(&growth.values) {
            *sums.entry(*window).or_insert_with(Decimal::zero) += value;
        }
    }
    sums.iter().map(|(window, sum)| (first + Duration::days(*window), sum.over(per))).collect()
}

/// One of the usage charges of an invoice, with its days: those that do not add up take a query. `None` where the invoice
/// has no such charge, or its days are not known.
///
/// # Errors
/// When the database refuses.
pub async fn charge_by_day(
    pool: &PgPool,
    access: CustomerAccess,
    detail: &InvoiceDetail,
    charge_id: Uuid,
) -> Result<Option<ChargeUsage>> {
    let Some(usage) = detail.usage.iter().find(|one| one.charge_id == charge_id) else { return Ok(None) };
    if usage.adds_up() {
        return Ok(Some(usage.clone()));
    }
    let measured = BucketQuery {
        access,
        billable_metric_id: usage.measure.billable_metric_id,
        aggregation_type: usage.measure.aggregation_type,
        // Of all groups together: a product's whole.
        group_index: 0,
        group_filter: Vec::new(),
        start: detail.invoice.at(),
        end: detail.invoice.until(),
    };
    let found = buckets(pool, &[measured], WindowSize::Day).await?;
    let day = |bucket: &crate::db::usage::Bucket| (bucket.start.date_naive(), bucket.value.over(&usage.per));
    let days = found.iter().flatten().map(day).collect();
    Ok(Some(ChargeUsage { days, ..usage.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(group_index: i16, group: &str, windows: &[i64], values: &[i64]) -> UsageDelta {
        UsageDelta {
            billable_metric_id: Uuid::nil(),
            group_index,
            group_values: vec![Some(group.to_owned())],
            windows: windows.to_vec(),
            values: values.iter().map(|value| Decimal::from(*value)).collect(),
        }
    }

    #[test]
    fn the_days_of_a_measure_are_those_of_all_its_groups_in_the_units_of_the_invoice() {
        let growth = [
            delta(1, "eu", &[0, 2], &[1_000, 500]),
            delta(1, "us", &[2], &[250]),
            delta(2, "eu", &[1], &[7]),
        ];
        let measure = Measure {
            billable_metric_id: Uuid::nil(),
            aggregation_type: AggregationType::Sum,
            group_index: 1,
        };
        let first: NaiveDate = "2026-11-01".parse().expect("a day");
        let found = days(&growth, measure, first, &"1000".parse().expect("a number"));
        let found: Vec<_> = found.iter().map(|(day, value)| (day.to_string(), value.to_string())).collect();
        let expected = [("2026-11-01", "1"), ("2026-11-03", "0.75")];
        assert_eq!(found, expected.map(|(day, value)| (day.to_owned(), value.to_owned())));
    }
}
