//! Where the current period is heading: its invoice, rated again as if its usage went on as it has.

use crate::rating::{self, Period, PeriodUsage, Terms};
use app::billing::{AggregationType, Decimal};
use chrono::{DateTime, Duration, Utc};

/// No projection before so many days, nor before a tenth of the period: a weekend would decide it.
const EARLIEST: Duration = Duration::days(3);

/// Digits kept of a projected quantity.
const KEPT_DIGITS: i64 = 6;

/// The total that the period would end with. Counts and sums go on at their average rate so far and are priced anew,
/// so a tier that they will reach counts; fixed charges stand whole as they do in the draft; a peak, a last value and
/// a count of distinct values stay what they are, because they do not grow with time.
///
/// `None` where a figure would mislead: too early, over, without usage that grows, or with corrections below zero.
pub(super) fn project(
    terms: &Terms,
    usage: &[PeriodUsage],
    period: Period,
    now: DateTime<Utc>,
    grace: Duration,
) -> Option<Decimal> {
    let (elapsed, whole) = (now - period.start, period.end - period.start);
    if now >= period.end || elapsed < EARLIEST || elapsed * 10 < whole {
        return None;
    }
    let factor =
        Decimal::from(whole.num_seconds()).checked_div(&Decimal::from(elapsed.num_seconds().max(1)))?;
    let measures = terms.measures();
    let grows = |row: &PeriodUsage| {
        measures.iter().any(|measure| {
            measure.billable_metric_id == row.billable_metric_id
                && measure.group_index == row.group_index
                && matches!(measure.aggregation_type, AggregationType::Count | AggregationType::Sum)
        })
    };
    if usage.iter().any(|row| row.quantity.is_negative())
        || !usage.iter().any(|row| grows(row) && !row.quantity.is_zero())
    {
        return None;
    }
    let grown: Vec<PeriodUsage> = usage
        .iter()
        .map(|row| PeriodUsage {
            quantity: match grows(row) {
                true => (&row.quantity * &factor).round(KEPT_DIGITS),
                false => row.quantity.clone(),
            },
            ..row.clone()
        })
        .collect();
    Some(rating::rate(terms, &grown, period, grace).total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::{Measure, Rhythm, Term};
    use app::billing::{BillingAnchor, BillingFrequency, Charge, ChargeType, CreditType, Price, TierMode};
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect(text)
    }

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().expect(text)
    }

    fn term(metric: u128, kind: Option<AggregationType>, prices: &[(&str, &str)]) -> Term {
        let prices =
            prices.iter().map(|(tier, value)| Price { tier: decimal(tier), value: decimal(value) }).collect();
        Term {
            measure: kind.map(|aggregation_type| Measure {
                billable_metric_id: Uuid::from_u128(metric),
                aggregation_type,
                group_index: 0,
            }),
            product_custom_fields: BTreeMap::new(),
            charge: Charge {
                id: Uuid::from_u128(metric),
                name: "Charge".to_owned(),
                charge_type: if kind.is_some() { ChargeType::Usage } else { ChargeType::Fixed },
                credit_type: CreditType::usd_cents(),
                custom_fields: BTreeMap::new(),
                prices,
                product_id: Uuid::from_u128(metric),
                product_name: "Product".to_owned(),
                product_group_key: None,
                billable_metric_id: kind.map(|_| Uuid::from_u128(metric)),
                quantity: kind.is_none().then(|| decimal("1")),
                start_period: 0,
                tier_mode: TierMode::Graduated,
                tier_reset_frequency: 1,
                unit_conversion: None,
            },
        }
    }

    fn terms() -> Terms {
        Terms {
            customer_id: Uuid::nil(),
            customer_custom_fields: BTreeMap::new(),
            customer_plan_id: Uuid::nil(),
            revision: 0,
            plan_id: Uuid::nil(),
            plan_name: "Plan".to_owned(),
            plan_custom_fields: BTreeMap::new(),
            rhythm: Rhythm {
                billing_frequency: BillingFrequency::Monthly,
                billing_anchor: BillingAnchor::FirstOfMonth,
                starting_on: day("2026-04-01"),
                ending_before: None,
            },
            billed_until: day("2026-04-01"),
            net_payment_terms_days: None,
            credit_type: CreditType::usd_cents(),
            is_currency: true,
            charges: vec![
                term(1, Some(AggregationType::Sum), &[("0", "10"), ("150", "1")]),
                term(2, Some(AggregationType::Max), &[("0", "5")]),
                term(3, None, &[("0", "1000")]),
            ],
            price_adjustments: Vec::new(),
            minimums: Vec::new(),
            trial_ending_before: None,
            added_charges: Vec::new(),
        }
    }

    fn projected(used: &[(u128, &str)], now: &str) -> Option<String> {
        let usage: Vec<_> = used
            .iter()
            .map(|(metric, quantity)| PeriodUsage {
                billable_metric_id: Uuid::from_u128(*metric),
                group_index: 0,
                group_values: Vec::new(),
                quantity: decimal(quantity),
                before: Vec::new(),
            })
            .collect();
        let period = Period { start: day("2026-04-01"), end: day("2026-05-01") };
        project(&terms(), &usage, period, now.parse().expect(now), Duration::hours(24))
            .map(|total| total.to_string())
    }

    #[test]
    fn sums_go_on_at_their_rate_through_the_tiers_and_the_rest_stays() {
        // 100 in 10 of 30 days becomes 300: 150 at 10 and 150 at 1; the peak of 7 and the fee stay.
        let total = projected(&[(1, "100"), (2, "7")], "2026-04-11T00:00:00Z");
        assert_eq!(total.as_deref(), Some("2685"));
    }

    #[test]
    fn nothing_is_projected_where_it_would_mislead() {
        for (used, now, why) in [
            (&[(1, "100")][..], "2026-04-03T23:59:59Z", "too early"),
            (&[(1, "100")], "2026-05-01T00:00:00Z", "over"),
            (&[(2, "7")], "2026-04-20T00:00:00Z", "a peak alone does not grow"),
            (&[], "2026-04-20T00:00:00Z", "no usage"),
            (&[(1, "100"), (2, "-1")], "2026-04-20T00:00:00Z", "a correction"),
        ] {
            assert_eq!(projected(used, now), None, "{why}");
        }
    }
}
